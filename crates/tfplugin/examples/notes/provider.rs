use std::{collections::BTreeMap, process::ExitCode};

use tfplugin::*;
use tokio::sync::Mutex;

/// Keeps notes.
#[derive(Debug, Clone, Model)]
#[model(provider)]
struct NotesBlock {
    /// Who signs the notes.
    #[attr(env("NOTES_AUTHOR"))]
    author: Option<String>,
}

/// A note. Destroying it throws it away.
#[derive(Debug, Clone, Model)]
#[model(resource = "notes_note")]
struct Note {
    /// What the note is about. A note keeps its subject.
    #[attr(force_new, length(1..=80))]
    subject: String,
    /// The text.
    #[attr(default = "")]
    text: String,
    /// The number of the note.
    id: Computed<String>,
    /// How long the text is.
    #[attr(changes_with(text))]
    length: Computed<i64>,
}

struct Notes;

struct Desk {
    author: String,
    notes: Mutex<BTreeMap<String, Note>>,
}

impl Provider for Notes {
    type Block = NotesBlock;
    type Client = Desk;

    fn resources(&self) -> Resources<Desk> {
        Resources::new().add(NoteResource)
    }

    async fn configure(&self, block: Partial<NotesBlock>, _: &Context) -> Result<Configured<Desk>, Diagnostics> {
        let author = block.complete()?.author.unwrap_or_else(|| "anonymous".to_owned());
        Ok(Configured::Ready(Desk { author, notes: Mutex::default() }))
    }
}

struct NoteResource;

impl Resource for NoteResource {
    type Model = Note;
    type Client = Desk;

    async fn create(&self, desk: &Desk, create: Create<Note>, _: &Context) -> Result<State<Note>, CreateError<Note>> {
        let mut state = create.planned;
        let mut notes = desk.notes.lock().await;
        state.id = format!("{}-{}", desk.author, notes.len()).into();
        state.length = state.text.as_str().map(|text| text.len() as i64).into();
        let note = state.complete()?;
        notes.insert(note.id.known().cloned().unwrap_or_default(), note);
        Ok(state)
    }

    async fn read(&self, desk: &Desk, state: State<Note>, _: &Context) -> Result<Option<State<Note>>, Diagnostics> {
        let notes = desk.notes.lock().await;
        Ok(state.id.as_str().and_then(|id| notes.get(id)).is_some().then_some(state))
    }

    async fn update(&self, desk: &Desk, update: Update<Note>, _: &Context) -> Result<State<Note>, UpdateError<Note>> {
        let mut state = update.planned;
        state.length = state.text.as_str().map(|text| text.len() as i64).into();
        let note = state.complete()?;
        desk.notes.lock().await.insert(note.id.known().cloned().unwrap_or_default(), note);
        Ok(state)
    }

    async fn delete(&self, desk: &Desk, delete: Delete<Note>, _: &Context) -> Result<(), Diagnostics> {
        desk.notes.lock().await.remove(delete.prior.id.as_str().unwrap_or_default());
        Ok(())
    }
}

fn main() -> ExitCode {
    let addresses = &["registry.terraform.io/example/notes"];
    run(Identity { name: "terraform-provider-notes", version: "1.0.0", addresses, log_crates: &[] }, Notes)
}
