//! Numbers that are more precise than the float that a provider makes of them, and numbers that no float holds.

use tfplugin::value::{Number, Value};

use crate::{host, object, settled};

fn number(text: &str) -> Value {
    Number::parse(text).unwrap().into()
}

/// What Terraform makes of `1 - 0.99`.
const PRECISE: &str = "0.010000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
                       000000000000000000000000000000000000000000000000000003";

#[tokio::test]
async fn a_number_stays_as_precise_as_it_was_written() {
    let mut host = host().await;
    let whole = "340282346638528859811704183484516925440";
    for bits in ["32", "64"] {
        let (name, attribute) = (format!("framework_float{bits}_precision"), format!("float{bits}_attribute"));
        for text in [PRECISE, "0.1", whole] {
            let config = object([(attribute.as_str(), number(text))]);
            let stored = settled(&mut host, &name, &config).await;
            assert_eq!(stored.state.get(&attribute), &number(text));
        }
    }
}

#[tokio::test]
async fn what_no_float_holds_is_refused() {
    let mut host = host().await;
    let too_large = ["3.40282346638528859811704183484516925440e+39", "1e400"];
    let too_small = ["1.401298464324817070923729583289916131280e-46", "1e-400"];
    for (function, (large, small)) in ["float32", "float64"].into_iter().zip(too_large.into_iter().zip(too_small)) {
        for text in [large, small, &format!("-{large}"), &format!("-{small}")] {
            let error = host.call(function, &[number(text)]).await.unwrap().unwrap_err();
            assert_eq!(error.argument, Some(0), "{function}({text})");
        }
        assert_eq!(host.call(function, &[number("0")]).await.unwrap(), Ok(number("0")));
    }
    assert!(host.call("int32", &[number("2147483648")]).await.unwrap().is_err());
    assert_eq!(host.call("int32", &[number("-2147483648")]).await.unwrap(), Ok(number("-2147483648")));
}
