//! What the derive makes of structs.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use tfplugin::{
    Attr, AttributeEnum, Computed, Map, Model, Partial, Sensitive, Set, Timeouts, WriteOnly,
    model::{AttributeChange, PartialValue as _},
    schema::{Decision, Default as SchemaDefault, Kind, Mode, Nesting},
    value::{Number, Path, Value},
};

/// An order.
#[derive(Clone, Debug, Model)]
#[model(resource = "test_order", version = 2)]
struct Order {
    /// The product.
    #[attr(force_new, length(1..=9))]
    product: String,
    /// How many.
    #[attr(default = 1, range(1..=256))]
    count_of: i64,
    /// How it is paid.
    #[attr(default = Pay::Later)]
    pay: Pay,
    /// Options.
    #[attr(default_on_create = Map::new(), plan_modifier = options)]
    options: Map<String>,
    /// Tags.
    tags: Option<Set<String>>,
    /// Lines.
    #[attr(not_empty)]
    lines: Vec<Line>,
    /// A secret.
    secret: Option<Sensitive<String>>,
    /// A password.
    password: Option<WriteOnly<String>>,
    /// The price.
    price: Computed<Number>,
    /// When it changed.
    #[attr(changes_with(count_of, lines))]
    changed: Computed<String>,
    /// Blocks.
    #[attr(block, max = 1)]
    role: Set<Role>,
    /// Limits.
    #[attr(timeouts(create = "10m", read = "2m"))]
    timeouts: Timeouts,
}

fn options(change: &AttributeChange<'_, Order, Map<String>>) -> Decision {
    if change.planned == change.prior { Decision::Keep } else { Decision::Replace }
}

/// A line.
#[derive(Clone, Debug, Model)]
#[model(nested)]
struct Line {
    /// The code.
    code: String,
    /// The cycle.
    #[attr(optional, default_with = cycle, default_text = "`Month` for `a`")]
    cycle: Computed<Pay>,
    /// The ratio.
    ratio: Option<f64>,
}

fn cycle(line: &Partial<Line>) -> Attr<Pay> {
    match &line.code {
        Attr::Unknown => Attr::Unknown,
        code => (code.as_str() == Some("a")).then_some(Pay::Now).into(),
    }
}

/// A role.
#[derive(Clone, Debug, Model)]
#[model(nested)]
struct Role {
    /// Its name.
    #[attr(not_blank)]
    name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, AttributeEnum)]
enum Pay {
    Now,
    #[attr("POSTPAY")]
    Later,
}

fn order() -> Value {
    let line = Value::object([("code", "a".into()), ("cycle", "Now".into()), ("ratio", Value::Null)]);
    Value::object([
        ("product", "p".into()),
        ("count_of", 2_i64.into()),
        ("pay", "POSTPAY".into()),
        ("options", Value::object([("k", "v".into())])),
        ("tags", Value::Null),
        ("lines", Value::List(vec![line])),
        ("secret", "canary".into()),
        ("password", Value::Null),
        ("price", Value::unknown()),
        ("changed", Value::Null),
        ("role", Value::set([Value::object([("name", "r".into())])])),
        ("timeouts", Value::object([("create", "90m".into())])),
    ])
}

#[test]
fn the_schema_says_what_the_struct_says() {
    let schema = Order::schema();
    assert_eq!((Order::TYPE_NAME, schema.version), ("test_order", 2));
    assert_eq!(schema.block.description, "An order.");
    let attribute = |name: &str| schema.block.attributes.iter().find(|attribute| attribute.name == name).unwrap();
    assert_eq!(attribute("product").mode, Mode::Required);
    assert_eq!(attribute("count_of").mode, Mode::OptionalComputed);
    assert!(matches!(&attribute("pay").default, Some(SchemaDefault::Always(Value::String(text))) if text == "POSTPAY"));
    assert_eq!(attribute("tags").mode, Mode::Optional);
    assert_eq!(attribute("price").mode, Mode::Computed);
    assert!(attribute("secret").sensitive && attribute("password").write_only);
    assert!(matches!(&attribute("lines").kind, Kind::Nested(Nesting::List, inner) if inner.len() == 3));
    assert_eq!(attribute("changed").changes_with, ["count_of", "lines"]);
    assert_eq!((schema.block.blocks[0].name, schema.block.blocks[0].max_items), ("role", 1));
    assert_eq!(attribute("timeouts").timeouts.len(), 2);
}

/// What can be null for a new object.
#[derive(Clone, Debug, Model)]
#[model(nested)]
struct Late {
    /// What the service may report later.
    #[attr(default_on_create = None)]
    reported: Option<String>,
}

#[test]
fn a_new_object_can_have_null_where_the_service_may_report_later() {
    let attribute = Late::block().attributes.remove(0);
    assert_eq!(attribute.mode, Mode::OptionalComputed);
    assert!(matches!(attribute.default, Some(SchemaDefault::OnCreate(Value::Null))));
}

#[test]
fn what_nobody_sets_is_written_back_as_it_came() {
    let value = order();
    let partial = Partial::<Order>::decode(&value).unwrap();
    assert_eq!(partial.encode_onto(&value), value);
    assert_eq!(partial.encode(), value);
}

#[test]
fn a_plain_struct_has_values_and_hides_secrets() {
    let plain = Partial::<Order>::decode(&order()).unwrap().complete().unwrap();
    assert_eq!((plain.product.as_str(), plain.count_of, plain.pay), ("p", 2, Pay::Later));
    assert_eq!(plain.lines[0].cycle.known(), Some(&Pay::Now));
    assert_eq!(plain.price, Computed::Unknown);
    assert_eq!(plain.secret.as_ref().map(|secret| secret.as_str()), Some("canary"));
    assert!(!format!("{plain:?}").contains("canary"));
    assert!(plain.role.iter().all(|role| role.name == "r"));
    let again = Partial::<Order>::from(plain);
    assert_eq!(again.encode_onto(&order()), order());
}

#[test]
fn what_cannot_be_completed_is_an_error_on_its_path() {
    let mut value = order();
    value.set_attribute("product", Value::unknown());
    value.set_attribute("count_of", Number::parse("1e30").unwrap());
    value.set_attribute("pay", "Never");
    value.set_attribute("lines", Value::List(vec![Value::object([("code", Value::Null)]), Value::Null]));
    let partial = Partial::<Order>::decode(&value).unwrap();
    assert_eq!(partial.encode_onto(&value).get("pay"), &"Never".into(), "carried as it is");
    let errors = partial.complete().unwrap_err();
    let paths: Vec<String> = errors.iter().map(|error| error.path.clone().unwrap().to_string()).collect();
    assert_eq!(paths, ["product", "count_of", "pay", "lines[0].code", "lines[1]"]);
}

/// Names that the macro uses itself.
#[derive(Clone, Debug, Model)]
#[model(nested)]
struct Names {
    /// A path.
    path: String,
    /// What is wrong.
    wrong: Option<String>,
    /// A part.
    partial: Option<String>,
    /// A value.
    value: Option<i64>,
    /// Where it comes from.
    original: Option<String>,
    /// What went wrong.
    errors: Option<Vec<String>>,
    /// A keyword.
    r#type: Option<String>,
}

#[test]
fn a_field_can_have_any_name() {
    let value = Value::object([("path", "p".into()), ("wrong", "w".into()), ("type", "t".into())]);
    let plain = Partial::<Names>::decode(&value).unwrap().complete().unwrap();
    assert_eq!((plain.path.as_str(), plain.wrong.as_deref(), plain.r#type.as_deref()), ("p", Some("w"), Some("t")));
    assert_eq!(Names::TYPE.name(), "type");
}

/// What takes a password.
#[derive(Clone, Debug, Model)]
#[model(nested)]
struct Login {
    /// The password.
    password: WriteOnly<String>,
}

#[test]
fn a_state_is_complete_without_what_is_write_only() {
    let login = |password: Value| Partial::<Login>::decode(&Value::object([("password", password)])).unwrap();
    let completed = login(Value::Null).complete().unwrap();
    assert_eq!(completed.password.get(), None);
    assert_eq!(Partial::<Login>::from(completed).encode(), Value::object([("password", Value::Null)]));
    assert_eq!(login("p".into()).complete().unwrap().password.get().map(String::as_str), Some("p"));
}

#[test]
fn tokens_are_typed_paths() {
    let path: Path = Order::LINES.index(1).then(Line::CYCLE).into();
    assert_eq!(path.to_string(), "lines[1].cycle");
    assert_eq!(Order::PRICE.name(), "price");
}

#[test]
fn contradictions_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/contradictions/*.rs");
}

/// Each contradiction is one error, where it stands: a snapshot that is rewritten cannot hide that one is gone, or that
/// others lead astray.
#[test]
fn a_contradiction_is_one_error_at_its_field() {
    for name in ["aliases", "elements", "field_types", "fields", "options", "plans", "structs", "types", "uses"] {
        let file = |kind| std::fs::read_to_string(format!("tests/contradictions/{name}.{kind}")).unwrap();
        let marks = |line: &str| line.split_once(" // ").map_or(0, |(_, marks)| marks.matches("error").count());
        let source = file("rs");
        let marked = source.lines().zip(1..).flat_map(|(line, at)| vec![at; marks(line)]).collect::<Vec<usize>>();
        let (place, errors) = (format!("--> tests/contradictions/{name}.rs:"), file("stderr"));
        let line = |error: &str| error.split(&place).nth(1)?.split(':').next()?.parse().ok();
        let mut shown: Vec<usize> =
            format!("\n{errors}").split("\nerror").skip(1).map(|error| line(error).unwrap()).collect();
        let first = shown.first().copied();
        shown.sort_unstable();
        // Of a wrong type, rustc reports more after the error at the field.
        if ["elements", "field_types"].contains(&name) {
            assert_eq!(first, marked.first().copied(), "{name}");
            shown.retain(|line| marked.contains(line));
            shown.dedup();
        }
        assert_eq!(shown, marked, "{name}");
    }
}
