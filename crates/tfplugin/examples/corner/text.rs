//! Texts with a meaning: addresses, times and JSON. Two texts that mean the same are the same, and each stays as it was
//! written.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use chrono::DateTime;
use serde_json::Value as Json;
use tfplugin::{
    Attr, Diagnostic, Diagnostics, Invalid, Scalar,
    value::{Path, Type, Value},
};

/// A text, and what it means.
#[derive(Debug, Clone)]
pub(crate) struct Text<M> {
    text: String,
    meaning: M,
}

/// What a text can mean.
pub(crate) trait Meaning: std::fmt::Debug + Clone + PartialEq + Send + Sync + 'static {
    /// What a text is that has none, as the suite looks for it in the error.
    const REFUSAL: &'static str;

    /// What a valid text is, after "must be".
    const EXPECTED: &'static str;

    fn parse(text: &str) -> Option<Self>;
}

impl<M: Meaning> Text<M> {
    /// A text that was written here; none if it has no such meaning.
    pub(crate) fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        M::parse(&text).map(|meaning| Self { text, meaning })
    }

    pub(crate) fn meaning(&self) -> &M {
        &self.meaning
    }
}

impl<M: PartialEq> PartialEq for Text<M> {
    fn eq(&self, other: &Self) -> bool {
        self.meaning == other.meaning
    }
}

impl<M: Meaning> Scalar for Text<M> {
    fn ty() -> Type {
        Type::String
    }

    fn decode(value: &Value) -> Result<Self, Invalid> {
        let text = value.as_str().and_then(Self::new);
        text.ok_or_else(|| Invalid::new(format!("must be {}", M::EXPECTED)))
    }

    fn encode(&self) -> Value {
        self.text.as_str().into()
    }
}

/// The error under the title that the suite looks for, beside the SDK's own.
pub(crate) fn refusal<M: Meaning>(place: impl Into<Path>, text: &Attr<Text<M>>) -> Diagnostics {
    let place = place.into();
    let error = |reason: &Invalid| Diagnostic::error(M::REFUSAL, format!("{place} {reason}.")).at(place.clone());
    if let Attr::Invalid(reason) = text { error(reason).into() } else { Diagnostics::default() }
}

impl Meaning for Ipv4Addr {
    const REFUSAL: &'static str = "Invalid IPv4 Address String Value";
    const EXPECTED: &'static str = "an IPv4 address";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Meaning for Ipv6Addr {
    const REFUSAL: &'static str = "Invalid IPv6 Address String Value";
    const EXPECTED: &'static str = "an IPv6 address";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// An IPv6 address in full: eight groups of four digits.
pub(crate) fn expanded(address: &Ipv6Addr) -> String {
    address.segments().map(|group| format!("{group:04x}")).join(":")
}

/// A network of IPv4 addresses.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ipv4Cidr(IpAddr, u8);

/// A network of IPv6 addresses.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ipv6Cidr(IpAddr, u8);

/// `192.0.2.0/24`, with at most so many bits.
fn network<A: Meaning + Into<IpAddr>>(text: &str, most: u8) -> Option<(IpAddr, u8)> {
    let (address, bits) = text.split_once('/')?;
    let bits = bits.parse().ok().filter(|bits| *bits <= most)?;
    Some((A::parse(address)?.into(), bits))
}

impl Meaning for Ipv4Cidr {
    const REFUSAL: &'static str = "Invalid IPv4 CIDR String Value";
    const EXPECTED: &'static str = "a network of IPv4 addresses, such as 192.0.2.0/24";

    fn parse(text: &str) -> Option<Self> {
        network::<Ipv4Addr>(text, 32).map(|(address, bits)| Self(address, bits))
    }
}

impl Meaning for Ipv6Cidr {
    const REFUSAL: &'static str = "Invalid IPv6 CIDR String Value";
    const EXPECTED: &'static str = "a network of IPv6 addresses, such as 2001:db8::/32";

    fn parse(text: &str) -> Option<Self> {
        network::<Ipv6Addr>(text, 128).map(|(address, bits)| Self(address, bits))
    }
}

/// JSON that is compared by its values, not by its text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NormalizedJson(Json);

/// JSON that is compared character by character.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ExactJson(String);

impl Meaning for NormalizedJson {
    const REFUSAL: &'static str = "Invalid JSON String Value";
    const EXPECTED: &'static str = "JSON";

    fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }
}

impl Meaning for ExactJson {
    const REFUSAL: &'static str = NormalizedJson::REFUSAL;
    const EXPECTED: &'static str = NormalizedJson::EXPECTED;

    fn parse(text: &str) -> Option<Self> {
        NormalizedJson::parse(text).map(|_| Self(text.to_owned()))
    }
}

/// A moment, with its offset from UTC.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rfc3339(DateTime<chrono::FixedOffset>);

impl Meaning for Rfc3339 {
    const REFUSAL: &'static str = "Invalid RFC3339 String Value";
    const EXPECTED: &'static str = "a time such as 1985-04-12T23:20:50.52Z";

    fn parse(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(Self)
    }
}

/// A time in nanoseconds, written as Go does: `1h2m3s`, `1.5h`, `-3ms`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GoDuration(f64);

impl Meaning for GoDuration {
    const REFUSAL: &'static str = "Invalid Time Duration String Value";
    const EXPECTED: &'static str = "a time such as 1h2m3s";

    fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
        if unsigned == "0" {
            return Some(Self(0.0));
        }
        let (mut rest, mut nanoseconds) = (unsigned, 0.0);
        while !rest.is_empty() {
            let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let (count, after) = rest.split_at(number);
            let unit = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
            let (unit, after) = after.split_at(unit);
            nanoseconds += count.parse::<f64>().ok()? * nanoseconds_of(unit)?;
            rest = after;
        }
        (!unsigned.is_empty()).then_some(Self(sign * nanoseconds))
    }
}

fn nanoseconds_of(unit: &str) -> Option<f64> {
    let all = [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 6e10), ("h", 3.6e12)];
    all.into_iter().find(|(name, _)| *name == unit).map(|(_, nanoseconds)| nanoseconds)
}
