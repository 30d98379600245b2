//! What one Terraform plans to spend, and what it spends: all of its plugin processes together. Each alias of the provider
//! is a process of its own, and the plan has others than the apply, so the sums stand in a file beside the journal.

use std::{collections::BTreeMap, io};

use serde::{Deserialize, Serialize};
use tfplugin::value::Number;

use crate::{journal::Journal, quotes::Amount, terraform::Process};

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
    #[serde(default)]
    applies: bool,
    /// What they have planned.
    planned: Vec<Amount>,
    /// What is being bought and was bought, by purchase.
    reserved: BTreeMap<String, Amount>,
    /// What replacements will buy that have forgotten their old order, with the text that is quoted.
    #[serde(default)]
    promised: Vec<(String, Amount)>,
}

/// A part of `max_total` that a purchase has.
#[derive(Debug)]
pub(crate) struct Reservation(String);

fn sum<'a>(amounts: impl Iterator<Item = &'a Amount>) -> Number {
    amounts.map(|amount| amount.0.clone()).sum()
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

/// Joins the plugin processes of this Terraform. When the first one of an apply does, those that planned have ended.
pub(crate) fn join(journal: &Journal) -> io::Result<()> {
    change(journal, |account| {
        let this = journal.plugin();
        let is_first = account.plugins.is_empty();
        account.plugins.retain(|plugin| journal.is_process_running(plugin));
        account.applies |= !is_first && account.plugins.is_empty();
        account.plugins.push(this.clone());
    })
}

/// Adds to what is planned, unless that is refused, given the sum before. An apply, which plans everything again, counts what
/// it reserves instead.
pub(crate) fn plan<E>(
    journal: &Journal,
    price: &Number,
    check: impl FnOnce(&Number) -> Result<(), E>,
) -> io::Result<Result<(), E>> {
    change(journal, |account| {
        if account.applies {
            return check(&0_i64.into());
        }
        check(&sum(account.planned.iter()))?;
        account.planned.push(Amount(price.clone()));
        Ok(())
    })
}

impl Account {
    /// What is spent, and what is promised.
    fn committed(&self) -> Number {
        sum(self.reserved.values().chain(self.promised.iter().map(|(_, amount)| amount)))
    }
}

/// Sets aside what a replacement will buy, unless that is refused, given the sum before.
pub(crate) fn promise<E>(
    journal: &Journal,
    commodity: &str,
    price: &Number,
    check: impl FnOnce(&Number) -> Result<(), E>,
) -> io::Result<Result<(), E>> {
    change(journal, |account| {
        check(&account.committed())?;
        account.promised.push((commodity.to_owned(), Amount(price.clone())));
        Ok(())
    })
}

/// Reserves what a purchase costs, unless that is refused, given the sum before. What was promised for it counts no more.
pub(crate) fn reserve<E>(
    journal: &Journal,
    commodity: &str,
    price: &Number,
    check: impl FnOnce(&Number) -> Result<(), E>,
) -> io::Result<Result<Reservation, E>> {
    change(journal, |account| {
        if let Some(at) = account.promised.iter().position(|(promised, _)| promised == commodity) {
            account.promised.remove(at);
        }
        check(&account.committed())?;
        let id = uuid::Uuid::new_v4().simple().to_string();
        account.reserved.insert(id.clone(), Amount(price.clone()));
        Ok(Reservation(id))
    })
}

/// Gives back what a purchase has reserved that certainly did not happen.
pub(crate) fn give_back(journal: &Journal, reservation: &Reservation) {
    if let Err(error) = change(journal, |account| account.reserved.remove(&reservation.0)) {
        tracing::warn!(%error, "a reservation was not given back");
    }
}
