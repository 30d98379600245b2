//! What is said of renewals.

use alicloud::{error::Failure, market::Order};
use chrono::{DateTime, SecondsFormat, Utc};
use tfplugin::Diagnostic;

use super::{MarketRenewal, Wanted, record::Record};
use crate::{
    Cloud,
    failure_messages::{self, PurchaseOutcome},
    market_order::{has_ended, schema::Cycle},
    quotes::Quote,
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
    let detail = "Something that the renewal depends on is known only after apply. The action then buys what is missing, up to \
                  max_price, without showing the price before.";
    Diagnostic::warning("What the renewal buys is not known yet", detail)
}

pub(super) fn nothing(id: &str, end: DateTime<Utc>) -> Diagnostic {
    let end = shown(end);
    let detail =
        format!("The instance {id} runs until {end}, which is beyond until. Invoking the action buys nothing.");
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
    let itself = match wanted.renews_itself {
        true => " The instance also renews itself: if that happens first, the action buys only what is missing then.",
        false => "",
    };
    let detail = format!(
        "Invoking the action buys {what} for the instance {id} and pays {quote} at once. The instance ends at {} now, and would \
         run until {}.{itself} A renewal cannot be undone here.",
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

/// How the words of an order are those of a renewal.
const WORDS: [(&str, &str); 6] = [
    ("run terraform apply again", INVOKE_AGAIN),
    ("run terraform plan again", INVOKE_AGAIN),
    ("The order costs", "The renewal costs"),
    ("says that the order costs", "says that the renewal costs"),
    ("limits what an order may cost", "limits what a renewal may cost"),
    ("; without max_price, an order needs no known price", ""),
];

/// The next step of somebody who corrected what was wrong. An apply alone invokes no action.
const INVOKE_AGAIN: &str = "invoke the action again (terraform apply -invoke=action.alicloud_market_renewal.<name>)";

/// A message about an order, in the words of a renewal.
fn of_renewal(mut error: Diagnostic) -> Diagnostic {
    for (order, renewal) in WORDS {
        error.detail = error.detail.replace(order, renewal);
    }
    error
}

/// A renewal that is refused before it is sent.
pub(super) fn refused(error: Diagnostic, wanted: &Wanted, earlier: Option<&Record>) -> Diagnostic {
    let id = &wanted.renewal.instance_id;
    let mut error = of_renewal(error);
    error.summary = error.summary.replace("No order was placed", &format!("The instance {id} was not renewed"));
    error.detail = format!("To run beyond until, the instance needs {} more. {}", bought(wanted), error.detail);
    if let Some(earlier) = earlier {
        error.summary = error.summary.replace("was not renewed", "was not renewed now");
        error.detail += &format!("\n\n{}", sent_before(id, earlier));
    }
    error
}

/// The error about a renewal that failed.
pub(super) fn failed(wanted: &Wanted, failure: &Failure) -> Diagnostic {
    let id = &wanted.renewal.instance_id;
    let (summary, subject) =
        (format!("The instance {id} was not renewed"), format!("The renewal of the instance {id}"));
    of_renewal(failure_messages::failure(&summary, &subject, failure, &PurchaseOutcome::NotPlaced))
}

/// The error about a renewal whose order was cancelled or refunded; none for one that is in force.
pub(super) fn ended(wanted: &Wanted, order_id: &str, order: &Order) -> Option<Diagnostic> {
    let status = order.order_status.as_deref().filter(|status| has_ended(status))?;
    let id = &wanted.renewal.instance_id;
    let detail = format!(
        "The order {order_id}, which renewed the instance {id} by {}, has the status {status}: it was cancelled or refunded. The \
         instance ends at {}. Nothing was bought now, since the Marketplace returns that order for the same renewal for a day.\n\n\
         1. To renew the instance by another period now, change until, then {INVOKE_AGAIN}.\n\n2. To renew it by the same \
         period, wait for a day, then do the same without a change.\n\n3. Or renew it in the Marketplace console.",
        bought(wanted),
        shown(wanted.end)
    );
    Some(Diagnostic::error(
        format!("The instance {id} was not renewed: order {order_id} was cancelled or refunded"),
        detail,
    ))
}

pub(super) fn no_turn() -> Diagnostic {
    let detail = "Renewals of one instance are bought one after the other, and the time limit passed before it was this one's turn. \
                  Nothing was bought. Raise invoke in timeouts, then invoke the action again.";
    Diagnostic::error("The instance was not renewed: another renewal of it is under way", detail)
}

pub(super) fn unread(id: &str, failure: &Failure) -> Diagnostic {
    let summary = format!("The instance {id} was not renewed: it cannot be read");
    of_renewal(failure_messages::failure(&summary, &format!("The instance {id}"), failure, &PurchaseOutcome::NotPlaced))
}

pub(super) fn no_instance(id: &str) -> Diagnostic {
    let detail = format!(
        "The Marketplace knows no instance {id} that these credentials may see. Nothing was bought. Check the ID, which is one of \
         instance_ids of an alicloud_market_order, the account that the credentials belong to, and the region."
    );
    Diagnostic::error(format!("There is no instance {id}"), detail).at(MarketRenewal::INSTANCE_ID.path())
}

pub(super) fn no_end(id: &str) -> Diagnostic {
    let detail = format!(
        "The Marketplace does not tell when the instance {id} ends, so it cannot be told what is missing. Nothing was bought. Look at \
         the instance in the Marketplace console."
    );
    Diagnostic::error(format!("The instance {id} was not renewed: it has no end"), detail)
}

pub(super) fn over(id: &str, end: DateTime<Utc>) -> Diagnostic {
    let end = shown(end);
    let detail = format!(
        "The instance {id} ended at {end}. Whether a renewal would count from then or from now is not documented, so nothing was \
         bought. Renew it in the Marketplace console, or buy another order."
    );
    Diagnostic::error(format!("The instance {id} was not renewed: it ended at {end}"), detail)
}

pub(super) fn unreported(id: &str, what: &str) -> Diagnostic {
    let detail = format!(
        "The Marketplace does not tell {what}, which a renewal has to name. Nothing was bought. Renew the instance in the \
         Marketplace console."
    );
    Diagnostic::error(format!("The instance {id} was not renewed: the Marketplace does not tell {what}"), detail)
}

pub(super) fn no_cycle(id: &str) -> Diagnostic {
    let detail = format!(
        "The order of the instance {id} does not tell by which unit it was bought. Nothing was bought. Set pricing_cycle of the \
         action, then invoke it again."
    );
    Diagnostic::error(format!("The instance {id} was not renewed: pricing_cycle is not known"), detail)
        .at(MarketRenewal::PRICING_CYCLE.path())
}

pub(super) fn too_much(id: &str, end: DateTime<Utc>, unit: Cycle) -> Diagnostic {
    let detail = format!(
        "The instance {id} ends at {}, and more than 256 × {} are missing to until. Nothing was bought. Correct until, or set \
         pricing_cycle to a longer unit.",
        shown(end),
        unit.as_str()
    );
    Diagnostic::error(format!("The instance {id} was not renewed: until is too far away"), detail)
        .at(MarketRenewal::UNTIL.path())
}

/// The error about a renewal of the same end that may have been bought already, and is not this one.
pub(super) fn sent_earlier(cloud: &Cloud, wanted: &Wanted, earlier: &Record) -> Diagnostic {
    let (id, at) = (&wanted.renewal.instance_id, shown(earlier.time));
    let detail = format!(
        "{} It ends at {}. Another renewal could be a second purchase, so nothing is bought.\n\n1. Look at the instance and its \
         orders in the Marketplace console. An order that is not paid has to be paid or cancelled there.\n\n2. Once the instance \
         shows its new end, {INVOKE_AGAIN}.\n\n3. If nothing was bought at {at}, remove the record of it, then {INVOKE_AGAIN}:\n\n  \
         rm {}",
        sent_before(id, earlier),
        shown(wanted.end),
        cloud.journal.path_beside(super::record::FILE)
    );
    Diagnostic::error(format!("The instance {id} was not renewed now: an earlier renewal is not settled"), detail)
}

pub(super) fn unknown_outcome(wanted: &Wanted, failure: &Failure) -> Diagnostic {
    let id = &wanted.renewal.instance_id;
    let next = format!(
        "The instance {id} still ends at {}.\n\n1. Invoke the action again within a day, with the same until: it sends the same \
         renewal with the same token, which finds the order and never buys a second one.\n\n2. After that, look in the \
         Marketplace console whether the instance was renewed before you invoke the action.",
        shown(wanted.end)
    );
    let summary = format!("The instance {id} may have been renewed");
    let subject = format!("The renewal of the instance {id}");
    of_renewal(failure_messages::failure(&summary, &subject, failure, &PurchaseOutcome::MaybePlaced(next)))
}

pub(super) fn token_used(wanted: &Wanted, failure: &Failure) -> Diagnostic {
    let id = &wanted.renewal.instance_id;
    let detail = format!(
        "{failure}. A renewal of the instance {id} from {} by {} was sent before, with other components, and the instance does not \
         show it. Nothing was bought now. Look at the instance and its orders in the Marketplace console, and invoke the action \
         again once it shows its new end.",
        shown(wanted.end),
        bought(wanted)
    );
    Diagnostic::error(format!("The instance {id} was not renewed now: an earlier renewal is not settled"), detail)
}

/// The warning about a renewal that is not paid; none for one that is.
pub(super) fn unpaid(id: &str, order_id: &str, order: &Order) -> Option<Diagnostic> {
    order.pay_status.as_deref().filter(|status| status.eq_ignore_ascii_case("UNPAID"))?;
    let detail = format!(
        "The order {order_id} renews the instance {id}, and is not paid, so the instance keeps its end. Nothing is bought \
         again.\n\n1. Check the balance and the payment method of the account.\n\n2. Pay the order {order_id} in the Marketplace \
         console under My Orders, or cancel it there."
    );
    Some(Diagnostic::warning(format!("Order {order_id}, which renews the instance {id}, is not paid"), detail))
}

pub(super) fn not_shown(wanted: &Wanted, order_id: &str) -> Diagnostic {
    let id = &wanted.renewal.instance_id;
    let detail = format!(
        "The order {order_id} renews the instance {id}, whose end was {} and should become about {}. The new end was not seen yet. \
         Wait until the instance shows it before you renew it again with another until: the same until never buys a second \
         renewal.",
        shown(wanted.end),
        shown(wanted.new_end)
    );
    Diagnostic::warning(format!("The instance {id} was renewed, and its new end was not seen yet"), detail)
}

pub(super) fn too_short(wanted: &Wanted, new_end: DateTime<Utc>, until: &str) -> Diagnostic {
    let (id, new_end) = (&wanted.renewal.instance_id, shown(new_end));
    let detail = format!(
        "{} were bought for the instance {id}, which now runs until {new_end}, and not beyond until = {until:?}. Invoking the action \
         again buys what is missing.",
        bought(wanted)
    );
    Diagnostic::warning(format!("The instance {id} runs until {new_end} only"), detail)
}
