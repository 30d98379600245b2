//! The control API, under `/_mock/`: what tests in any language use.

use axum::{
    Json, Router,
    extract::{Path, State as Shared},
    http::StatusCode,
    routing::{get, post},
};
use serde_json::{Map, Value, json};

use crate::{State, fault::Fault, ledger::Ledger, operations};

pub(crate) fn routes(state: State) -> Router {
    Router::new()
        .route("/_mock/ledger", get(ledger))
        .route("/_mock/faults", post(add_faults).delete(clear_faults))
        .route("/_mock/orders/{id}", post(tell_of_order))
        .route("/_mock/reset", post(reset))
        .with_state(state)
}

async fn ledger(Shared(state): Shared<State>) -> Json<Value> {
    let ledger: &Ledger = &state.lock();
    Json(json!(ledger))
}

/// One fault or a list of them.
async fn add_faults(
    Shared(state): Shared<State>,
    Json(faults): Json<Value>,
) -> Result<StatusCode, (StatusCode, String)> {
    let faults = if faults.is_array() { faults } else { json!([faults]) };
    let faults: Vec<Fault> =
        serde_json::from_value(faults).map_err(|error| (StatusCode::BAD_REQUEST, format!("not a fault: {error}\n")))?;
    // A fault that hits nothing would let a test pass that tests nothing.
    if let Some(fault) = faults.iter().find(|fault| !operations::all().any(|known| known.name == fault.operation)) {
        let known: Vec<&str> = operations::all().map(|operation| operation.name).collect();
        let reason = format!("there is no operation {:?}, but {}\n", fault.operation, known.join(", "));
        return Err((StatusCode::BAD_REQUEST, reason));
    }
    state.lock().faults.extend(faults);
    Ok(StatusCode::NO_CONTENT)
}

async fn clear_faults(Shared(state): Shared<State>) -> StatusCode {
    state.lock().faults.clear();
    StatusCode::NO_CONTENT
}

async fn tell_of_order(
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    Json(fields): Json<Map<String, Value>>,
) -> StatusCode {
    match state.lock().orders.get_mut(&id) {
        Some(order) => {
            order.told.extend(fields);
            StatusCode::NO_CONTENT
        }
        None => StatusCode::NOT_FOUND,
    }
}

/// Forgets everything but the keys.
async fn reset(Shared(state): Shared<State>) -> StatusCode {
    let mut ledger = state.lock();
    let keys = std::mem::take(&mut ledger.keys);
    *ledger = Ledger { keys, ..Ledger::default() };
    StatusCode::NO_CONTENT
}
