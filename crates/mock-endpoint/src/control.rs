//! The control API, under `/_mock/`: what tests in any language use.

use axum::{
    Router,
    extract::{Path, State as Shared},
    http::StatusCode,
    routing::{get, post},
};
use serde_json::{Map, Value as Json, json};

use crate::{
    State,
    fault::{self, Fault},
    ledger::Ledger,
    rate::Rate,
};

pub(crate) fn routes(state: State) -> Router {
    Router::new()
        .route("/_mock/ledger", get(ledger))
        .route("/_mock/faults", post(add_faults).delete(clear_faults))
        .route("/_mock/orders/{id}", post(override_order))
        .route("/_mock/instances/{id}", post(override_instance))
        .route("/_mock/prices/{product}", post(set_price))
        .route("/_mock/products/{code}", post(set_product))
        .route("/_mock/rate/{per_second}", post(limit_rate))
        .route("/_mock/reset", post(reset))
        .with_state(state)
}

async fn ledger(Shared(state): Shared<State>) -> axum::Json<Json> {
    let ledger: &Ledger = &state.lock();
    axum::Json(json!(ledger))
}

/// One fault or a list of them.
async fn add_faults(
    Shared(state): Shared<State>,
    axum::Json(faults): axum::Json<Json>,
) -> Result<StatusCode, (StatusCode, String)> {
    let faults = if let Json::Array(faults) = faults { faults } else { vec![faults] };
    let faults: Result<Vec<Fault>, String> = faults.iter().map(fault::parse).collect();
    let faults = faults.map_err(|reason| (StatusCode::BAD_REQUEST, format!("{reason}\n")))?;
    state.lock().faults.extend(faults);
    Ok(StatusCode::NO_CONTENT)
}

async fn clear_faults(Shared(state): Shared<State>) -> StatusCode {
    state.lock().faults.clear();
    StatusCode::NO_CONTENT
}

async fn override_order(
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    axum::Json(fields): axum::Json<Map<String, Json>>,
) -> StatusCode {
    match state.lock().orders.get_mut(&id) {
        Some(order) => {
            order.overrides.extend(fields);
            StatusCode::NO_CONTENT
        }
        None => StatusCode::NOT_FOUND,
    }
}

async fn override_instance(
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    axum::Json(fields): axum::Json<Map<String, Json>>,
) -> StatusCode {
    let mut ledger = state.lock();
    if !ledger.instances.contains_key(&id) {
        return StatusCode::NOT_FOUND;
    }
    ledger.override_instance(&id, Json::Object(fields));
    StatusCode::NO_CONTENT
}

async fn set_price(
    Shared(state): Shared<State>,
    Path(product): Path<String>,
    axum::Json(fields): axum::Json<Map<String, Json>>,
) -> StatusCode {
    state.lock().set_price(&product, Json::Object(fields));
    StatusCode::NO_CONTENT
}

async fn set_product(
    Shared(state): Shared<State>,
    Path(code): Path<String>,
    axum::Json(fields): axum::Json<Map<String, Json>>,
) -> StatusCode {
    state.lock().products.insert(code, Json::Object(fields));
    StatusCode::NO_CONTENT
}

async fn limit_rate(Shared(state): Shared<State>, Path(per_second): Path<usize>) -> StatusCode {
    state.lock().rate = Some(Rate::new(per_second));
    StatusCode::NO_CONTENT
}

/// Forgets everything but the keys.
async fn reset(Shared(state): Shared<State>) -> StatusCode {
    let mut ledger = state.lock();
    let keys = std::mem::take(&mut ledger.keys);
    *ledger = Ledger { keys, ..Ledger::default() };
    StatusCode::NO_CONTENT
}
