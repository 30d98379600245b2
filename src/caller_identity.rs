//! `data "alicloud_caller_identity"`: whom the credentials belong to.

use std::time::Duration;

use alicloud::sts;
use tfplugin::{Computed, Context, DataSource, Diagnostics, Model};

use crate::{Cloud, failure_messages};

/// How long asking may take.
const TIME: Duration = Duration::from_secs(60);

/// The account and the identity that the provider's credentials belong to (GetCallerIdentity).
#[derive(Clone, Debug, Model)]
#[model(data_source = "alicloud_caller_identity")]
pub(crate) struct CallerIdentity {
    /// The ID of the caller within the account: the ID of the account or of the RAM user, or the ID of the role and the name of
    /// the session.
    id: Computed<String>,
    /// The ID of the account.
    account_id: Computed<String>,
    /// The ARN of the caller, such as `acs:ram::123456789012:user/buyer`.
    arn: Computed<String>,
    /// What the caller is: `Account`, `RAMUser` or `AssumedRoleUser`.
    identity_type: Computed<String>,
}

/// The data source.
#[derive(Debug)]
pub(crate) struct CallerIdentitySource;

impl DataSource for CallerIdentitySource {
    type Model = CallerIdentity;
    type Client = Cloud;

    async fn read(&self, cloud: &Cloud, _: CallerIdentity, ctx: &Context) -> Result<CallerIdentity, Diagnostics> {
        let caller = sts::caller_identity(&cloud.client, &cloud.deadline(TIME, ctx)).await.map_err(|failure| {
            failure_messages::read_failure("The caller cannot be identified", "The caller", &failure)
        })?;
        Ok(CallerIdentity {
            id: caller.principal_id.or_else(|| caller.account_id.clone()).into(),
            account_id: caller.account_id.into(),
            arn: caller.arn.into(),
            identity_type: caller.identity_type.into(),
        })
    }
}
