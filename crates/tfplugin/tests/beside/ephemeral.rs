//! Ephemeral resources, over gRPC.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use tfplugin::{
    Computed, Configure, Configured, Context, Deferral, Diagnostic, Diagnostics, EphemeralResource, EphemeralResources,
    Model, Opened, Operation, Partial, Private, PrivateKey, Provider, Renewed, Resources, Sensitive, Timeouts,
    lifecycle::Lifecycle,
    proto::{self, provider_server::Provider as _},
    registration::Typed,
    rpc::Server,
    testing::{Host, check},
    value::Value,
};
use tonic::Request;

/// What happened.
type Log = Arc<Mutex<Vec<String>>>;

/// Where tokens come from.
#[derive(Debug, Clone, Model)]
#[model(provider)]
struct Block {
    /// Where the service is.
    endpoint: Option<String>,
}

#[derive(Default, Clone)]
struct Tokens(Log);

impl Provider for Tokens {
    type Block = Block;
    type Client = Log;

    fn resources(&self) -> Resources<Log> {
        Resources::new()
    }

    fn ephemeral_resources(&self) -> EphemeralResources<Log> {
        EphemeralResources::new().add(TokenResource).add(Fixed)
    }

    async fn configure(&self, configure: Configure<Block>, _: &Context) -> Result<Configured<Log>, Diagnostics> {
        Ok(if configure.block.endpoint.is_unknown() {
            Configured::Waiting(vec![Block::ENDPOINT.into()])
        } else {
            Configured::Ready(Arc::clone(&self.0))
        })
    }
}

/// A token.
#[derive(Debug, Clone, Model)]
#[model(ephemeral_resource = "test_token")]
struct Token {
    /// Whom it is for.
    #[attr(length(1..=20))]
    user: String,
    /// How many minutes it lives.
    #[attr(default = 10)]
    minutes: i64,
    /// What it may do.
    #[attr(optional)]
    role: Computed<String>,
    /// The token.
    token: Computed<Sensitive<String>>,
    /// How long opening may take.
    #[attr(timeouts(open = "5m"))]
    timeouts: Timeouts,
}

struct TokenResource;

const RENEWALS: PrivateKey<u64> = PrivateKey::new("renewals");
/// A moment that has no fraction of a second to lose.
const MOMENT: Duration = Duration::from_secs(2_000_000_000);

impl EphemeralResource for TokenResource {
    type Model = Token;
    type Client = Log;

    fn validate(&self, config: &Partial<Token>) -> Diagnostics {
        let is_root = config.user.as_str() == Some("root");
        is_root.then(|| Diagnostic::error("Not for root", "Name another user.").at(Token::USER)).into_iter().collect()
    }

    async fn open(&self, log: &Log, mut token: Token, ctx: &Context) -> Result<Opened<Token>, Diagnostics> {
        let limit = ctx.time_limit(Operation::Open).unwrap();
        log.lock().unwrap().push(format!("open {} {} {limit:?}", token.user, token.minutes));
        match token.user.as_str() {
            "refused" => return Err(Diagnostic::error("Refused", "for the test").into()),
            "early" => return Err(ctx.defer(Deferral::AbsentPrerequisite)),
            "panic" => panic!("a fault that quotes a secret"),
            "differs" => token.user = "another".to_owned(),
            "incomplete" => return Ok(Opened::new(token)),
            _ => {}
        }
        token.token = Sensitive::from("t".to_owned()).into();
        token.role = token.role.known().cloned().unwrap_or_else(|| "reader".to_owned()).into();
        let mut opened = Opened::new(token).renew_at(SystemTime::UNIX_EPOCH + MOMENT);
        opened.private.set(RENEWALS, &0);
        Ok(opened)
    }

    async fn renew(&self, log: &Log, mut private: Private, ctx: &Context) -> Result<Renewed, Diagnostics> {
        let renewals = private.get(RENEWALS).unwrap() + 1;
        log.lock().unwrap().push(format!("renew {renewals}"));
        ctx.warn(Diagnostic::warning("Renewed", "once more"));
        private.set(RENEWALS, &renewals);
        Ok(Renewed::new(private).renew_at(SystemTime::UNIX_EPOCH + MOMENT * 2))
    }

    async fn close(&self, log: &Log, private: Private, _: &Context) -> Result<(), Diagnostics> {
        log.lock().unwrap().push(format!("close {:?}", private.get(RENEWALS)));
        Ok(())
    }
}

/// Something that needs neither renewal nor closing.
#[derive(Debug, Clone, Model)]
#[model(ephemeral_resource = "test_fixed")]
struct FixedValue {
    /// Its value.
    value: Computed<String>,
}

struct Fixed;

impl EphemeralResource for Fixed {
    type Model = FixedValue;
    type Client = Log;

    async fn open(&self, _: &Log, _: FixedValue, _: &Context) -> Result<Opened<FixedValue>, Diagnostics> {
        Ok(Opened::new(FixedValue { value: "1".into() }))
    }
}

async fn host() -> (Host<Tokens>, Log) {
    let tokens = Tokens::default();
    let log = Arc::clone(&tokens.0);
    let mut host = Host::start(tokens).await.unwrap();
    host.configure(&Value::object([("endpoint", "here".into())])).await.unwrap();
    (host, log)
}

fn user(name: &str) -> Value {
    Value::object([("user", Value::from(name))])
}

fn summaries(diagnostics: &Diagnostics) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic.summary.as_str()).collect()
}

#[test]
fn the_schemas_are_sound() {
    assert_eq!(check(&Tokens::default()), [""; 0]);
}

#[tokio::test]
async fn it_is_opened_renewed_and_closed() {
    let (mut host, log) = host().await;
    let open = host.open("test_token", &user("a")).await.unwrap().unwrap();
    let values = ["user", "token", "role"].map(|name| open.result.get(name).as_str());
    assert_eq!(values, [Some("a"), Some("t"), Some("reader")]);
    assert_eq!(open.result.get("minutes").as_i64(), Some(10), "a default is a value of the result");
    assert!(open.result.get("timeouts").is_null(), "what the configuration leaves out stays out");
    assert_eq!(open.renew_at, Some(SystemTime::UNIX_EPOCH + MOMENT));
    let renewed = host.renew("test_token", &open).await.unwrap();
    assert_eq!(renewed.renew_at, Some(SystemTime::UNIX_EPOCH + MOMENT * 2));
    assert_eq!(summaries(&host.take_warnings()), ["Renewed"]);
    host.renew("test_token", &renewed).await.unwrap();
    // Terraform closes with what opening remembered.
    host.close("test_token", &open).await.unwrap();
    assert_eq!(*log.lock().unwrap(), ["open a 10 300s", "renew 1", "renew 2", "close Some(0)"]);
}

#[tokio::test]
async fn what_needs_neither_is_closed_all_the_same() {
    let (mut host, _) = host().await;
    let open = host.open("test_fixed", &Value::object([("value", Value::Null)])).await.unwrap().unwrap();
    assert_eq!((open.result.get("value").as_str(), &open.private, open.renew_at), (Some("1"), &None, None));
    assert_eq!(summaries(&host.renew("test_fixed", &open).await.unwrap_err()), ["test_fixed cannot be renewed"]);
    host.close("test_fixed", &open).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_opened_says_why() {
    let (mut host, log) = host().await;
    let refused = host.open("test_token", &user("refused")).await.unwrap_err();
    assert_eq!(summaries(&refused), ["Refused"]);
    let panicked = host.open("test_token", &user("panic")).await.unwrap_err();
    assert_eq!(summaries(&panicked), ["The provider failed in OpenEphemeralResource"]);
    log.lock().unwrap().clear();
    for (name, summary) in [("root", "Not for root"), ("", "Invalid user")] {
        let invalid = host.open("test_token", &user(name)).await.unwrap_err();
        assert_eq!(summaries(&invalid), [summary]);
    }
    assert!(log.lock().unwrap().is_empty(), "what is not valid is not opened");
}

#[tokio::test]
async fn a_result_that_terraform_would_refuse_is_brought_into_agreement() {
    let mut host = host().await.0.tolerating_faults();
    let open = host.open("test_token", &user("differs")).await.unwrap().unwrap();
    assert_eq!(open.result.get("user").as_str(), Some("differs"));
    let warnings = host.take_warnings();
    assert_eq!(summaries(&warnings), ["The result differs from the configuration"]);
    assert!(warnings.iter().next().unwrap().detail.contains("user"));
    let open = host.open("test_token", &user("incomplete")).await.unwrap().unwrap();
    assert!(open.result.get("token").is_null());
    assert_eq!(summaries(&host.take_warnings()), ["The result is incomplete"]);
}

#[tokio::test]
async fn it_is_put_off_only_for_who_allows_it() {
    let refused = host().await.0.open("test_token", &user("early")).await.unwrap_err();
    assert_eq!(summaries(&refused), ["The change is not possible yet"]);
    let waiting = Value::object([("endpoint", Value::unknown())]);
    let mut host = Host::start(Tokens::default()).await.unwrap();
    host.configure(&waiting).await.unwrap();
    assert_eq!(
        summaries(&host.open("test_token", &user("a")).await.unwrap_err()),
        ["The provider is not configured yet"]
    );
}

#[tokio::test]
async fn what_is_put_off_says_for_what() {
    let tokens = Tokens::default();
    let log = Arc::clone(&tokens.0);
    let server = Server::new(Typed(tokens), Lifecycle::default());
    let configure = async |endpoint: &[u8]| {
        let config = [&b"\x81\xa8endpoint"[..], endpoint].concat();
        let config = Some(proto::DynamicValue { msgpack: config, json: Vec::new() });
        let request = proto::configure_provider::Request { config, ..Default::default() };
        server.configure_provider(Request::new(request)).await.unwrap();
    };
    let open = async || {
        let config = br#"{"user": "early", "minutes": null, "role": null, "token": null, "timeouts": null}"#;
        let capabilities = proto::ClientCapabilities { deferral_allowed: true, ..Default::default() };
        let request = proto::open_ephemeral_resource::Request {
            type_name: "test_token".to_owned(),
            config: Some(proto::DynamicValue { msgpack: Vec::new(), json: config.to_vec() }),
            client_capabilities: Some(capabilities),
        };
        let opened = server.open_ephemeral_resource(Request::new(request)).await.unwrap().into_inner();
        assert_eq!(opened.diagnostics, []);
        opened.deferred.unwrap().reason()
    };
    configure(b"\xa4here").await;
    assert_eq!(open().await, proto::deferred::Reason::AbsentPrereq);
    log.lock().unwrap().clear();
    // An unknown value.
    configure(&[0xd4, 0, 0]).await;
    assert_eq!(open().await, proto::deferred::Reason::ProviderConfigUnknown);
    assert!(log.lock().unwrap().is_empty(), "the provider was not called");
}
