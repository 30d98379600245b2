//! Messages about prices and limits.

use alicloud::error::Failure;
use tfplugin::{Diagnostic, Partial};

use super::{
    MarketOrder,
    quote::{Refused, Why},
    renewal::INVOKE,
};
use crate::{
    failure_messages,
    order::shown_id,
    purchase_guard::Excess,
    quotes::{Quote, Restriction, Unquoted, shown_request_id},
};

/// What a purchase buys, as messages about its price call it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject<'a> {
    Order,
    /// The renewal of the instance with this ID, and whether this directory has sent one whose outcome is unknown.
    Renewal(&'a str, bool),
}

impl Subject<'_> {
    fn noun(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Renewal(..) => "renewal",
        }
    }

    /// That it was not bought, which begins a summary.
    fn not_bought(self) -> String {
        match self {
            Self::Order => "No order was placed".to_owned(),
            Self::Renewal(id, false) => format!("The instance {id} was not renewed"),
            Self::Renewal(id, true) => format!("The instance {id} was not renewed now"),
        }
    }

    /// Whether it cannot do without this argument.
    fn requires(self, argument: &str) -> bool {
        matches!(self, Self::Renewal(..)) && argument == MarketOrder::MAX_PRICE.name()
    }

    /// The next step of a user who corrected what was wrong, which ends a sentence. An apply alone invokes no action.
    fn again(self, is_planned: bool) -> String {
        match self {
            Self::Order if is_planned => "run terraform plan again".to_owned(),
            Self::Order => "run terraform apply again".to_owned(),
            Self::Renewal(..) => format!("invoke the action again ({INVOKE})"),
        }
    }
}

/// The error about a purchase that is refused before it is sent.
pub(super) fn refused(refused: Refused, currency: &str, is_planned: bool, subject: Subject<'_>) -> Diagnostic {
    let Refused { why, request_id } = refused;
    let mut error = diagnostic_of(why, currency, is_planned, subject);
    error.detail += &shown_request_id(request_id.as_deref());
    error
}

fn diagnostic_of(why: Why, currency: &str, is_planned: bool, subject: Subject<'_>) -> Diagnostic {
    let (noun, not_bought, again) = (subject.noun(), subject.not_bought(), subject.again(is_planned));
    match why {
        Why::Excess(quote, Excess::Price { argument, most }) => {
            let detail = format!(
                "The {noun} costs {quote}, and {argument} allows {most} {currency}. Nothing was bought. To buy it at this \
                 price, raise {argument}{}, then {again}.",
                variable(argument)
            );
            limited(argument, format!("{not_bought}: {quote} is more than {argument}"), detail)
        }
        Why::Excess(quote, Excess::Total { before, most }) => {
            let (argument, others) = ("purchase_guard.max_total", if is_planned { "plans" } else { "buys" });
            let detail = format!(
                "The {noun} costs {quote}. This Terraform run {others} other orders for {before} {currency}, and {argument} \
                 allows {most} {currency} for all of them together. This {noun} was not bought. To buy it too, raise \
                 {argument}{}, then {again}.",
                variable(argument)
            );
            limited(argument, format!("{not_bought}: {quote} more exceeds {argument}"), detail)
        }
        Why::Excess(quote, Excess::Currency { argument }) if quote.currency.is_none() => {
            let price = &quote.price;
            let next = match subject.requires(argument) {
                true => "Renew the instance in the Marketplace console.".to_owned(),
                false => format!("To buy the {noun} anyway, remove {argument}{}, then {again}.", variable(argument)),
            };
            let detail = format!(
                "DescribePrice reports the price {price} without a currency, so the price cannot be compared with {argument}, which \
                 is in {currency}. Nothing was bought. {next}"
            );
            limited(argument, format!("{not_bought}: its price has no currency to compare with {argument}"), detail)
        }
        Why::Excess(quote, Excess::Currency { argument }) => {
            let detail = format!(
                "The {noun} costs {quote}, and {argument} is in {currency}, so they cannot be compared. Nothing was bought. \
                 In the purchase_guard block of the provider, set currency to the currency of the account, and the limits to \
                 amounts in that currency, then {again}."
            );
            limited(argument, format!("{not_bought}: {argument} is in another currency"), detail)
        }
        Why::Unknown(argument, unquoted) => {
            let advice = match (subject, &*unquoted) {
                (Subject::Renewal(..), Unquoted::Absent { .. }) => {
                    "Check in the Marketplace console whether the instance can be renewed.".to_owned()
                }
                _ => unquoted.advice(),
            };
            let mut detail = format!(
                "{unquoted}. {argument} limits what the {noun} may cost, so it is not bought without a known price. Nothing was \
                 bought. {advice} Then {again}."
            );
            if !subject.requires(argument) {
                detail += &format!(" Without {argument}{}, the price does not need to be known.", variable(argument));
            }
            limited(argument, format!("{not_bought}: {argument} needs a price, but none is known"), detail)
        }
        Why::Unplanned(argument) => {
            let detail = format!(
                "{argument} limits what an order may cost. In the plan of this replacement, the price of the new order or the limit \
                 is unknown, so they could only be compared after the old order was removed from the state. Nothing was \
                 bought.\n\n1. If an argument of the order comes from a resource that does not exist yet, create that resource \
                 first: terraform apply -target=<address of that resource>. Then {again}.\n\n2. If reading the price failed, run \
                 terraform plan, which shows the reason.\n\n3. With create_before_destroy = true in the lifecycle block, the old \
                 order leaves the state only after the new one was bought."
            );
            limited(argument, format!("{not_bought}: {argument} cannot be compared with a price in time"), detail)
        }
        Why::Changed(prices) => changed(&prices),
        Why::Unconfirmed(unconfirmed) => {
            let (planned, unquoted) = *unconfirmed;
            let detail = format!(
                "The plan shows the price {planned}. The provider could not confirm it: {unquoted}. Nothing was bought. {} Then \
                 {again}.",
                unquoted.advice()
            );
            Diagnostic::error(format!("{not_bought}: its price could not be confirmed"), detail)
        }
        Why::Recent(orders) => {
            let orders = orders.join(", ");
            let detail = format!(
                "The account has instances of the same product and SKU from a recent order that this Terraform run did not place \
                 and that is not in its state: {orders}. An earlier run may have bought it. Nothing was bought.\n\n1. If it \
                 is this order, import it: terraform import {}.<name> <order id>\n\n2. If you want another order, wait, or \
                 shorten recent_orders in the purchase_guard block, then {again}.",
                super::NAME
            );
            Diagnostic::error(format!("{not_bought}: the account recently bought the same ({orders})"), detail)
        }
        Why::Uncounted(error) => {
            let detail = format!(
                "For purchase_guard.max_total, the provider adds up what all of its processes spend in this Terraform run. The file \
                 for the total, beside the purchase journal, cannot be read or written: {error}. Nothing was bought. If the file is \
                 damaged, remove it while no Terraform runs here. Make Terraform's data directory (.terraform) writable, then {again}."
            );
            Diagnostic::error(format!("{not_bought}: the total for max_total cannot be recorded"), detail)
        }
        Why::Failed(error) => error,
    }
}

fn limited(argument: &str, summary: String, detail: String) -> Diagnostic {
    let error = Diagnostic::error(summary, detail);
    if argument == MarketOrder::MAX_PRICE.name() { error.at(MarketOrder::MAX_PRICE.path()) } else { error }
}

/// The environment variable that an argument may come from.
fn variable(argument: &str) -> &'static str {
    match argument {
        "purchase_guard.max_price" => " (or ALICLOUD_PURCHASE_MAX_PRICE)",
        "purchase_guard.max_total" => " (or ALICLOUD_PURCHASE_MAX_TOTAL)",
        _ => "",
    }
}

fn changed([planned, now]: &[Quote; 2]) -> Diagnostic {
    let detail = format!(
        "The plan shows the price {planned}, and the order now costs {now}. Nothing was bought. Run terraform plan to see the \
         new price, and terraform apply to buy at it."
    );
    Diagnostic::error(format!("No order was placed: the price changed from {planned} to {now}"), detail)
}

/// The same where an earlier apply may have placed the order; `earlier` says so, and what to do about it.
pub(super) fn not_now(mut error: Diagnostic, earlier: &str, is_planned: bool) -> Diagnostic {
    let by_this = format!("No order was placed by this {}", if is_planned { "plan" } else { "apply" });
    error.summary = error.summary.replace("No order was placed", &by_this);
    error.detail += &format!("\n\n{earlier}");
    error
}

/// The same in the destroy half of a replacement.
pub(super) fn kept(mut error: Diagnostic, prior: &Partial<MarketOrder>) -> Diagnostic {
    error.detail += &format!("\n\nThe order {} stays in the state.", shown_id::<MarketOrder>(prior));
    error
}

/// The warning about a plan without a price, or about the one that Terraform makes again before it applies.
pub(super) fn unquoted(product: &str, unquoted: &Unquoted, is_applied: bool) -> Diagnostic {
    let remedy = unquoted.advice();
    let detail = match is_applied {
        false => format!(
            "{unquoted}. The plan shows no price, and an apply buys at any price. {remedy} To buy only at a known price, set \
             max_price. To plan without prices, set quote_prices = false in the provider block."
        ),
        true => format!(
            "{unquoted}. If the plan showed a price, nothing is bought, and Terraform reports an inconsistent final plan: run \
             terraform plan and terraform apply again. If it showed none, the order is bought at any price. {remedy}"
        ),
    };
    Diagnostic::warning(format!("The price of {product} is not known"), detail)
}

/// What a plan says where the account may not buy: an error where purchases are guarded.
pub(super) fn restricted(
    product: &str,
    restriction: &Restriction,
    request_id: Option<&str>,
    is_guarded: bool,
    subject: Subject<'_>,
) -> Diagnostic {
    let (request_id, again) = (shown_request_id(request_id), subject.again(true));
    let outcome = match subject {
        Subject::Renewal(..) => "Nothing was bought: the provider does not send such a renewal.",
        Subject::Order if is_guarded => {
            "Nothing was bought: with a purchase_guard, the provider does not send such an order."
        }
        Subject::Order => "The Marketplace will probably refuse the purchase.",
    };
    let detail = format!(
        "DescribePrice reports that this account may not buy {product}: {restriction}{request_id}. {outcome} Meet that condition \
         in the Marketplace console, then {again}."
    );
    let summary = format!("This account may not buy {product}");
    if is_guarded { Diagnostic::error(summary, detail) } else { Diagnostic::warning(summary, detail) }
}

/// The warning about an order that cost something else than its quote.
pub(super) fn paid_otherwise(id: &str, quote: &Quote, paid: &Quote) -> Diagnostic {
    let detail = format!(
        "Right before the purchase, the order {id} was quoted at {quote}, but its payment_price is {paid}. The order is in the \
         state. Check it in the Marketplace console before you buy more of the same."
    );
    Diagnostic::warning(format!("Order {id} cost {paid}, not {quote}"), detail)
}

pub(super) fn queue_timeout() -> Diagnostic {
    let detail = "The provider buys identical orders one after the other, and the time limit passed while this one waited. Nothing \
                  was bought. Raise create in timeouts, then run terraform apply again.";
    Diagnostic::error("No order was placed: it waited too long for identical orders", detail)
}

pub(super) fn unread_instances(failure: &Failure) -> Diagnostic {
    let summary = "No order was placed: recent orders cannot be read";
    let what = "recent_orders in the purchase_guard block reads the instances of the account";
    let mut error = failure_messages::failure(summary, what, failure, &failure_messages::PurchaseOutcome::NotPlaced);
    error.detail += " Without recent_orders, the provider does not need to read them.";
    error
}
