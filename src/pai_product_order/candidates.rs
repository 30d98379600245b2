//! Which orders may be a purchase without a response. Billing does not report what was bought by the code that it was
//! bought by, so the exact commodity decides where it is documented; elsewhere the time, how it is paid, the order's own
//! rows and ListProducts have to agree, more than once.

use std::collections::BTreeMap;

use chrono::Utc;

use super::{
    NAME, messages,
    products::{self, Match},
};
use crate::{Cloud, failure_messages};
use alicloud::{
    billing::{self, Row},
    error::{Error, Failure},
    retry::Deadline,
};
use tfplugin::Diagnostic;

/// How far ahead of this machine's clock billing's may be, in seconds.
const CLOCK_AHEAD: i64 = 15 * 60;

/// How far back an order is looked for that is only to be named, in seconds.
pub(super) const YEAR: i64 = 365 * 24 * 3600;

/// How many readings in a row must show the same order, where no commodity makes it certain.
const SIGHTINGS: u32 = 3;

/// An order that may be the purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) order_id: String,
    /// What billing calls its products.
    commodities: Vec<String>,
    created: Option<String>,
    certainty: Match,
}

impl Candidate {
    /// The command that imports it, with what is known of it.
    pub(super) fn import_command(&self) -> String {
        format!("  terraform import {NAME}.<name> {}   # {self}", self.order_id)
    }
}

impl std::fmt::Display for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { order_id, commodities, created, .. } = self;
        write!(f, "{order_id} ({}", commodities.join(", "))?;
        created.iter().try_for_each(|created| write!(f, ", {created}"))?;
        f.write_str(")")
    }
}

/// What a reading comes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// No order can be the purchase.
    Nothing,
    /// This one is.
    This(String),
    /// Only this one can be, if the next readings agree: it may be another purchase, or hold a part only.
    Likely(Candidate),
    /// This one may be, which is uncertain.
    InDoubt(Candidate),
    /// Several orders fit equally.
    Several(Vec<Candidate>),
}

/// The orders that were made since a moment, in seconds since 1970, and that may hold one of these products.
pub(super) async fn since(
    cloud: &Cloud,
    codes: &[String],
    since: i64,
    deadline: &Deadline,
) -> Result<Vec<Candidate>, Failure> {
    let mut orders: BTreeMap<String, Candidate> = BTreeMap::new();
    let period = since..Utc::now().timestamp() + CLOCK_AHEAD;
    for code in codes {
        let Some(product) = products::find(code) else { continue };
        let rows = billing::orders_between(&cloud.client, product.billing, period.clone(), deadline).await?;
        // The service may ignore the period, or take it for another one.
        let is_in_period = |row: &&Row| row.created().is_none_or(|created| period.contains(&created));
        for row in rows.iter().filter(|row| row.is_purchase()).filter(is_in_period) {
            if let (Some(certainty), Some(id)) = (product.matches(row), &row.order_id) {
                let candidate = orders.entry(id.clone()).or_insert_with(|| Candidate {
                    order_id: id.clone(),
                    commodities: Vec::new(),
                    created: row.create_time.clone(),
                    certainty,
                });
                candidate.certainty = candidate.certainty.min(certainty);
                candidate.commodities.extend(row.names().next().map(str::to_owned));
            }
        }
    }
    Ok(orders.into_values().collect())
}

/// What the orders since a moment say of a purchase of these products. `known` were there before it, and `is_purchased` is
/// whether ListProducts says that the account has one of them.
pub(super) async fn read(
    cloud: &Cloud,
    codes: &[String],
    moment: i64,
    known: &[String],
    is_purchased: bool,
    deadline: &Deadline,
) -> Result<Found, Failure> {
    let mut assessed = Vec::new();
    for candidate in since(cloud, codes, moment, deadline).await? {
        if known.contains(&candidate.order_id) {
            continue;
        }
        let rows = billing::order_detail(&cloud.client, &candidate.order_id, deadline).await?.rows;
        let each: Vec<_> =
            rows.iter().map(|row| products::best_match(codes, row).filter(|_| row.is_purchase())).collect();
        let is_certain =
            |code| rows.iter().any(|row| products::best_match(std::slice::from_ref(code), row) == Some(Match::Certain));
        // One that holds a part only may be another purchase.
        let least = if codes.iter().all(is_certain) { Match::Certain } else { Match::Possible };
        // The order's own rows know more of it than the list.
        if each.is_empty() || each.iter().any(Option::is_some) {
            assessed.push((candidate, each.into_iter().min().flatten().map(|certainty| certainty.min(least))));
        }
    }
    if assessed.iter().any(|(_, certainty)| *certainty == Some(Match::Certain)) {
        assessed.retain(|(_, certainty)| *certainty == Some(Match::Certain));
    }
    if assessed.len() > 1 {
        return Ok(Found::Several(assessed.into_iter().map(|(candidate, _)| candidate).collect()));
    }
    Ok(match assessed.pop() {
        None => Found::Nothing,
        Some((candidate, Some(Match::Certain))) => Found::This(candidate.order_id),
        Some((candidate, Some(Match::Possible))) if is_purchased => Found::Likely(candidate),
        // It holds something else too, or billing does not know it yet, or it may be another purchase.
        Some((candidate, _)) => Found::InDoubt(candidate),
    })
}

/// How often in a row an order was the only one that can be the purchase.
#[derive(Debug, Default)]
pub(super) struct Sightings {
    order_id: String,
    times: u32,
}

impl Sightings {
    /// The order that a reading has found, if it is certain now.
    pub(super) fn confirm(&mut self, found: &Result<Found, Failure>) -> Option<String> {
        match found {
            Ok(Found::This(id)) => return Some(id.clone()),
            Ok(Found::Likely(candidate)) if candidate.order_id == self.order_id => self.times += 1,
            Ok(Found::Likely(candidate)) => *self = Self { order_id: candidate.order_id.clone(), times: 1 },
            _ => self.times = 0,
        }
        (self.times >= SIGHTINGS).then(|| self.order_id.clone())
    }
}

/// What billing reports, in a sentence without its end.
pub(super) fn reported(found: &Result<Found, Failure>) -> String {
    match found {
        Ok(Found::Likely(candidate) | Found::InDoubt(candidate)) => {
            format!("QueryOrders lists the order {candidate}, which may be this one or another one")
        }
        Ok(_) => "QueryOrders lists no order".to_owned(),
        Err(failure) => failure.to_string(),
    }
}

/// What to do about products that the account has, with the orders that may hold them.
pub(super) fn proposal(found: &Result<Vec<Candidate>, Failure>) -> String {
    let candidates = match found {
        Ok(candidates) => candidates,
        Err(Failure { error: Error::TooMany { read }, .. }) => {
            return format!(
                "The provider could not find its order: QueryOrders lists more than {read} orders of the last year with its \
                 ProductCode, and the provider does not read more than that. Find the order in the billing console under Orders, \
                 and import it:\n\n  terraform import {NAME}.<name> <order id>"
            );
        }
        Err(failure) => {
            return format!(
                "The provider could not find its order: {failure}. {} Then run terraform apply again.\n\nOr find the order in the \
                 billing console under Orders, and import it:\n\n  terraform import {NAME}.<name> <order id>",
                failure_messages::failure_advice(failure)
            );
        }
    };
    let commands = |certainty: Match| {
        let orders = candidates.iter().filter(|candidate| candidate.certainty == certainty);
        orders.map(Candidate::import_command).collect::<Vec<_>>().join("\n")
    };
    match (commands(Match::Certain), commands(Match::Possible)) {
        (certain, possible) if certain.is_empty() && possible.is_empty() => format!(
            "QueryOrders lists no order of it in the last year. Find its order in the billing console under Orders, and import \
             it:\n\n  terraform import {NAME}.<name> <order id>"
        ),
        (certain, _) if !certain.is_empty() => format!("To manage its order with Terraform, import it:\n\n{certain}"),
        (_, possible) => format!(
            "These orders may contain it, but billing does not report that for certain. Check the order in the billing console \
             before you import it:\n\n{possible}"
        ),
    }
}

/// The warning about an order whose commodity is not documented for the products that were found in it.
pub(super) fn uncertain(id: &str, codes: &[String], rows: &[Row]) -> Option<Diagnostic> {
    let all: Option<Vec<Match>> = rows.iter().map(|row| products::best_match(codes, row)).collect();
    if all.is_some_and(|all| all.iter().all(|each| *each == Match::Certain)) {
        return None;
    }
    let commodities: Vec<&str> = rows.iter().filter_map(|row| row.names().next()).collect();
    Some(messages::uncertain(id, &commodities, codes))
}

#[cfg(test)]
pub(super) fn sample_candidate() -> Candidate {
    Candidate {
        order_id: "202600000000001".to_owned(),
        commodities: vec!["learn".to_owned()],
        created: Some("2026-05-01T08:00:00Z".to_owned()),
        certainty: Match::Possible,
    }
}

#[cfg(test)]
impl Candidate {
    /// The same where its commodity says for certain what it is.
    pub(super) fn certain(self) -> Self {
        Self { certainty: Match::Certain, ..self }
    }
}
