//! Ephemeral resources (Terraform 1.10), with a write-only argument that takes their values (1.11).

use std::{
    fs,
    time::{Duration, SystemTime},
};

use tfplugin::{
    Computed, Context, Create, CreateError, Delete, Diagnostic, Diagnostics, EphemeralResource, Model, Opened, Private,
    PrivateKey, Renewed, Resource, Sensitive, State, WriteOnly,
};

use super::{Log, attached};

const CANARY: &str = "canary-of-an-ephemeral-token";

/// A token.
#[derive(Debug, Clone, Model)]
#[model(ephemeral_resource = "alicloud_token")]
pub(super) struct Token {
    /// Whom it is for.
    #[attr(length(1..=20))]
    user: String,
    /// The token.
    token: Computed<Sensitive<String>>,
}

pub(super) struct TokenResource;

const USER: PrivateKey<String> = PrivateKey::new("user");

impl EphemeralResource for TokenResource {
    type Model = Token;
    type Client = Log;

    async fn open(&self, log: &Log, mut token: Token, _: &Context) -> Result<Opened<Token>, Diagnostics> {
        log.write(&format!("open {}", token.user));
        if token.user == "refused" {
            return Err(Diagnostic::error("No token for this user", "Name another one.").at(Token::USER).into());
        }
        token.token = Sensitive::from(CANARY.to_owned()).into();
        let user = token.user.clone();
        let mut opened = Opened::new(token).renew_at(SystemTime::now());
        opened.private.set(USER, &user);
        Ok(opened)
    }

    async fn renew(&self, log: &Log, private: Private, _: &Context) -> Result<Renewed, Diagnostics> {
        log.write(&format!("renew {}", private.get(USER).unwrap()));
        Ok(Renewed::new(private))
    }

    async fn close(&self, log: &Log, private: Private, _: &Context) -> Result<(), Diagnostics> {
        log.write(&format!("close {}", private.get(USER).unwrap()));
        Ok(())
    }
}

/// Keeps a secret.
#[derive(Debug, Clone, Model)]
#[model(resource = "alicloud_vault")]
pub(super) struct Vault {
    /// The secret.
    secret: WriteOnly<String>,
}

pub(super) struct VaultResource;

impl Resource for VaultResource {
    type Model = Vault;
    type Client = Log;

    async fn create(
        &self,
        log: &Log,
        create: Create<Vault>,
        ctx: &Context,
    ) -> Result<State<Vault>, CreateError<Vault>> {
        let is_given = create.config.secret.known().and_then(WriteOnly::get).is_some_and(|secret| secret == CANARY);
        log.write(&format!("create {is_given}"));
        // The token is renewed as soon as it is open, while this goes on.
        let is_renewed = || log.lines().iter().any(|line| line.starts_with("renew"));
        while !is_renewed() && ctx.sleep(Duration::from_millis(20)).await {}
        Ok(create.planned)
    }

    async fn read(&self, _: &Log, state: State<Vault>, _: &Context) -> Result<Option<State<Vault>>, Diagnostics> {
        Ok(Some(state))
    }

    async fn delete(&self, _: &Log, _: Delete<Vault>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }
}

fn configuration(user: &str) -> String {
    format!(
        "ephemeral \"alicloud_token\" \"it\" {{\n  user = {user}\n}}\n\
         resource \"alicloud_vault\" \"it\" {{\n  secret = ephemeral.alicloud_token.it.token\n}}\n"
    )
}

#[test]
fn a_token_lives_as_long_as_it_is_needed_and_is_stored_nowhere() {
    let Some((terraform, plugin, log)) = attached((1, 11), &configuration("\"me\"")) else { return };
    terraform.run(&["plan", "-no-color", "-out=plan.bin"]).succeeds().never_says(&[CANARY]);
    let planned = log.take();
    assert_eq!((planned.first().unwrap().as_str(), planned.last().unwrap().as_str()), ("open me", "close me"));

    terraform.run(&["apply", "-no-color", "plan.bin"]).succeeds().never_says(&[CANARY]);
    let applied = log.take();
    assert!(applied.contains(&"create true".to_owned()), "{applied:?}");
    let at =
        |line: &str| applied.iter().position(|found| found == line).unwrap_or_else(|| panic!("{line}: {applied:?}"));
    assert!(at("open me") < at("create true") && at("create true") < at("close me") && at("renew me") < at("close me"));
    assert_eq!(applied.iter().filter(|line| line.starts_with("close")).count(), 1);

    terraform.plans_empty();
    for entry in fs::read_dir(terraform.path()).unwrap().flatten().filter(|entry| entry.path().is_file()) {
        let bytes = fs::read(entry.path()).unwrap();
        assert!(!bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()), "{:?}", entry.path());
    }
    plugin.ends_well();
}

#[test]
fn what_is_not_known_yet_is_not_opened() {
    let later = format!("resource \"terraform_data\" \"later\" {{}}\n{}", configuration("terraform_data.later.id"));
    let Some((terraform, plugin, log)) = attached((1, 11), &later) else { return };
    assert_eq!(terraform.plan().code, Some(2));
    assert_eq!(log.take(), [""; 0]);
    // The id has 36 characters.
    terraform.apply().fails().says(&["Invalid user", "1 to 20 characters"]);
    assert_eq!(log.take(), [""; 0]);
    terraform.configure(&configuration("\"refused\""));
    terraform.plan().fails().says(&["No token for this user", "user = \"refused\""]);
    assert_eq!(log.take(), ["open refused"], "what was not opened is not closed");
    plugin.ends_well();
}
