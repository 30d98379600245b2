//! The plan engine against Terraform's own rules, on generated schemas, configurations and prior states.

use proptest::prelude::*;
use tfplugin::{
    plan::{Action, Plan, plan},
    private::Private,
    schema::{Attribute, Block, Kind, Mode, NestedBlock, Nesting},
    value::{Path, Step, Type, Value},
};

use crate::codec::value_of;

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
const NESTINGS: [Nesting; 4] = [Nesting::Single, Nesting::List, Nesting::Set, Nesting::Map];

fn attribute(name: &'static str, depth: u32) -> BoxedStrategy<Attribute> {
    let types = prop_oneof![Just(Type::String), Just(Type::Number), Just(Type::map(Type::String))];
    let plain = types.prop_map(move |ty| Attribute::new(name, ty)).boxed();
    let shape = if depth == 0 {
        plain
    } else {
        let inner = attributes(depth - 1);
        let nested = (prop::sample::select(&NESTINGS[..]), inner)
            .prop_map(move |(nesting, inner)| Attribute::nested(name, nesting, inner));
        prop_oneof![3 => plain, 1 => nested].boxed()
    };
    (shape, 0..6, any::<bool>())
        .prop_map(|(attribute, mode, force_new)| {
            let text = attribute.kind_is_text();
            let attribute = match mode {
                0 => attribute.required(),
                1 => attribute.computed(),
                2 => attribute.optional_computed(),
                3 if text => attribute.default("default"),
                4 if text => attribute.initially("initial".into()),
                _ => attribute,
            };
            if force_new { attribute.force_new() } else { attribute }
        })
        .boxed()
}

trait KindIsText {
    fn kind_is_text(&self) -> bool;
}

impl KindIsText for Attribute {
    fn kind_is_text(&self) -> bool {
        matches!(self.kind, Kind::Of(Type::String))
    }
}

fn attributes(depth: u32) -> BoxedStrategy<Vec<Attribute>> {
    (1..=NAMES.len())
        .prop_flat_map(move |count| NAMES[..count].iter().map(|name| attribute(name, depth)).collect::<Vec<_>>())
        .boxed()
}

fn block() -> BoxedStrategy<Block> {
    let nested = (prop::sample::select(&NESTINGS[..]), attributes(0)).prop_map(|(nesting, attributes)| {
        NestedBlock::new("nested", nesting, Block { attributes, ..Block::default() })
    });
    (attributes(1), proptest::option::of(nested))
        .prop_map(|(attributes, nested)| Block { attributes, blocks: nested.into_iter().collect(), ..Block::default() })
        .boxed()
}

/// Values as Terraform sends them: no argument that is only computed is configured, required ones are, and blocks of
/// lists, sets and maps are never null.
fn as_configured(block: &Block, value: &Value, prior: bool) -> Value {
    let mut object = as_object(&block.attributes, value, prior);
    for nested in &block.blocks {
        let empty = match nested.nesting {
            Nesting::List => Value::List(Vec::new()),
            Nesting::Set => Value::set([]),
            Nesting::Map => Value::Map(Default::default()),
            Nesting::Single | Nesting::Group => Value::Null,
        };
        let value = value.get(nested.name);
        let value = if value.is_null() || !value.is_known() { empty } else { value.clone() };
        let value = nested.nesting.map_objects(&value, |_, inner| as_configured(&nested.block, inner, prior));
        object.set_attribute(nested.name, value);
    }
    object
}

fn as_object(attributes: &[Attribute], value: &Value, prior: bool) -> Value {
    Value::object(attributes.iter().map(|attribute| {
        let value = value.get(attribute.name);
        let value = match attribute.mode {
            Mode::Computed if !prior => Value::Null,
            Mode::Required if value.is_null() && attribute.kind_is_text() => "required".into(),
            _ => value.clone(),
        };
        let value = match &attribute.kind {
            Kind::Of(_) => value,
            Kind::Nested(nesting, inner) => nesting.map_objects(&value, |_, object| as_object(inner, object, prior)),
        };
        (attribute.name, value)
    }))
}

fn case() -> BoxedStrategy<(Block, Value, Value)> {
    block()
        .prop_flat_map(|block| {
            let ty = block.ty();
            let configured = block.clone();
            let stored = block.clone();
            let config = value_of(&ty, true).prop_map(move |value| as_configured(&configured, &value, false));
            let prior = value_of(&ty, false).prop_map(move |value| match value {
                Value::Null => Value::Null,
                value => as_configured(&stored, &value, true),
            });
            (Just(block), config, prior)
        })
        .boxed()
}

/// Terraform's rules for a planned value beside its configuration and prior value.
fn attribute_is_valid(attribute: &Attribute, prior: &Value, config: &Value, planned: &Value) -> bool {
    if planned == config || (planned == prior && !prior.is_null() && !config.is_null()) {
        return true;
    }
    if config.is_null() {
        return attribute.is_computed();
    }
    let Kind::Nested(nesting, inner) = &attribute.kind else { return false };
    let mut configured = Vec::new();
    nesting.map_objects(config, |_, object| {
        configured.push(object.clone());
        Value::Null
    });
    let mut objects = Vec::new();
    nesting.map_objects(planned, |_, object| {
        objects.push(object.clone());
        Value::Null
    });
    // Terraform cannot pair the elements of a set, so it counts them only.
    *nesting == Nesting::Set
        || configured.len() == objects.len()
            && configured.iter().zip(&objects).all(|(config, planned)| {
                inner.iter().all(|inner| {
                    attribute_is_valid(
                        inner,
                        prior_inside(prior, planned, inner.name),
                        config.get(inner.name),
                        planned.get(inner.name),
                    )
                })
            })
}

/// The prior value that an inner attribute may keep. The elements are not paired here: any of them will do.
fn prior_inside<'v>(prior: &'v Value, planned: &Value, name: &str) -> &'v Value {
    static NULL: Value = Value::Null;
    let mut candidates: Vec<&Value> = vec![prior];
    match prior {
        Value::List(elements) => candidates.extend(elements),
        Value::Map(elements) => candidates.extend(elements.values()),
        _ => {}
    }
    candidates.into_iter().map(|object| object.get(name)).find(|value| *value == planned.get(name)).unwrap_or(&NULL)
}

fn assert_valid(block: &Block, config: &Value, prior: &Value, plan: &Plan) -> Result<(), TestCaseError> {
    for attribute in &block.attributes {
        let name = attribute.name;
        let (prior, config, planned) = (prior.get(name), config.get(name), plan.state.get(name));
        let valid = attribute_is_valid(attribute, prior, config, planned);
        prop_assert!(valid, "{name}: prior {prior:?}, config {config:?}, planned {planned:?}, {attribute:?}");
    }
    for path in &plan.requires_replace {
        let Some(Step::Attribute(name)) = path.steps().first() else { panic!("{path}") };
        prop_assert!(prior.get(name) != plan.state.get(name), "{name} is the same and replaces");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_plan_is_one_that_terraform_accepts((block, config, prior) in case()) {
        let plan = plan(&block, &config, &prior, Private::default());
        prop_assert_eq!(plan.action == Action::Create, prior.is_null());
        prop_assert_eq!(plan.action == Action::Replace, !plan.requires_replace.is_empty());
        prop_assert_eq!(plan.action == Action::Nothing, plan.state == prior && !prior.is_null());
        assert_valid(&block, &config, &prior, &plan)?;
    }

    /// Terraform plans again when it applies, and what it applied plans empty.
    #[test]
    fn what_was_applied_plans_empty((block, config, _) in case()) {
        let first = plan(&block, &config, &Value::Null, Private::default());
        prop_assume!(config.is_wholly_known());
        let applied = without_unknowns(first.state);
        let second = plan(&block, &config, &applied, Private::default());
        prop_assert_eq!(second.action, Action::Nothing, "{:?} became {:?}", applied, second.state);
    }
}

fn without_unknowns(value: Value) -> Value {
    match value {
        Value::Unknown(_) => Value::Null,
        Value::List(elements) => Value::List(elements.into_iter().map(without_unknowns).collect()),
        Value::Set(elements) => Value::set(elements.into_iter().map(without_unknowns)),
        Value::Map(map) => Value::Map(map.into_iter().map(|(name, value)| (name, without_unknowns(value))).collect()),
        other => other,
    }
}

#[test]
fn what_nobody_could_tell_forces_nothing() {
    let block = Block {
        attributes: vec![
            Attribute::string("a").required().force_new(),
            Attribute::string("b").default("x").force_new(),
        ],
        ..Block::default()
    };
    let prior = Value::object([("a", "same".into()), ("b", Value::Null)]);
    let untold = Private { untold: ["b".to_owned()].into(), ..Private::default() };

    let silent = Value::object([("a", "same".into()), ("b", Value::Null)]);
    assert_eq!(plan(&block, &silent, &prior, untold.clone()).action, Action::Nothing);

    let told = Value::object([("a", "same".into()), ("b", "y".into())]);
    let planned = plan(&block, &told, &prior, untold.clone());
    assert_eq!(planned.action, Action::Update);
    assert!(planned.private.untold.is_empty(), "now it is told");

    let other = Value::object([("a", "other".into()), ("b", Value::Null)]);
    assert_eq!(plan(&block, &other, &prior, untold).requires_replace, [Path::attribute("a")]);
}

#[test]
fn a_default_applies_whatever_the_prior_state_says() {
    let block = Block { attributes: vec![Attribute::string("a").default("x").force_new()], ..Block::default() };
    let planned =
        plan(&block, &Value::object([("a", Value::Null)]), &Value::object([("a", "y".into())]), Private::default());
    assert_eq!(planned.requires_replace, [Path::attribute("a")]);
    assert_eq!(planned.state, Value::object([("a", "x".into())]));
}
