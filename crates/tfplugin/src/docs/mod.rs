//! The pages of a provider as the Terraform Registry shows them, from its schemas, its examples and its templates.
//!
//! [`Generator`] makes one page for the provider and one for each resource, data source, ephemeral resource, list resource,
//! action and function. [`Pages`] writes them into the `docs/` folder of a project, or reports which of its files differ.
//!
//! ## Examples
//!
//! The generator looks for examples where HashiCorp's own tool does, below one folder:
//!
//! | page | main example |
//! | --- | --- |
//! | the provider | `provider/provider.tf` |
//! | a resource | `resources/<type>/resource.tf` |
//! | a data source | `data-sources/<type>/data-source.tf` |
//! | an ephemeral resource | `ephemeral-resources/<type>/ephemeral-resource.tf` |
//! | a list resource | `list-resources/<type>/list-resource.tfquery.hcl` |
//! | an action | `actions/<type>/action.tf` |
//! | a function | `functions/<name>/function.tf` |
//!
//! Each other `.tf` or `.tfquery.hcl` file of such a folder is an example of one use and follows the main one, in the order of
//! the file names. Such a file begins with a comment: its first line is the heading, and the lines after it explain the
//! example.
//!
//! A resource's page shows how to import it if the folder has `import-by-string-id.tf`, `import.sh` or
//! `import-by-identity.tf`.
//!
//! ## Templates
//!
//! A page is complete without a template. A template `<type>.md` adds text between the examples and the schema. If it has the
//! placeholder `{{schema}}`, it is the whole page below the front matter instead. `index.md` is the template of the provider's
//! page. The template of a list resource, or of anything that shares its name with a resource or is called `index`, is in a
//! folder of its kind: `list-resources/<type>.md`.
//!
//! | placeholder | stands for |
//! | --- | --- |
//! | `{{description}}` | the description in the schema |
//! | `{{example}}` | the main example |
//! | `{{example FILE}}` | one example by its file name, without heading; the list of examples then leaves it out |
//! | `{{examples}}` | all examples, with their headings |
//! | `{{schema}}` | arguments and attributes |
//! | `{{import}}` | how to import a resource |
//!
//! `${{` is text, so a page can show the expressions of a CI service.

mod examples;
mod function;
mod kind;
mod page;
mod schema;
mod template;

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use kind::Kind;

use crate::registration::{Provider, Schemas, schemas};

/// Makes the pages of a provider.
///
/// ```
/// use tfplugin::{docs::Generator, *};
///
/// /// Counts the words of a text.
/// #[derive(Debug, Clone, Model)]
/// #[model(function = "words")]
/// struct Words {
///     /// The text.
///     text: String,
/// }
///
/// struct WordsFunction;
///
/// impl Function for WordsFunction {
///     type Model = Words;
///     type Output = i64;
///
///     fn call(&self, words: Words) -> Result<i64, FunctionError> {
///         i64::try_from(words.text.split_whitespace().count()).map_err(|_| FunctionError::new("the text is too long"))
///     }
/// }
///
/// struct Example;
///
/// impl Provider for Example {
///     type Block = ();
///     type Client = ();
///
///     fn resources(&self) -> Resources<()> {
///         Resources::new()
///     }
///
///     fn functions(&self) -> Functions {
///         Functions::new().add(WordsFunction)
///     }
///
///     async fn configure(&self, _: Configure<()>, _: &Context) -> Result<Configured<()>, Diagnostics> {
///         Ok(Configured::Ready(()))
///     }
/// }
///
/// # fn main() -> Result<(), tfplugin::docs::Error> {
/// let pages = Generator::new("example", &Example).subcategory("words", "Text").pages()?;
/// let page = pages.get("functions/words.md").unwrap_or_default();
/// assert!(page.contains("words(text string) number"));
///
/// // In a project: `Generator::new(…).examples("examples").templates("templates")`, then `pages.write("docs")`.
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Generator {
    /// The name of the provider, with which the types of its resources begin.
    provider: String,
    /// What the provider's page calls it.
    title: String,
    schemas: Schemas,
    examples: Option<PathBuf>,
    templates: Option<PathBuf>,
    subcategories: BTreeMap<String, String>,
    requires_examples: bool,
}

impl Generator {
    /// A generator for a provider whose types begin with this name and `_`.
    pub fn new<P: Provider>(name: &str, provider: &P) -> Self {
        Self {
            provider: name.to_owned(),
            title: name.to_owned(),
            schemas: schemas(provider),
            examples: None,
            templates: None,
            subcategories: BTreeMap::new(),
            requires_examples: false,
        }
    }

    /// What the provider's page calls the provider, after `Provider: `. The name if not set.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The folder of the examples.
    #[must_use]
    pub fn examples(mut self, folder: impl Into<PathBuf>) -> Self {
        self.examples = Some(folder.into());
        self
    }

    /// The folder of the templates.
    #[must_use]
    pub fn templates(mut self, folder: impl Into<PathBuf>) -> Self {
        self.templates = Some(folder.into());
        self
    }

    /// The section of the registry's navigation in which the pages of this type stand; the top level if not set.
    #[must_use]
    pub fn subcategory(mut self, type_name: impl Into<String>, title: impl Into<String>) -> Self {
        self.subcategories.insert(type_name.into(), title.into());
        self
    }

    /// Makes a page without an example an error, and a resource with an identity but without an example of importing by it.
    #[must_use]
    pub fn require_examples(self) -> Self {
        Self { requires_examples: true, ..self }
    }

    /// Makes the pages.
    ///
    /// # Errors
    /// A file or a folder cannot be read, a template has a placeholder that there is not, a required example is missing, or
    /// two types would have the same page.
    pub fn pages(&self) -> Result<Pages, Error> {
        for folder in self.examples.iter().chain(&self.templates) {
            fs::read_dir(folder).map_err(|error| Error::Io(folder.clone(), error))?;
        }
        let index = ("index.md".to_owned(), self.index()?);
        let mut pages: BTreeMap<String, (&str, String)> = BTreeMap::new();
        let mut add = |kind, name: &'static str, text| {
            let file = self.file(kind, name);
            match pages.insert(file.clone(), (name, text)) {
                None => Ok(()),
                Some((other, _)) => Err(Error::SamePage(file, [other, name].map(str::to_owned))),
            }
        };
        let kinds = [
            (Kind::Resource, &self.schemas.resources),
            (Kind::DataSource, &self.schemas.data_sources),
            (Kind::EphemeralResource, &self.schemas.ephemeral_resources),
            (Kind::ListResource, &self.schemas.list_resources),
            (Kind::Action, &self.schemas.actions),
        ];
        for (kind, schemas) in kinds {
            for (name, schema) in schemas {
                add(kind, name, self.schema_page(kind, name, schema)?)?;
            }
        }
        for (name, signature) in &self.schemas.functions {
            add(Kind::Function, name, self.function_page(name, signature)?)?;
        }
        let pages = pages.into_iter().map(|(file, (_, text))| (file, text));
        Ok(Pages(pages.chain([index]).collect()))
    }

    /// Where the page of a type is, below the `docs` folder.
    fn file(&self, kind: Kind, name: &str) -> String {
        let short = name.strip_prefix(&self.provider).and_then(|rest| rest.strip_prefix('_')).unwrap_or(name);
        format!("{}/{short}.md", kind.folder())
    }
}

/// The text of each page, by its path below the `docs` folder of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages(BTreeMap<String, String>);

impl Pages {
    /// The text of one page, such as `resources/note.md`.
    pub fn get(&self, file: &str) -> Option<&str> {
        self.0.get(file).map(String::as_str)
    }

    /// Each page: its path below the `docs` folder, and its text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(file, text)| (file.as_str(), text.as_str()))
    }

    /// Writes the pages that differ from the files in the `docs` folder, and returns their paths.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self, docs: impl AsRef<Path>) -> Result<Vec<String>, Error> {
        let differing = self.differing(&docs);
        for file in &differing {
            let path = docs.as_ref().join(file);
            let text = self.0.get(file).map(String::as_str).unwrap_or_default();
            let written = fs::create_dir_all(path.parent().unwrap_or(&path)).and_then(|()| fs::write(&path, text));
            written.map_err(|error| Error::Io(path, error))?;
        }
        Ok(differing)
    }

    /// The pages that differ from the files in the `docs` folder, or are not there.
    pub fn differing(&self, docs: impl AsRef<Path>) -> Vec<String> {
        let differs = |(file, text): &(&String, &String)| {
            !fs::read_to_string(docs.as_ref().join(file)).is_ok_and(|present| present == **text)
        };
        self.0.iter().filter(differs).map(|(file, _)| file.clone()).collect()
    }

    /// Files in the `docs` folder that the registry would show and should not: pages of types that the provider does not
    /// have, and guides without the front matter that gives the registry their titles.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn unexpected(&self, docs: impl AsRef<Path>) -> Result<Vec<String>, Error> {
        let mut unexpected = Vec::new();
        for folder in Kind::ALL.map(Kind::folder).into_iter().chain(["guides"]) {
            for entry in fs::read_dir(docs.as_ref().join(folder)).into_iter().flatten().flatten() {
                let file = format!("{folder}/{}", entry.file_name().to_string_lossy());
                let is_guide = folder == "guides" && read(&entry.path())?.starts_with("---\npage_title: ");
                unexpected.extend((!is_guide && !self.0.contains_key(&file)).then_some(file));
            }
        }
        unexpected.sort();
        Ok(unexpected)
    }
}

/// Why there are no pages.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A file or a folder cannot be read or written.
    Io(PathBuf, io::Error),
    /// An example is missing.
    NoExample(PathBuf),
    /// A file with one use does not begin with a comment, whose first line is the heading.
    NoHeading(PathBuf),
    /// A template has a placeholder that its page does not have.
    Placeholder(PathBuf, String),
    /// Two types would have this page: one has the name of the provider before its own, the other has not.
    SamePage(String, [String; 2]),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(file, error) => write!(f, "{}: {error}", file.display()),
            Self::NoExample(file) => write!(f, "{} is missing: the page would have no example", file.display()),
            Self::NoHeading(file) => {
                write!(f, "{} must begin with a comment: its first line is the heading of the example", file.display())
            }
            Self::Placeholder(file, name) => {
                write!(f, "{} has {{{{{name}}}}}, which the page does not have", file.display())
            }
            Self::SamePage(file, [one, other]) => {
                write!(f, "{file} would be the page of {one} and of {other}: rename one of them")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(_, error) => Some(error),
            _ => None,
        }
    }
}

fn read(file: &Path) -> Result<String, Error> {
    fs::read_to_string(file).map_err(|error| Error::Io(file.to_owned(), error))
}

/// The text of a file, if there is one.
fn read_if_there(file: &Path) -> Result<Option<String>, Error> {
    match fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some).map_err(|error| Error::Io(file.to_owned(), error)),
    }
}
