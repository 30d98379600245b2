//! Whether what an order bought renews itself: the argument `auto_renew`, which AutoRenewInstance sets and
//! DescribeInstance reports. Setting it buys nothing.

use std::time::Duration;

use alicloud::{
    error::{ApiErrorKind, Error, Failure},
    market::{self, Described},
    market_instance::{self, AutoRenewal, Instance},
    retry::Deadline,
};
use tfplugin::{
    Attr, Context, Diagnostic, Diagnostics, Map, Operation, Partial, PrivateKey, State, Update, UpdateError,
    schema::Validator, value::Value,
};

use super::{MarketOrder, NAME, has_ended, instances, schema::Cycle};
use crate::{
    Cloud,
    failure_messages::{self, PurchaseOutcome},
    order::shown_id,
    quotes::Quoting,
};

/// The keys of the argument.
const ENABLED: &str = "enabled";
const CYCLE: &str = "cycle";
const DURATION: &str = "duration";

/// The most cycles that an instance renews itself by.
const LONGEST: i64 = 256;

/// How long a plan asks whether an order that goes renews itself.
const ASKING: Duration = Duration::from_secs(5);

/// Where private data has that a purchase could not set what was planned.
const NOT_SET: PrivateKey<bool> = PrivateKey::new("auto_renew_not_set");

/// What the argument has to be.
pub(super) fn settings() -> Validator {
    let text = "a map with the key `enabled` (`true` or `false`), and either both or none of the keys `cycle` (`Day`, `Month` or \
                `Year`) and `duration` (how many of them, from 1 to 256)";
    Validator::rule(text, wrong)
}

fn wrong(settings: &Value) -> Option<String> {
    let settings = settings.as_map()?;
    for (key, value) in settings {
        let (is_right, form): (fn(&str) -> bool, _) = match key.as_str() {
            ENABLED => (|text| ["true", "false"].contains(&text), "true or false"),
            CYCLE => (|text| cycle(text).is_some(), "Day, Month or Year"),
            DURATION => (|text| duration(text).is_some(), "a whole number from 1 to 256"),
            _ => return Some(format!("must have only the keys {ENABLED}, {CYCLE} and {DURATION}, and has {key:?}")),
        };
        if value.is_null() || value.as_str().is_some_and(|text| !is_right(text)) {
            return Some(format!("must give {key} as {form}"));
        }
    }
    if !settings.contains_key(ENABLED) {
        return Some(format!("must have the key {ENABLED}"));
    }
    let is_whole = settings.contains_key(CYCLE) == settings.contains_key(DURATION);
    (!is_whole).then(|| format!("must have both {CYCLE} and {DURATION}, or neither"))
}

fn cycle(text: &str) -> Option<Cycle> {
    [Cycle::Day, Cycle::Month, Cycle::Year].into_iter().find(|cycle| cycle.as_str() == text)
}

fn duration(text: &str) -> Option<i64> {
    text.parse().ok().filter(|duration| (1..=LONGEST).contains(duration))
}

/// The settings of a planned state; none where it leaves auto-renewal as it is.
///
/// # Errors
/// It does not say by how much an instance renews itself.
pub(super) fn wanted(planned: &Partial<MarketOrder>) -> Result<Option<AutoRenewal>, Diagnostic> {
    let Some(settings) = planned.auto_renew.known() else { return Ok(None) };
    let text = |key: &str| settings.get(key).and_then(Attr::as_str);
    if text(ENABLED) != Some("true") {
        return Ok(Some(AutoRenewal::Off));
    }
    let own = || Some((planned.pricing_cycle.known()?.as_str().to_owned(), *planned.duration.known()?));
    let given = || Some((text(CYCLE)?.to_owned(), duration(text(DURATION)?)?));
    match given().or_else(own) {
        Some((cycle, duration)) => Ok(Some(AutoRenewal::On { cycle, duration })),
        None => Err(no_period()),
    }
}

fn no_period() -> Diagnostic {
    let detail = "The pricing_cycle and duration of the order are unknown, so auto_renew must specify for how long its instances \
                  renew. Nothing was bought or changed. Set the keys cycle and duration in auto_renew, then run terraform apply \
                  again.";
    Diagnostic::error("The auto-renewal was not set: auto_renew needs a cycle and a duration", detail)
        .at(MarketOrder::AUTO_RENEW.path())
}

/// Sets the auto-renewal of all of these instances.
async fn set(cloud: &Cloud, instances: &[String], wanted: &AutoRenewal, deadline: &Deadline) -> Result<(), Failure> {
    for id in instances {
        market_instance::set_auto_renewal(&cloud.client, id, wanted, deadline).await?;
    }
    Ok(())
}

/// Sets the auto-renewal of an order that was just bought. A failure is a warning: the order exists, and the next plan shows
/// what is missing.
pub(super) async fn set_bought(
    cloud: &Cloud,
    state: &mut State<MarketOrder>,
    wanted: &AutoRenewal,
    deadline: &Deadline,
) -> Option<Diagnostic> {
    let instances = instance_ids(state);
    let why = match set(cloud, &instances, wanted, deadline).await {
        Ok(()) if !instances.is_empty() => return None,
        Ok(()) => "the Marketplace does not list its instances yet".to_owned(),
        Err(failure) => format!("{failure}. {}", failure_messages::failure_advice(&failure)),
    };
    state.private.set(NOT_SET, &true);
    Some(not_set(shown_id::<MarketOrder>(state), &why))
}

fn not_set(id: &str, why: &str) -> Diagnostic {
    let detail = format!(
        "The order {id} was placed and is in the state. Its auto-renewal could not be set: {}. Run terraform apply again: it \
         sets auto_renew in place and buys nothing.",
        why.trim_end_matches('.')
    );
    let summary = format!("The auto-renewal of order {id} was not set");
    Diagnostic::warning(summary, detail).at(MarketOrder::AUTO_RENEW.path())
}

/// The instances of an order of a state.
pub(super) fn instance_ids(state: &Partial<MarketOrder>) -> Vec<String> {
    let ids = state.instance_ids.known().into_iter().flatten();
    ids.filter_map(|id| id.as_str().map(str::to_owned)).collect()
}

/// Updates a state with what its instances report of their renewal. What is not reported stays, unless it was never set.
pub(super) fn refresh(state: &mut State<MarketOrder>, instances: &[Instance]) {
    let reported: Vec<Option<bool>> = instances.iter().map(|instance| instance.auto_renewal).collect();
    let is_unset = state.private.get(NOT_SET).unwrap_or_default();
    let Some(settings) = state.auto_renew.known_mut() else { return };
    let is_enabled = settings.get(ENABLED).and_then(Attr::as_str) == Some("true");
    let differs = reported.iter().flatten().any(|is_on| *is_on != is_enabled);
    if differs {
        settings.insert(ENABLED.to_owned(), (!is_enabled).to_string().into());
    }
    let is_reported = !reported.is_empty() && reported.iter().all(Option::is_some);
    if is_unset {
        if !is_reported {
            state.auto_renew = Attr::Null;
        }
        state.private.remove(NOT_SET);
    }
}

/// Fills the state of an order that nothing was known of. It is left out where its instances do not all report the same.
pub(super) fn import(state: &mut Partial<MarketOrder>, instances: &[Instance]) {
    let first = instances.first().and_then(|instance| instance.auto_renewal);
    if let Some(is_enabled) =
        first.filter(|first| instances.iter().all(|instance| instance.auto_renewal == Some(*first)))
    {
        let settings = Map::from([(ENABLED.to_owned(), is_enabled.to_string().into())]);
        state.auto_renew = Attr::Known(settings);
    }
}

/// Applies a change in place: only another `auto_renew` sends anything.
pub(super) async fn update(
    cloud: &Cloud,
    update: Update<MarketOrder>,
    ctx: &Context,
) -> Result<State<MarketOrder>, UpdateError<MarketOrder>> {
    let Update { prior, planned: mut state, .. } = update;
    if state.auto_renew == prior.auto_renew {
        return Ok(state);
    }
    if let Err(errors) = send(cloud, &state, ctx).await {
        state.auto_renew = prior.auto_renew;
        state.instances = prior.instances;
        state.expires_on = prior.expires_on;
        return Err(UpdateError::Partial(Box::new(state), errors));
    }
    state.private.remove(NOT_SET);
    let deadline = cloud.operation_deadline(Operation::Read, ctx);
    let read = instances::read(cloud, &state, true, &deadline, ctx).await;
    if read.is_none() {
        state.instances = prior.instances;
        state.expires_on = prior.expires_on;
    }
    instances::write(&mut state, read.as_deref());
    Ok(state)
}

async fn send(cloud: &Cloud, state: &Partial<MarketOrder>, ctx: &Context) -> Result<(), Diagnostics> {
    let Some(wanted) = wanted(state)? else { return Ok(()) };
    let (id, instances) = (shown_id::<MarketOrder>(state), instance_ids(state));
    if instances.is_empty() {
        return Err(no_instances(id).into());
    }
    let deadline = cloud.operation_deadline(Operation::Read, ctx);
    let sent = set(cloud, &instances, &wanted, &deadline).await;
    sent.map_err(|failure| not_changed(id, &failure).into())
}

fn not_changed_summary(id: &str) -> String {
    format!("The auto-renewal of order {id} was not changed")
}

fn no_instances(id: &str) -> Diagnostic {
    let detail = format!(
        "The Marketplace lists no instance of the order {id}, and auto-renewal is a setting of instances. Nothing was bought or \
         changed.\n\n1. When terraform state show {NAME}.<name> lists instance_ids, run terraform apply again.\n\n2. If the product \
         has no instances, remove auto_renew from the resource."
    );
    Diagnostic::error(not_changed_summary(id), detail).at(MarketOrder::AUTO_RENEW.path())
}

fn not_changed(id: &str, failure: &Failure) -> Diagnostic {
    let subject = format!("The auto-renewal of the order {id}");
    failure_messages::failure(&not_changed_summary(id), &subject, failure, &PurchaseOutcome::NotRenewed)
        .at(MarketOrder::AUTO_RENEW.path())
}

/// Turns the auto-renewal of an order off that goes. An instance that is gone renews nothing.
///
/// # Errors
/// One may still renew itself.
pub(super) async fn turn_off(
    cloud: &Cloud,
    prior: &Partial<MarketOrder>,
    deadline: &Deadline,
) -> Result<(), Diagnostic> {
    let mut instances = instance_ids(prior);
    if instances.is_empty() {
        let described = market::describe_order(&cloud.client, shown_id::<MarketOrder>(prior), deadline).await;
        instances = match described.map_err(|failure| still_renewing(prior, &failure))? {
            Described::Found(order) if order.order_status.as_deref().is_some_and(has_ended) => return Ok(()),
            Described::Found(order) => order.instance_ids,
            Described::Absent { .. } => instances,
        };
    }
    if instances.is_empty() {
        return Err(unknown_instances(prior));
    }
    for instance in instances {
        let set = set(cloud, &[instance], &AutoRenewal::Off, deadline).await;
        let is_gone =
            |failure: &Failure| matches!(&failure.error, Error::Api(error) if error.kind() == ApiErrorKind::NotFound);
        if let Err(failure) = set.or_else(|failure| if is_gone(&failure) { Ok(()) } else { Err(failure) }) {
            return Err(still_renewing(prior, &failure));
        }
    }
    Ok(())
}

/// The error about an order whose instances are not known, so that it is unknown what renews itself.
fn unknown_instances(prior: &Partial<MarketOrder>) -> Diagnostic {
    let id = shown_id::<MarketOrder>(prior);
    let detail = format!(
        "renew_off_on_destroy is true, but the Marketplace lists no instance of the order {id}, so its auto-renewal cannot be turned \
         off. The order stays in the state and may renew automatically. Nothing was bought or changed.\n\n1. If the order is new, \
         wait until the Marketplace lists its instances, then run the command again.\n\n2. If its product has no instances, remove \
         renew_off_on_destroy and run terraform apply, which must not replace the order. Then destroy it.\n\n3. To remove the order \
         from the state anyway: terraform state rm {NAME}.<name>"
    );
    Diagnostic::error(format!("Order {id} was not destroyed: its instances are unknown"), detail)
}

/// The error about an order whose auto-renewal could not be turned off before it goes.
fn still_renewing(prior: &Partial<MarketOrder>, failure: &Failure) -> Diagnostic {
    let id = shown_id::<MarketOrder>(prior);
    let detail = format!(
        "renew_off_on_destroy is true, but turning auto-renewal off failed: {failure}. The order {id} stays in the state and may \
         renew automatically. Nothing was bought or changed.\n\n1. {} Then run the command again.\n\n2. To remove the order from \
         the state anyway: terraform state rm {NAME}.<name>",
        failure_messages::failure_advice(failure)
    );
    Diagnostic::error(format!("Order {id} was not destroyed: its auto-renewal may still be on"), detail)
}

#[cfg(test)]
pub(super) fn samples() -> Vec<Diagnostic> {
    use crate::catalogue::{lost, refused};
    let (id, order) =
        ("202600000000001", Partial::<MarketOrder> { id: "202600000000001".into(), ..Default::default() });
    vec![
        no_period(),
        not_set(id, "the Marketplace does not list its instances yet"),
        not_set(id, &format!("{}. Wait a few minutes.", lost("AutoRenewInstance"))),
        no_instances(id),
        not_changed(id, &refused("AutoRenewInstance", 403, "Forbidden.RAM", "You are not authorized.")),
        unknown_instances(&order),
        still_renewing(&order, &lost("AutoRenewInstance")),
    ]
}

/// Whether any instance of an order of a state renews itself; none where the state does not have it.
pub(super) fn of_state(state: &Partial<MarketOrder>) -> Option<bool> {
    let instances: Vec<_> = state.instances.known().into_iter().flatten().filter_map(Attr::known).collect();
    let reported = instances.iter().map(|instance| instance.auto_renewal.known().copied());
    let managed = state.auto_renew.known().and_then(|settings| settings.get(ENABLED)?.as_str());
    match any(reported) {
        None => managed.map(|enabled| enabled == "true"),
        reported => reported,
    }
}

/// Whether any of them renews itself; none where that is not reported for all the others.
fn any(reported: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let reported: Vec<_> = reported.into_iter().collect();
    let is_all_reported = !reported.is_empty() && reported.iter().all(Option::is_some);
    if reported.contains(&Some(true)) { Some(true) } else { is_all_reported.then_some(false) }
}

/// Whether an order that goes would renew itself, by its state, or by asking.
pub(super) async fn of_removed(cloud: Option<&Cloud>, prior: &Partial<MarketOrder>, ctx: &Context) -> Option<bool> {
    let (reported, ids) = (of_state(prior), instance_ids(prior));
    let Some(cloud) = cloud.filter(|cloud| reported.is_none() && cloud.quotes.quoting != Quoting::Waiting) else {
        return reported;
    };
    let (deadline, mut read) = (cloud.deadline(ASKING, ctx), Vec::with_capacity(ids.len()));
    for id in &ids {
        let instance = market_instance::describe_instance(&cloud.client, id, &deadline).await.ok()?;
        read.push(instance.and_then(|instance| instance.auto_renewal));
    }
    any(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> Value {
        Value::Map(pairs.iter().map(|(key, value)| ((*key).to_owned(), Value::String((*value).into()))).collect())
    }

    #[test]
    fn settings_say_whether_and_by_how_much() {
        let right: [&[(&str, &str)]; 4] = [
            &[("enabled", "false")],
            &[("enabled", "true")],
            &[("enabled", "true"), ("cycle", "Month"), ("duration", "1")],
            &[("enabled", "false"), ("cycle", "Year"), ("duration", "256")],
        ];
        right.iter().for_each(|pairs| assert_eq!(wrong(&self::settings(pairs)), None, "{pairs:?}"));
        let wrong_ones: [(&[(&str, &str)], &str); 7] = [
            (&[], "must have the key enabled"),
            (&[("enabled", "yes")], "must give enabled as true or false"),
            (&[("enabled", "true"), ("cycle", "Week"), ("duration", "1")], "must give cycle as Day, Month or Year"),
            (
                &[("enabled", "true"), ("cycle", "Day"), ("duration", "0")],
                "must give duration as a whole number from 1 to 256",
            ),
            (&[("enabled", "true"), ("cycle", "Day")], "must have both cycle and duration, or neither"),
            (&[("enabled", "true"), ("duration", "1")], "must have both cycle and duration, or neither"),
            (&[("enable", "true")], "must have only the keys enabled, cycle and duration, and has \"enable\""),
        ];
        for (pairs, message) in wrong_ones {
            assert_eq!(wrong(&self::settings(pairs)).as_deref(), Some(message), "{pairs:?}");
        }
    }
}
