// The peer of the benchmarks: a provider of one resource that has the attributes of alicloud_market_order, written with
// terraform-plugin-framework. It buys nothing and sends nothing.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

type peerProvider struct{}

func (peerProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "peer"
}

func (peerProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (peerProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (peerProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (peerProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return order{} }}
}

func main() {
	options := providerserver.ServeOpts{Address: "registry.terraform.io/bench/peer", ProtocolVersion: 6}
	if err := providerserver.Serve(context.Background(), func() provider.Provider { return peerProvider{} }, options); err != nil {
		log.Fatal(err)
	}
}
