//! A Terraform that hands a plan's private data back to the apply (protocol 6.11): the token of a purchase is made when it
//! is planned, and the same saved plan never buys twice, wherever it is applied.

use mock_endpoint::{ACCESS_KEY, Mock, SECRET_KEY};
use terraform_provider_alicloud::Alicloud;
use tfplugin::{
    proto::{
        ClientCapabilities, DynamicValue, apply_resource_change, configure_provider, plan_resource_change,
        provider_client::ProviderClient,
    },
    schemas,
    value::{Type, Value, json, msgpack},
};
use tonic::transport::Channel;

use crate::host::{Certificate, Plugin};

const ORDER: &str =
    r#"{"product_code": "cmapi033136", "pricing_cycle": "Month", "package_version": "yuncode2713600001"}"#;

/// A plugin in a directory of its own.
pub struct Job {
    plugin: Plugin,
    pub provider: ProviderClient<Channel>,
    pub data: tempfile::TempDir,
}

pub fn type_of_order() -> Type {
    let resources = schemas(&Alicloud::default()).resources;
    resources.iter().find(|(name, _)| *name == "alicloud_market_order").unwrap().1.ty()
}

pub fn wire(text: &str, ty: &Type) -> Option<DynamicValue> {
    let value = json::decode(text.as_bytes(), ty).unwrap();
    Some(DynamicValue { msgpack: msgpack::encode(&value, ty).unwrap(), json: Vec::new() })
}

impl Job {
    pub async fn start(mock: &Mock) -> Self {
        Self::start_with(mock, ("UNUSED", "")).await
    }

    /// With one more variable.
    pub async fn start_with(mock: &Mock, variable: (&str, &str)) -> Self {
        let (certificate, data) = (Certificate::new(), tempfile::tempdir().unwrap());
        let (url, folder) = (mock.url(), data.path().to_string_lossy().into_owned());
        let variables = [
            ("PLUGIN_CLIENT_CERT", certificate.pem.as_str()),
            ("TF_DATA_DIR", &folder),
            ("ALICLOUD_ACCESS_KEY", ACCESS_KEY),
            ("ALICLOUD_SECRET_KEY", SECRET_KEY),
            ("MARKET_ENDPOINT", &url),
            ("STS_ENDPOINT", &url),
            variable,
        ];
        let plugin = Plugin::start(variables);
        let mut provider = ProviderClient::new(plugin.channel(&certificate).await);
        let block = wire("{}", &schemas(&Alicloud::default()).provider.ty());
        let request = configure_provider::Request { config: block, ..Default::default() };
        let configured = provider.configure_provider(request).await.unwrap().into_inner();
        assert!(configured.diagnostics.is_empty(), "{:?}", configured.diagnostics);
        Self { plugin, provider, data }
    }

    /// Plans a create, with what an earlier plan of it remembered.
    pub async fn plan(&mut self, is_stored: bool, earlier: &[u8]) -> plan_resource_change::Response {
        let ty = type_of_order();
        let request = plan_resource_change::Request {
            type_name: "alicloud_market_order".to_owned(),
            prior_state: Some(DynamicValue { msgpack: msgpack::encode(&Value::Null, &ty).unwrap(), json: Vec::new() }),
            proposed_new_state: wire(ORDER, &ty),
            config: wire(ORDER, &ty),
            planned_private: earlier.to_vec(),
            client_capabilities: Some(ClientCapabilities { store_planned_private: is_stored, ..Default::default() }),
            ..Default::default()
        };
        self.provider.plan_resource_change(request).await.unwrap().into_inner()
    }

    pub async fn apply(&mut self, plan: plan_resource_change::Response) -> String {
        let applied = self.applied(plan).await;
        let state = msgpack::decode(&applied.new_state.unwrap().msgpack, &type_of_order()).unwrap();
        state.get("id").as_str().unwrap_or_else(|| panic!("{:?}", applied.diagnostics)).to_owned()
    }

    /// The heading of the error of an apply.
    pub async fn refused(&mut self, plan: plan_resource_change::Response) -> String {
        self.applied(plan).await.diagnostics.remove(0).summary
    }

    async fn applied(&mut self, plan: plan_resource_change::Response) -> apply_resource_change::Response {
        let ty = type_of_order();
        let request = apply_resource_change::Request {
            type_name: "alicloud_market_order".to_owned(),
            prior_state: Some(DynamicValue { msgpack: msgpack::encode(&Value::Null, &ty).unwrap(), json: Vec::new() }),
            planned_state: plan.planned_state,
            config: wire(ORDER, &ty),
            planned_private: plan.planned_private,
            ..Default::default()
        };
        self.provider.apply_resource_change(request).await.unwrap().into_inner()
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        let _ = self.plugin.child.kill();
        let _ = self.plugin.child.wait();
    }
}

#[tokio::test]
async fn a_saved_plan_buys_once_wherever_it_is_applied() {
    let mock = Mock::start().unwrap();
    let (mut planner, mut first, mut second) =
        (Job::start(&mock).await, Job::start(&mock).await, Job::start(&mock).await);
    let saved = planner.plan(true, &[]).await.planned_private;
    // Terraform plans again when it applies.
    let plan = first.plan(true, &saved).await;
    assert_eq!(plan.planned_private, saved);
    let order = first.apply(plan).await;
    let plan = second.plan(true, &saved).await;
    assert_eq!(second.apply(plan).await, order);
    assert_eq!(mock.ledger().orders.len(), 1);
}

#[tokio::test]
async fn two_plans_buy_two_orders() {
    for is_stored in [true, false] {
        let mock = Mock::start().unwrap();
        let (mut first, mut second) = (Job::start(&mock).await, Job::start(&mock).await);
        for job in [&mut first, &mut second] {
            let plan = job.plan(is_stored, &[]).await;
            job.apply(plan).await;
        }
        assert_eq!(mock.ledger().orders.len(), 2, "{is_stored}");
    }
}
