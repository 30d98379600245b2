//! The messages about purchases, all of them with invented orders, for a reader: `cargo test catalogue -- --nocapture` prints
//! them. The test holds each against what a message must be.
#![allow(clippy::unwrap_used)]

use alicloud::error::{ApiError, Certainty, Error, Failure, Transport, TransportKind};
use tfplugin::diagnostics::{Diagnostic, Severity};

use crate::{failure_messages, journal, market_order, order_plan, owner, unpaid};

/// The columns and lines of a screen.
const SCREEN: (usize, usize) = (100, 40);

/// Turns of phrase that the field does not use.
const DIALECT: [&str; 7] = ["taken up", "of which", " told", "is asked", "Who ", "anew", "in the place of"];

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
fn faults(message: &Diagnostic) -> Vec<String> {
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
        let is_command = paragraph.starts_with("  ");
        expect(
            is_command || paragraph.ends_with(['.', ':', ')', ']', '>']),
            "a paragraph ends as a sentence or with a command",
        );
    }
    if message.severity == Severity::Error {
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
    let catalogues = [
        ("failure_messages", failure_messages::samples()),
        ("journal", journal::samples()),
        ("market_order", market_order::samples()),
        ("order_plan", order_plan::samples()),
        ("owner", owner::samples()),
        ("unpaid", unpaid::samples()),
    ];
    let mut wrong = Vec::new();
    for (module, messages) in catalogues {
        assert!(!messages.is_empty(), "{module}");
        for message in messages {
            println!("[{module}] {:?}: {}\n\n{}\n\n----\n", message.severity, message.summary, message.detail);
            wrong.extend(faults(&message).into_iter().map(|fault| format!("{module}: {}: {fault}", message.summary)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
