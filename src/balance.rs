//! What the account has, where a purchase failed for money.

use std::time::Duration;

use alicloud::{
    balance::account_balance,
    error::{ApiErrorKind, Error, Failure},
    retry::Deadline,
};
use tfplugin::Diagnostic;

use crate::Cloud;

/// How long asking for it may take, since nothing depends on it.
const LONGEST: Duration = Duration::from_secs(10);

impl Cloud {
    /// The error about a failed purchase, with the available balance if that matters and the caller may read it.
    pub(crate) async fn with_balance(
        &self,
        mut error: Diagnostic,
        failure: &Failure,
        deadline: &Deadline,
    ) -> Diagnostic {
        let is_for_money = matches!(&failure.error, Error::Api(error) if error.kind() == ApiErrorKind::Account);
        if !is_for_money {
            return error;
        }
        let response =
            tokio::time::timeout(LONGEST.min(deadline.left()), account_balance(&self.client, deadline)).await;
        let Ok(Ok(balance)) = response else { return error };
        let available: Vec<String> = balance.available_amount.into_iter().chain(balance.currency).collect();
        error.detail += &format!("\n\nThe account has {} available.", available.join(" "));
        error
    }
}
