//! Whether what an order bought renews itself: the argument `auto_renew`, which AutoRenewInstance is told and
//! DescribeInstance tells. Setting it buys nothing.

use std::time::Duration;

use alicloud::{
    error::{ApiErrorKind, Error, Failure},
    market_instance::{self, AutoRenewal, Instance},
    retry::Limit,
};
use tfplugin::{
    Attr, Context, Diagnostic, Diagnostics, Map, Operation, Partial, PrivateKey, State, Update, UpdateError,
    schema::Validator, value::Value,
};

use super::{MarketOrder, NAME, instances, schema::Cycle};
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

/// What a planned state asks for; none where it leaves auto-renewal as it is.
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
        None => {
            let detail = "The order does not tell its pricing_cycle and duration, so auto_renew has to say by how much its instances \
                          renew themselves. Nothing was bought or changed. Give auto_renew the keys cycle and duration, then run \
                          terraform apply again.";
            Err(Diagnostic::error("auto_renew needs a cycle and a duration", detail).at(MarketOrder::AUTO_RENEW.path()))
        }
    }
}

/// Tells all of these instances.
async fn set(cloud: &Cloud, instances: &[String], wanted: &AutoRenewal, limit: &Limit) -> Result<(), Failure> {
    for id in instances {
        market_instance::set_auto_renewal(&cloud.client, id, wanted, limit).await?;
    }
    Ok(())
}

/// Sets the auto-renewal of an order that was just bought. A failure is a warning: the order exists, and the next plan shows
/// what is missing.
pub(super) async fn set_bought(
    cloud: &Cloud,
    state: &mut State<MarketOrder>,
    wanted: &AutoRenewal,
    limit: &Limit,
) -> Option<Diagnostic> {
    let instances = instance_ids(state);
    let why = match set(cloud, &instances, wanted, limit).await {
        Ok(()) if !instances.is_empty() => return None,
        Ok(()) => "the Marketplace does not tell its instances yet".to_owned(),
        Err(failure) => format!("{failure}. {}", failure_messages::failure_advice(&failure)),
    };
    state.private.set(NOT_SET, &true);
    let id = shown_id::<MarketOrder>(state);
    let detail = format!(
        "The order {id} was placed and is in the state. Its auto-renewal could not be set: {}. Run terraform apply again: it \
         sets auto_renew in place and buys nothing.",
        why.trim_end_matches('.')
    );
    Some(
        Diagnostic::warning(format!("The auto-renewal of order {id} is not set"), detail)
            .at(MarketOrder::AUTO_RENEW.path()),
    )
}

/// The instances of an order of a state.
pub(super) fn instance_ids(state: &Partial<MarketOrder>) -> Vec<String> {
    let ids = state.instance_ids.known().into_iter().flatten();
    ids.filter_map(|id| id.as_str().map(str::to_owned)).collect()
}

/// Brings into a state what its instances tell of their renewal. What is not told stays as it was, unless it was never set.
pub(super) fn refresh(state: &mut State<MarketOrder>, instances: &[Instance]) {
    let told: Vec<Option<bool>> = instances.iter().map(|instance| instance.auto_renewal).collect();
    let is_unset = state.private.get(NOT_SET).unwrap_or_default();
    let Some(settings) = state.auto_renew.known_mut() else { return };
    let is_enabled = settings.get(ENABLED).and_then(Attr::as_str) == Some("true");
    let differs = told.iter().flatten().any(|told| *told != is_enabled);
    if differs {
        settings.insert(ENABLED.to_owned(), (!is_enabled).to_string().into());
    }
    let is_reported = !told.is_empty() && told.iter().all(Option::is_some);
    if is_unset {
        if !is_reported {
            state.auto_renew = Attr::Null;
        }
        state.private.remove(NOT_SET);
    }
}

/// Fills the state of an order that nothing was known of. It is left out where its instances do not all tell the same.
pub(super) fn import(state: &mut Partial<MarketOrder>, instances: &[Instance]) {
    let first = instances.first().and_then(|instance| instance.auto_renewal);
    if let Some(is_enabled) = first.filter(|first| instances.iter().all(|told| told.auto_renewal == Some(*first))) {
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
    let limit = cloud.operation_limit(Operation::Read, ctx);
    let read = instances::read(cloud, &state, true, &limit, ctx).await;
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
    let summary = format!("The auto-renewal of order {id} was not changed");
    if instances.is_empty() {
        let detail = format!(
            "The Marketplace tells no instance of the order {id}, and only instances renew themselves. Nothing was bought or \
             changed. Run terraform apply again once `terraform state show` of the resource has instance_ids, or remove \
             auto_renew from the {NAME}."
        );
        return Err(Diagnostic::error(summary, detail).at(MarketOrder::AUTO_RENEW.path()).into());
    }
    let limit = cloud.operation_limit(Operation::Read, ctx);
    let sent = set(cloud, &instances, &wanted, &limit).await;
    sent.map_err(|failure| {
        let subject = format!("The auto-renewal of the order {id}");
        failure_messages::failure(&summary, &subject, &failure, &PurchaseOutcome::NotRenewed)
            .at(MarketOrder::AUTO_RENEW.path())
            .into()
    })
}

/// Turns the auto-renewal of an order off that goes. An instance that is gone renews nothing.
///
/// # Errors
/// One may still renew itself.
pub(super) async fn turn_off(cloud: &Cloud, prior: &Partial<MarketOrder>, limit: &Limit) -> Result<(), Diagnostic> {
    if prior.instance_ids.is_null() {
        return Err(never_read(prior));
    }
    for instance in instance_ids(prior) {
        let set = set(cloud, &[instance], &AutoRenewal::Off, limit).await;
        let is_gone =
            |failure: &Failure| matches!(&failure.error, Error::Api(error) if error.kind() == ApiErrorKind::NotFound);
        if let Err(failure) = set.or_else(|failure| if is_gone(&failure) { Ok(()) } else { Err(failure) }) {
            return Err(still_renewing(prior, &failure));
        }
    }
    Ok(())
}

/// The error about an order whose instances are not known, so that there is no telling what renews itself.
fn never_read(prior: &Partial<MarketOrder>) -> Diagnostic {
    let id = shown_id::<MarketOrder>(prior);
    let detail = format!(
        "renew_off_on_destroy is true, and the order {id} was never read, so its instances are not known. The order stays in the \
         state, and may renew itself. Nothing was bought or changed. Run terraform apply -refresh-only, which reads it, then run the \
         command again."
    );
    Diagnostic::error(format!("Order {id} was not destroyed: its instances are not known"), detail)
}

/// The error about an order whose auto-renewal could not be turned off before it goes.
fn still_renewing(prior: &Partial<MarketOrder>, failure: &Failure) -> Diagnostic {
    let id = shown_id::<MarketOrder>(prior);
    let detail = format!(
        "renew_off_on_destroy is true, and turning the auto-renewal off failed: {failure}. The order {id} stays in the state, and may \
         renew itself. Nothing was bought or changed.\n\n1. {} Then run the command again.\n\n2. To forget the order all the same: \
         terraform state rm {NAME}.<name>",
        failure_messages::failure_advice(failure)
    );
    Diagnostic::error(format!("Order {id} was not destroyed: its auto-renewal is not off"), detail)
}

/// What a state tells of the renewal of its order: whether any instance renews itself; none where it does not tell.
pub(super) fn of_state(state: &Partial<MarketOrder>) -> Option<bool> {
    let instances: Vec<_> = state.instances.known().into_iter().flatten().filter_map(Attr::known).collect();
    let told = instances.iter().map(|instance| instance.auto_renewal.known().copied());
    let managed = state.auto_renew.known().and_then(|settings| settings.get(ENABLED)?.as_str());
    match any(told) {
        None => managed.map(|enabled| enabled == "true"),
        told => told,
    }
}

/// Whether any of them renews itself; none where that is not told of all the others.
fn any(told: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let told: Vec<_> = told.into_iter().collect();
    let is_all_told = !told.is_empty() && told.iter().all(Option::is_some);
    if told.contains(&Some(true)) { Some(true) } else { is_all_told.then_some(false) }
}

/// Whether an order that goes would renew itself, by its state, or by asking.
pub(super) async fn of_removed(cloud: Option<&Cloud>, prior: &Partial<MarketOrder>, ctx: &Context) -> Option<bool> {
    let (told, ids) = (of_state(prior), instance_ids(prior));
    let Some(cloud) = cloud.filter(|cloud| told.is_none() && cloud.quotes.quoting != Quoting::Waiting) else {
        return told;
    };
    let (limit, mut read) = (cloud.limit(ASKING, ctx), Vec::with_capacity(ids.len()));
    for id in &ids {
        let instance = market_instance::describe_instance(&cloud.client, id, &limit).await.ok()?;
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
        for (pairs, said) in wrong_ones {
            assert_eq!(wrong(&self::settings(pairs)).as_deref(), Some(said), "{pairs:?}");
        }
    }
}
