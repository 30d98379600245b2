//! The process: handshake, who is let in, signals, and the end.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    os::unix::{fs::PermissionsExt as _, process::ExitStatusExt as _},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open},
};
use tfplugin::proto::{
    get_provider_schema,
    plugin::{Empty, grpc_controller_client::GrpcControllerClient, grpc_stdio_client::GrpcStdioClient},
    provider_client::ProviderClient,
    stop_provider,
};
use tokio::io::AsyncReadExt as _;

use crate::host::{COOKIE, Certificate, Plugin};

const BINARY: &str = env!("CARGO_BIN_EXE_terraform-provider-alicloud");

/// What the binary prints to stdout and stderr when it is run by hand, and its exit code.
fn run_by_hand(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(BINARY).args(arguments).env_remove(COOKIE.0).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn run_by_hand_it_explains_itself() {
    let (code, nothing, explained) = run_by_hand(&[]);
    let (helped, help, silence) = run_by_hand(&["--help"]);
    assert_eq!((code, helped), (Some(1), Some(0)));
    assert_eq!((nothing.as_str(), silence.as_str(), &explained), ("", "", &help));
    for word in ["is a plugin", "dev_overrides", "TF_CLI_CONFIG_FILE", "--debug", "--version"] {
        assert!(help.contains(word), "{help}");
    }
}

#[test]
fn a_wrong_argument_has_one_reason() {
    for (arguments, reason) in [(&["apply"][..], "there is no argument \"apply\""), (&["--debug", "x"], "one argument")]
    {
        let (code, nothing, text) = run_by_hand(arguments);
        assert_eq!((code, nothing.as_str(), text.lines().count()), (Some(1), "", 1), "{text}");
        assert!(text.contains(reason) && text.contains("--help"), "{text}");
    }
}

#[test]
fn it_prints_its_version() {
    let output = Command::new(BINARY).arg("--version").output().unwrap();
    assert!(output.status.success());
    let expected = format!("terraform-provider-alicloud {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

#[test]
fn the_handshake_line_has_six_fields_and_the_seventh_only_on_request() {
    let client = Certificate::new();
    let plugin = Plugin::for_client(&client);
    assert_eq!(plugin.fields[..3], ["1", "6", "unix"]);
    assert_eq!(plugin.fields[4], "grpc");
    assert_eq!(plugin.fields.len(), 6);
    let multiplexed = Plugin::start([("PLUGIN_CLIENT_CERT", client.pem.as_str()), ("PLUGIN_MULTIPLEX_GRPC", "true")]);
    assert_eq!(multiplexed.fields[6..], ["false"]);
    for mut plugin in [plugin, multiplexed] {
        plugin.child.kill().unwrap();
        plugin.child.wait().unwrap();
    }
}

#[test]
fn the_socket_is_in_the_configured_directory_and_no_other_user_reaches_it() {
    let directory = tempfile::TempDir::new().unwrap();
    let path = directory.path().to_str().unwrap();
    let mut plugin = Plugin::start([("PLUGIN_UNIX_SOCKET_DIR", path)]);
    let socket = Path::new(plugin.socket());
    assert!(socket.starts_with(directory.path()));
    let mode = std::fs::metadata(socket.parent().unwrap()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    kill(&plugin.child, Signal::TERM);
    assert!(plugin.child.wait().unwrap().success());
    assert!(std::fs::read_dir(directory.path()).unwrap().next().is_none(), "nothing is left behind");
}

#[tokio::test]
async fn only_the_announced_certificate_is_let_in() {
    let client = Certificate::new();
    let plugin = Plugin::for_client(&client);
    for stranger in [None, Some(&Certificate::new())] {
        // With TLS 1.3 the server's refusal comes after the client's own side of the handshake is done.
        let refused = match plugin.handshake(stranger).await {
            Err(_) => true,
            Ok(mut stream) => stream.read_u8().await.is_err(),
        };
        assert!(refused);
    }
    let mut plain = tokio::net::UnixStream::connect(plugin.socket()).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut plain, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer).await;
    assert!(!answer.windows(2).any(|bytes| bytes == b"h2"), "no HTTP/2 without TLS");

    let mut provider = ProviderClient::new(plugin.channel(&client).await).max_decoding_message_size(256 << 20);
    let schema = provider.get_provider_schema(get_provider_schema::Request {}).await.unwrap().into_inner();
    assert!(schema.resource_schemas.contains_key("alicloud_market_order"));
    GrpcControllerClient::new(plugin.channel(&client).await).shutdown(Empty {}).await.unwrap();
    assert!(plugin.ends().success());
}

#[tokio::test]
async fn shutdown_ends_it_although_a_stream_is_open() {
    let client = Certificate::new();
    let plugin = Plugin::for_client(&client);
    let channel = plugin.channel(&client).await;
    let mut stdio = GrpcStdioClient::new(channel.clone()).stream_stdio(()).await.unwrap().into_inner();
    let mut health = tonic_health::pb::health_client::HealthClient::new(channel.clone());
    let request = tonic_health::pb::HealthCheckRequest { service: "plugin".to_owned() };
    let health = health.check(request).await.unwrap().into_inner();
    assert_eq!(health.status(), tonic_health::pb::health_check_response::ServingStatus::Serving);
    ProviderClient::new(channel.clone()).stop_provider(stop_provider::Request {}).await.unwrap();
    GrpcControllerClient::new(channel).shutdown(Empty {}).await.unwrap();
    assert!(stdio.message().await.unwrap().is_none(), "the stream ends with the plugin");
    assert!(plugin.ends().success());
}

#[tokio::test]
async fn after_the_handshake_stdout_is_silent_and_logs_are_hclog_lines() {
    let client = Certificate::new();
    let mut plugin = Plugin::start([("PLUGIN_CLIENT_CERT", client.pem.as_str()), ("TF_LOG", "TRACE")]);
    let channel = plugin.channel(&client).await;
    ProviderClient::new(channel.clone())
        .max_decoding_message_size(256 << 20)
        .get_provider_schema(get_provider_schema::Request {})
        .await
        .unwrap();
    GrpcControllerClient::new(channel).shutdown(Empty {}).await.unwrap();
    let mut logs = String::new();
    plugin.child.stderr.take().unwrap().read_to_string(&mut logs).unwrap();
    let mut printed = String::new();
    plugin.stdout.read_to_string(&mut printed).unwrap();
    assert_eq!(printed, "");
    let lines: Vec<serde_json::Value> = logs.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &lines {
        for field in ["@level", "@message", "@module", "@timestamp"] {
            assert!(line[field].is_string(), "{line}");
        }
    }
    let call = lines.iter().find(|line| line["tf_rpc"] == "GetProviderSchema").unwrap();
    assert!(call["tf_req_id"].as_str().unwrap().len() > 30);
    assert!(plugin.ends().success());
}

fn kill(child: &std::process::Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

#[tokio::test]
async fn ctrl_c_does_not_end_it_and_sigterm_and_sighup_do() {
    for end in [Signal::TERM, Signal::HUP] {
        let client = Certificate::new();
        let plugin = Plugin::for_client(&client);
        kill(&plugin.child, Signal::INT);
        let mut provider = ProviderClient::new(plugin.channel(&client).await).max_decoding_message_size(256 << 20);
        provider.get_provider_schema(get_provider_schema::Request {}).await.unwrap();
        kill(&plugin.child, Signal::INT);
        provider.get_provider_schema(get_provider_schema::Request {}).await.unwrap();
        kill(&plugin.child, end);
        assert!(plugin.ends().success());
    }
}

#[test]
fn it_ends_when_the_process_that_started_it_dies() {
    let script = format!("'{BINARY}' & echo $!; exec sleep 1000");
    let mut parent = Command::new("sh")
        .args(["-c", &script])
        .env(COOKIE.0, COOKIE.1)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(parent.stdout.take().unwrap()).lines();
    let mut plugin: Option<i32> = None;
    let mut handshake = false;
    while plugin.is_none() || !handshake {
        let line = lines.next().unwrap().unwrap();
        handshake |= line.starts_with("1|6|");
        plugin = plugin.or(line.parse().ok());
    }
    let plugin = pidfd_open(Pid::from_raw(plugin.unwrap()).unwrap(), PidfdFlags::empty()).unwrap();
    parent.kill().unwrap();
    assert_eq!(parent.wait().unwrap().signal(), Some(9));
    let limit = Timespec::try_from(Duration::from_secs(20)).unwrap();
    let ended = poll(&mut [PollFd::new(&plugin, PollFlags::IN)], Some(&limit)).unwrap();
    assert_eq!(ended, 1, "the plugin is an orphan");
}

#[test]
fn for_a_debugger_it_prints_how_to_attach_and_ctrl_c_ends_it() {
    for flag in ["--debug", "-debug"] {
        let mut child = Command::new(BINARY).arg(flag).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let line = lines.find(|line| line.contains("TF_REATTACH_PROVIDERS")).unwrap();
        let json = line.split_once("='").unwrap().1.trim_end_matches('\'');
        let attach: serde_json::Value = serde_json::from_str(json).unwrap();
        let own = &attach["registry.terraform.io/aliyun/alicloud"];
        assert_eq!(own["ProtocolVersion"], 6);
        assert_eq!(own["Pid"], child.id());
        assert!(Path::new(own["Addr"]["String"].as_str().unwrap()).exists());
        kill(&child, Signal::INT);
        assert!(child.wait().unwrap().success());
    }
}
