//! A password that is stored or write-only, with demands of its attributes on each other.

use tfplugin::{
    Attr, Context, Create, CreateError, Delete, Diagnostic, Diagnostics, Model, Partial, Resource, State, WriteOnly,
};

use super::framework::Client;

/// A password, once in the state and now write-only.
#[derive(Debug, Clone, Model)]
#[model(resource = "framework_writeonly_validations")]
pub(crate) struct Password {
    /// The password, which the state shows.
    #[attr(force_new, conflicts_with(password_version), exactly_one_of(writeonly_password))]
    old_password_attr: Option<String>,
    /// Another version sends the password again.
    #[attr(force_new, required_with(writeonly_password))]
    password_version: Option<String>,
    /// The password.
    #[attr(required_with(password_version))]
    writeonly_password: Option<WriteOnly<String>>,
}

pub(crate) struct PasswordResource;

impl Resource for PasswordResource {
    type Model = Password;
    type Client = Client;

    /// What the schema refuses, under the titles that the suite looks for.
    fn validate(&self, config: &Partial<Password>) -> Diagnostics {
        let (old, new) = (&config.old_password_attr, &config.writeonly_password);
        let mut found = Diagnostics::default();
        if old.is_null() && new.is_null() {
            found.push(Diagnostic::error("Missing Attribute Configuration", "A password is missing."));
        }
        if [config.password_version.is_null() != new.is_null(), !old.is_null() && !new.is_null()].contains(&true) {
            found.push(Diagnostic::error("Invalid Attribute Combination", "These attributes do not go together."));
        }
        if !old.is_null() {
            let detail = "Use writeonly_password: Terraform does not store it.";
            found.push(Diagnostic::warning("A better attribute is there", detail).at(Password::OLD_PASSWORD_ATTR));
        }
        found
    }

    async fn create(
        &self,
        _: &Client,
        create: Create<Password>,
        _: &Context,
    ) -> Result<State<Password>, CreateError<Password>> {
        let new = create.config.writeonly_password.known().and_then(WriteOnly::get).map(String::as_str);
        let expected = match new {
            Some(new) => ["newpassword", "newpassword2"].contains(&new),
            None => matches!(create.config.old_password_attr.as_str(), Some("oldpassword" | "oldpassword2")),
        };
        if !expected {
            return Err(Diagnostic::error("Unexpected password", "It is not what the suite writes.").into());
        }
        let mut state = create.planned;
        *state = create.config;
        Ok(state)
    }

    async fn read(
        &self,
        _: &Client,
        state: State<Password>,
        _: &Context,
    ) -> Result<Option<State<Password>>, Diagnostics> {
        debug_assert!(matches!(state.writeonly_password, Attr::Null), "no state has it");
        Ok(Some(state))
    }

    async fn delete(&self, _: &Client, _: Delete<Password>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }
}
