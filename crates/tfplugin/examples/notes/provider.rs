use std::{collections::BTreeMap, process::ExitCode};

use tfplugin::*;
use tokio::sync::Mutex;

/// Keeps notes.
#[derive(Debug, Clone, Model)]
#[model(provider)]
struct Settings {
    /// Who signs the notes.
    #[attr(env("NOTES_AUTHOR"))]
    author: Option<String>,
}

/// A note. Destroying it throws it away.
#[derive(Debug, Clone, Model)]
#[model(resource = "notes_note")]
struct Note {
    /// What the note is about.
    #[attr(force_new, length(1..=80))]
    subject: String,
    /// The text.
    #[attr(default = "")]
    text: String,
    /// Who signed it last.
    #[attr(changes_with(text))]
    author: Computed<String>,
}

struct Notes;

struct Desk {
    author: String,
    notes: Mutex<BTreeMap<String, Note>>,
}

impl Provider for Notes {
    type Block = Settings;
    type Client = Desk;

    fn resources(&self) -> Resources<Desk> {
        Resources::new().add(NoteResource)
    }

    async fn configure(&self, settings: Configure<Settings>, _: &Context) -> Result<Configured<Desk>, Diagnostics> {
        let author = settings.block.complete()?.author.unwrap_or_else(|| "anonymous".to_owned());
        Ok(Configured::Ready(Desk { author, notes: Mutex::default() }))
    }
}

struct NoteResource;

impl Resource for NoteResource {
    type Model = Note;
    type Client = Desk;

    async fn create(&self, desk: &Desk, create: Create<Note>, _: &Context) -> Result<State<Note>, CreateError<Note>> {
        Ok(write(desk, create.planned).await?)
    }

    async fn read(&self, desk: &Desk, state: State<Note>, _: &Context) -> Result<Option<State<Note>>, Diagnostics> {
        let notes = desk.notes.lock().await;
        let is_there = state.subject.known().is_some_and(|subject| notes.contains_key(subject));
        Ok(is_there.then_some(state))
    }

    async fn update(&self, desk: &Desk, update: Update<Note>, _: &Context) -> Result<State<Note>, UpdateError<Note>> {
        Ok(write(desk, update.planned).await?)
    }

    async fn delete(&self, desk: &Desk, delete: Delete<Note>, _: &Context) -> Result<(), Diagnostics> {
        if let Some(subject) = delete.prior.subject.known() {
            desk.notes.lock().await.remove(subject);
        }
        Ok(())
    }
}

async fn write(desk: &Desk, mut note: State<Note>) -> Result<State<Note>, Diagnostics> {
    note.author = desk.author.clone().into();
    let written = note.complete()?;
    desk.notes.lock().await.insert(written.subject.clone(), written);
    Ok(note)
}

fn main() -> ExitCode {
    let addresses = &["registry.terraform.io/example/notes"];
    run(Plugin { name: "terraform-provider-notes", version: "1.0.0", addresses, log_crates: &[] }, Notes)
}
