//! The messages of the provider, all of them with invented orders, for a reader: `cargo test catalogue -- --nocapture` prints
//! them. The test holds each against what a message must be.
#![allow(clippy::unwrap_used)]

use alicloud::error::{ApiError, Certainty, Error, Failure, Transport, TransportKind};
use tfplugin::diagnostics::{Diagnostic, Severity};

use crate::{
    cloud, config, failure_messages, instance_access, journal, market_order, market_product, market_products, order,
    order_identity, order_plan, owner, pai_product_order, unpaid,
};

/// The columns and lines of a screen.
const SCREEN: (usize, usize) = (100, 40);

/// Turns of phrase that the field does not use.
const DIALECT: [&str; 24] = [
    " anew",
    " forget",
    " knows ",
    " told",
    "No such",
    "Who ",
    "all the same",
    "asked for",
    "at once",
    "became of",
    "been asked",
    "came of",
    "does not tell",
    "has to be",
    "hands out",
    "in its place",
    "in the place of",
    "is asked",
    "is there twice",
    "of which",
    "says twice",
    "take it out",
    "taken out",
    "taken up",
];

/// A failure as the service answers it.
pub(crate) fn refused(action: &'static str, status: u16, code: &str, message: &str) -> Failure {
    let error = ApiError {
        status,
        code: code.to_owned(),
        message: message.to_owned(),
        request_id: "6EF60BEC-0242-43AF-BB20-270359FB54A7".to_owned(),
        retry_after: None,
    };
    Failure { action, error: Error::Api(error), attempts: 1, certainty: Certainty::NotDone }
}

/// A failure without an answer.
pub(crate) fn lost(action: &'static str) -> Failure {
    let transport = Transport {
        kind: TransportKind::Timeout,
        host: "market.aliyuncs.com:443".to_owned(),
        cause: "deadline has elapsed".to_owned(),
    };
    Failure { action, error: Error::Lost(transport), attempts: 3, certainty: Certainty::Unknown }
}

fn lines(text: &str) -> usize {
    text.lines().map(|line| line.len().div_ceil(SCREEN.0).max(1)).sum()
}

/// What is wrong with a message.
fn faults(message: &Diagnostic, is_about_money: bool) -> Vec<String> {
    let Diagnostic { summary, detail, .. } = message;
    let mut faults = Vec::new();
    let mut expect = |is_met: bool, what: &str| {
        if !is_met {
            faults.push(what.to_owned());
        }
    };
    expect(summary.starts_with(char::is_uppercase), "the summary begins with a capital");
    expect(!summary.ends_with('.') && summary.len() <= 120, "the summary is one short line without a full stop");
    expect(summary.split(' ').count() >= 3, "the summary stands alone");
    expect(lines(detail) <= SCREEN.1, "the message fits a screen");
    for paragraph in detail.split("\n\n") {
        let is_command_or_list = paragraph.starts_with("  ") || paragraph.starts_with("- ");
        let is_command_at_the_end = paragraph.contains(": terraform ");
        expect(
            is_command_or_list || is_command_at_the_end || paragraph.ends_with(['.', ':', ')', ']', '>']),
            "a paragraph ends as a sentence or with a command",
        );
    }
    if message.severity == Severity::Error && is_about_money {
        let money = ["bought", "placed", "paid", "changed", "buys", "order"];
        expect(money.iter().any(|word| detail.contains(word)), "an error says what it means for the money");
    }
    for phrase in DIALECT {
        expect(!summary.contains(phrase) && !detail.contains(phrase), phrase);
    }
    faults
}

#[test]
fn every_message_stands_alone_says_what_it_means_for_money_and_fits_a_screen() {
    // What is wrong with a configuration by itself is found before anything can be bought.
    let catalogues = [
        ("cloud", true, cloud::samples()),
        ("config", false, config::samples()),
        ("failure_messages", true, failure_messages::samples()),
        ("instance_access", true, instance_access::samples()),
        ("journal", true, journal::samples()),
        ("market_order", true, market_order::samples()),
        ("market_order validation", false, market_order::validation_samples()),
        ("market_product", true, market_product::samples()),
        ("market_products", true, market_products::samples()),
        ("market_renewal", true, market_order::renewal_samples()),
        ("order", true, order::samples()),
        ("order_identity", true, order_identity::samples()),
        ("order_plan", true, order_plan::samples()),
        ("owner", true, owner::samples()),
        ("pai_product_order", true, pai_product_order::samples()),
        ("pai_product_order validation", false, pai_product_order::validation_samples()),
        ("unpaid", true, unpaid::samples()),
    ];
    let mut wrong = Vec::new();
    for (module, is_about_money, messages) in catalogues {
        assert!(!messages.is_empty(), "{module}");
        for message in messages {
            println!("[{module}] {:?}: {}\n\n{}\n\n----\n", message.severity, message.summary, message.detail);
            wrong.extend(
                faults(&message, is_about_money)
                    .into_iter()
                    .map(|fault| format!("{module}: {}: {fault}", message.summary)),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
