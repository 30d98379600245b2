use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tfplugin::*;

const PLUGIN: Plugin = Plugin {
    name: "terraform-provider-library",
    version: "1.0.0",
    addresses: &["registry.terraform.io/example/library"],
    log_crates: &[],
};

/// Keeps books.
#[derive(Debug, Clone, Model)]
#[model(provider)]
struct Settings {
    /// The branch whose books these are.
    branch: Option<String>,
}

/// Who wrote the module that a book stands in.
#[derive(Debug, Clone, Model)]
#[model(provider_meta)]
struct Module {
    /// The name of the module.
    module_name: Option<String>,
}

/// What a book is known by.
#[derive(Debug, Clone, Model)]
#[model(identity)]
struct BookIdentity {
    /// The number on the book.
    number: i64,
    /// The branch; the provider's where an import leaves it out.
    branch: Option<String>,
}

/// A book.
#[derive(Debug, Clone, Model)]
#[model(resource = "library_book", identity = BookIdentity)]
struct Book {
    /// What it is called.
    #[attr(force_new)]
    title: String,
    /// Where it stands.
    #[attr(default = "entrance")]
    shelf: String,
    /// The number on it.
    id: Computed<String>,
    /// The module that brought it.
    added_by: Computed<String>,
}

/// A volume, as the library knew books once.
#[derive(Debug, Clone, Model)]
#[model(resource = "library_volume", version = 1, deprecated = "Use library_book.")]
struct Volume {
    /// What it is called.
    name: String,
    /// Its number.
    number: Computed<i64>,
}

/// Which books to find.
#[derive(Debug, Clone, Model)]
#[model(list)]
struct Search {
    /// Only those whose title has this in it.
    #[attr(default = "")]
    title: String,
}

/// The books of all branches, for as long as the process lives.
#[derive(Default)]
struct Library(Arc<Mutex<BTreeMap<i64, Book>>>);

struct Branch {
    name: String,
    books: Arc<Mutex<BTreeMap<i64, Book>>>,
}

impl Branch {
    fn books(&self) -> MutexGuard<'_, BTreeMap<i64, Book>> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn identity(&self, number: i64) -> BookIdentity {
        BookIdentity { number, branch: Some(self.name.clone()) }
    }

    fn find(&self, number: i64) -> Result<State<Book>, Diagnostics> {
        let book = self.books().get(&number).cloned();
        let missing = || Diagnostic::error("No such book", format!("The library has no book with the number {number}."));
        let mut state = State::<Book>::new(book.ok_or_else(missing)?);
        state.set_identity(self.identity(number));
        Ok(state)
    }
}

impl Provider for Library {
    type Block = Settings;
    type Client = Branch;

    fn resources(&self) -> Resources<Branch> {
        Resources::new().add(Books).add(Volumes)
    }

    fn list_resources(&self) -> ListResources<Branch> {
        ListResources::new().add(Catalogue)
    }

    fn provider_meta(&self) -> ProviderMeta {
        ProviderMeta::of::<Module>()
    }

    async fn configure(&self, settings: Configure<Settings>, _: &Context) -> Result<Configured<Branch>, Diagnostics> {
        if settings.block.branch.is_unknown() {
            return Ok(Configured::Waiting(vec![Settings::BRANCH.into()]));
        }
        let name = settings.block.complete()?.branch.unwrap_or_else(|| "main".to_owned());
        Ok(Configured::Ready(Branch { name, books: Arc::clone(&self.0) }))
    }
}

struct Books;

impl Resource for Books {
    type Model = Book;
    type Client = Branch;

    async fn create(
        &self,
        branch: &Branch,
        create: Create<Book>,
        ctx: &Context,
    ) -> Result<State<Book>, CreateError<Book>> {
        let mut book = create.planned;
        let number = branch.books().keys().next_back().map_or(1, |last| last + 1);
        book.id = number.to_string().into();
        book.added_by = ctx.provider_meta::<Module>().map_or(Attr::Null, |module| module.module_name);
        book.set_identity(branch.identity(number));
        let written = book.complete()?;
        branch.books().insert(number, written);
        Ok(book)
    }

    async fn read(&self, branch: &Branch, mut book: State<Book>, _: &Context) -> Result<Option<State<Book>>, Diagnostics> {
        // A book that was moved here from another type may not have its number yet.
        let (id, title) = (book.id.as_str().unwrap_or_default(), book.title.as_str().unwrap_or_default());
        let is_it = |known: &Book| if id.is_empty() { known.title == title } else { known.id == id.into() };
        let found = branch.books().iter().find(|(_, known)| is_it(known)).map(|(number, known)| (*number, known.clone()));
        let Some((number, found)) = found else { return Ok(None) };
        (book.title, book.shelf, book.id) = (found.title.into(), found.shelf.into(), number.to_string().into());
        // The one in the state stays, also where the provider has been given another branch since.
        if book.identity().is_none() {
            book.set_identity(branch.identity(number));
        }
        Ok(Some(book))
    }

    async fn update(&self, branch: &Branch, update: Update<Book>, _: &Context) -> Result<State<Book>, UpdateError<Book>> {
        let number = update.prior.id.as_str().and_then(|id| id.parse().ok());
        let written = update.planned.complete()?;
        number.map(|number: i64| branch.books().insert(number, written));
        Ok(update.planned)
    }

    async fn delete(&self, branch: &Branch, delete: Delete<Book>, _: &Context) -> Result<(), Diagnostics> {
        let number = delete.prior.id.as_str().and_then(|id| id.parse().ok());
        number.map(|number: i64| branch.books().remove(&number));
        Ok(())
    }

    async fn import(&self, branch: &Branch, id: &str, _: &Context) -> Result<State<Book>, Diagnostics> {
        let number = id.parse().map_err(|_| Diagnostic::error("No number", format!("{id:?} is no number of a book.")))?;
        branch.find(number)
    }

    async fn import_by_identity(
        &self,
        branch: &Branch,
        identity: BookIdentity,
        _: &Context,
    ) -> Result<State<Book>, Diagnostics> {
        branch.find(identity.number)
    }

    fn moves(&self) -> Moves<Book> {
        Moves::new().from::<Volume>("example/library").from_any("terraform_data with a title as its input", |source| {
            let is_data = source.is_of("builtin/terraform") && source.type_name == "terraform_data";
            is_data.then(|| {
                let data = source.json()?;
                let title = data["input"]["value"].as_str().or(data["input"].as_str()).unwrap_or_default();
                let (title, shelf) = (title.into(), "entrance".into());
                Ok(State::new(Partial::<Book> { title, shelf, ..Default::default() }))
            })
        })
    }
}

impl MoveFrom<Volume> for Book {
    fn move_from(volume: State<Volume>) -> Result<State<Self>, Diagnostics> {
        let Volume { name, number } = volume.complete()?;
        let id = if let Computed::Known(number) = number { number.to_string().into() } else { Attr::Null };
        let (title, shelf) = (name.into(), "entrance".into());
        Ok(State::new(Partial::<Self> { title, shelf, id, added_by: Attr::Null }))
    }
}

struct Volumes;

impl Resource for Volumes {
    type Model = Volume;
    type Client = Branch;

    async fn create(
        &self,
        branch: &Branch,
        create: Create<Volume>,
        _: &Context,
    ) -> Result<State<Volume>, CreateError<Volume>> {
        let mut volume = create.planned;
        let number = branch.books().keys().next_back().map_or(1, |last| last + 1);
        volume.number = number.into();
        let book = Book {
            title: volume.complete()?.name,
            shelf: "entrance".to_owned(),
            id: number.to_string().into(),
            added_by: Computed::Null,
        };
        branch.books().insert(number, book);
        Ok(volume)
    }

    async fn read(&self, _: &Branch, volume: State<Volume>, _: &Context) -> Result<Option<State<Volume>>, Diagnostics> {
        Ok(Some(volume))
    }

    async fn delete(&self, _: &Branch, _: Delete<Volume>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }

    fn upgrades(&self) -> Upgrades<Volume> {
        Upgrades::new().from_json(0, |json| {
            let name = json["name"].as_str().unwrap_or_default().into();
            Ok(Partial::<Volume> { name, number: Attr::Null })
        })
    }
}

struct Catalogue;

impl ListResource for Catalogue {
    type Config = Search;
    type Model = Book;
    type Client = Branch;

    async fn list(
        &self,
        branch: &Branch,
        search: Search,
        listing: &mut Listing<'_, Book>,
        _: &Context,
    ) -> Result<(), ListEnd> {
        let books = branch.books().clone();
        for (number, book) in books.into_iter().filter(|(_, book)| book.title.contains(&search.title)) {
            let found = Found::new(branch.identity(number), book.title.clone()).with_object(book);
            listing.send(found).await?;
        }
        Ok(())
    }
}
