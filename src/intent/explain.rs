//! What earlier purchases mean for the user, in words.

use super::{Intent, Intents, TOKEN_LIFE};
use tfplugin::diagnostics::Diagnostic;

impl Intents {
    pub(super) fn unreadable(&self, error: &std::io::Error) -> Diagnostic {
        let detail = format!(
            "The notes of earlier purchases in {} cannot be read: {error}. One of them may be of this very purchase, so \
             nothing was bought. Make them readable and writable. If none of them matters any more, remove the directory.",
            self.store.directory().display()
        );
        Diagnostic::error("Earlier purchases cannot be looked up", detail)
    }

    pub(super) fn unwritable(&self, error: &std::io::Error) -> Diagnostic {
        let detail = format!(
            "Before a purchase is sent, what is bought is noted in {}, so that no second order is placed if the reply is \
             lost. That note cannot be written: {error}. Nothing was bought. Make the directory writable. An \
             alicloud_market_order can have a client_token instead, which does the same without a note.",
            self.store.directory().display()
        );
        Diagnostic::error("The purchase cannot be noted", detail)
    }

    pub(super) fn whose(&self, intent: &Intent) -> Diagnostic {
        let detail = format!(
            "A purchase of the same thing was sent from this directory at {}, to {} in the region {}, with other keys or to \
             another place than now, so that it cannot be told whether it is this one. An order may have been placed; \
             nothing was bought now. If the keys changed, apply again when STS can be reached (endpoints.sts), or with the \
             same keys. If the endpoint or the region was wrong then, or that purchase is another one: rm {}",
            intent.time.to_rfc3339(),
            intent.purchase.endpoint,
            intent.purchase.region,
            self.place(intent)
        );
        Diagnostic::error("An earlier purchase may be this one", detail)
    }

    pub(super) fn still_running(&self, intent: &Intent) -> Diagnostic {
        let detail = format!(
            "Another Terraform in this directory, or the provider that it started, sent a purchase of the same thing at {} \
             and still runs. Nothing was bought now. Apply again when it has ended. If nothing of it runs any more, and you know what became of the order: \
             rm {}",
            intent.time.to_rfc3339(),
            self.place(intent)
        );
        Diagnostic::error("The same purchase is under way", detail)
    }

    pub(super) fn delivered(&self, intent: &Intent) -> Diagnostic {
        let (id, kind) = (intent.order_id.as_deref().unwrap_or_default(), &intent.purchase.kind);
        let detail = format!(
            "A purchase of the same thing from this directory placed the order {id} at {}. It was handed to Terraform, and no \
             plan has shown it in a state since. Nothing was bought now.\n\nIf the order is in the state, plan without -target. \
             If it is in none:\n\n  terraform import {kind}.<name> {id}\n\nTo buy another one, remove the note and apply \
             again:\n\n  rm {}",
            intent.time.to_rfc3339(),
            self.place(intent)
        );
        Diagnostic::error(format!("The order {id} may be this one"), detail)
    }

    pub(super) fn too_old(&self, intent: &Intent) -> Diagnostic {
        let detail = format!(
            "A purchase of the same thing was sent from this directory at {}, and its outcome was never known. That is \
             more than {} hours ago, too long to ask for it by sending it again. An order may have been placed; nothing \
             was bought now.\n\nLook for the order in the console. If it is there:\n\n  terraform import {}.<name> <order \
             id>\n\nIf it is not, remove the note and apply again:\n\n  rm {}",
            intent.time.to_rfc3339(),
            TOKEN_LIFE.num_hours(),
            intent.purchase.kind,
            self.place(intent)
        );
        Diagnostic::error("An earlier purchase was never confirmed", detail)
    }

    /// The warning about an intent that nobody claims.
    pub(super) fn left_over(&self, intent: &Intent) -> Diagnostic {
        let kind = &intent.purchase.kind;
        let what = match &intent.order_id {
            Some(id) => format!(
                "placed the order {id}, which may be in no state. To take it into the state:\n\n  terraform import {kind}.<name> {id}"
            ),
            None => format!(
                "sent a purchase whose outcome was never known: an order may have been placed. Look for it in the console. If \
             it is there:\n\n  terraform import {kind}.<name> <order id>"
            ),
        };
        let detail = format!(
            "At {} a Terraform in this directory (workspace {:?}, account {}) {what}\n\nApplying the configuration that it \
         bought with takes it up as well. If neither is needed any more: rm {}",
            intent.time.to_rfc3339(),
            intent.workspace,
            intent.purchase.buyer.account.as_deref().unwrap_or("unknown"),
            self.place(intent)
        );
        Diagnostic::warning(format!("An earlier purchase is not taken up so far ({})", intent.token), detail)
    }
}

/// The error when the Terraform that started this process has died: nobody would save what is bought.
pub(super) fn orphaned() -> Diagnostic {
    Diagnostic::error("Terraform is gone", "The Terraform that started this provider has ended. Nothing was bought.")
}

/// The error when another purchase took all the time.
pub(super) fn crowded() -> Diagnostic {
    let detail = "Purchases that have no idempotency token are made one at a time, and another one in this directory was \
                  not done before the time was over or Terraform asked to stop. Nothing was bought. Apply again when it has \
                  ended.";
    Diagnostic::error("Another purchase is under way", detail)
}

/// The warning about an order that was placed by an earlier apply and is in the state from now on.
pub(crate) fn taken_up(order_id: &str) -> Diagnostic {
    let detail = format!(
        "An earlier apply in this directory placed the order {order_id} for the same purchase and ended before it was \
         saved. It is in the state now, and nothing was bought again."
    );
    Diagnostic::warning(format!("Order {order_id} was taken up from an earlier apply"), detail)
}
