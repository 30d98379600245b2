//! The value codecs: any bytes are read or refused, and what is read comes back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tfplugin::value::{Type, json, msgpack};

fuzz_target!(|input: (&[u8], &[u8])| {
    let (ty, bytes) = input;
    let ty = Type::from_json(ty).unwrap_or(Type::Dynamic);
    if let Ok(value) = msgpack::decode(bytes, &ty) {
        let again = msgpack::encode(&value, &ty).expect("what was read can be written");
        assert_eq!(msgpack::decode(&again, &ty).as_ref(), Ok(&value));
    }
    let _ = json::decode(bytes, &ty);
});
