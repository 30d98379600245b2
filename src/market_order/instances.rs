//! The instances of an order, and when they end.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use alicloud::{
    error::Failure,
    market_instance::{self, Instance},
    market_search,
    retry::Deadline,
};
use chrono::{TimeDelta, Utc};
use tfplugin::{Attr, Computed, Context, Diagnostic, Model, Partial};
use tokio::sync::OnceCell;

use super::{MarketOrder, NAME, auto_renew, model::moment};
use crate::{
    Cloud, failure_messages,
    order::{set_reported, shown_id},
    quotes::entry,
};

/// How long before its end a plan warns about an order that does not renew itself.
const NOTICE: TimeDelta = TimeDelta::days(14);

/// How many instances are read one by one where their list has none of them.
const FEW: usize = 10;

/// How long reading the list of a product may take.
const LISTING: Duration = Duration::from_secs(60);

/// An instance of an order.
#[derive(Clone, Debug, Model)]
#[model(nested)]
pub(crate) struct OrderInstance {
    /// The ID of the instance.
    pub(super) id: Computed<String>,
    /// The status of the instance, such as `OPENED`.
    pub(super) status: Computed<String>,
    /// The type of the product, such as `APP`.
    pub(super) product_type: Computed<String>,
    /// When the instance began (RFC 3339).
    pub(super) began_on: Computed<String>,
    /// When the instance ends (RFC 3339). Null if it does not end.
    pub(super) ends_on: Computed<String>,
    /// Whether the instance renews itself when it ends. Read only if `auto_renew` has a value or the instance ends within 14
    /// days. Null otherwise, or if the Marketplace does not return it.
    pub(super) auto_renewal: Computed<bool>,
}

/// The list of a product, as it was answered: one question for all orders.
type Listed = Arc<OnceCell<Result<Vec<Instance>, Failure>>>;

/// The lists of instances that one configured provider has read.
#[derive(Debug, Default)]
pub(crate) struct InstanceLists {
    by_product: Mutex<HashMap<String, Listed>>,
    /// The products whose failure was reported.
    reported: Mutex<HashSet<String>>,
}

impl InstanceLists {
    /// Whether the failure of this list is still to be reported. It is reported once.
    fn is_first_report(&self, product: &str) -> bool {
        self.reported.lock().unwrap_or_else(PoisonError::into_inner).insert(product.to_owned())
    }
}

/// Reads the instances of an order of a state, which knows their ids. Whether each renews itself is included if
/// `asks_for_renewal`, and where one ends soon. None where nothing could be read.
pub(super) async fn read(
    cloud: &Cloud,
    state: &Partial<MarketOrder>,
    asks_for_renewal: bool,
    deadline: &Deadline,
    ctx: &Context,
) -> Option<Vec<Instance>> {
    let (id, ids) = (shown_id::<MarketOrder>(state), auto_renew::instance_ids(state));
    let read = match asks_for_renewal {
        true => one_by_one(cloud, &ids, deadline).await.map_err(|failure| Some(unread(id, &failure))),
        false => listed(cloud, state, &ids, deadline, ctx).await,
    };
    match read {
        Ok(mut instances) => {
            let at = |instance: &Instance| {
                ids.iter().position(|id| Some(id) == instance.instance_id.as_ref()).unwrap_or(usize::MAX)
            };
            instances.sort_by(|one, other| (at(one), &one.instance_id).cmp(&(at(other), &other.instance_id)));
            (!instances.is_empty()).then_some(instances)
        }
        Err(warning) => {
            warning.into_iter().for_each(|warning| ctx.warn(warning));
            None
        }
    }
}

async fn one_by_one(cloud: &Cloud, ids: &[String], deadline: &Deadline) -> Result<Vec<Instance>, Failure> {
    let mut instances = Vec::with_capacity(ids.len());
    for id in ids {
        let instance = market_instance::describe_instance(&cloud.client, id, deadline).await?;
        instances.extend(instance.map(|instance| *instance));
    }
    Ok(instances)
}

/// From the list of the product, which all of its orders share.
async fn listed(
    cloud: &Cloud,
    state: &Partial<MarketOrder>,
    ids: &[String],
    deadline: &Deadline,
    ctx: &Context,
) -> Result<Vec<Instance>, Option<Diagnostic>> {
    let (id, product) = (shown_id::<MarketOrder>(state), state.product_code.as_str().unwrap_or_default());
    let cell = entry(&cloud.instance_lists.by_product, product);
    let all = cell.get_or_init(|| async {
        market_search::instances(&cloud.client, product, &cloud.deadline(LISTING, ctx)).await
    });
    let mut instances: Vec<Instance> = match all.await {
        Ok(all) => all.iter().filter(|instance| instance.order_id.as_deref() == Some(id)).cloned().collect(),
        Err(failure) if cloud.instance_lists.is_first_report(product) => return Err(Some(unlisted(product, failure))),
        Err(_) => return Err(None),
    };
    let failed = |failure| Some(unread(id, &failure));
    if instances.is_empty() {
        return one_by_one(cloud, &ids[..ids.len().min(FEW)], deadline).await.map_err(failed);
    }
    for instance in &mut instances {
        if let (Some(id), true) = (&instance.instance_id, ends_soon(instance)) {
            let read = market_instance::describe_instance(&cloud.client, id, deadline).await.map_err(failed)?;
            instance.auto_renewal = read.and_then(|read| read.auto_renewal);
        }
    }
    Ok(instances)
}

/// When an instance ends, in milliseconds since 1970; none where it does not.
fn end(instance: &Instance) -> Option<i64> {
    instance.end_on.filter(|end| *end > 0)
}

fn ends_soon(instance: &Instance) -> bool {
    end(instance).is_some_and(|end| end <= (Utc::now() + NOTICE).timestamp_millis())
}

/// Brings the instances into a state. Whether one renews itself is there where each refresh reads it too.
pub(super) fn write(state: &mut Partial<MarketOrder>, instances: Option<&[Instance]>) {
    let is_renewal_read = !state.auto_renew.is_null();
    let objects = instances.map(|instances| {
        let objects = instances.iter().map(|instance| {
            Attr::Known(Partial::<OrderInstance> {
                id: instance.instance_id.clone().into(),
                status: instance.status.clone().into(),
                product_type: instance.product_type.clone().into(),
                began_on: instance.began_on.and_then(moment).into(),
                ends_on: instance.end_on.and_then(moment).into(),
                auto_renewal: instance.auto_renewal.filter(|_| is_renewal_read || ends_soon(instance)).into(),
            })
        });
        Attr::Known(objects.collect())
    });
    match objects {
        Some(objects) => state.instances = objects,
        None if state.instances.is_unknown() => state.instances = Attr::Null,
        None => {}
    }
    match instances {
        Some(instances) => state.expires_on = first_end(instances).and_then(moment).into(),
        None => set_reported(&mut state.expires_on, None),
    }
}

/// When the first of them ends.
fn first_end(instances: &[Instance]) -> Option<i64> {
    instances.iter().filter_map(end).min()
}

/// The warning about an order that has expired, or will soon and does not renew itself.
pub(super) fn ending(id: &str, instances: &[Instance]) -> Option<Diagnostic> {
    let now = Utc::now().timestamp_millis();
    let is_over = |instance: &&Instance| end(instance).is_some_and(|end| end <= now);
    let is_ending = |instance: &&Instance| ends_soon(instance) && instance.auto_renewal != Some(true);
    if let Some(first) = instances.iter().filter(is_over).filter_map(end).min() {
        return Some(expired(id, &moment(first)?));
    }
    let ending: Vec<&Instance> = instances.iter().filter(is_ending).collect();
    let first = ending.iter().filter_map(|instance| end(instance)).min().and_then(moment)?;
    let is_reported = ending.iter().all(|instance| instance.auto_renewal.is_some());
    Some(expiring(id, &first, is_reported))
}

fn expired(id: &str, end: &str) -> Diagnostic {
    let detail = format!(
        "An instance of the order {id} ended at {end}. The order stays in the state, and Terraform does not buy another \
         one.\n\n1. To renew it, use the Marketplace console while it allows that.\n\n2. To buy it again, with a new client_token if \
         it has one: terraform apply -replace={NAME}.<name>\n\n3. To remove it from the state: terraform state rm {NAME}.<name>"
    );
    Diagnostic::warning(format!("Order {id} expired at {end}"), detail)
}

fn expiring(id: &str, end: &str, is_reported: bool) -> Diagnostic {
    let renewal = match is_reported {
        true => "and it does not renew automatically",
        false => "and the Marketplace does not report whether it renews automatically",
    };
    let detail = format!(
        "An instance of the order {id} ends at {end}, {renewal}. Terraform buys nothing by itself.\n\n1. To renew it automatically, \
         set auto_renew = {{ enabled = true }} in the resource, then run terraform apply.\n\n2. To renew it once, use the action \
         alicloud_market_renewal (Terraform 1.14) or the Marketplace console."
    );
    Diagnostic::warning(format!("Order {id} expires at {end}"), detail)
}

fn unlisted(product: &str, failure: &Failure) -> Diagnostic {
    let detail = format!(
        "{failure}. Orders of {product} keep the instances that the state has, and this run does not warn about orders that end \
         soon. Nothing was bought or changed. {} The next terraform plan reads the instances again.",
        failure_messages::failure_advice(failure)
    );
    Diagnostic::warning(format!("The instances of {product} cannot be read"), detail)
}

/// The warning about an order whose instances could not be read.
fn unread(id: &str, failure: &Failure) -> Diagnostic {
    let detail = format!(
        "{failure}. Nothing was bought or changed. {} If the order {id} is in the state, the state keeps its instances, and the next \
         terraform plan reads them again.",
        failure_messages::failure_advice(failure)
    );
    Diagnostic::warning(format!("The instances of order {id} cannot be read"), detail)
}

#[cfg(test)]
pub(super) fn samples() -> Vec<Diagnostic> {
    let (id, end, failure) = ("202600000000001", "2027-03-31T08:00:00Z", crate::catalogue::lost("DescribeInstances"));
    vec![
        expired(id, end),
        expiring(id, end, true),
        expiring(id, end, false),
        unlisted("cmapi033136", &failure),
        unread(id, &failure),
    ]
}
