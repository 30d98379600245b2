//! What all orders have in common, whatever they are for: an id of digits, a place in a console, and that nothing in
//! Terraform ends them.

use std::sync::Arc;

use alicloud::{endpoint::Product, market::is_order_id, retry::Deadline};
use tfplugin::{Attr, Context, Diagnostic, Operation, Partial, State, model::ResourceModel};

use crate::{
    Cloud,
    journal::Entry,
    order_identity::{OrderIdentity, identify},
};

/// A console of Alibaba Cloud, and where in it orders are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Console {
    /// Its name.
    pub(crate) name: &'static str,
    /// The page.
    pub(crate) page: &'static str,
}

impl std::fmt::Display for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the {} under {}", self.name, self.page)
    }
}

/// The warning about an order that was just placed and could not be read; `why` is a part of a sentence.
pub(crate) fn not_read_back(id: &str, why: &str) -> Diagnostic {
    let detail = format!(
        "The order {id} was placed and is in the state. Reading it back failed: {why}. Its computed attributes are empty \
         until the next terraform plan or apply, which reads them. You need not do anything."
    );
    Diagnostic::warning(format!("Order {id} was placed, but not read back"), detail)
}

/// A resource that is an order.
pub(crate) trait OrderModel: ResourceModel<Identity = OrderIdentity> {
    /// The products that requests about the order go to.
    const PRODUCTS: &[Product];

    /// The product whose API reads an order.
    const READ_FROM: Product;

    /// Where the user finds it.
    const CONSOLE: Console;

    /// Its id.
    fn id(order: &Partial<Self>) -> &Attr<String>;

    /// Whether it has ever been read: every reading of an order returns its instances.
    fn was_read(order: &Partial<Self>) -> bool;
}

/// The id of an order, as messages show it.
pub(crate) fn shown_id<M: OrderModel>(order: &Partial<M>) -> &str {
    M::id(order).as_str().unwrap_or("(unknown id)")
}

/// Sets a computed attribute to what the service reports. Where it reports nothing, a known value stays, and one that was left
/// to the apply becomes null.
pub(crate) fn set_reported<T>(attr: &mut Attr<T>, reported: Option<T>) {
    match reported {
        Some(reported) => *attr = reported.into(),
        None if attr.is_unknown() => *attr = Attr::Null,
        None => {}
    }
}

/// The error about an id to import that no order can have.
fn not_an_id<M: OrderModel>(id: &str) -> Diagnostic {
    let (kind, console) = (M::TYPE_NAME, M::CONSOLE);
    let detail = format!(
        "{id:?} is not the ID of an order, which contains only digits. Nothing was read or bought. Find the ID in {console}, then \
         run:\n\n  terraform import {kind}.<name> <order id>"
    );
    Diagnostic::error(format!("The order was not imported: {id:?} is not an order ID"), detail)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<Diagnostic> {
    vec![
        not_an_id::<crate::market_order::MarketOrder>("cmapi033136"),
        not_an_id::<crate::pai_product_order::PaiProductOrder>("PAI_share"),
    ]
}

impl Cloud {
    /// The time of an operation by the resource's `timeouts`.
    pub(crate) fn operation_deadline(&self, operation: Operation, ctx: &Context) -> Deadline {
        self.deadline(ctx.time_limit(operation).unwrap_or_default(), ctx)
    }

    /// Begins to read an order of the state: its id, and the time for it.
    pub(crate) fn begin_read<M: OrderModel>(&self, state: &Partial<M>, ctx: &Context) -> (String, Deadline) {
        let id = M::id(state).as_str().unwrap_or_default().to_owned();
        self.journal.mark_in_state(&id);
        (id, self.operation_deadline(Operation::Read, ctx))
    }

    /// Begins to import an order: the time for it.
    ///
    /// # Errors
    /// The id cannot be that of an order, or the state file is damaged. Nothing was sent.
    pub(crate) fn begin_import<M: OrderModel>(&self, id: &str, ctx: &Context) -> Result<Deadline, Diagnostic> {
        if !is_order_id(id) {
            return Err(not_an_id::<M>(id));
        }
        if let Some(error) = self.journal.torn_state() {
            return Err(error);
        }
        self.journal.mark_imported(id);
        Ok(self.operation_deadline(Operation::Read, ctx))
    }

    /// The state of an order that was just bought. Its entry in the journal is answered once Terraform has been given the
    /// state, and ends the plugin in the ordinary way.
    pub(crate) fn answer<M: OrderModel>(&self, state: State<M>, entry: Option<Entry>) -> State<M> {
        let (journal, state) = (Arc::clone(&self.journal), identify(state));
        match entry {
            Some(entry) => state.on_delivered(move || journal.mark_answered(&entry)),
            None => state,
        }
    }
}
