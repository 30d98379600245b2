package main

import (
	"context"
	"math/big"
	"strconv"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type order struct{}

type orderModel struct {
	ClientToken         types.String `tfsdk:"client_token"`
	Components          types.Map    `tfsdk:"components"`
	CouponID            types.String `tfsdk:"coupon_id"`
	CouponPrice         types.Number `tfsdk:"coupon_price"`
	CreatedOn           types.String `tfsdk:"created_on"`
	Currency            types.String `tfsdk:"currency"`
	Duration            types.Int64  `tfsdk:"duration"`
	ID                  types.String `tfsdk:"id"`
	InstanceIDs         types.List   `tfsdk:"instance_ids"`
	MaxPrice            types.Number `tfsdk:"max_price"`
	OrderStatus         types.String `tfsdk:"order_status"`
	OrderType           types.String `tfsdk:"order_type"`
	OriginalPrice       types.Number `tfsdk:"original_price"`
	PackageVersion      types.String `tfsdk:"package_version"`
	PaidOn              types.String `tfsdk:"paid_on"`
	PayStatus           types.String `tfsdk:"pay_status"`
	PayType             types.String `tfsdk:"pay_type"`
	PaymentPrice        types.Number `tfsdk:"payment_price"`
	PricingCycle        types.String `tfsdk:"pricing_cycle"`
	ProductCode         types.String `tfsdk:"product_code"`
	ProductName         types.String `tfsdk:"product_name"`
	ProductSkuCode      types.String `tfsdk:"product_sku_code"`
	Quantity            types.Int64  `tfsdk:"quantity"`
	QuotedCurrency      types.String `tfsdk:"quoted_currency"`
	QuotedPrice         types.Number `tfsdk:"quoted_price"`
	SkuCode             types.String `tfsdk:"sku_code"`
	SupplierCompanyName types.String `tfsdk:"supplier_company_name"`
	Timeouts            types.Map    `tfsdk:"timeouts"`
	TotalPrice          types.Number `tfsdk:"total_price"`
}

func (order) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_order"
}

func (order) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	replaced := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	kept := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	attributes := map[string]schema.Attribute{
		"client_token": schema.StringAttribute{Optional: true},
		"components":   schema.MapAttribute{Optional: true, ElementType: types.StringType},
		"coupon_id":    schema.StringAttribute{Optional: true, PlanModifiers: replaced},
		"duration":     schema.Int64Attribute{Optional: true, Computed: true, Default: int64default.StaticInt64(1)},
		"id":           schema.StringAttribute{Computed: true, PlanModifiers: kept},
		"instance_ids": schema.ListAttribute{Computed: true, ElementType: types.StringType},
		"max_price":    schema.NumberAttribute{Optional: true},
		"pay_type": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString("PostPaid"), PlanModifiers: replaced,
		},
		"quantity": schema.Int64Attribute{Optional: true, Computed: true, Default: int64default.StaticInt64(1)},
		"sku_code": schema.StringAttribute{Optional: true, PlanModifiers: replaced},
		"timeouts": schema.MapAttribute{Optional: true, ElementType: types.StringType},
	}
	for _, name := range []string{"package_version", "pricing_cycle", "product_code"} {
		attributes[name] = schema.StringAttribute{Required: true, PlanModifiers: replaced}
	}
	for _, name := range []string{
		"created_on", "currency", "order_status", "order_type", "paid_on", "pay_status", "product_name",
		"product_sku_code", "quoted_currency", "supplier_company_name",
	} {
		attributes[name] = schema.StringAttribute{Computed: true, PlanModifiers: kept}
	}
	for _, name := range []string{"coupon_price", "original_price", "payment_price", "quoted_price", "total_price"} {
		attributes[name] = schema.NumberAttribute{Computed: true}
	}
	resp.Schema = schema.Schema{Attributes: attributes}
}

var orders atomic.Int64

func (order) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var model orderModel
	if resp.Diagnostics.Append(req.Plan.Get(ctx, &model)...); resp.Diagnostics.HasError() {
		return
	}
	price := types.NumberValue(big.NewFloat(10))
	id := strconv.FormatInt(202600000000000+orders.Add(1), 10)
	instances, diagnostics := types.ListValueFrom(ctx, types.StringType, []string{id})
	resp.Diagnostics.Append(diagnostics...)
	model.ID, model.InstanceIDs = types.StringValue(id), instances
	for _, field := range []*types.Number{
		&model.CouponPrice, &model.OriginalPrice, &model.PaymentPrice, &model.QuotedPrice, &model.TotalPrice,
	} {
		*field = price
	}
	for field, value := range map[*types.String]string{
		&model.CreatedOn:           "2026-01-01T00:00:00.000Z",
		&model.Currency:            "CNY",
		&model.OrderStatus:         "NORMAL",
		&model.OrderType:           "NEW",
		&model.PaidOn:              "2026-01-01T00:00:00.000Z",
		&model.PayStatus:           "PAID",
		&model.ProductName:         "Mock product",
		&model.ProductSkuCode:      "cmapi033136-postpay",
		&model.QuotedCurrency:      "CNY",
		&model.SupplierCompanyName: "Mock supplier",
	} {
		*field = types.StringValue(value)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (order) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (order) Update(context.Context, resource.UpdateRequest, *resource.UpdateResponse) {}

func (order) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
