//! What `cargo fuzz` feeds with unchecked bytes; built for it and for this crate's own tests only.

use crate::value::{Type, Value, json, msgpack};

/// Reads a value by both codecs. The type is the first line, in its JSON form; what cannot be read as one stands for any
/// type.
///
/// # Panics
/// A value or a type that does not come back as it was when it is written and read again.
pub fn values(input: &[u8]) {
    let at = input.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (ty, bytes) = (&input[..at], input[at..].strip_prefix(b"\n").unwrap_or(&input[at..]));
    let ty = Type::from_json(ty).unwrap_or(Type::Dynamic);
    assert_eq!(Type::from_json(ty.to_json().to_string().as_bytes()).as_ref(), Ok(&ty));
    match msgpack::decode(bytes, &ty) {
        Ok(value) => {
            comes_back_as_msgpack(&value, &ty);
            // An unknown value has no JSON, and JSON can be nested less deeply than msgpack.
            if let Ok(Ok(again)) = json::encode(&value, &ty).map(|written| json::decode(&written, &ty)) {
                assert_eq!(again, value);
            }
        }
        Err(error) => drop(error.to_string()),
    }
    match json::decode(bytes, &ty) {
        Ok(value) => {
            comes_back_as_msgpack(&value, &ty);
            let written = json::encode(&value, &ty);
            assert_eq!(written.and_then(|written| json::decode(&written, &ty)).as_ref(), Ok(&value));
        }
        Err(error) => drop(error.to_string()),
    }
}

fn comes_back_as_msgpack(value: &Value, ty: &Type) {
    let written = msgpack::encode(value, ty);
    assert_eq!(written.and_then(|written| msgpack::decode(&written, ty)).as_ref(), Ok(value));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{fs, path::Path};

    #[test]
    fn values_of_the_corpus_are_read_without_a_panic() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/values");
        let files: Vec<_> = fs::read_dir(corpus).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(!files.is_empty());
        for file in files {
            println!("{}", file.display());
            super::values(&fs::read(file).unwrap());
        }
    }
}
