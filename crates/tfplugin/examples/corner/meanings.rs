//! Resources whose texts have a meaning, which reads answer in other words.

use std::net::{Ipv4Addr, Ipv6Addr};

use tfplugin::{
    Attr, Context, Create, CreateError, Delete, Diagnostics, Model, Partial, Resource, Set, State, Update, UpdateError,
};

use super::{
    framework::Client,
    text::{ExactJson, GoDuration, Ipv4Cidr, Ipv6Cidr, NormalizedJson, Rfc3339, Text, expanded, refusal},
};

/// Texts of many meanings.
#[derive(Debug, Clone, Model)]
#[model(resource = "framework_customtype")]
pub(crate) struct Meanings {
    /// JSON, however it is written.
    json_normalized_attribute: Option<Text<NormalizedJson>>,
    /// JSON, as it is written.
    json_exact_attribute: Option<Text<ExactJson>>,
    /// An address.
    ip_v4_attribute: Option<Text<Ipv4Addr>>,
    /// An address.
    ip_v6_attribute: Option<Text<Ipv6Addr>>,
    /// A network.
    ip_v4_cidr_attribute: Option<Text<Ipv4Cidr>>,
    /// A network.
    ip_v6_cidr_attribute: Option<Text<Ipv6Cidr>>,
    /// A moment.
    time_rfc3339_attribute: Option<Text<Rfc3339>>,
}

pub(crate) struct MeaningsResource;

impl Resource for MeaningsResource {
    type Model = Meanings;
    type Client = Client;

    fn validate(&self, config: &Partial<Meanings>) -> Diagnostics {
        let mut wrong = refusal(Meanings::JSON_NORMALIZED_ATTRIBUTE, &config.json_normalized_attribute);
        wrong.extend(refusal(Meanings::JSON_EXACT_ATTRIBUTE, &config.json_exact_attribute));
        wrong.extend(refusal(Meanings::IP_V4_ATTRIBUTE, &config.ip_v4_attribute));
        wrong.extend(refusal(Meanings::IP_V6_ATTRIBUTE, &config.ip_v6_attribute));
        wrong.extend(refusal(Meanings::IP_V4_CIDR_ATTRIBUTE, &config.ip_v4_cidr_attribute));
        wrong.extend(refusal(Meanings::IP_V6_CIDR_ATTRIBUTE, &config.ip_v6_cidr_attribute));
        wrong.extend(refusal(Meanings::TIME_RFC3339_ATTRIBUTE, &config.time_rfc3339_attribute));
        wrong
    }

    async fn create(
        &self,
        _: &Client,
        create: Create<Meanings>,
        _: &Context,
    ) -> Result<State<Meanings>, CreateError<Meanings>> {
        Ok(create.planned)
    }

    /// Answers with the address in full. The state keeps what the user wrote.
    async fn read(
        &self,
        _: &Client,
        mut state: State<Meanings>,
        _: &Context,
    ) -> Result<Option<State<Meanings>>, Diagnostics> {
        if let Some(address) = state.ip_v6_attribute.known() {
            state.ip_v6_attribute = Text::new(expanded(address.meaning())).into();
        }
        Ok(Some(state))
    }

    async fn delete(&self, _: &Client, _: Delete<Meanings>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }
}

/// Times.
#[derive(Debug, Clone, Model)]
#[model(resource = "framework_timetypes")]
pub(crate) struct Times {
    /// How long.
    go_duration: Option<Text<GoDuration>>,
    /// When.
    rfc3339: Option<Text<Rfc3339>>,
}

pub(crate) struct TimesResource;

impl Resource for TimesResource {
    type Model = Times;
    type Client = Client;

    fn validate(&self, config: &Partial<Times>) -> Diagnostics {
        let mut wrong = refusal(Times::GO_DURATION, &config.go_duration);
        wrong.extend(refusal(Times::RFC3339, &config.rfc3339));
        wrong
    }

    async fn create(&self, _: &Client, create: Create<Times>, _: &Context) -> Result<State<Times>, CreateError<Times>> {
        Ok(create.planned)
    }

    async fn read(&self, _: &Client, state: State<Times>, _: &Context) -> Result<Option<State<Times>>, Diagnostics> {
        Ok(Some(state))
    }

    async fn delete(&self, _: &Client, _: Delete<Times>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }
}

/// Sets of addresses.
#[derive(Debug, Clone, Model)]
#[model(resource = "framework_set_semantic_equality")]
pub(crate) struct Addresses {
    /// Addresses.
    set_of_ipv6: Set<Text<Ipv6Addr>>,
    /// Objects with an address.
    set_nested_attribute: Set<Address>,
    /// Blocks with an address.
    #[attr(block, min = 1)]
    set_nested_block: Set<Address>,
}

/// An object with an address.
#[derive(Debug, Clone, Model)]
#[model(nested)]
pub(crate) struct Address {
    /// The address.
    ipv6: Text<Ipv6Addr>,
}

pub(crate) struct AddressesResource;

impl AddressesResource {
    /// The same addresses in another order and in other words, whatever the object is.
    fn shorten(state: &mut State<Addresses>) {
        let set = ["2001:DB8::8:800:200C:417A", "::FFFF:192.168.255.255", "::", "::101"];
        state.set_of_ipv6 = set.into_iter().filter_map(Text::new).collect::<Set<_>>().into();
        state.set_nested_attribute = objects(&["2001:1:2:3:4:5:6:7", "2041:0000:140F::875B:131B"]);
        state.set_nested_block = objects(&["::FFFF:192.168.255.255", "FF01::", "2001:DB8::8:800:200C:417A"]);
    }
}

fn objects(addresses: &[&str]) -> Attr<Partial<Set<Address>>> {
    let addresses = addresses.iter().filter_map(|address| Text::new(*address));
    Attr::Known(addresses.map(|ipv6| Attr::Known(Address { ipv6 }.into())).collect())
}

impl Resource for AddressesResource {
    type Model = Addresses;
    type Client = Client;

    async fn create(
        &self,
        _: &Client,
        mut create: Create<Addresses>,
        _: &Context,
    ) -> Result<State<Addresses>, CreateError<Addresses>> {
        Self::shorten(&mut create.planned);
        Ok(create.planned)
    }

    async fn read(
        &self,
        _: &Client,
        mut state: State<Addresses>,
        _: &Context,
    ) -> Result<Option<State<Addresses>>, Diagnostics> {
        Self::shorten(&mut state);
        Ok(Some(state))
    }

    async fn update(
        &self,
        _: &Client,
        mut update: Update<Addresses>,
        _: &Context,
    ) -> Result<State<Addresses>, UpdateError<Addresses>> {
        Self::shorten(&mut update.planned);
        Ok(update.planned)
    }

    async fn delete(&self, _: &Client, _: Delete<Addresses>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }
}
