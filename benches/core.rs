//! The inner loops: codec, signatures, the plan engine. `cargo bench`.
#![allow(missing_docs, clippy::expect_used)]

use std::hint::black_box;

use alicloud::signature::{Parameters, acs3, roa_v1, rpc_v1};
use criterion::{Criterion, criterion_group, criterion_main};
use terraform_provider_alicloud::Alicloud;
use tfplugin::{
    plan::plan,
    private::Private,
    schema::Schema,
    schemas,
    value::{Value, json, msgpack},
};

fn market_order() -> Schema {
    let resources = schemas(&Alicloud::default()).resources;
    let order = resources.into_iter().find(|(name, _)| *name == "alicloud_market_order");
    order.expect("there is such a resource").1
}

fn core(criterion: &mut Criterion) {
    let schema = market_order();
    let ty = schema.ty();
    let config =
        br#"{"product_code": "cmapi033136", "pricing_cycle": "Month", "package_version": "yuncode2713600001"}"#;
    let config = json::decode(config, &ty).expect("a configuration");
    let bytes = msgpack::encode(&config, &ty).expect("its encoding");
    criterion.bench_function("decode msgpack", |bench| bench.iter(|| msgpack::decode(black_box(&bytes), &ty)));
    criterion.bench_function("encode msgpack", |bench| bench.iter(|| msgpack::encode(black_box(&config), &ty)));
    criterion.bench_function("plan a create", |bench| {
        bench.iter(|| plan(&schema.block, black_box(&config), &Value::Null, Private::default()));
    });
    let parameters: Parameters =
        (0..12).map(|number| (format!("Parameter{number}"), format!("value {number} / 中"))).collect();
    criterion.bench_function("sign RPC V1", |bench| {
        bench.iter(|| rpc_v1::signature("POST", black_box(&parameters), "secret"));
    });
    criterion.bench_function("sign ROA V1", |bench| {
        bench.iter(|| roa_v1::authorization("POST", black_box(&parameters), "/", &parameters, "id", "secret"));
    });
    criterion.bench_function("sign ACS3", |bench| {
        bench.iter(|| acs3::authorization("POST", black_box(&parameters), "/", &parameters, "id", "secret"));
    });
}

criterion_group!(benches, core);
criterion_main!(benches);
