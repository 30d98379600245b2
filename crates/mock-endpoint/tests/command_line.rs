//! The mock as a process: its command line, and the faults that it refuses.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Command,
};

use mock_endpoint::Mock;

/// Runs it to its end: the exit code, stdout and stderr.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_mock-endpoint")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn help_and_version_go_to_stdout() {
    let (code, help, nothing) = run(&["--help"]);
    assert_eq!((code, nothing.as_str()), (Some(0), ""));
    assert!(help.contains("--port PORT") && help.contains("--version"), "{help}");
    let version = format!("mock-endpoint {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(run(&["--version"]), (Some(0), version, String::new()));
}

#[test]
fn a_wrong_argument_has_one_reason() {
    let table = [
        (&["--prot", "1"][..], "there is no argument \"--prot\""),
        (&["--port"], "--port needs a port"),
        (&["--port", "70000"], "\"70000\" is not a port"),
        (&["--port", "0", "more"], "there is no argument \"more\""),
        (&["--help", "more"], "there is no argument \"more\""),
    ];
    for (arguments, reason) in table {
        let (code, nothing, text) = run(arguments);
        assert_eq!((code, nothing.as_str(), text.lines().count()), (Some(1), "", 1), "{text}");
        assert!(text.contains(reason), "{text}");
    }
}

/// Posts faults, and returns the whole reply.
fn post_faults(mock: &Mock, body: &str) -> String {
    let mut stream = TcpStream::connect(mock.url().trim_start_matches("http://")).unwrap();
    let length = body.len();
    write!(
        stream,
        "POST /_mock/faults HTTP/1.1\r\nHost: mock\r\nContent-Type: application/json\r\nConnection: close\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply
}

#[test]
fn a_fault_for_an_operation_that_is_not_there_is_refused() {
    let mock = Mock::start().unwrap();
    let known = r#"{"operation": "CreateOrder", "kind": "drop_after"}"#;
    let unknown = r#"{"operation": "CreateOrders", "kind": "drop_after"}"#;
    let reply = post_faults(&mock, &format!("[{known}, {unknown}]"));
    assert!(reply.starts_with("HTTP/1.1 400"), "{reply}");
    assert!(reply.contains("no operation \"CreateOrders\"") && reply.contains("CreateOrder, DescribeOrder"), "{reply}");
    assert!(mock.ledger().faults.is_empty(), "all of a list or nothing");
    assert!(post_faults(&mock, known).starts_with("HTTP/1.1 204"));
    assert_eq!(mock.ledger().faults.len(), 1);
}

#[test]
fn a_fault_that_would_change_nothing_is_refused() {
    let mock = Mock::start().unwrap();
    let table = [
        (
            r#""operation": "ListProducts", "kind": "unpaid""#,
            "unpaid does not apply to ListProducts, but to CreateOrder",
        ),
        (r#""operation": "CreateOrder", "kind": "absent""#, "absent does not apply to CreateOrder"),
        (r#""operation": "CreateOrder", "kind": "partial", "bought": 1"#, "partial does not apply to CreateOrder"),
        (r#""operation": "ListProducts", "kind": "absent_empty""#, "absent_empty does not apply to ListProducts"),
        (r#""operation": "CreateOrder", "kind": "drop_after", "time": 2"#, "there is no \"time\""),
        (r#""operation": "CreateOrder", "kind": "drop_after", "status": 500"#, "there is no \"status\""),
        (r#""operation": "CreateOrder", "kind": "drop_after", "times": 0"#, "times is 0"),
        (r#""operation": "CreateOrder", "kind": "null_error", "status": 99"#, "status is 99"),
        (r#""operation": "CreateOrder", "kind": "api_error", "status": 700, "code": "X""#, "status is 700"),
        (r#""operation": "CreateProductOrders", "kind": "partial", "bought": 4"#, "bought is 4"),
        (r#""operation": "CreateOrder", "kind": "slow", "delay_ms": 0"#, "delay_ms is 0"),
    ];
    for (fault, reason) in table {
        let reply = post_faults(&mock, &format!("{{{fault}}}"));
        assert!(reply.starts_with("HTTP/1.1 400") && reply.contains(reason), "{fault}: {reply}");
    }
    assert!(mock.ledger().faults.is_empty());
    let whole = r#"{"operation": "CreateOrder", "kind": "throttling", "retry_after": 1, "times": 2, "host": "a"}"#;
    assert!(post_faults(&mock, whole).starts_with("HTTP/1.1 204"));
}
