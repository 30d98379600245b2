//! Where requests go: a scheme and a host, by region or as configured.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
};

use url::Url;

/// The products whose operations are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Product {
    /// The Marketplace.
    Market,
    /// Billing (BSS OpenAPI).
    Billing,
    /// PAI's workspace service.
    AiWorkspace,
    /// The security token service.
    Sts,
}

impl Product {
    /// The version of the product's API.
    pub fn version(self) -> &'static str {
        match self {
            Self::Market => "2015-11-01",
            Self::Billing => "2017-12-14",
            Self::AiWorkspace => "2021-02-04",
            Self::Sts => "2015-04-01",
        }
    }

    /// The name that the provider block gives its endpoint.
    pub fn endpoint_name(self) -> &'static str {
        match self {
            Self::Market => "market",
            Self::Billing => "bssopenapi",
            Self::AiWorkspace => "aiworkspace",
            Self::Sts => "sts",
        }
    }
}

/// How requests travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protocol {
    /// In the clear.
    Http,
    /// Over TLS.
    #[default]
    Https,
}

impl Protocol {
    fn scheme(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// A place to send requests to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// Text that is not a host, a host with a port, or a URL of just these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnEndpoint;

impl fmt::Display for NotAnEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a host, host:port, or a URL of scheme and host such as https://market.aliyuncs.com")
    }
}

impl std::error::Error for NotAnEndpoint {}

impl Endpoint {
    /// Reads a host, host:port or URL. The protocol is for those that name no scheme.
    ///
    /// # Errors
    /// Anything else: a path, a query, a user name, another scheme, or characters that no host has.
    pub fn parse(text: &str, protocol: Protocol) -> Result<Self, NotAnEndpoint> {
        let whole = if text.contains("://") { text.to_owned() } else { format!("{}://{text}", protocol.scheme()) };
        let url = Url::parse(&whole).map_err(|_| NotAnEndpoint)?;
        let endpoint = Self(url);
        let is_http = matches!(endpoint.0.scheme(), "http" | "https");
        let is_host = endpoint.0.host_str().is_some_and(is_host);
        // What a URL's reader corrects, completes or leaves out was not a host to begin with.
        let written = whole.split_once("://").map_or("", |(_, rest)| rest.strip_suffix('/').unwrap_or(rest));
        let written = canonical(written);
        let is_canonical = endpoint.spellings().iter().any(|spelling| spelling.eq_ignore_ascii_case(&written));
        let is_port = endpoint.0.port() != Some(0);
        if is_http && is_host && is_canonical && is_port { Ok(endpoint) } else { Err(NotAnEndpoint) }
    }

    /// Host and port as the header `Host` has them: without the port that is the scheme's own.
    pub fn authority(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The host, and host and port, as they can be written.
    fn spellings(&self) -> [String; 2] {
        let host = self.0.host_str().unwrap_or_default();
        [self.authority(), format!("{host}:{}", self.0.port_or_known_default().unwrap_or_default())]
    }

    /// Whether requests travel in the clear to another machine.
    pub fn is_exposed(&self) -> bool {
        self.0.scheme() == "http" && !is_loopback(&self.0)
    }

    /// The URL of a path and an encoded query here.
    pub(super) fn url(&self, path: &str, query: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url.set_query(Some(query).filter(|query| !query.is_empty()));
        url
    }
}

/// Whether a URL leads to this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(url::Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

fn is_host(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().is_ok() || host.split('.').all(is_label)
}

/// An IPv6 address in brackets in its short form, and anything else as it is.
fn canonical(authority: &str) -> String {
    let bracketed = authority.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let address = bracketed.and_then(|(address, port)| Some((address.parse::<Ipv6Addr>().ok()?, port)));
    address.map_or_else(|| authority.to_owned(), |(address, port)| format!("[{address}]{port}"))
}

/// Whether this can stand between the dots of a host's name.
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.0.scheme(), self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_ports_and_urls_are_accepted() {
        let table = [
            ("market.aliyuncs.com", "https://market.aliyuncs.com"),
            ("market.aliyuncs.com:443", "https://market.aliyuncs.com"),
            ("127.0.0.1:8080", "https://127.0.0.1:8080"),
            ("http://[::1]:80", "http://[::1]"),
            ("http://[0:0:0:0:0:0:0:1]:8080", "http://[::1]:8080"),
            ("http://localhost:1/", "http://localhost:1"),
            ("Market.Aliyuncs.com", "https://market.aliyuncs.com"),
        ];
        for (text, shown) in table {
            let endpoint = Endpoint::parse(text, Protocol::Https);
            assert_eq!(endpoint.map(|endpoint| endpoint.to_string()), Ok(shown.to_owned()), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            " ",
            "not a host",
            "a/b",
            "https://a/b",
            "https://a?x=1",
            "https://u:p@a",
            "ftp://a",
            "a..b",
            "http://",
            "a#b",
            "host:port",
            "host:99999",
            "é!.com/",
            "a\tb",
            "a\n",
            "https:///a",
            "a/x/..",
            "a/.",
            "host:",
            "127.1",
            "a//",
            "a:0443",
            "a:0",
            "-",
            "a-.com",
        ] {
            assert_eq!(Endpoint::parse(text, Protocol::Https), Err(NotAnEndpoint), "{text:?}");
        }
    }

    #[test]
    fn only_another_machine_is_exposed() {
        for (text, exposed) in
            [("http://a.com", true), ("https://a.com", false), ("http://localhost:1", false), ("http://[::1]", false)]
        {
            let endpoint = Endpoint::parse(text, Protocol::Https);
            assert_eq!(endpoint.map(|endpoint| endpoint.is_exposed()), Ok(exposed), "{text}");
        }
    }
}
