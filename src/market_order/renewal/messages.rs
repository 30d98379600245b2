//! Messages about renewals.

use alicloud::{error::Failure, market::Order};
use chrono::{DateTime, SecondsFormat, Utc};
use tfplugin::Diagnostic;

use super::{MarketRenewal, Wanted, record::Record};
use crate::{
    failure_messages::{self, PurchaseOutcome},
    journal::Journal,
    market_order::{
        has_ended,
        quote::Refused,
        quote_messages::{self, Subject},
        schema::Cycle,
    },
    quotes::Quote,
    unpaid::is_unpaid,
};

/// A moment, as messages show it.
pub(super) fn shown(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// What a renewal buys, as a part of a sentence.
fn bought(wanted: &Wanted) -> String {
    format!("{} × {}", wanted.period.count, wanted.period.unit.as_str())
}

pub(super) fn unknown() -> Diagnostic {
    let detail = "Some arguments of the renewal are known only after apply. When the action is invoked, it buys the missing time \
                  for at most max_price, without showing the price first.";
    Diagnostic::warning("What the renewal buys is not known yet", detail)
}

pub(super) fn nothing(id: &str, end: DateTime<Utc>) -> Diagnostic {
    let end = shown(end);
    let detail =
        format!("The instance {id} runs until {end}, which is later than until. Invoking the action buys nothing.");
    Diagnostic::warning(format!("The instance {id} runs until {end}: nothing to renew"), detail)
}

pub(super) fn planned(wanted: &Wanted, quote: &Quote, earlier: Option<&Record>) -> Diagnostic {
    let (id, what) = (&wanted.renewal.instance_id, bought(wanted));
    if let Some(earlier) = earlier {
        let detail = format!(
            "{} Invoking the action sends the same renewal ({what}, {quote}) again with the same token: if it was bought, that \
             finds its order and buys nothing.",
            sent_before(id, earlier)
        );
        return Diagnostic::warning(format!("The instance {id} may have been renewed already"), detail);
    }
    let automatic = match wanted.renews_itself {
        true => {
            " The instance also renews automatically. If that happens first, the action buys only the time that is then missing."
        }
        false => "",
    };
    let status = match &wanted.status {
        Some(status) => format!(" The Marketplace reports the status {status} for the instance: check it there first."),
        None => String::new(),
    };
    let detail = format!(
        "Invoking the action buys {what} for the instance {id} and pays {quote} immediately. The instance now ends at {}, and \
         would then run until {}.{automatic}{status} Terraform cannot undo a renewal.",
        shown(wanted.end),
        shown(wanted.new_end)
    );
    Diagnostic::warning(format!("Renewing the instance {id} costs {quote}"), detail)
}

pub(super) fn buying(wanted: &Wanted, quote: &Quote) -> String {
    let id = &wanted.renewal.instance_id;
    format!("Buying {} for the instance {id}, which ends at {}, for {quote}", bought(wanted), shown(wanted.end))
}

/// What was sent before of a renewal that is not settled, in sentences.
fn sent_before(id: &str, earlier: &Record) -> String {
    let order = match &earlier.order_id {
        Some(order_id) => format!("It placed the order {order_id}"),
        None => "Its result is unknown".to_owned(),
    };
    let at = shown(earlier.time);
    format!(
        "At {at}, a renewal of the instance {id} was sent from this directory. {order}, and the instance does not show it yet."
    )
}

/// The command that invokes the action. An apply alone invokes none.
pub(in super::super) const INVOKE: &str = "terraform apply -invoke=action.alicloud_market_renewal.<name>";

/// A renewal that is refused before it is sent.
pub(super) fn refused(
    refused: Refused,
    currency: &str,
    is_planned: bool,
    wanted: &Wanted,
    earlier: Option<&Record>,
) -> Diagnostic {
    let id = &wanted.renewal.instance_id;
    let mut error = quote_messages::refused(refused, currency, is_planned, Subject::Renewal(id, earlier.is_some()));
    error.detail =
        format!("To run until the planned date, the instance needs {} more. {}", bought(wanted), error.detail);
    if let Some(earlier) = earlier {
        error.detail += &format!("\n\n{}", sent_before(id, earlier));
    }
    error
}

/// The error about a renewal that failed.
pub(super) fn failed(wanted: &Wanted, failure: &Failure) -> Diagnostic {
    let id = &wanted.renewal.instance_id;
    let (summary, subject) =
        (format!("The instance {id} was not renewed"), format!("The renewal of the instance {id}"));
    failure_messages::failure_of(INVOKE, &summary, &subject, failure, &PurchaseOutcome::NotPlaced)
}

/// The error about a renewal whose order was cancelled or refunded; none for one that is in force.
pub(super) fn ended(wanted: &Wanted, order_id: &str, order: &Order) -> Option<Diagnostic> {
    let status = order.order_status.as_deref().filter(|status| has_ended(status))?;
    let id = &wanted.renewal.instance_id;
    let detail = format!(
        "The order {order_id}, which renewed the instance {id} by {}, has the status {status}: it was cancelled or refunded. The \
         instance ends at {}. Nothing was bought now, since the Marketplace returns that order for the same renewal for a day.\n\n\
         1. To renew the instance by another period now, change until, then invoke the action again ({INVOKE}).\n\n2. To renew it \
         by the same period, wait for a day, then do the same without a change.\n\n3. Or renew it in the Marketplace console.",
        bought(wanted),
        shown(wanted.end)
    );
    Some(Diagnostic::error(
        format!("The instance {id} was not renewed: order {order_id} was cancelled or refunded"),
        detail,
    ))
}

pub(super) fn queue_timeout(id: &str) -> Diagnostic {
    let detail = "The provider buys renewals of one instance one after the other, and the time limit passed while this one waited. \
                  Nothing was bought. Raise invoke in timeouts, then invoke the action again.";
    Diagnostic::error(format!("The instance {id} was not renewed: another renewal of it is in progress"), detail)
}

pub(super) fn unread(id: &str, failure: &Failure) -> Diagnostic {
    let summary = format!("The instance {id} was not renewed: it cannot be read");
    failure_messages::failure_of(INVOKE, &summary, &format!("The instance {id}"), failure, &PurchaseOutcome::NotPlaced)
}

pub(super) fn no_instance(id: &str) -> Diagnostic {
    let detail = format!(
        "The Marketplace has no instance {id} that these credentials can read. Nothing was bought. Check instance_id, which is one \
         of the instance_ids of an alicloud_market_order, the account of the credentials, and the region. Then invoke the action \
         again."
    );
    Diagnostic::error(format!("The instance {id} was not renewed: it does not exist"), detail)
        .at(MarketRenewal::INSTANCE_ID.path())
}

/// The error where it cannot be found out or recorded what this directory has sent.
pub(super) fn unrecorded(journal: &Journal, id: &str, error: &std::io::Error) -> Diagnostic {
    let next = match error.kind() {
        std::io::ErrorKind::InvalidData => format!(
            "The file is damaged. Check in the Marketplace console whether the instances that this directory has renewed show their \
             new end. Then remove the file:\n\n  rm {}\n\nAfter that, invoke the action again ({INVOKE}).",
            journal.path_beside(super::record::FILE)
        ),
        _ => format!("Make Terraform's data directory (.terraform) writable, then invoke the action again ({INVOKE})."),
    };
    let detail = format!(
        "Before a renewal is sent, the provider records it beside the purchase journal, so that a second one cannot be bought by \
         mistake. The record cannot be read or written: {error}. Nothing was bought.\n\n{next}"
    );
    Diagnostic::error(format!("The instance {id} was not renewed: the record of renewals cannot be used"), detail)
}

/// The error about an instance whose order was cancelled or refunded, or is not paid; none for one in force.
pub(super) fn not_in_force(id: &str, order: &Order) -> Option<Diagnostic> {
    let name =
        order.order_id.as_deref().map_or_else(|| "its order".to_owned(), |order_id| format!("its order {order_id}"));
    let status = order.order_status.as_deref().filter(|status| has_ended(status));
    let is_unpaid = || order.pay_status.as_deref().is_some_and(is_unpaid);
    let why = match status {
        Some(status) => format!("{name} has the status {status}"),
        None if is_unpaid() => format!("{name} is not paid"),
        None => return None,
    };
    let detail = format!(
        "The instance {id} was not renewed, because {why}. Nothing was bought. Check the order in the Marketplace console under My \
         Orders, and whether the instance was renewed already. If it can still be renewed, renew it in the console."
    );
    Some(Diagnostic::error(format!("The instance {id} was not renewed: {why}"), detail))
}

pub(super) fn pay_as_you_go(id: &str) -> Diagnostic {
    let detail = format!(
        "The instance {id} is pay-as-you-go, which runs until it is released and is paid by use. A renewal is for a subscription. \
         Nothing was bought. Check instance_id, and remove the action if the instance needs no renewal."
    );
    Diagnostic::error(format!("The instance {id} was not renewed: it is pay-as-you-go"), detail)
        .at(MarketRenewal::INSTANCE_ID.path())
}

pub(super) fn no_end(id: &str) -> Diagnostic {
    let detail = format!(
        "The Marketplace does not report when the instance {id} ends, so the provider cannot tell how much time is missing. Nothing \
         was bought. Check the instance in the Marketplace console."
    );
    Diagnostic::error(format!("The instance {id} was not renewed: it has no end"), detail)
}

pub(super) fn over(id: &str, end: DateTime<Utc>) -> Diagnostic {
    let end = shown(end);
    let detail = format!(
        "The instance {id} ended at {end}. Alibaba Cloud does not document whether a renewal counts from then or from now, so \
         nothing was bought. Renew the instance in the Marketplace console, or buy another order."
    );
    Diagnostic::error(format!("The instance {id} was not renewed: it ended at {end}"), detail)
}

pub(super) fn unreported(id: &str, what: &str) -> Diagnostic {
    let detail = format!(
        "The Marketplace does not report {what} of the instance {id}, and a renewal must name it. Nothing was bought. Renew the \
         instance in the Marketplace console."
    );
    Diagnostic::error(format!("The instance {id} was not renewed: the Marketplace does not report {what}"), detail)
}

pub(super) fn no_cycle(id: &str) -> Diagnostic {
    let detail = format!(
        "The order of the instance {id} does not show the unit of time that it was bought with. Nothing was bought. Set \
         pricing_cycle of the action, then invoke it again."
    );
    Diagnostic::error(format!("The instance {id} was not renewed: pricing_cycle is not known"), detail)
        .at(MarketRenewal::PRICING_CYCLE.path())
}

pub(super) fn too_much(id: &str, end: DateTime<Utc>, unit: Cycle) -> Diagnostic {
    let detail = format!(
        "The instance {id} ends at {}, and would need more than 256 × {} to run until the planned date. Nothing was bought. Correct \
         until, or set pricing_cycle to a longer unit, then invoke the action again.",
        shown(end),
        unit.as_str()
    );
    Diagnostic::error(format!("The instance {id} was not renewed: until is too far away"), detail)
        .at(MarketRenewal::UNTIL.path())
}

/// The error about a renewal of the same end that may have been bought already, and is not this one.
pub(super) fn sent_earlier(journal: &Journal, wanted: &Wanted, earlier: &Record) -> Diagnostic {
    let (id, at) = (&wanted.renewal.instance_id, shown(earlier.time));
    let detail = format!(
        "{} It ends at {}. Another renewal could be a second purchase, so nothing is bought.\n\n1. Look at the instance and its \
         orders in the Marketplace console. If the order is not paid, pay or cancel it there.\n\n2. Once the instance \
         shows its new end, invoke the action again ({INVOKE}).\n\n3. If nothing was bought at {at}, \
         remove the record, which has the renewals of all instances from this directory: check those too. Then invoke the action \
         again ({INVOKE}):\n\n  rm {}",
        sent_before(id, earlier),
        shown(wanted.end),
        journal.path_beside(super::record::FILE)
    );
    Diagnostic::error(format!("The instance {id} was not renewed now: an earlier renewal is not confirmed"), detail)
}

pub(super) fn unknown_outcome(wanted: &Wanted, failure: &Failure) -> Diagnostic {
    let id = &wanted.renewal.instance_id;
    let next = format!(
        "The instance {id} still ends at {}.\n\n1. Invoke the action again within a day, with the same until: it sends the same \
         renewal with the same token, which finds the order and never buys a second one.\n\n2. After a day, check in the \
         Marketplace console whether the instance was renewed before you invoke the action.",
        shown(wanted.end)
    );
    let summary = format!("The instance {id} may have been renewed");
    let subject = format!("The renewal of the instance {id}");
    failure_messages::failure_of(INVOKE, &summary, &subject, failure, &PurchaseOutcome::MaybePlaced(next))
}

pub(super) fn token_used(wanted: &Wanted, failure: &Failure) -> Diagnostic {
    let id = &wanted.renewal.instance_id;
    let detail = format!(
        "{failure}. An earlier renewal of the instance {id}, from {} by {}, was sent with other components, and the instance does \
         not show it yet. Nothing was bought now. Check the instance and its orders in the Marketplace console, and invoke the \
         action again when the instance shows its new end.",
        shown(wanted.end),
        bought(wanted)
    );
    Diagnostic::error(format!("The instance {id} was not renewed now: an earlier renewal is not confirmed"), detail)
}

/// The warning about a renewal that is not paid; none for one that is.
pub(super) fn unpaid(id: &str, order_id: &str, order: &Order) -> Option<Diagnostic> {
    order.pay_status.as_deref().filter(|status| is_unpaid(status))?;
    let detail = format!(
        "The order {order_id} renews the instance {id}, but it is not paid, so the end of the instance does not change. Nothing is \
         bought again.\n\n1. Check the balance and the payment method of the account.\n\n2. Pay the order {order_id} in the \
         Marketplace console under My Orders, or cancel it there."
    );
    Some(Diagnostic::warning(format!("Order {order_id}, which renews the instance {id}, is not paid"), detail))
}

pub(super) fn not_shown(wanted: &Wanted, order_id: &str) -> Diagnostic {
    let id = &wanted.renewal.instance_id;
    let detail = format!(
        "The order {order_id} renews the instance {id}, whose end was {} and should become about {}. The new end is not visible yet. \
         Wait until the instance shows it before you renew it again with another until: the same until never buys a second \
         renewal.",
        shown(wanted.end),
        shown(wanted.new_end)
    );
    Diagnostic::warning(format!("The instance {id} was renewed, but its new end is not visible yet"), detail)
}

pub(super) fn too_short(wanted: &Wanted, new_end: DateTime<Utc>, until: &str) -> Diagnostic {
    let (id, new_end) = (&wanted.renewal.instance_id, shown(new_end));
    let detail = format!(
        "The action bought {} for the instance {id}, which now runs until {new_end}. That is earlier than until = {until:?}. Invoking \
         the action again buys the missing time.",
        bought(wanted)
    );
    Diagnostic::warning(format!("The instance {id} was renewed, but only until {new_end}"), detail)
}
