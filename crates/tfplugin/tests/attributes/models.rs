//! A resource with a field of every kind, which stores what is planned.

use tfplugin::{
    AttributeEnum, Computed, Configure, Configured, Context, Create, CreateError, DataSource, DataSources, Delete,
    Diagnostics, Invalid, Map, Model, Partial, Provider, Resource, Resources, Scalar, Sensitive, Set, State,
    model::AttributeChange,
    schema::Decision,
    value::{Type, Value},
};

/// A resource of everything.
#[derive(Debug, Clone, Model)]
#[model(resource = "test_everything")]
pub(crate) struct Everything {
    /// Secrets.
    secrets: Option<Vec<Sensitive<String>>>,
    /// Secrets by name.
    secret_map: Option<Map<Sensitive<String>>>,
    /// Secrets within.
    secret_sets: Option<Vec<Set<Sensitive<String>>>>,
    /// Sizes.
    sizes: Option<Vec<Size>>,
    /// Ports.
    ports: Option<Map<i64>>,
    /// Times.
    times: Option<Vec<Vec<Time>>>,
    /// More times.
    time_set: Option<Set<Time>>,
    /// Some ids.
    #[attr(conflicts_with(all, must_not))]
    ids: Option<Vec<String>>,
    /// All of them.
    all: Option<bool>,
    /// Blocks that nobody writes.
    #[attr(block)]
    must_not: Vec<Nested>,
    /// Blocks that need something beside them.
    #[attr(block, required_with(all), conflicts_with(may))]
    needy: Vec<Nested>,
    /// Not together with what is inside another one.
    #[attr(conflicts_with(inner.text))]
    outer: Option<String>,
    /// Nested attributes.
    inner: Option<Nested>,
    /// The zone.
    #[attr(force_new, default = "a")]
    zone: String,
    /// The place, which the zone determines.
    #[attr(default_with = place)]
    place: String,
    /// Marks.
    marks: Option<Set<Mark>>,
    /// One block.
    #[attr(block, deprecated = "Write `must`.")]
    may: Option<Nested>,
    /// One block that has to be there.
    #[attr(block)]
    must: Nested,
}

/// What is nested.
#[derive(Debug, Clone, Model)]
#[model(nested)]
pub(crate) struct Nested {
    /// A text.
    text: Option<String>,
}

/// A mark.
#[derive(Debug, Clone, Model)]
#[model(nested)]
pub(crate) struct Mark {
    /// Its name.
    #[attr(force_new)]
    name: String,
    /// Its color.
    #[attr(default = "red")]
    color: String,
    /// Its weight.
    #[attr(plan_modifier = weight)]
    weight: Option<i64>,
}

fn place(object: &Partial<Everything>) -> String {
    format!("in {}", object.zone.as_str().unwrap_or("nowhere"))
}

/// Heavier marks need another object.
fn weight(change: &AttributeChange<'_, Mark, i64>) -> Decision {
    let (planned, prior) = (change.planned.known(), change.prior.known());
    if planned > prior { Decision::Replace } else { Decision::Update }
}

#[derive(Debug, Clone, Copy, PartialEq, AttributeEnum)]
pub(crate) enum Size {
    Small,
    Large,
}

/// A time such as `"90s"` or `"2m"`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Time(u64);

impl Scalar for Time {
    fn ty() -> Type {
        Type::String
    }

    fn decode(value: &Value) -> Result<Self, Invalid> {
        let text = value.as_str().unwrap_or_default();
        let unit = |suffix, seconds| Some(text.strip_suffix(suffix)?.parse::<u64>().ok()? * seconds);
        unit('s', 1).or_else(|| unit('m', 60)).map(Self).ok_or_else(|| Invalid::new("must be a time such as 90s"))
    }

    fn encode(&self) -> Value {
        format!("{}s", self.0).into()
    }
}

struct Everythings;

impl Resource for Everythings {
    type Model = Everything;
    type Client = ();

    async fn create(
        &self,
        _: &(),
        create: Create<Everything>,
        _: &Context,
    ) -> Result<State<Everything>, CreateError<Everything>> {
        Ok(create.planned)
    }

    async fn read(
        &self,
        _: &(),
        state: State<Everything>,
        _: &Context,
    ) -> Result<Option<State<Everything>>, Diagnostics> {
        Ok(Some(state))
    }

    async fn delete(&self, _: &(), _: Delete<Everything>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }
}

/// The length of a text.
#[derive(Debug, Clone, Model)]
#[model(data_source = "test_length")]
pub(crate) struct Length {
    /// The text.
    #[attr(not_blank)]
    text: String,
    /// What counts.
    #[attr(default = Size::Small)]
    size: Size,
    /// How many characters it has.
    length: Computed<i64>,
    /// What nobody finds out.
    forgotten: Computed<String>,
}

struct LengthSource;

impl DataSource for LengthSource {
    type Model = Length;
    type Client = ();

    async fn read(&self, _: &(), mut config: Length, _: &Context) -> Result<Length, Diagnostics> {
        assert_eq!(config.size, Size::Small);
        config.length = i64::try_from(config.text.chars().count()).ok().into();
        Ok(config)
    }
}

/// Nothing.
#[derive(Debug, Clone, Model)]
#[model(provider)]
pub(crate) struct Block {}

pub(crate) struct Test;

impl Provider for Test {
    type Block = Block;
    type Client = ();

    fn resources(&self) -> Resources<()> {
        Resources::new().add(Everythings)
    }

    fn data_sources(&self) -> DataSources<()> {
        DataSources::new().add(LengthSource)
    }

    async fn configure(&self, _: Configure<Block>, _: &Context) -> Result<Configured<()>, Diagnostics> {
        Ok(Configured::Ready(()))
    }
}
