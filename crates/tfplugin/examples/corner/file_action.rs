//! An action that writes a file.

use tfplugin::{Action, Context, Diagnostic, Diagnostics, Model, Partial};
use tokio::fs;

use super::framework::Client;

/// Writes a file.
#[derive(Debug, Clone, Model)]
#[model(action = "framework_modify_file_action")]
pub(crate) struct ModifyFile {
    /// Where it is.
    filename: String,
    /// What it says.
    content: String,
    /// Whether this must not be done.
    plan_error: Option<bool>,
}

pub(crate) struct ModifyFileAction;

impl Action for ModifyFileAction {
    type Model = ModifyFile;
    type Client = Client;

    async fn plan(&self, _: Option<&Client>, config: &Partial<ModifyFile>, _: &Context) -> Result<(), Diagnostics> {
        if config.plan_error.known() == Some(&true) {
            let error = Diagnostic::error("ModifyPlan error", "The configuration asks for it.");
            return Err(error.at(ModifyFile::PLAN_ERROR).into());
        }
        Ok(())
    }

    async fn invoke(&self, _: &Client, config: ModifyFile, ctx: &Context) -> Result<(), Diagnostics> {
        ctx.progress(format!("writing {}", config.filename));
        let written = fs::write(config.filename, config.content).await;
        written.map_err(|error| Diagnostic::error("The file was not written", error.to_string()).into())
    }
}
