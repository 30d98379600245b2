use std::{io::ErrorKind::NotFound, process::ExitCode};

use tfplugin::*;
use tokio::fs;

/// A note in a file. Destroying it throws it away.
#[derive(Debug, Clone, Model)]
#[model(resource = "notes_note")]
struct Note {
    /// Where the file is.
    #[attr(force_new, length(1..=255))]
    path: String,
    /// What it says.
    #[attr(default = "")]
    text: String,
    /// How many characters that is.
    #[attr(changes_with(text))]
    characters: Computed<i64>,
}

struct Notes;

impl Provider for Notes {
    type Block = ();
    type Client = ();

    fn resources(&self) -> Resources<()> {
        Resources::new().add(Notes)
    }

    async fn configure(&self, _: Configure<()>, _: &Context) -> Result<Configured<()>, Diagnostics> {
        Ok(Configured::Ready(()))
    }
}

impl Resource for Notes {
    type Model = Note;
    type Client = ();

    async fn create(&self, _: &(), create: Create<Note>, _: &Context) -> Result<State<Note>, CreateError<Note>> {
        Ok(write(create.planned).await?)
    }

    async fn read(&self, _: &(), mut note: State<Note>, _: &Context) -> Result<Option<State<Note>>, Diagnostics> {
        match fs::read_to_string(note.path.require(Note::PATH)?).await {
            Ok(text) => note.text = text.into(),
            Err(error) if error.kind() == NotFound => return Ok(None),
            Err(error) => return Err(Diagnostic::error("The note cannot be read", error.to_string()).into()),
        }
        Ok(Some(note))
    }

    async fn update(&self, _: &(), update: Update<Note>, _: &Context) -> Result<State<Note>, UpdateError<Note>> {
        Ok(write(update.planned).await?)
    }

    async fn delete(&self, _: &(), delete: Delete<Note>, _: &Context) -> Result<(), Diagnostics> {
        let removed = fs::remove_file(delete.prior.path.require(Note::PATH)?).await;
        removed.map_err(|error| Diagnostic::error("The note is still there", error.to_string()).into())
    }
}

async fn write(mut note: State<Note>) -> Result<State<Note>, Diagnostics> {
    let Note { path, text, .. } = note.complete()?;
    note.characters = i64::try_from(text.chars().count()).ok().into();
    fs::write(path, text).await.map_err(|error| Diagnostic::error("The note was not written", error.to_string()))?;
    Ok(note)
}

fn main() -> ExitCode {
    let addresses = &["registry.terraform.io/example/notes"];
    run(Plugin { name: "terraform-provider-notes", version: "1.0.0", addresses, log_crates: &[] }, Notes)
}
