//! Small HTTP servers on loopback.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use serde_json::json;

/// A request: its first line, and its headers in lower case.
#[derive(Debug, Clone)]
pub struct Request {
    pub line: String,
    pub headers: Vec<String>,
}

/// Temporary credentials as a metadata service and a sidecar answer them, until this moment (RFC 3339).
pub fn credentials([id, secret, token]: [&str; 3], until: &str) -> String {
    json!({
        "Code": "Success", "AccessKeyId": id, "AccessKeySecret": secret, "SecurityToken": token, "Expiration": until,
    })
    .to_string()
}

/// A server that answers each request with a status and a body.
pub struct Loopback {
    pub url: String,
    pub requests: Arc<Mutex<Vec<Request>>>,
}

impl Loopback {
    pub fn start(answer: impl Fn(&Request, usize) -> (u16, String) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
                let Some(line) = lines.next() else { continue };
                let headers = lines.take_while(|line| !line.is_empty()).map(|line| line.to_lowercase()).collect();
                let request = Request { line, headers };
                let number = {
                    let mut log = log.lock().unwrap();
                    log.push(request.clone());
                    log.len()
                };
                let (status, body) = answer(&request, number);
                let reply =
                    format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
                let _ = stream.write_all(reply.as_bytes());
                let _ = stream.shutdown(std::net::Shutdown::Write);
                let _ = stream.read(&mut [0; 16]);
            }
        });
        Self { url, requests }
    }

    /// A metadata service whose instance has the role `buyer` with these credentials.
    pub fn metadata(credentials: String) -> Self {
        Self::start(move |request, _| {
            let has_token = request.headers.iter().any(|header| header == "x-aliyun-ecs-metadata-token: the-token");
            match request.line.as_str() {
                "PUT /latest/api/token HTTP/1.1" => (200, "the-token".to_owned()),
                _ if !has_token => (403, String::new()),
                "GET /latest/meta-data/ram/security-credentials/ HTTP/1.1" => (200, "buyer\n".to_owned()),
                "GET /latest/meta-data/ram/security-credentials/buyer HTTP/1.1" => (200, credentials.clone()),
                _ => (404, String::new()),
            }
        })
    }
}
