//! Values that are never stored, at every depth and on every way on which a state comes in.

use std::net::Ipv6Addr;

use tfplugin::{
    Attr, Computed, Context, Create, CreateError, Delete, Diagnostic, Diagnostics, Map, Model, Partial, Resource,
    State, Update, UpdateError, WriteOnly, model::PartialValue, value::Path,
};

use super::{framework::Client, text::Text};

/// Write-only values at every depth.
#[derive(Debug, Clone, Model)]
#[model(resource = "framework_writeonly")]
pub(crate) struct Secrets {
    /// Unknown whenever something changes.
    #[attr(changes_with(nested_map, nested_block_list))]
    computed_attr: Computed<String>,
    /// An address.
    writeonly_custom_ipv6: Option<WriteOnly<Text<Ipv6Addr>>>,
    /// Text.
    writeonly_string: Option<WriteOnly<String>>,
    /// Texts.
    writeonly_list: Option<WriteOnly<Vec<String>>>,
    /// Objects with one write-only value.
    nested_map: Map<Entry>,
    /// An object that is write-only as a whole.
    writeonly_nested_object: Option<WriteOnly<Secret>>,
    /// Blocks with one write-only value.
    #[attr(block)]
    nested_block_list: Vec<Block>,
}

/// An object with one write-only value.
#[derive(Debug, Clone, Model)]
#[model(nested)]
pub(crate) struct Entry {
    /// Text.
    string_attr: String,
    /// A number.
    writeonly_float64: Option<WriteOnly<f64>>,
}

/// An object that is write-only as a whole.
#[derive(Debug, Clone, Model)]
#[model(nested)]
pub(crate) struct Secret {
    /// A number.
    writeonly_int64: WriteOnly<i64>,
    /// True or false.
    writeonly_bool: WriteOnly<bool>,
    /// Objects.
    writeonly_nested_list: WriteOnly<Vec<InnerSecret>>,
}

/// An object within.
#[derive(Debug, Clone, Model)]
#[model(nested)]
pub(crate) struct InnerSecret {
    /// Text.
    writeonly_string: WriteOnly<String>,
}

/// A block with one write-only value.
#[derive(Debug, Clone, Model)]
#[model(nested)]
pub(crate) struct Block {
    /// Text.
    string_attr: String,
    /// Text.
    writeonly_string: Option<WriteOnly<String>>,
    /// A block within.
    #[attr(block)]
    double_nested_object: Option<InnerBlock>,
}

/// A block within a block.
#[derive(Debug, Clone, Model)]
#[model(nested)]
pub(crate) struct InnerBlock {
    /// True or false.
    bool_attr: bool,
    /// True or false.
    writeonly_bool: Option<WriteOnly<bool>>,
}

pub(crate) struct SecretsResource;

impl SecretsResource {
    /// The configuration has its write-only values, as the suite writes them, and it is given back with all of them.
    fn apply(mut state: State<Secrets>, config: Partial<Secrets>) -> Result<State<Secrets>, Diagnostics> {
        check(&config)?;
        *state = config;
        state.computed_attr = "computed_val".into();
        Ok(state)
    }
}

fn check(config: &Partial<Secrets>) -> Result<(), Diagnostics> {
    let mut wrong = Diagnostics::default();
    expect(Secrets::WRITEONLY_CUSTOM_IPV6, &config.writeonly_custom_ipv6, Text::new("::"), &mut wrong);
    expect(Secrets::WRITEONLY_STRING, &config.writeonly_string, Some("fakepassword".to_owned()), &mut wrong);
    let list = ["fake", "password"].map(|text| Attr::Known(text.to_owned()));
    expect(Secrets::WRITEONLY_LIST, &config.writeonly_list, Some(list.to_vec()), &mut wrong);
    let inner = ["fakepassword1", "fakepassword2"]
        .map(|text| Attr::Known(InnerSecret { writeonly_string: text.to_owned().into() }.into()));
    let secret = Partial::<Secret> {
        writeonly_int64: WriteOnly::from(1234).into(),
        writeonly_bool: WriteOnly::from(true).into(),
        writeonly_nested_list: WriteOnly::from(inner.to_vec()).into(),
    };
    expect(Secrets::WRITEONLY_NESTED_OBJECT, &config.writeonly_nested_object, Some(secret), &mut wrong);
    for (key, number) in [("key1", 10.0), ("key2", 20.0)] {
        let Some(entry) = config.nested_map.known().and_then(|map| map.get(key)?.known()) else { continue };
        let place = Secrets::NESTED_MAP.key(key).then(Entry::WRITEONLY_FLOAT64);
        expect(place, &entry.writeonly_float64, Some(number), &mut wrong);
    }
    for (at, (text, flag)) in [("fakepassword1", false), ("fakepassword2", true)].into_iter().enumerate() {
        let Some(block) = config.nested_block_list.known().and_then(|blocks| blocks.get(at)?.known()) else { continue };
        let place = Secrets::NESTED_BLOCK_LIST.index(at);
        expect(place.clone().then(Block::WRITEONLY_STRING), &block.writeonly_string, Some(text.to_owned()), &mut wrong);
        let Some(inner) = block.double_nested_object.known() else { continue };
        let place = place.then(Block::DOUBLE_NESTED_OBJECT).then(InnerBlock::WRITEONLY_BOOL);
        expect(place, &inner.writeonly_bool, Some(flag), &mut wrong);
    }
    if wrong.has_errors() { Err(wrong) } else { Ok(()) }
}

/// A value that is there has to be this one.
fn expect<T: PartialValue>(
    place: impl Into<Path>,
    found: &Attr<WriteOnly<T>>,
    expected: Option<T>,
    wrong: &mut Diagnostics,
) {
    let place = place.into();
    if !found.is_null() && found.known().and_then(WriteOnly::get) != expected.as_ref() {
        wrong.invalid(place.clone(), "Unexpected WriteOnly Value", format!("{place} is not what the suite writes."));
    }
}

impl Resource for SecretsResource {
    type Model = Secrets;
    type Client = Client;

    async fn create(
        &self,
        _: &Client,
        create: Create<Secrets>,
        _: &Context,
    ) -> Result<State<Secrets>, CreateError<Secrets>> {
        Ok(Self::apply(create.planned, create.config)?)
    }

    async fn read(
        &self,
        _: &Client,
        mut state: State<Secrets>,
        _: &Context,
    ) -> Result<Option<State<Secrets>>, Diagnostics> {
        state.writeonly_string = WriteOnly::from("what no state may hold".to_owned()).into();
        state.computed_attr = "computed_val".into();
        Ok(Some(state))
    }

    async fn update(
        &self,
        _: &Client,
        update: Update<Secrets>,
        _: &Context,
    ) -> Result<State<Secrets>, UpdateError<Secrets>> {
        Ok(Self::apply(update.planned, update.config)?)
    }

    async fn delete(&self, _: &Client, _: Delete<Secrets>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }
}

/// A value that has to be there when the object is made, and never again.
#[derive(Debug, Clone, Model)]
#[model(resource = "framework_writeonce")]
pub(crate) struct Once {
    /// Another value makes another object.
    #[attr(force_new)]
    trigger_attr: String,
    /// Text.
    writeonce_string: Option<WriteOnly<String>>,
}

pub(crate) struct OnceResource;

impl Resource for OnceResource {
    type Model = Once;
    type Client = Client;

    async fn modify_plan(
        &self,
        _: Option<&Client>,
        plan: &mut tfplugin::Plan<Once>,
        _: &Context,
    ) -> Result<(), Diagnostics> {
        if plan.creates() && plan.config().writeonce_string.is_null() {
            let detail = "Set writeonce_string: a new object needs it.";
            return Err(Diagnostic::error("Attribute Required when Creating", detail)
                .at(Once::WRITEONCE_STRING)
                .into());
        }
        Ok(())
    }

    async fn create(&self, _: &Client, create: Create<Once>, _: &Context) -> Result<State<Once>, CreateError<Once>> {
        let mut wrong = Diagnostics::default();
        let expected = Some("fakepassword".to_owned());
        expect(Once::WRITEONCE_STRING, &create.config.writeonce_string, expected, &mut wrong);
        if wrong.has_errors() {
            return Err(wrong.into());
        }
        let mut state = create.planned;
        *state = create.config;
        Ok(state)
    }

    async fn read(&self, _: &Client, state: State<Once>, _: &Context) -> Result<Option<State<Once>>, Diagnostics> {
        Ok(Some(state))
    }

    async fn delete(&self, _: &Client, _: Delete<Once>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }
}
