//! The RAM role of the instance that this runs on, from its metadata service.

use async_trait::async_trait;
use reqwest::{Method, Url};

use super::{Credentials, NoCredentials, answered, cached::Fetch};
use crate::transport::{Local, Outgoing};

/// Where every instance finds its metadata service.
pub const METADATA_SERVICE: &str = "http://100.100.100.200";

/// How long a token of the metadata service lasts, in seconds. Each fetch requests a new one.
const TOKEN_SECONDS: &str = "60";

/// Requests credentials from the metadata service for each fetch.
#[derive(Debug)]
pub struct EcsRole {
    service: String,
    role: Option<String>,
    http: Local,
}

impl EcsRole {
    /// The credentials of this role, or of the only one that the instance has. `service` is [`METADATA_SERVICE`], but for
    /// tests.
    pub fn new(service: &str, role: Option<String>) -> Self {
        Self { service: service.to_owned(), role, http: Local::without_proxy() }
    }

    async fn ask(&self, method: Method, path: &str, header: (&str, &str)) -> Result<(u16, Vec<u8>), NoCredentials> {
        let text = format!("{}/latest/{path}", self.service);
        let url =
            Url::parse(&text).map_err(|_| NoCredentials::new("the metadata service has no valid URL".to_owned()))?;
        let headers = [(header.0.to_owned(), header.1.to_owned())].into();
        let reply = self.http.send(Outgoing { method, url, headers, body: Vec::new() }).await;
        reply.map_err(|error| {
            NoCredentials::new(format!(
                "the metadata service of the instance does not answer: {error}. Is this an ECS instance?"
            ))
        })
    }

    async fn text(&self, method: Method, path: &str, header: (&str, &str)) -> Result<String, NoCredentials> {
        let (status, body) = self.ask(method, path, header).await?;
        match String::from_utf8(body) {
            Ok(text) if status == 200 && !text.trim().is_empty() => Ok(text.trim().to_owned()),
            _ => Err(NoCredentials::new(format!(
                "the metadata service of the instance answered HTTP {status} for {path}. Does the instance have a RAM role?"
            ))),
        }
    }
}

#[async_trait]
impl Fetch for EcsRole {
    async fn fetch(&self) -> Result<Credentials, NoCredentials> {
        const ROLES: &str = "meta-data/ram/security-credentials/";
        let lifetime = ("X-aliyun-ecs-metadata-token-ttl-seconds", TOKEN_SECONDS);
        let token = self.text(Method::PUT, "api/token", lifetime).await?;
        let token = ("X-aliyun-ecs-metadata-token", token.as_str());
        let role = match &self.role {
            Some(role) => role.clone(),
            None => self.text(Method::GET, ROLES, token).await?,
        };
        let (status, body) = self.ask(Method::GET, &format!("{ROLES}{role}"), token).await?;
        answered::credentials(&format!("the metadata service, asked for the role {role:?},"), status, &body)
    }
}
