//! What the entries of the journal mean for the user, in words.

use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};
use tfplugin::diagnostics::Diagnostic;

use super::{Entry, Journal, Refusal, entry::Progress, store::Damaged};
use crate::terraform::TornState;

/// How many orders a message names.
const MOST_NAMED: usize = 10;

/// A moment as messages show it: RFC 3339, to the second.
pub(crate) fn moment(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

impl Journal {
    pub(super) fn unreadable(&self, error: &std::io::Error) -> Diagnostic {
        let detail = format!(
            "The purchase journal in {} cannot be read: {error}. It may contain this purchase, so nothing was bought. Make its files \
             readable and writable, then run terraform apply again.",
            self.store.folder().display()
        );
        Diagnostic::error("No order was placed: the purchase journal cannot be read", detail)
    }

    pub(super) fn unwritable(&self, error: &std::io::Error) -> Diagnostic {
        let detail = format!(
            "The provider records each purchase in {} before it sends it, so that no second order is placed if the response is \
             lost. It cannot write there: {error}. Nothing was bought.\n\nMake the directory writable, then run terraform apply \
             again. An alicloud_market_order with a client_token needs no entry.",
            self.store.folder().display()
        );
        Diagnostic::error("No order was placed: the purchase journal cannot be written", detail)
    }

    pub(super) fn refused(&self, refusal: Refusal, entry: &Entry) -> Diagnostic {
        let (sent, kind, remove) = (moment(entry.time), &entry.purchase.kind, format!("rm {}", self.path(entry)));
        let order_id = entry.order_id().unwrap_or("<order id>");
        let import = format!("terraform import {kind}.<name> {order_id}");
        let order = match entry.order_id() {
            Some(id) => format!("It placed the order {id}."),
            None => "Its outcome is not known: an order may have been placed.".to_owned(),
        };
        let maybe_this = "No order was placed: an earlier purchase may be this one";
        match refusal {
            Refusal::OtherState => Diagnostic::error(
                maybe_this,
                format!(
                    "An apply at {sent} bought the same thing for another state, or for this one before it was moved: {}. \
                     {order} Nothing was bought now.\n\n1. If no resource has that order yet, and it belongs to this one, \
                     import it and remove the entry:\n\n     {import}\n     {remove}\n\n2. If a resource has it, here or in \
                     another state, or no order was placed, remove the entry and apply again:\n\n     {remove}",
                    entry.state
                ),
            ),
            Refusal::OtherBuyer | Refusal::OtherEndpoint => {
                let (what, again) = if refusal == Refusal::OtherBuyer {
                    (
                        " with other keys. The provider cannot tell whether they belong to the same account",
                        "If the keys have changed, apply again when STS (endpoints.sts) can be reached, or with the keys of \
                         that apply",
                    )
                } else {
                    (
                        ", another endpoint than now",
                        "If the endpoint has changed, apply again with that one: it finds out what happened. Then change it",
                    )
                };
                let detail = format!(
                    "An apply at {sent} bought the same thing for this state at {}{what}. {order} Nothing was bought \
                     now.\n\n1. {again}.\n\n2. If the order is in the console and no resource has it, import it and remove \
                     the entry:\n\n     {import}\n     {remove}\n\n3. If no order was placed, or it is not this one, remove the \
                     entry and apply again:\n\n     {remove}",
                    entry.purchase.endpoint
                );
                Diagnostic::error(maybe_this, detail)
            }
            Refusal::OtherToken => {
                let (then, undo) = if entry.is_client_token {
                    ("with a client_token", "give the resource that client_token again")
                } else {
                    ("without a client_token", "take the client_token out of the configuration")
                };
                let detail = format!(
                    "An apply at {sent} bought the same thing for this state, {then}. {order} A purchase with another token \
                     would be another order. Nothing was bought now.\n\n1. If it is the same purchase, {undo}, and apply: it \
                     finds the order and never buys a second one. Then change the token.\n\n2. If the order is in the console \
                     and no resource has it, you can import it instead and remove the entry:\n\n     {import}\n     \
                     {remove}\n\n3. If this is another purchase, remove the entry and apply again:\n\n     {remove}"
                );
                Diagnostic::error(maybe_this, detail)
            }
            Refusal::StillRunning => Diagnostic::error(
                "No order was placed: the same purchase is under way",
                format!(
                    "Another Terraform in this directory, or the provider it started, sent the same purchase at {sent} and \
                     is still running. Nothing was bought now.\n\nWhen it has ended, run terraform apply again. If no such process \
                     runs any more and you know whether its order was placed, remove the entry:\n\n  {remove}"
                ),
            ),
            Refusal::MaybeInState => {
                let is_delivered = matches!(entry.progress, Progress::Delivered { .. });
                let what = match entry.progress {
                    Progress::Delivered { .. } => {
                        "The provider returned the order to Terraform. It cannot tell whether Terraform saved the order and \
                         somebody removed it from the state later, or whether Terraform was stopped before it saved."
                    }
                    Progress::Placed(_) => "The provider cannot tell whether the state contains it.",
                    Progress::Sent => "The provider cannot tell whether the state contains an order of it.",
                };
                let whole = match () {
                    () if self.terraform.command.is_partial => Some(
                        "Apply without -target or -exclude: a plan of the whole state shows whether it has the order.",
                    ),
                    () if is_delivered => None,
                    () => Some("If another plan was made here meanwhile, apply once more."),
                };
                let lost = format!(
                    "If no resource has the order, import it. If the address has the order that this one replaces, first remove that \
                     one from the state:\n\n     terraform state rm {kind}.<name>\n     {import}"
                );
                let removed = format!(
                    "If you removed the order from the state and want another one, remove the entry and apply again:\n\n     \
                     {remove}"
                );
                let steps: Vec<String> = whole
                    .map(str::to_owned)
                    .into_iter()
                    .chain([lost, removed])
                    .zip(1..)
                    .map(|(step, number)| format!("\n\n{number}. {step}"))
                    .collect();
                let detail = format!(
                    "An apply at {sent} bought the same thing for this state. {order} {what} Nothing was bought now.{}",
                    steps.concat()
                );
                let summary = match entry.order_id() {
                    Some(order_id) => format!("No order was placed: the order {order_id} may be this one"),
                    None => maybe_this.to_owned(),
                };
                Diagnostic::error(summary, detail)
            }
            Refusal::NotSaved => Diagnostic::error(
                format!("No order was placed: the order {order_id} is in errored.tfstate"),
                format!(
                    "An apply at {sent} placed the order {order_id} for the same thing. Nothing was bought now. {}",
                    self.push_or_import(entry)
                ),
            ),
        }
    }

    /// The warning about an order in the state that Terraform could not save.
    pub(super) fn not_saved(&self, entry: &Entry) -> Diagnostic {
        let order_id = entry.order_id().unwrap_or_default();
        let detail =
            format!("An apply at {} placed the order {order_id}. {}", moment(entry.time), self.push_or_import(entry));
        Diagnostic::warning(format!("Order {order_id} is in errored.tfstate only"), detail)
    }

    fn push_or_import(&self, entry: &Entry) -> String {
        format!(
            "Terraform could not save its state and wrote it to errored.tfstate.\n\n1. Save that state, remove the file, and \
             plan again:\n\n     terraform state push errored.tfstate\n     rm errored.tfstate\n\n2. If Terraform refuses to push \
             it, because another state was saved since, import each order of it instead, and remove the file:\n\n     \
             terraform import {}.<name> {}\n     rm errored.tfstate",
            entry.purchase.kind,
            entry.order_id().unwrap_or("<order id>"),
        )
    }

    /// The warning about an entry that no purchase takes over.
    pub(super) fn unresolved(&self, entry: &Entry) -> Diagnostic {
        let (kind, sent, file) = (&entry.purchase.kind, moment(entry.time), self.path(entry));
        let (summary, what) = match entry.order_id() {
            Some(id) => (
                format!("Order {id} of an earlier apply may be in no state"),
                format!(
                    "placed the order {id}. If it is in no state, import it. If the address has the order that this one replaces, \
                     first run terraform state rm for that address:\n\n  terraform import {kind}.<name> {id}"
                ),
            ),
            None => (
                format!("An order may have been placed by an earlier apply at {sent} (entry {})", &entry.id[..8]),
                format!(
                    "sent a purchase whose outcome is unknown. Look for the order in the console. If it exists and no \
                     resource has it:\n\n  terraform import {kind}.<name> <order id>"
                ),
            ),
        };
        let again = match entry.progress {
            Progress::Delivered { .. } => "",
            _ => "Applying all of that configuration again finds the order as well, and buys nothing. ",
        };
        let detail = format!(
            "At {sent} an apply for {} {what}\n\n{again}If you need neither, remove the entry:\n\n  rm {file}",
            entry.state
        );
        Diagnostic::warning(summary, detail)
    }
}

/// The error about an entry that may be of this purchase and cannot be read.
pub(super) fn damaged(damaged: &Damaged, kind: &str) -> Diagnostic {
    let detail = format!(
        "The entry may belong to this purchase, so nothing was bought. {}\n\n     terraform import {kind}.<name> <order id>\n     rm \
         {}\n\n2. If there is none, remove the file and apply again:\n\n     rm {1}",
        search_console(damaged),
        quoted(&damaged.file)
    );
    Diagnostic::error("No order was placed: an entry of the purchase journal is damaged", detail)
}

/// The warning about an entry that cannot be read.
pub(super) fn left_damaged(damaged: &Damaged) -> Diagnostic {
    let detail = format!(
        "The purchase of the entry may have placed an order. {}\n\n     terraform import <address> <order id>\n     rm {}\n\n2. If there is none, \
         remove the file:\n\n     rm {1}",
        search_console(damaged),
        quoted(&damaged.file)
    );
    Diagnostic::warning("An entry of the purchase journal is damaged", detail)
}

fn search_console(damaged: &Damaged) -> String {
    let Damaged { file, error, time } = damaged;
    let time = time.map_or_else(String::new, |time| format!(" It was written at {}.", moment(time.into())));
    format!(
        "The file {} cannot be read: {error}.{time} Look in the console for an order of that time.\n\n1. If there is one and no \
         resource has it, import it and remove the file:",
        quoted(file)
    )
}

/// The error when the Terraform that started this process has died: no process would save what is bought.
pub(super) fn orphaned() -> Diagnostic {
    Diagnostic::error(
        "No order was placed: Terraform has ended",
        "The Terraform that started this provider has ended, or is not visible because /proc is not mounted. Nothing would save an \
         order, so nothing was bought. Run terraform apply again.",
    )
}

/// The error when another purchase took all the time.
pub(super) fn queue_timeout() -> Diagnostic {
    let detail = "The provider sends purchases without an idempotency token one at a time. Another purchase in this directory did \
                  not end before the time limit (timeouts.create) passed or Terraform was stopped. Nothing was bought. When the \
                  other purchase has ended, run terraform apply again.";
    Diagnostic::error("No order was placed: another purchase is under way", detail)
}

/// The warning about an order that was placed by an earlier apply and is in the state from now on. `placed` is when that
/// was, in milliseconds since 1970, where the service reports it.
pub(crate) fn adopted(order_id: &str, placed: Option<i64>, sent: DateTime<Utc>) -> Diagnostic {
    let placed = placed
        .and_then(DateTime::from_timestamp_millis)
        .map_or_else(String::new, |time| format!(" at {}", moment(time)));
    let detail = format!(
        "An earlier apply sent this purchase at {}. Its order {order_id} was placed{placed}, and is now in the state. Nothing was \
         bought by this apply.",
        moment(sent)
    );
    Diagnostic::warning(format!("Order {order_id} was placed by an earlier apply; nothing was bought now"), detail)
}

/// The error about a state file that a kill has torn.
pub(super) fn torn_state(torn: &TornState) -> Diagnostic {
    let more = torn.orders.len().saturating_sub(MOST_NAMED);
    let more = (more > 0).then(|| format!("and {more} more"));
    let named = torn.orders.iter().take(MOST_NAMED).map(|order| format!("{} {}", order.kind, order.id));
    let named: Vec<String> = named.chain(more).collect();
    let detail = format!(
        "{0} is empty or cut short: Terraform was killed while it saved. Its backup contains these orders, which an apply would \
         buy again and a destroy would miss:\n\n  {2}\n\nNothing was bought or destroyed.\n\n1. To go on with the backup:\n\n     cp {1} \
         {0}\n\n2. To start over without these orders:\n\n     rm {0} {1}",
        quoted(&torn.file),
        quoted(&torn.backup),
        named.join("\n  ")
    );
    Diagnostic::error("Nothing was changed: the state file is damaged", detail)
}

/// A path as a shell takes it.
pub(super) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-+:@%".contains(letter);
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// The error when two resources of one apply have the same token.
pub(crate) fn used_twice() -> Diagnostic {
    let detail = "Another resource of this apply used the same client_token, and a client_token buys one order: the Marketplace would \
                  return the same order for both. Nothing was bought for this resource. Set a different client_token for each \
                  resource, and for each instance of count or for_each, such as one that ends with ${each.key}. Then run terraform \
                  apply again.";
    Diagnostic::error("No order was placed: another resource has the same client_token", detail)
        .at(tfplugin::value::Path::attribute("client_token"))
}
