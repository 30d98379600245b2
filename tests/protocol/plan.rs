//! The plan engine against Terraform's own rules, on generated schemas, configurations and prior states.

use proptest::prelude::*;
use tfplugin::{
    conform::conform,
    plan::{Action, Plan, check, plan},
    private::Private,
    schema::{Attribute, Block, Decision, Kind, Mode, NestedBlock, Nesting},
    validate::read_only,
    value::{Path, Step, Type, Value, msgpack},
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
    let decision = prop_oneof![Just(Decision::Keep), Just(Decision::Update), Just(Decision::Replace)];
    (shape, 0..6, any::<bool>(), proptest::option::weighted(0.2, decision), proptest::bool::weighted(0.2))
        .prop_map(|(attribute, mode, force_new, decision, renewed)| {
            let text = attribute.kind_is_text();
            let attribute = match mode {
                0 => attribute.required(),
                1 => attribute.computed(),
                2 => attribute.optional_computed(),
                3 if text => attribute.default("default"),
                4 if text => attribute.default_on_create("initial".into()),
                _ => attribute,
            };
            let attribute = match decision {
                Some(decision) => attribute.plan_modifier(move |_| decision),
                None => attribute,
            };
            let attribute = if renewed && attribute.is_computed() && attribute.default.is_none() {
                attribute.changes_with(&["a", "b"])
            } else {
                attribute
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

/// Values as Terraform sends them: required arguments are configured, and blocks of lists, sets and maps are never null.
/// Terraform sends values for attributes that are only computed too.
fn as_configured(block: &Block, value: &Value) -> Value {
    let mut object = as_object(&block.attributes, value);
    for nested in &block.blocks {
        let empty = match nested.nesting {
            Nesting::List => Value::List(Vec::new()),
            Nesting::Set => Value::set([]),
            Nesting::Map => Value::Map(Default::default()),
            Nesting::Single | Nesting::Group => Value::Null,
        };
        let value = value.get(nested.name);
        let value = if value.is_null() || !value.is_known() { empty } else { value.clone() };
        let value = nested.nesting.map_objects(&value, |_, inner| as_configured(&nested.block, inner));
        object.set_attribute(nested.name, value);
    }
    object
}

fn as_object(attributes: &[Attribute], value: &Value) -> Value {
    Value::object(attributes.iter().map(|attribute| {
        let value = value.get(attribute.name);
        let value = match attribute.mode {
            Mode::Required if value.is_null() && attribute.kind_is_text() => "required".into(),
            _ => value.clone(),
        };
        let value = match &attribute.kind {
            Kind::Of(_) => value,
            Kind::Nested(nesting, inner) => nesting.map_objects(&value, |_, object| as_object(inner, object)),
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
            let config = value_of(&ty, true).prop_map(move |value| as_configured(&configured, &value));
            let prior = value_of(&ty, false).prop_map(move |value| match value {
                Value::Null => Value::Null,
                value => as_configured(&stored, &value),
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

/// The configuration without what only the provider sets, which is refused before anything is planned.
fn without_read_only(block: &Block, config: &Value) -> Value {
    let mut object = without_read_only_attributes(&block.attributes, config);
    for nested in &block.blocks {
        let value =
            nested.nesting.map_objects(config.get(nested.name), |_, inner| without_read_only(&nested.block, inner));
        object.set_attribute(nested.name, value);
    }
    object
}

fn without_read_only_attributes(attributes: &[Attribute], object: &Value) -> Value {
    Value::object(attributes.iter().map(|attribute| {
        let value = match (&attribute.kind, object.get(attribute.name)) {
            _ if attribute.mode == Mode::Computed => Value::Null,
            (Kind::Of(_), value) => value.clone(),
            (Kind::Nested(nesting, inner), value) => {
                nesting.map_objects(value, |_, object| without_read_only_attributes(inner, object))
            }
        };
        (attribute.name, value)
    }))
}

/// Terraform's rules for a result beside its plan (AssertObjectCompatible).
fn agrees(planned: &Value, result: &Value) -> bool {
    match (planned, result) {
        (Value::Unknown(_), result) => result.is_wholly_known(),
        (Value::List(planned), Value::List(result)) => {
            planned.len() == result.len() && planned.iter().zip(result).all(|(planned, result)| agrees(planned, result))
        }
        (Value::Map(planned), Value::Map(result)) => {
            planned.len() == result.len()
                && planned.iter().all(|(name, planned)| result.get(name).is_some_and(|result| agrees(planned, result)))
        }
        (Value::Set(planned), Value::Set(result)) => {
            planned
                .iter()
                .filter(|planned| planned.is_known())
                .all(|planned| result.iter().any(|result| agrees(planned, result)))
                && result.iter().all(|result| planned.iter().any(|planned| agrees(planned, result)))
        }
        (planned, result) => planned == result,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_plan_is_one_that_terraform_accepts((block, config, prior) in case()) {
        let allowed = without_read_only(&block, &config);
        prop_assert_eq!(!read_only(&block, &config).has_errors(), allowed == config, "{:?}", config);
        prop_assert!(!read_only(&block, &allowed).has_errors());
        let config = allowed;
        let plan = plan(&block, &config, &prior, Private::default());
        prop_assert_eq!(plan.action == Action::Create, prior.is_null());
        prop_assert_eq!(plan.action == Action::Replace, !plan.requires_replace.is_empty());
        prop_assert_eq!(plan.action == Action::Nothing, plan.state == prior && !prior.is_null());
        assert_valid(&block, &config, &prior, &plan)?;
    }

    /// Whatever a create returns, also a value of another schema, Terraform accepts it, and what agreed is kept.
    #[test]
    fn every_result_is_one_that_terraform_accepts((block, config, result) in case(), (_, _, other) in case()) {
        let planned = plan(&block, &without_read_only(&block, &config), &Value::Null, Private::default()).state;
        let ty = block.ty();
        for result in [result, other] {
            let (conformed, differences) = conform(&planned, result.clone(), &ty);
            prop_assert!(agrees(&planned, &conformed), "planned {:?}, conformed {:?}", planned, conformed);
            prop_assert!(msgpack::encode(&conformed, &ty).is_ok());
            let (again, further) = conform(&planned, conformed.clone(), &ty);
            prop_assert_eq!(&again, &conformed);
            prop_assert!(further.is_empty());
            if agrees(&planned, &result) && msgpack::encode(&result, &ty).is_ok() {
                prop_assert_eq!(conformed, result);
                prop_assert!(differences.is_empty());
            }
        }
    }

    /// Whatever a hook makes of a plan: what passes the check, Terraform accepts, and a computed value that the
    /// configuration leaves open may become anything.
    #[test]
    fn what_a_hook_makes_of_a_plan_is_checked(
        (block, config, prior, edits) in case().prop_flat_map(|(block, config, prior)| {
            let edits = block.attributes.iter().map(|attribute| proptest::option::of(value_of(&attribute.ty(), true)));
            let edits = edits.collect::<Vec<_>>();
            (Just(block), Just(config), Just(prior), edits)
        }),
        replaced in proptest::option::of(prop::sample::select(&NAMES[..])),
    ) {
        let config = without_read_only(&block, &config);
        let mut plan = plan(&block, &config, &prior, Private::default());
        let unhooked = check(&block, &config, &prior, &plan);
        prop_assert!(!unhooked.has_errors(), "{:?}", unhooked);
        let mut is_harmless = replaced.is_none();
        for (attribute, edit) in block.attributes.iter().zip(edits) {
            let Some(value) = edit else { continue };
            is_harmless &= attribute.is_computed() && config.get(attribute.name).is_null();
            plan.state.set_attribute(attribute.name, value);
        }
        plan.requires_replace.retain(|path| plan.state.at(path) != prior.at(path));
        plan.requires_replace.extend(replaced.map(Path::attribute));
        let checked = check(&block, &config, &prior, &plan);
        prop_assert!(!(is_harmless && checked.has_errors()), "{:?}", checked);
        if !checked.has_errors() {
            assert_valid(&block, &config, &prior, &plan)?;
        }
        for error in checked.iter() {
            let step = error.path.as_ref().and_then(|path| path.steps().first());
            prop_assert!(matches!(step, Some(Step::Attribute(_))), "{:?} names no attribute", error);
        }
    }

    /// Terraform plans again when it applies, and what it applied plans empty.
    #[test]
    fn what_was_applied_plans_empty((block, config, _) in case()) {
        let config = without_read_only(&block, &config);
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
fn an_unrecovered_argument_forces_nothing() {
    let block = Block {
        attributes: vec![
            Attribute::string("a").required().force_new(),
            Attribute::string("b").default("x").force_new(),
        ],
        ..Block::default()
    };
    let prior = Value::object([("a", "same".into()), ("b", Value::Null)]);
    let unrecovered = Private::decode(br#"{"untold":["b"]}"#);

    let silent = Value::object([("a", "same".into()), ("b", Value::Null)]);
    assert_eq!(plan(&block, &silent, &prior, unrecovered.clone()).action, Action::Nothing);

    let configured = Value::object([("a", "same".into()), ("b", "y".into())]);
    let planned = plan(&block, &configured, &prior, unrecovered.clone());
    assert_eq!(planned.action, Action::Update);
    assert!(!planned.private.is_unrecovered(Path::attribute("b")), "now the configuration sets it");

    let other = Value::object([("a", "other".into()), ("b", Value::Null)]);
    assert_eq!(plan(&block, &other, &prior, unrecovered).requires_replace, [Path::attribute("a")]);
}

#[test]
fn a_default_applies_whatever_the_prior_state_says() {
    let block = Block { attributes: vec![Attribute::string("a").default("x").force_new()], ..Block::default() };
    let planned =
        plan(&block, &Value::object([("a", Value::Null)]), &Value::object([("a", "y".into())]), Private::default());
    assert_eq!(planned.requires_replace, [Path::attribute("a")]);
    assert_eq!(planned.state, Value::object([("a", "x".into())]));
}
