//! What one Terraform plans to spend, and what it spends: all of its plugin processes together. Each alias of the provider
//! is a process of its own, and the plan has others than the apply, so the sums stand in a file beside the journal.

use std::{collections::BTreeMap, io};

use serde::{Deserialize, Serialize};
use tfplugin::value::Number;

use crate::{
    journal::Journal,
    purchase_guard::Excess,
    quotes::{Amount, Quote},
    terraform::Process,
};

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
    /// Whether one of them has planned an order.
    has_planned: bool,
    /// Whether others of this Terraform have planned before, so that these apply.
    applies: bool,
    /// What they have planned.
    planned: Sums,
    /// The prices that the plan shows, by what is bought and by whom.
    quotes: BTreeMap<String, Quote>,
    /// What is being bought and was bought.
    reserved: Sums,
    /// What replacements will buy that have forgotten their old order, with the text that is quoted.
    promised: Vec<(String, Quote)>,
}

/// What orders cost together, by currency. A thousand orders are one sum.
#[derive(Default, Serialize, Deserialize)]
struct Sums(BTreeMap<String, Amount>);

/// A part of `max_total` that a purchase has.
#[derive(Debug)]
pub(crate) struct Reservation(Quote);

/// Holds an order against the limits, given the sum before it.
pub(crate) type Check<'a> = &'a dyn Fn(&Number) -> Result<(), Excess>;

impl Sums {
    fn add(&mut self, quote: &Quote) {
        let sum = self.0.entry(quote.currency.clone().unwrap_or_default());
        let Amount(sum) = sum.or_insert_with(|| Amount(0_i64.into()));
        *sum = [sum.clone(), quote.price.clone()].into_iter().sum();
    }

    /// What they cost in the currency of this order. One whose currency is not reported counts in each.
    fn before(&self, quote: &Quote) -> Number {
        let is_same = |currency: &String| currency.is_empty() || quote.currency.as_ref() == Some(currency);
        self.0.iter().filter(|(currency, _)| is_same(currency)).map(|(_, Amount(sum))| sum.clone()).sum()
    }
}

fn change<R>(journal: &Journal, change: impl FnOnce(&mut Account) -> R) -> io::Result<R> {
    journal.change_shared(FILE, |Ledger(accounts)| {
        accounts.retain(|account| journal.is_process_running(&account.terraform));
        let at = accounts.iter().position(|account| account.terraform == *journal.served()).unwrap_or_else(|| {
            let terraform = journal.served().clone();
            let applies = journal.applies_saved_plan();
            let (plugins, has_planned, planned, quotes, reserved, promised) = Default::default();
            accounts.push(Account { terraform, plugins, has_planned, applies, planned, quotes, reserved, promised });
            accounts.len() - 1
        });
        change(&mut accounts[at])
    })
}

/// Joins the plugin processes of this Terraform, and says whether they apply what others have planned. When the first one of
/// an apply joins, those that planned have ended.
pub(crate) fn join(journal: &Journal) -> io::Result<bool> {
    change(journal, |account| {
        account.plugins.retain(|plugin| journal.is_process_running(plugin));
        account.applies |= account.has_planned && account.plugins.is_empty() && journal.command().plans_and_applies();
        account.plugins.push(journal.plugin().clone());
        account.applies
    })
}

/// Leaves for the apply that this process has planned an order, whether or not its price is known.
pub(crate) fn mark_planned(journal: &Journal) -> io::Result<()> {
    change(journal, |account| {
        account.has_planned = true;
        if !account.plugins.contains(journal.plugin()) {
            account.plugins.push(journal.plugin().clone());
        }
    })
}

/// Adds to what is planned, unless that is refused. An apply, which plans everything again, counts what it reserves instead.
pub(crate) fn plan(journal: &Journal, quote: &Quote, check: Check<'_>) -> io::Result<Result<(), Excess>> {
    change(journal, |account| {
        if account.applies {
            return check(&0_i64.into());
        }
        check(&account.planned.before(quote))?;
        account.planned.add(quote);
        Ok(())
    })
}

/// Leaves a price that the plan shows for those who apply it.
pub(crate) fn record_quote(journal: &Journal, purchase: &str, quote: &Quote) -> io::Result<()> {
    change(journal, |account| drop(account.quotes.insert(purchase.to_owned(), quote.clone())))
}

/// The price that the plan of this Terraform shows, where one of its processes has left it.
pub(crate) fn planned_quote(journal: &Journal, purchase: &str) -> io::Result<Option<Quote>> {
    change(journal, |account| account.quotes.get(purchase).cloned())
}

impl Account {
    /// What is spent and promised before this order.
    fn committed(&self, quote: &Quote) -> Number {
        let mut promised = Sums::default();
        self.promised.iter().for_each(|(_, quote)| promised.add(quote));
        [self.reserved.before(quote), promised.before(quote)].into_iter().sum()
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
        account.reserved.add(quote);
        Ok(Reservation(quote.clone()))
    })
}

/// Gives back what a purchase has reserved that certainly did not happen.
pub(crate) fn give_back(journal: &Journal, Reservation(quote): &Reservation) {
    let nothing = Quote { price: -quote.price.clone(), ..quote.clone() };
    if let Err(error) = change(journal, |account| account.reserved.add(&nothing)) {
        tracing::warn!(%error, "a reservation was not given back");
    }
}
