//! `ephemeral "alicloud_market_instance_access"`: access data of an instance for its buyer, stored in no state and no plan.

use std::{collections::BTreeMap, time::Duration};

use alicloud::{
    error::Failure,
    instance_access::{self, Access, Handed},
};
use secrecy::{ExposeSecret as _, SecretString};
use tfplugin::{Computed, Context, Diagnostic, Diagnostics, EphemeralResource, Map, Model, Opened, Sensitive};

use crate::{Cloud, failure_messages};

/// How long reading an instance may take.
const TIME: Duration = Duration::from_secs(60);

/// The access data of an instance of a Marketplace order: URLs, hosts, user names and passwords. Terraform reads it for each
/// plan and apply, and never stores it in the state or in a plan file.
#[derive(Clone, Debug, Model)]
#[model(ephemeral_resource = "alicloud_market_instance_access")]
pub(crate) struct InstanceAccess {
    /// The ID of the instance, such as one of `instance_ids` of `alicloud_market_order`.
    #[attr(validate(|id: &String| is_instance_id(id), "the ID of an instance: digits only"))]
    instance_id: String,
    /// The status of the instance, such as `OPENED`.
    status: Computed<String>,
    /// Access data of the application. The seller defines the keys, such as `frontEndUrl`, `adminUrl`, `username` and
    /// `password`.
    app: Computed<Sensitive<Map<String>>>,
    /// Access data of the machine, with keys such as `ip`, `innerIp`, `username` and `password`.
    host: Computed<Sensitive<Map<String>>>,
    /// The licence, if there is one.
    license_code: Computed<Sensitive<String>>,
    /// The address at which the licence is activated, if there is one.
    active_address: Computed<Sensitive<String>>,
}

fn is_instance_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// The ephemeral resource.
#[derive(Debug)]
pub(crate) struct InstanceAccessResource;

impl EphemeralResource for InstanceAccessResource {
    type Model = InstanceAccess;
    type Client = Cloud;

    async fn open(
        &self,
        cloud: &Cloud,
        config: InstanceAccess,
        ctx: &Context,
    ) -> Result<Opened<InstanceAccess>, Diagnostics> {
        let id = &config.instance_id;
        match instance_access::instance_access(&cloud.client, id, &cloud.deadline(TIME, ctx)).await {
            Ok(Handed::Out(access)) => {
                if access.is_empty() {
                    ctx.warn(nothing_yet(id, access.status.as_deref()));
                }
                Ok(Opened::new(config.with(&access)))
            }
            Ok(Handed::Absent { request_id }) => Err(absent(id, &request_id).into()),
            Err(failure) => Err(unread(id, &failure).into()),
        }
    }
}

fn absent(id: &str, request_id: &str) -> Diagnostic {
    let detail = format!(
        "The Marketplace has no instance {id} in this account (RequestId {request_id}). Nothing was bought or changed. Check \
         instance_id, and that the credentials belong to the account that owns the instance, then run terraform plan again."
    );
    Diagnostic::error(format!("The instance {id} does not exist"), detail).at(InstanceAccess::INSTANCE_ID)
}

fn unread(id: &str, failure: &Failure) -> Diagnostic {
    let summary = format!("The instance {id} cannot be read");
    failure_messages::read_failure(&summary, &format!("The instance {id}"), failure)
}

fn nothing_yet(id: &str, status: Option<&str>) -> Diagnostic {
    let detail = format!(
        "The instance {id} has the status {}. The seller may not have delivered it yet: run terraform plan again when the status is \
         OPENED.",
        status.unwrap_or("unknown")
    );
    Diagnostic::warning(format!("The instance {id} has no access data yet"), detail).at(InstanceAccess::INSTANCE_ID)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<Diagnostic> {
    let id = "11000000";
    vec![
        absent(id, "6EF60BEC-0242-43AF-BB20-270359FB54A7"),
        unread(id, &crate::catalogue::lost("DescribeInstance")),
        nothing_yet(id, Some("PENDING")),
        nothing_yet(id, None),
    ]
}

impl InstanceAccess {
    fn with(self, access: &Access) -> Self {
        let text = |secret: &SecretString| Sensitive::from(secret.expose_secret().to_owned());
        let map = |named: &BTreeMap<String, SecretString>| {
            let values = named.iter().map(|(name, secret)| (name.clone(), secret.expose_secret().to_owned()));
            Sensitive::from(values.collect::<Map<String>>())
        };
        Self {
            status: access.status.clone().into(),
            app: map(&access.app).into(),
            host: map(&access.host).into(),
            license_code: access.license_code.as_ref().map(text).into(),
            active_address: access.active_address.as_ref().map(text).into(),
            ..self
        }
    }
}
