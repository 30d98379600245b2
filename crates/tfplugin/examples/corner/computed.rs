//! What the provider sets: values of every type, values that change their type, and defaults inside sets.

use tfplugin::{
    Attr, Computed, Context, Create, CreateError, Delete, Diagnostics, Map, Model, Object, Partial, Resource, Set,
    State, Timeouts, Update, UpdateError,
    value::{Type, Value},
};

use super::framework::Client;

/// What the configuration gives beside what the provider sets, in every type.
#[derive(Debug, Clone, Model)]
#[model(resource = "framework_tfsdk_reflection")]
pub(crate) struct Pairs {
    /// Given.
    config_bool: bool,
    /// Set.
    computed_bool: Computed<bool>,
    /// Given.
    config_dynamic: Value,
    /// Set.
    computed_dynamic: Computed<Value>,
    /// Given.
    config_float64: f64,
    /// Set.
    computed_float64: Computed<f64>,
    /// Given.
    config_int64: i64,
    /// Set.
    computed_int64: Computed<i64>,
    /// Given.
    config_list: Vec<String>,
    /// Set.
    computed_list: Computed<Vec<String>>,
    /// Given.
    config_map: Map<String>,
    /// Set.
    computed_map: Computed<Map<String>>,
    /// Given.
    config_map_nested: Map<Given>,
    /// Set.
    computed_map_nested: Computed<Map<Made>>,
    /// Given.
    config_object: Object<Given>,
    /// Set.
    computed_object: Computed<Object<Given>>,
    /// Given.
    config_single_nested: Given,
    /// Set.
    computed_single_nested: Computed<Made>,
    /// Given.
    config_string: String,
    /// Set.
    computed_string: Computed<String>,
    /// Given.
    #[attr(block)]
    config_set_nested_block: Set<Given>,
    /// Blocks in the configuration whose contents the provider sets.
    #[attr(block)]
    computed_list_nested_block: Vec<Made>,
}

/// An object that the configuration gives.
#[derive(Debug, Clone, Model)]
#[model(nested)]
pub(crate) struct Given {
    /// Text.
    nested_string: String,
}

/// An object that the provider sets.
#[derive(Debug, Clone, Model)]
#[model(nested)]
pub(crate) struct Made {
    /// Text.
    nested_string: Computed<String>,
}

impl Made {
    fn of(text: &str) -> Self {
        Self { nested_string: text.into() }
    }
}

pub(crate) struct PairsResource;

impl Resource for PairsResource {
    type Model = Pairs;
    type Client = Client;

    async fn create(&self, _: &Client, create: Create<Pairs>, _: &Context) -> Result<State<Pairs>, CreateError<Pairs>> {
        let mut pairs = create.planned;
        let texts = [("key6", "val6"), ("key7", "val7")];
        let objects = texts.map(|(key, text)| (key.to_owned(), Attr::Known(Made::of(text).into())));
        let blocks = ["computed string one", "computed string two"].map(|text| Attr::Known(Made::of(text).into()));
        pairs.computed_bool = true.into();
        pairs.computed_dynamic = dynamic(Type::String, "dynamic string");
        pairs.computed_float64 = 1.2.into();
        pairs.computed_int64 = 100.into();
        pairs.computed_string = "computed string".into();
        pairs.computed_list = vec!["computed".to_owned(), "list".to_owned()].into();
        pairs.computed_map =
            texts.map(|(key, text)| (key.to_owned(), text.to_owned())).into_iter().collect::<Map<_>>().into();
        pairs.computed_map_nested = Attr::Known(objects.into());
        let object = Given { nested_string: "computed string".to_owned() };
        pairs.computed_object = Object::from(Partial::<Given>::from(object)).into();
        pairs.computed_single_nested = Partial::<Made>::from(Made::of("computed string")).into();
        pairs.computed_list_nested_block = Attr::Known(blocks.into());
        Ok(pairs)
    }

    async fn read(&self, _: &Client, state: State<Pairs>, _: &Context) -> Result<Option<State<Pairs>>, Diagnostics> {
        Ok(Some(state))
    }

    async fn delete(&self, _: &Client, _: Delete<Pairs>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }
}

/// A value of any type.
fn dynamic(ty: Type, value: impl Into<Value>) -> Attr<Value> {
    Attr::Known(Value::Dynamic(Box::new((ty, value.into()))))
}

/// A computed value that has another type after an update.
#[derive(Debug, Clone, Model)]
#[model(resource = "framework_dynamic_computed_type_change")]
pub(crate) struct TypeChange {
    /// Anything.
    required_dynamic: Value,
    /// True or false at first, then a number.
    #[attr(changes_with(required_dynamic))]
    computed_dynamic_type_changes: Computed<Value>,
}

pub(crate) struct TypeChangeResource;

impl Resource for TypeChangeResource {
    type Model = TypeChange;
    type Client = Client;

    async fn create(
        &self,
        _: &Client,
        mut create: Create<TypeChange>,
        _: &Context,
    ) -> Result<State<TypeChange>, CreateError<TypeChange>> {
        create.planned.computed_dynamic_type_changes = dynamic(Type::Bool, true);
        Ok(create.planned)
    }

    async fn read(
        &self,
        _: &Client,
        state: State<TypeChange>,
        _: &Context,
    ) -> Result<Option<State<TypeChange>>, Diagnostics> {
        Ok(Some(state))
    }

    async fn update(
        &self,
        _: &Client,
        mut update: Update<TypeChange>,
        _: &Context,
    ) -> Result<State<TypeChange>, UpdateError<TypeChange>> {
        update.planned.computed_dynamic_type_changes = dynamic(Type::Number, 200);
        Ok(update.planned)
    }

    async fn delete(&self, _: &Client, _: Delete<TypeChange>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }
}

/// Time limits.
#[derive(Debug, Clone, Model)]
#[model(resource = "framework_timeouts")]
pub(crate) struct Limits {
    /// The limits.
    #[attr(timeouts(create = "20m"))]
    timeouts: Timeouts,
}

/// Defaults in a set of nested attributes.
#[derive(Debug, Clone, Model)]
#[model(resource = "framework_set_nested_attribute_with_defaults")]
pub(crate) struct SetOfDefaults {
    /// The set.
    set: Set<Defaults>,
}

/// Defaults in a set of blocks.
#[derive(Debug, Clone, Model)]
#[model(resource = "framework_set_nested_block_with_defaults")]
pub(crate) struct BlocksOfDefaults {
    /// The set.
    #[attr(block)]
    set: Set<Defaults>,
}

/// An object with two defaults.
#[derive(Debug, Clone, Model)]
#[model(nested)]
pub(crate) struct Defaults {
    /// Text.
    #[attr(default = "zero")]
    value: String,
    /// More text.
    #[attr(default = "this is a default")]
    default_value: String,
}
