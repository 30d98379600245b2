//! What an order is known by, outside of any state.

use alicloud::market::is_order_id;
use tfplugin::{Attr, Diagnostic, Model, Partial, State};

use crate::{
    order::{OrderModel, shown_id},
    owner,
};

/// What an order is known by.
#[derive(Clone, Debug, Model)]
#[model(identity)]
pub(crate) struct OrderIdentity {
    /// The ID of the order.
    #[attr(validate(|id: &String| is_order_id(id), "the ID of an order: digits only"))]
    pub(crate) order_id: String,
    /// The ID of the account that owns the order. Optional in an import, which fails if the order belongs to another account.
    #[attr(not_blank)]
    pub(crate) account_id: Option<String>,
}

/// Says what an order is known by. The account never changes once it is known, whatever credentials read the order.
pub(crate) fn identify<M: OrderModel>(mut state: State<M>) -> State<M> {
    let known = state.identity().map(|identity| identity.account_id.clone()).unwrap_or_default();
    let account_id = if known.is_null() { owner::recorded(&state.private).into() } else { known };
    let order_id = M::id(&state).clone();
    state.set_identity(Partial::<OrderIdentity> { order_id, account_id });
    state
}

/// Whether the order that was found is the one that an import requested.
///
/// # Errors
/// It belongs to another account.
pub(crate) fn check_imported<M: OrderModel>(state: &State<M>, requested: &OrderIdentity) -> Result<(), Diagnostic> {
    let found = state.identity().map(|identity| &identity.account_id);
    match (&requested.account_id, found) {
        (Some(requested), Some(Attr::Known(found))) if requested != found => {
            Err(of_another_account(shown_id::<M>(state), requested, found))
        }
        _ => Ok(()),
    }
}

fn of_another_account(id: &str, wanted: &str, found: &str) -> Diagnostic {
    let detail = format!(
        "The identity names the order {id} of the account {wanted}, but the order belongs to the account {found}. Nothing was \
         imported or bought. Use credentials of {wanted}, or remove account_id from the identity, then run the import again."
    );
    Diagnostic::error(format!("Order {id} was not imported: it belongs to another account"), detail)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<Diagnostic> {
    vec![of_another_account("202600000000001", "1000000000000001", "1000000000000002")]
}
