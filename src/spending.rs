//! What one Terraform plans to spend, and what it spends: all of its plugin processes together. Each alias of the provider
//! is a process of its own, and the plan has others than the apply, so the sums stand in a file beside the journal.

use std::{collections::BTreeMap, io};

use serde::{Deserialize, Serialize};
use tfplugin::value::Number;

use crate::{journal::Journal, purchase_guard::Excess, quotes::Quote, terraform::Process};

/// The name of the file.
const FILE: &str = "spending";

/// What Terraforms spend that still run.
#[derive(Default, Serialize, Deserialize)]
struct Ledger(Vec<Account>);

/// What one Terraform spends.
#[derive(Serialize, Deserialize)]
struct Account {
    terraform: Process,
    /// The plugin processes that work together now: those of the plan, or those of the apply.
    plugins: Vec<Process>,
    /// Whether others of this Terraform have planned before, so that these apply.
    applies: bool,
    /// What they have planned.
    planned: Vec<Quote>,
    /// What is being bought and was bought, by purchase.
    reserved: BTreeMap<String, Quote>,
    /// What replacements will buy that have forgotten their old order, with the text that is quoted.
    promised: Vec<(String, Quote)>,
}

/// A part of `max_total` that a purchase has.
#[derive(Debug)]
pub(crate) struct Reservation(String);

/// Holds an order against the limits, given the sum before it.
pub(crate) type Check<'a> = &'a dyn Fn(&Number) -> Result<(), Excess>;

/// What orders cost together that are sold in this currency. One that is not told counts as the same.
fn sum<'a>(quotes: impl Iterator<Item = &'a Quote>, currency: Option<&str>) -> Number {
    let is_same = |quote: &&Quote| quote.currency.is_none() || quote.currency.as_deref() == currency;
    quotes.filter(is_same).map(|quote| quote.price.clone()).sum()
}

fn change<R>(journal: &Journal, change: impl FnOnce(&mut Account) -> R) -> io::Result<R> {
    journal.change_shared(FILE, |Ledger(accounts)| {
        accounts.retain(|account| journal.is_process_running(&account.terraform));
        let at = accounts.iter().position(|account| account.terraform == *journal.served()).unwrap_or_else(|| {
            let terraform = journal.served().clone();
            let applies = journal.applies_saved_plan();
            let (plugins, planned, reserved, promised) = Default::default();
            accounts.push(Account { terraform, plugins, applies, planned, reserved, promised });
            accounts.len() - 1
        });
        change(&mut accounts[at])
    })
}

/// Joins the plugin processes of this Terraform, and says whether they apply what others have planned. When the first one of
/// an apply joins, those that planned have ended.
pub(crate) fn join(journal: &Journal) -> io::Result<bool> {
    change(journal, |account| {
        let this = journal.plugin();
        let is_first = account.plugins.is_empty();
        account.plugins.retain(|plugin| journal.is_process_running(plugin));
        account.applies |= !is_first && account.plugins.is_empty() && journal.command().plans_and_applies();
        account.plugins.push(this.clone());
        account.applies
    })
}

/// Adds to what is planned, unless that is refused. An apply, which plans everything again, counts what it reserves instead.
pub(crate) fn plan(journal: &Journal, quote: &Quote, check: Check<'_>) -> io::Result<Result<(), Excess>> {
    change(journal, |account| {
        if account.applies {
            return check(&0_i64.into());
        }
        check(&sum(account.planned.iter(), quote.currency.as_deref()))?;
        account.planned.push(quote.clone());
        Ok(())
    })
}

impl Account {
    /// What is spent in the currency of this order, and what is promised.
    fn committed(&self, quote: &Quote) -> Number {
        let promised = self.promised.iter().map(|(_, quote)| quote);
        sum(self.reserved.values().chain(promised), quote.currency.as_deref())
    }
}

/// Sets aside what a replacement will buy, unless that is refused.
pub(crate) fn promise(
    journal: &Journal,
    commodity: &str,
    quote: &Quote,
    check: Check<'_>,
) -> io::Result<Result<(), Excess>> {
    change(journal, |account| {
        check(&account.committed(quote))?;
        account.promised.push((commodity.to_owned(), quote.clone()));
        Ok(())
    })
}

/// Reserves what a purchase costs, unless that is refused. What was promised for it counts no more.
pub(crate) fn reserve(
    journal: &Journal,
    commodity: &str,
    quote: &Quote,
    check: Check<'_>,
) -> io::Result<Result<Reservation, Excess>> {
    change(journal, |account| {
        if let Some(at) = account.promised.iter().position(|(promised, _)| promised == commodity) {
            account.promised.remove(at);
        }
        check(&account.committed(quote))?;
        let id = uuid::Uuid::new_v4().simple().to_string();
        account.reserved.insert(id.clone(), quote.clone());
        Ok(Reservation(id))
    })
}

/// Gives back what a purchase has reserved that certainly did not happen.
pub(crate) fn give_back(journal: &Journal, reservation: &Reservation) {
    if let Err(error) = change(journal, |account| account.reserved.remove(&reservation.0)) {
        tracing::warn!(%error, "a reservation was not given back");
    }
}
