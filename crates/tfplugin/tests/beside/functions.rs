//! Functions, over gRPC.

use std::collections::BTreeMap;

use tfplugin::{
    Configure, Configured, Context, Diagnostics, Function, FunctionError, Functions, Map, MaybeUnknown, Model,
    Provider, Resources, Variadic,
    lifecycle::Lifecycle,
    proto::{self, provider_server::Provider as _},
    registration::Typed,
    rpc::Server,
    testing::{CallError, Host, check},
    value::{Type, Value},
};
use tonic::Request;

/// Nothing.
#[derive(Debug, Clone, Model)]
#[model(provider)]
struct Block {}

struct Texts;

impl Provider for Texts {
    type Block = Block;
    type Client = ();

    fn resources(&self) -> Resources<()> {
        Resources::new()
    }

    fn functions(&self) -> Functions {
        Functions::new().add(JoinFunction).add(FirstFunction).add(CountFunction).add(PeopleFunction)
    }

    async fn configure(&self, _: Configure<Block>, _: &Context) -> Result<Configured<()>, Diagnostics> {
        Ok(Configured::Ready(()))
    }
}

/// Joins texts.
///
/// Null stands for no text.
#[derive(Debug, Clone, Model)]
#[model(function = "join", deprecated = "Use the function of Terraform.")]
struct Join {
    /// What stands between the texts.
    #[attr(length(1..=3))]
    separator: String,
    /// The texts.
    texts: Variadic<Option<String>>,
}

struct JoinFunction;

impl Function for JoinFunction {
    type Model = Join;
    type Output = String;

    fn call(&self, join: Join) -> Result<String, FunctionError> {
        let bad = join.texts.iter().flatten().position(|text| text == "panic");
        assert!(bad.is_none(), "a fault that quotes a secret");
        if let Some(at) = join.texts.iter().position(|text| text.as_ref().is_some_and(|text| *text == join.separator)) {
            return Err(FunctionError::new("a text must not be the separator").at(Join::TEXTS.path().index(at)));
        }
        let texts: Vec<String> = join.texts.into_iter().flatten().collect();
        Ok(texts.join(&join.separator))
    }
}

/// The first of two texts that is there.
#[derive(Debug, Clone, Model)]
#[model(function = "first")]
struct First {
    /// A text.
    one: Option<String>,
    /// A text.
    two: Option<MaybeUnknown<String>>,
}

struct FirstFunction;

impl Function for FirstFunction {
    type Model = First;
    type Output = Option<MaybeUnknown<String>>;

    fn call(&self, first: First) -> Result<Option<MaybeUnknown<String>>, FunctionError> {
        Ok(first.one.map(MaybeUnknown::Known).or(first.two))
    }
}

/// Counts what is known.
#[derive(Debug, Clone, Model)]
#[model(function = "count_known")]
struct Count {
    /// Lists.
    lists: Variadic<MaybeUnknown<Vec<String>>>,
}

struct CountFunction;

impl Function for CountFunction {
    type Model = Count;
    type Output = Map<i64>;

    fn call(&self, count: Count) -> Result<Map<i64>, FunctionError> {
        let mut counted = BTreeMap::new();
        for list in count.lists {
            let name = match list {
                MaybeUnknown::Unknown => "unknown",
                MaybeUnknown::Partly(_) => "partly",
                MaybeUnknown::Known(_) => "known",
            };
            *counted.entry(name.to_owned()).or_default() += 1;
        }
        Ok(counted)
    }
}

/// A person.
#[derive(Debug, Clone, Model)]
#[model(nested)]
struct Person {
    /// The name.
    #[attr(not_blank)]
    name: String,
    /// The age.
    #[attr(range(0..=150))]
    age: Option<i64>,
}

/// The oldest of some people.
#[derive(Debug, Clone, Model)]
#[model(function = "oldest")]
struct People {
    /// The people.
    people: Vec<Person>,
}

struct PeopleFunction;

impl Function for PeopleFunction {
    type Model = People;
    type Output = Person;

    fn call(&self, people: People) -> Result<Person, FunctionError> {
        let oldest = people.people.into_iter().max_by_key(|person| person.age);
        oldest.ok_or_else(|| FunctionError::new("there is nobody").at(People::PEOPLE))
    }
}

async fn called(function: &str, arguments: &[Value]) -> Result<Value, CallError> {
    // No function needs a provider that is configured.
    Host::start(Texts).await.unwrap().call(function, arguments).await.unwrap()
}

fn error(text: &str, argument: Option<i64>) -> Result<Value, CallError> {
    Err(CallError { text: text.to_owned(), argument })
}

#[test]
fn the_signatures_are_sound() {
    assert_eq!(check(&Texts), [""; 0]);
}

#[tokio::test]
async fn arguments_come_in_their_order_and_any_number_of_them() {
    let join = |texts: &[&str]| texts.iter().map(|text| Value::from(*text)).collect::<Vec<_>>();
    assert_eq!(called("join", &join(&["-"])).await, Ok("".into()));
    assert_eq!(called("join", &join(&["-", "a", "b"])).await, Ok("a-b".into()));
    assert_eq!(called("join", &["-".into(), Value::Null, "b".into()]).await, Ok("b".into()));
    assert_eq!(called("first", &["a".into(), "b".into()]).await, Ok("a".into()));
    let person = |name: &str, age: Option<i64>| Value::object([("name", Value::from(name)), ("age", age.into())]);
    let people = Value::List(vec![person("a", None), person("b", Some(7))]);
    assert_eq!(called("oldest", &[people]).await, Ok(person("b", Some(7))));
}

#[tokio::test]
async fn an_error_is_about_its_argument() {
    let texts = ["-".into(), "a".into(), Value::Null, "-".into()];
    assert_eq!(called("join", &texts).await, error("a text must not be the separator", Some(3)));
    assert_eq!(called("oldest", &[Value::List(vec![])]).await, error("there is nobody", Some(0)));
    // What a rule says, before the call, also deep inside an argument.
    let refused = called("join", &["".into()]).await.unwrap_err();
    assert_eq!(refused.argument, Some(0));
    assert!(
        refused.text.contains("separator must be 1 to 3 characters") && !refused.text.ends_with('.'),
        "{refused:?}"
    );
    let old = Value::object([("name", "a".into()), ("age", 151_i64.into())]);
    let refused = called("oldest", &[Value::List(vec![old])]).await.unwrap_err();
    assert!(refused.argument == Some(0) && refused.text.contains("people[0].age"), "{refused:?}");
}

#[tokio::test]
async fn null_and_unknown_come_only_where_they_may() {
    assert_eq!(called("join", &[Value::Null]).await, error("separator cannot be null", Some(0)));
    assert_eq!(called("first", &[Value::Null, Value::Null]).await, Ok(Value::Null));
    assert_eq!(called("first", &["a".into(), Value::unknown()]).await, Ok("a".into()));
    assert_eq!(called("first", &[Value::Null, Value::unknown()]).await, Ok(Value::unknown()));
    // An argument that may not be unknown keeps the function from being called.
    assert_eq!(called("join", &["".into(), Value::unknown()]).await, Ok(Value::unknown()));
    let lists = [
        Value::unknown(),
        Value::List(vec!["a".into(), Value::unknown()]),
        Value::List(vec!["a".into()]),
        Value::List(vec![]),
    ];
    let counted = called("count_known", &lists).await.unwrap();
    let counts = ["unknown", "partly", "known"].map(|name| counted.get(name).as_i64());
    assert_eq!(counts, [Some(1), Some(1), Some(2)]);
}

#[tokio::test]
async fn signatures_say_everything() {
    let server = Server::new(Typed(Texts), Lifecycle::default());
    let functions = server.get_functions(Request::new(Default::default())).await.unwrap().into_inner().functions;
    let schemas = server.get_provider_schema(Request::new(Default::default())).await.unwrap().into_inner();
    assert_eq!(schemas.functions, functions);
    let metadata = server.get_metadata(Request::new(Default::default())).await.unwrap().into_inner();
    let mut names: Vec<_> = functions.keys().cloned().collect();
    names.sort();
    assert_eq!(metadata.functions.into_iter().map(|function| function.name).collect::<Vec<_>>(), names);

    let join = &functions["join"];
    assert_eq!(
        (join.summary.as_str(), join.deprecation_message.as_str()),
        ("Joins texts.", "Use the function of Terraform.")
    );
    assert_eq!(join.description, "Joins texts.\n\nNull stands for no text.");
    assert_eq!(join.r#return.clone().unwrap().r#type, b"\"string\"");
    let [separator] = &join.parameters[..] else { panic!("{join:?}") };
    assert_eq!(
        (separator.name.as_str(), separator.allow_null_value, separator.allow_unknown_values),
        ("separator", false, false)
    );
    assert!(
        separator.description.starts_with("What stands between the texts. Must be 1 to 3 characters"),
        "{separator:?}"
    );
    let texts = join.variadic_parameter.clone().unwrap();
    assert_eq!(
        (texts.r#type.as_slice(), texts.allow_null_value, texts.allow_unknown_values),
        (&b"\"string\""[..], true, false)
    );
    let two = &functions["first"].parameters[1];
    assert_eq!((two.allow_null_value, two.allow_unknown_values), (true, true));
    let lists = functions["count_known"].variadic_parameter.clone().unwrap();
    assert_eq!(
        (lists.r#type, lists.allow_unknown_values),
        (Type::list(Type::String).to_json().to_string().into_bytes(), true)
    );
}

#[tokio::test]
async fn a_wrong_call_and_a_panic_are_errors_of_the_call() {
    let server = Server::new(Typed(Texts), Lifecycle::default());
    let call = async |name: &str, arguments: &[&[u8]]| {
        let arguments = arguments.iter().map(|bytes| proto::DynamicValue { msgpack: bytes.to_vec(), json: Vec::new() });
        let request = proto::call_function::Request { name: name.to_owned(), arguments: arguments.collect() };
        server.call_function(Request::new(request)).await.unwrap().into_inner().error.unwrap()
    };
    assert!(call("other", &[]).await.text.contains("count_known, first, join, oldest"));
    assert_eq!(call("first", &[b"\xa1a"]).await.text, "too few arguments: 1, and the function needs 2");
    assert_eq!(
        call("first", &[b"\xa1a", b"\xa1b", b"\xa1c"]).await.text,
        "too many arguments: 3, and the function takes 2"
    );
    assert_eq!(call("first", &[b"\xa1a", b"\xa2b"]).await.function_argument, Some(1));
    let panicked = call("join", &[b"\xa1-", b"\xa5panic"]).await.text;
    assert!(panicked.contains("CallFunction join") && !panicked.contains("secret"), "{panicked}");
}
