//! A backend of the type http, on loopback: states by their path.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::Value as Json;

#[derive(Default)]
struct States {
    states: BTreeMap<String, Vec<u8>>,
    refuses_writes: bool,
}

pub struct StateServer {
    pub url: String,
    states: Arc<Mutex<States>>,
}

impl StateServer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let states = Arc::<Mutex<States>>::default();
        let served = Arc::clone(&states);
        thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &served);
            }
        });
        Self { url, states }
    }

    /// The configuration that keeps the state of this name here.
    pub fn backend(&self, name: &str) -> String {
        format!("terraform {{\n  backend \"http\" {{\n    address = \"{}/{name}\"\n  }}\n}}\n", self.url)
    }

    /// Answers this text under a name, as if it were a state.
    pub fn put(&self, name: &str, text: &str) {
        self.states.lock().unwrap().states.insert(format!("/{name}"), text.into());
    }

    /// Whether states cannot be saved.
    pub fn refuse_writes(&self, refuses_writes: bool) {
        self.states.lock().unwrap().refuses_writes = refuses_writes;
    }

    /// The orders in a state.
    pub fn ids(&self, name: &str) -> Vec<String> {
        let states = self.states.lock().unwrap();
        let text = states.states.get(&format!("/{name}")).cloned().unwrap_or_default();
        ids(&serde_json::from_slice(&text).unwrap_or_default())
    }
}

/// The orders in the text of a state.
pub fn ids(state: &Json) -> Vec<String> {
    let resources = state["resources"].as_array().cloned().unwrap_or_default();
    let instances = resources.iter().flat_map(|resource| resource["instances"].as_array().cloned().unwrap_or_default());
    let ids = instances.filter_map(|instance| instance["attributes"]["id"].as_str().map(str::to_owned));
    let mut ids: Vec<String> = ids.filter(|id| id.bytes().all(|byte| byte.is_ascii_digit())).collect();
    ids.sort();
    ids
}

fn answer(mut stream: TcpStream, states: &Mutex<States>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    if reader.read_line(&mut line).is_err() {
        return;
    }
    let mut length = 0;
    let mut header = String::new();
    while reader.read_line(&mut header).is_ok_and(|read| read > 2) {
        if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        header.clear();
    }
    let mut body = vec![0; length];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    let mut words = line.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = path.split('?').next().unwrap_or_default().to_owned();
    let mut states = states.lock().unwrap();
    let (status, body) = match method {
        "GET" => states.states.get(&path).map_or((404, Vec::new()), |state| (200, state.clone())),
        _ if states.refuses_writes => (403, Vec::new()),
        "DELETE" => (states.states.remove(&path).map_or(404, |_| 200), Vec::new()),
        _ => {
            states.states.insert(path, body);
            (200, Vec::new())
        }
    };
    let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(&[head.into_bytes(), body].concat());
}
