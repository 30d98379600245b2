//! Each source of credentials, against real servers on loopback.

use std::{path::Path, sync::Arc, time::Duration};

use alicloud::{
    client::{Client, Config, SignatureVersion, Timeouts},
    credentials::{
        AssumeRole, AssumeRoleWithOidc, Cached, Credentials, CredentialsUri, EcsRole, External, Fetch as _,
        NoCredentials, Role, Source, StaticKeys, Token, profile::ProfileFile,
    },
    endpoint::{Endpoint, Product, Protocol},
    retry::Deadline,
    sts,
};
use chrono::Utc;
use mock_endpoint::{ACCESS_KEY, ACCOUNT, Mock, SECRET_KEY, ledger::Key};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::loopback::{self, Loopback};

/// An address that nothing listens at.
const NOWHERE: &str = "http://127.0.0.1:1";

/// A client of this mock, with the mock's own keys.
pub fn client(mock: &Mock) -> Client {
    with_source(mock, Arc::new(StaticKeys::new(Credentials::new(ACCESS_KEY.to_owned(), SECRET_KEY.into(), None))))
}

/// The same for a server at this URL.
pub fn client_at(url: &str) -> Client {
    at(url, Arc::new(StaticKeys::new(Credentials::new(ACCESS_KEY.to_owned(), SECRET_KEY.into(), None))))
}

/// A client that gets no response.
fn offline() -> Client {
    at(NOWHERE, Arc::new(StaticKeys::new(Credentials::new("id".to_owned(), "secret".into(), None))))
}

fn with_source(mock: &Mock, credentials: Arc<dyn Source>) -> Client {
    at(&mock.url(), credentials)
}

fn at(url: &str, credentials: Arc<dyn Source>) -> Client {
    let endpoint = Endpoint::parse(url, Protocol::Http).unwrap();
    let products = [Product::Market, Product::Billing, Product::AiWorkspace, Product::Sts];
    Client::new(Config {
        region: "cn-hangzhou".to_owned(),
        site: None,
        endpoints: products.into_iter().map(|product| (product, endpoint.clone())).collect(),
        protocol: Protocol::Http,
        signature: SignatureVersion::V1,
        timeouts: Timeouts { connect: Duration::from_secs(5), read: Duration::from_secs(5) },
        user_agent: "test".to_owned(),
        common: Default::default(),
        credentials,
    })
}

async fn account(client: &Client) -> String {
    sts::account_id(client, &Deadline::new(Duration::from_secs(10), CancellationToken::new())).await.unwrap()
}

fn role(account: &str) -> Role {
    Role {
        arn: format!("acs:ram::{account}:role/buyer"),
        session_name: "terraform".to_owned(),
        seconds: 3600,
        ..Role::default()
    }
}

#[tokio::test]
async fn a_role_is_assumed_and_its_keys_sign() {
    let mock = Mock::start().unwrap();
    let source = Cached::new(AssumeRole::new(
        client(&mock),
        Role { policy: "{}".to_owned(), external_id: "e-1".to_owned(), ..role("2000000000000002") },
    ));
    let assumed = with_source(&mock, Arc::new(source));
    for _ in 0..3 {
        assert_eq!(account(&assumed).await, "2000000000000002");
    }
    let ledger = mock.ledger();
    assert_eq!(ledger.requests_for("AssumeRole"), 1, "the keys are kept");
    let parameters = &ledger.requests[0].parameters;
    for (name, value) in [
        ("RoleArn", "acs:ram::2000000000000002:role/buyer"),
        ("RoleSessionName", "terraform"),
        ("DurationSeconds", "3600"),
        ("Policy", "{}"),
        ("ExternalId", "e-1"),
    ] {
        assert_eq!(parameters[name], value);
    }
}

#[tokio::test]
async fn keys_that_expire_are_renewed_between_calls() {
    let mock = Mock::start().unwrap();
    mock.ledger().role_lifetime = Some(chrono::Duration::zero());
    let source = Cached::new(AssumeRole::new(client(&mock), role("2000000000000002")));
    let assumed = with_source(&mock, Arc::new(source));
    account(&assumed).await;
    account(&assumed).await;
    assert_eq!(mock.ledger().requests_for("AssumeRole"), 2);
}

#[tokio::test]
async fn a_token_of_an_identity_provider_needs_no_keys_and_its_file_is_read_again() {
    let mock = Mock::start().unwrap();
    let nobody =
        with_source(&mock, Arc::new(StaticKeys::new(Credentials::new("nobody".to_owned(), "nothing".into(), None))));
    let file = tempfile::NamedTempFile::new().unwrap();
    let provider = "acs:ram::3:oidc-provider/ci".to_owned();
    let source = AssumeRoleWithOidc::new(
        nobody.clone(),
        provider.clone(),
        Token::File(file.path().to_owned()),
        role("3000000000000003"),
    );
    let error = source.fetch().await.unwrap_err();
    assert!(error.what.contains("is empty"), "{error}");
    for token in ["first", "second"] {
        std::fs::write(file.path(), format!("{token}\n")).unwrap();
        let keys = source.fetch().await.unwrap();
        assert!(keys.access_key_id.starts_with("STS."));
        let ledger = mock.ledger();
        let request = ledger.requests.last().unwrap();
        assert_eq!(request.parameters["OIDCToken"], token);
        assert_eq!(request.parameters["OIDCProviderArn"], provider);
    }
    let given =
        AssumeRoleWithOidc::new(nobody.clone(), provider, Token::Given("given".into()), role("3000000000000003"));
    let assumed = with_source(&mock, Arc::new(Cached::new(given)));
    assert_eq!(account(&assumed).await, "3000000000000003");
}

/// What the metadata service and a sidecar answer.
fn answer(id: &str, seconds: i64) -> String {
    let end = (Utc::now() + chrono::Duration::seconds(seconds)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    loopback::credentials([id, "secret-of-the-instance", "token-of-the-instance"], &end)
}

#[tokio::test]
async fn the_metadata_service_is_called_for_a_token_first_and_for_the_role_if_it_is_not_named() {
    for (named, paths) in [(None, 3), (Some("buyer".to_owned()), 2)] {
        let service = Loopback::metadata(answer("STS.instance", 3600));
        let source = EcsRole::new(&service.url, named);
        let keys = source.fetch().await.unwrap();
        assert_eq!(keys.access_key_id, "STS.instance");
        assert!(keys.expires.unwrap() > Utc::now());
        let requests = service.requests.lock().unwrap();
        assert_eq!(requests.len(), paths);
        assert!(
            requests[0].headers.iter().any(|header| header.starts_with("x-aliyun-ecs-metadata-token-ttl-seconds: "))
        );
    }
}

#[tokio::test]
async fn a_metadata_service_without_a_role_says_so() {
    let service = Loopback::start(
        |request, _| if request.line.starts_with("PUT") { (200, "t".into()) } else { (404, "".into()) },
    );
    let error = EcsRole::new(&service.url, None).fetch().await.unwrap_err();
    assert!(error.what.contains("RAM role"), "{error}");
    let error = EcsRole::new(NOWHERE, None).fetch().await.unwrap_err();
    assert!(error.what.contains("ECS instance"), "{error}");
}

#[tokio::test]
async fn a_sidecar_answers_until_it_does_not() {
    let sidecar = Loopback::start(|_, number| match number {
        1 => (200, answer("STS.sidecar", 3600)),
        2 => (200, json!({"Code": "Forbidden"}).to_string()),
        3 => (500, String::new()),
        4 => (200, "<html>".to_owned()),
        5 => (200, json!({"Code": "Success"}).to_string()),
        _ => (200, json!({"Code": "Success", "AccessKeyId": "i"}).to_string()),
    });
    let source = CredentialsUri::new(&format!("{}/keys?x=1", sidecar.url)).unwrap();
    assert_eq!(source.fetch().await.unwrap().access_key_id, "STS.sidecar");
    for word in ["Forbidden", "HTTP 500", "something else", "without an AccessKeyId", "without an AccessKeySecret"] {
        let error = source.fetch().await.unwrap_err();
        assert!(error.what.contains(word), "{error}");
    }
    assert!(sidecar.requests.lock().unwrap()[0].line.starts_with("GET /keys?x=1 "));
    assert!(CredentialsUri::new("file:///etc/passwd").is_err());
}

/// A command, for a client that leads nowhere.
fn external(command: &str) -> Result<External, NoCredentials> {
    External::new(command, offline(), NOWHERE.to_owned())
}

#[tokio::test]
async fn a_command_prints_a_profile_and_its_output_is_never_in_an_error() {
    let print = |text: &str| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        (external(&format!("cat {}", file.path().display())).unwrap(), file)
    };
    let profile = json!({"mode": "StsToken", "access_key_id": "id", "access_key_secret": "s", "sts_token": "t"});
    let (good, _file) = print(&profile.to_string());
    assert_eq!(good.fetch().await.unwrap().access_key_id, "id");
    // A token counts where there is no mode, and another mode than keys is followed, but not to the command again.
    let (without_mode, _file) =
        print(&json!({"access_key_id": "id", "access_key_secret": "s", "sts_token": "t"}).to_string());
    assert!(format!("{:?}", without_mode.fetch().await.unwrap()).contains("token: Some("));
    let sidecar = Loopback::start(|_, _| (200, answer("STS.sidecar", 3600)));
    let (uri, _file) = print(&json!({"mode": "CredentialsURI", "credentials_uri": sidecar.url}).to_string());
    assert_eq!(uri.fetch().await.unwrap().access_key_id, "STS.sidecar");
    let (itself, _file) = print(&json!({"mode": "External", "process_command": "true"}).to_string());
    assert!(itself.fetch().await.unwrap_err().what.contains("run again"));

    let (bad, _file) = print("canary-in-the-output");
    let (odd, _file) = print(&json!({"mode": "canary-in-the-output"}).to_string());
    let chain = json!({"mode": "ChainableRamRoleArn", "source_profile": "canary", "ram_role_arn": "r"});
    let (chain, _file) = print(&chain.to_string());
    let role = json!({"mode": "RamRoleArn", "access_key_id": "i", "access_key_secret": "s", "ram_role_arn": "canary"});
    let (role, _file) = print(&role.to_string());
    for source in [bad, odd, chain, role, external("false").unwrap(), external("/no/such/program").unwrap()] {
        let error = source.fetch().await.unwrap_err();
        assert!(!error.what.contains("canary"), "{error}");
    }
    // No shell: what looks like one is an argument.
    let (_, file) = print("x");
    let injected = external(&format!("echo ; rm {}", file.path().display())).unwrap();
    assert!(injected.fetch().await.is_err());
    assert!(file.path().exists());
    assert!(external("  ").is_err());
}

#[tokio::test]
async fn keys_that_expire_while_they_are_used_are_not_used_on() {
    let mut keys = Credentials::new("sso".to_owned(), "s".into(), Some("t".into()));
    keys.expires = Some(Utc::now() - chrono::Duration::seconds(1));
    let error = StaticKeys::new(keys).credentials().await.unwrap_err();
    assert!(error.what.contains("expired at") && error.what.contains("aliyun configure"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_command_that_does_not_end_is_ended() {
    let error = external("sleep 1000").unwrap().fetch().await.unwrap_err();
    assert!(error.what.contains("did not end within 60 seconds"), "{error}");
}

/// A file with a profile of every mode. `nearby` is the URL of a sidecar, and `file` what a token or a command's output
/// is in.
fn profiles(mock: &Mock, nearby: &str, file: &Path) -> ProfileFile {
    let base = json!({"access_key_id": ACCESS_KEY, "access_key_secret": SECRET_KEY});
    let with = |name: &str, mode: &str, more: serde_json::Value| {
        let mut profile = base.clone();
        profile["name"] = name.into();
        profile["mode"] = mode.into();
        profile.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        profile
    };
    let arn = |account: &str| format!("acs:ram::{account}:role/buyer");
    let hour = Utc::now().timestamp() + 3600;
    mock.ledger().keys.insert("sso".to_owned(), Key { token: Some("tok".to_owned()), ..Key::new("sec", "4") });
    let sso = json!({"access_key_id": "sso", "access_key_secret": "sec", "sts_token": "tok", "sts_expiration": hour});
    let mut expired = sso.clone();
    expired["sts_expiration"] = (Utc::now().timestamp() - 1).into();
    let text = json!({
        "current": "ak",
        "profiles": [
            with("ak", "AK", json!({"region_id": "cn-shanghai", "sts_token": "not for this mode"})),
            with("sts", "StsToken", sso.clone()),
            with("sso", "CloudSSO", sso.clone()),
            with("oauth", "OAuth", sso),
            with("expired", "CloudSSO", expired),
            with("role", "RamRoleArn", json!({"ram_role_arn": arn("5"), "ram_session_name": "n", "expired_seconds": 900, "external_id": "e"})),
            with("chain", "ChainableRamRoleArn", json!({"source_profile": "role", "ram_role_arn": arn("6")})),
            with("loop-a", "ChainableRamRoleArn", json!({"source_profile": "loop-b", "ram_role_arn": arn("6")})),
            with("loop-b", "ChainableRamRoleArn", json!({"source_profile": "loop-a", "ram_role_arn": arn("6")})),
            with("lost", "ChainableRamRoleArn", json!({"source_profile": "nowhere", "ram_role_arn": arn("6")})),
            with("ecs", "EcsRamRole", json!({"ram_role_name": "buyer"})),
            with("ecs-role", "RamRoleArnWithEcs", json!({"ram_role_name": "buyer", "ram_role_arn": arn("7")})),
            with("ecs-name", "RamRoleArnWithRoleName", json!({"ram_role_name": "buyer", "ram_role_arn": arn("12")})),
            with("ecs-chain", "ChainableRamRoleArn", json!({"source_profile": "ecs-role", "ram_role_arn": arn("9")})),
            with("oidc", "OIDC", json!({"oidc_provider_arn": "p", "oidc_token_file": file, "ram_role_arn": arn("8")})),
            with("uri", "CredentialsURI", json!({"credentials_uri": nearby})),
            with("external", "External", json!({"process_command": format!("cat {}", file.display())})),
            with("half", "RamRoleArn", json!({})),
            with("short", "RamRoleArn", json!({"ram_role_arn": arn("5"), "expired_seconds": 60})),
            with("odd", "RsaKeyPair", json!({})),
        ],
    });
    ProfileFile::parse(text.to_string().as_bytes()).unwrap()
}

#[tokio::test]
async fn every_mode_of_a_profile_gives_its_credentials() {
    let mock = Mock::start().unwrap();
    for (id, account) in [("STS.instance", "10"), ("STS.sidecar", "11")] {
        let key =
            Key { token: Some("token-of-the-instance".to_owned()), ..Key::new("secret-of-the-instance", account) };
        mock.ledger().keys.insert(id.to_owned(), key);
    }
    let instance = Loopback::metadata(answer("STS.instance", 3600));
    let sidecar = Loopback::start(|_, _| (200, answer("STS.sidecar", 3600)));
    // For the mode OIDC it is a token, for External a profile.
    let printed = tempfile::NamedTempFile::new().unwrap();
    let profile = json!({"mode": "AK", "access_key_id": ACCESS_KEY, "access_key_secret": SECRET_KEY});
    std::fs::write(printed.path(), profile.to_string()).unwrap();
    let (file, client) = (profiles(&mock, &sidecar.url, printed.path()), client(&mock));
    let table = [
        ("ak", ACCOUNT),
        ("sts", "4"),
        ("sso", "4"),
        ("oauth", "4"),
        ("role", "5"),
        ("chain", "6"),
        ("ecs", "10"),
        ("ecs-role", "7"),
        ("ecs-name", "12"),
        ("ecs-chain", "9"),
        ("oidc", "8"),
        ("uri", "11"),
        ("external", ACCOUNT),
    ];
    for (name, expected) in table {
        let source = file.source(file.profile(Some(name)).unwrap(), &client, &instance.url).unwrap();
        assert_eq!(account(&with_source(&mock, source)).await, expected, "{name}");
    }
    assert_eq!(file.profile(None).unwrap().region_id, "cn-shanghai");
    let ledger = mock.ledger();
    let sessions = ledger.requests.iter().filter(|request| request.operation == "AssumeRole");
    let sessions: Vec<_> = sessions
        .map(|request| {
            let parameter = |name: &str| request.parameters.get(name).cloned().unwrap_or_default();
            (parameter("RoleSessionName"), parameter("DurationSeconds"), parameter("ExternalId"))
        })
        .collect();
    assert!(sessions.contains(&("n".to_owned(), "900".to_owned(), "e".to_owned())), "{sessions:?}");
    assert!(sessions.contains(&("terraform".to_owned(), "3600".to_owned(), String::new())), "{sessions:?}");
}

#[test]
fn profiles_that_cannot_be_served_say_why() {
    let mock = Mock::start().unwrap();
    let (file, client) = (profiles(&mock, &mock.url(), Path::new("/f")), client(&mock));
    let table = [
        ("loop-a", "loop-a -> loop-b -> loop-a"),
        ("lost", "no profile \"nowhere\""),
        ("expired", "expired at"),
        ("half", "has no ram_role_arn"),
        ("short", "has expired_seconds 60, which must be from 900 to 43200"),
        ("odd", "\"RsaKeyPair\", which this provider cannot serve"),
    ];
    for (name, word) in table {
        let error = file.source(file.profile(Some(name)).unwrap(), &client, NOWHERE).unwrap_err();
        assert!(error.what.contains(word), "{name}: {error}");
        assert!(!error.what.contains(SECRET_KEY), "{error}");
    }
    let error = file.profile(Some("nobody")).unwrap_err();
    assert!(error.what.contains("\"ak\", \"sts\""), "{error}");
}

#[test]
fn a_file_that_cannot_be_read_says_where_and_quotes_nothing() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "{\"current\": \"canary").unwrap();
    let error = ProfileFile::read(file.path()).unwrap_err();
    assert!(error.what.contains("malformed (line 1") && !error.what.contains("canary"), "{error}");
    let error = ProfileFile::read(std::path::Path::new("/no/such/file")).unwrap_err();
    assert!(error.what.contains("/no/such/file cannot be read"), "{error}");
}
