//! Descriptions of several paragraphs, what is deprecated, objects that are one value, and defaults.

use std::marker::PhantomData;

use super::{between, written};
use tfplugin::{
    docs::{Error, Generator},
    *,
};

/// Where the depot is.
#[derive(Debug, Clone, Model)]
#[model(provider, deprecated = "Use the provider `store`.")]
struct Settings {
    /// The gates.
    ///
    /// Each is open.
    #[attr(block, deprecated = "Use `doors`.")]
    gate: Vec<Gate>,
}

/// A gate.
#[derive(Debug, Clone, Model)]
#[model(nested)]
struct Gate {
    /// Its number.
    number: i64,
}

/// A thing.
#[derive(Debug, Clone, Model)]
#[model(data_source = "depot_thing")]
struct Thing {
    /// How it is found:
    /// - by its name, which
    ///   is exact
    /// - by its tag
    ///
    /// For
    /// example:
    ///
    /// ```terraform
    /// by = [
    ///   "name",
    ///
    /// ]
    /// ```
    #[attr(default = "name")]
    by: String,
    /// Its labels.
    #[attr(default = Map::from([("a.b".to_owned(), vec![1]), ("c".to_owned(), Vec::new())]))]
    labels: Map<Vec<i64>>,
    /// How it is quoted.
    #[attr(default = "`a``")]
    quote: String,
    /// Its parts.
    parts: Computed<Vec<Object<Part>>>,
    /// Where it goes.
    target: Option<Object<Target>>,
}

/// A part.
#[derive(Debug, Clone, Model)]
#[model(nested)]
struct Part {
    /// Its name.
    name: String,
}

/// A target.
#[derive(Debug, Clone, Model)]
#[model(nested)]
struct Target {
    /// The zip code.
    #[attr(default = "0", not_blank)]
    zip: String,
    /// Who takes it.
    person: Option<Object<Part>>,
}

/// Counts parts.
#[derive(Debug, Clone, Model)]
#[model(function = "count")]
struct Count {
    /// The parts:
    /// - those here
    parts: Variadic<Object<Part>>,
}

struct Depot;

impl DataSource for Depot {
    type Model = Thing;
    type Client = ();

    async fn read(&self, _: &(), thing: Thing, _: &Context) -> Result<Thing, Diagnostics> {
        Ok(thing)
    }
}

impl Provider for Depot {
    type Block = Settings;
    type Client = ();

    fn resources(&self) -> Resources<()> {
        Resources::new()
    }

    fn data_sources(&self) -> DataSources<()> {
        DataSources::new().add(Depot)
    }

    fn functions(&self) -> Functions {
        Functions::new().add(Constant::<Count>(PhantomData))
    }

    async fn configure(&self, _: Configure<Settings>, _: &Context) -> Result<Configured<()>, Diagnostics> {
        Ok(Configured::Ready(()))
    }
}

/// Counts all parts.
#[derive(Debug, Clone, Model)]
#[model(function = "depot_count")]
struct CountAll {}

/// Finds a part.
#[derive(Debug, Clone, Model)]
#[model(function = "index")]
struct Index {}

struct Constant<M>(PhantomData<fn() -> M>);

impl<M: model::FunctionModel> Function for Constant<M> {
    type Model = M;
    type Output = i64;

    fn call(&self, _: M) -> Result<i64, FunctionError> {
        Ok(0)
    }
}

/// A provider of functions alone.
struct Only(fn() -> Functions);

impl Provider for Only {
    type Block = ();
    type Client = ();

    fn resources(&self) -> Resources<()> {
        Resources::new()
    }

    fn functions(&self) -> Functions {
        self.0()
    }

    async fn configure(&self, _: Configure<()>, _: &Context) -> Result<Configured<()>, Diagnostics> {
        Ok(Configured::Ready(()))
    }
}

fn page(file: &str) -> String {
    Generator::new("depot", &Depot).pages().unwrap().get(file).unwrap().to_owned()
}

#[test]
fn a_description_keeps_its_paragraphs_lists_and_code() {
    let thing = page("data-sources/thing.md");
    assert_eq!(
        between(&thing, "- `by` (String) ", "\n- `labels`"),
        "How it is found:\n  - by its name, which\n    is exact\n  - by its tag\n\n  For example:\n\n  \
         ```terraform\n  by = [\n    \"name\",\n\n  ]\n  ```\n\n  Default `\"name\"`."
    );
    let index = page("index.md");
    let gate = "- `gate` (Block List, Deprecated) The gates.\n\n  Each is open.\n\n  Use `doors`. See [below](#nested--gate).\n";
    assert!(index.contains(gate), "{index}");
    let count = page("functions/count.md");
    let parts = "1. `parts` (Variadic, Object) The parts:\n   - those here\n\n   See [below](#nested--parts).\n";
    assert!(count.contains(parts), "{count}");
}

#[test]
fn a_deprecated_provider_says_so() {
    assert!(page("index.md").contains("Where the depot is.\n\n~> **Deprecated.** Use the provider `store`.\n"));
}

#[test]
fn what_is_in_an_object_that_is_one_value_is_listed() {
    let thing = page("data-sources/thing.md");
    assert!(thing.contains("- `parts` (List of Object) Its parts. See [below](#nested--parts).\n"), "{thing}");
    assert!(thing.contains("### `parts`\n\n#### Read-Only\n\n- `name` (String) Its name.\n"), "{thing}");
    assert!(thing.contains("- `target` (Object) Where it goes. See [below](#nested--target).\n"), "{thing}");
    assert_eq!(
        between(&thing, "### `target`\n\n", "\n\n<a id=\"nested--target--person\"></a>"),
        "Set every attribute of the object; `null` stands for no value.\n\n#### Required\n\n- `person` (Object) Who takes it. \
         See [below](#nested--target--person).\n- `zip` (String) The zip code. Must not be empty."
    );
    assert!(thing.contains("### `target.person`\n\nSet every attribute"), "{thing}");
    assert!(page("functions/count.md").ends_with(
        "### `parts`\n\nSet every attribute of the object; `null` stands for \
         no value.\n\n#### Required\n\n- `name` (String) Its name.\n"
    ));
}

#[test]
fn a_default_is_shown_as_a_configuration_writes_it() {
    let thing = page("data-sources/thing.md");
    assert!(thing.contains("Its labels. Default `{ \"a.b\" = [1], c = [] }`.\n"), "{thing}");
    assert!(thing.contains("How it is quoted. Default ``` \"`a``\" ```.\n"), "{thing}");
}

#[test]
fn front_matter_is_yaml_whatever_the_titles_are() {
    let generator = Generator::new("depot", &Depot).title("The \"depot\"").subcategory("depot_thing", "C:\\things");
    let pages = generator.pages().unwrap();
    assert!(pages.get("index.md").unwrap().starts_with("---\npage_title: \"Provider: The \\\"depot\\\"\"\n"));
    let thing = pages.get("data-sources/thing.md").unwrap();
    assert!(thing.starts_with("---\npage_title: \"depot_thing Data Source - depot\"\nsubcategory: \"C:\\\\things\"\n"));
}

#[test]
fn two_types_with_the_same_page_are_an_error() {
    let twins = Only(|| Functions::new().add(Constant::<Count>(PhantomData)).add(Constant::<CountAll>(PhantomData)));
    let error = Generator::new("depot", &twins).pages().unwrap_err();
    assert_eq!(
        error.to_string(),
        "functions/count.md would be the page of count and of depot_count: rename one of them"
    );
    Generator::new("other", &twins).pages().unwrap();
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    for generator in [Generator::examples, Generator::templates] {
        generator(Generator::new("depot", &Depot), folder.path().to_owned()).pages().unwrap();
        let error = generator(Generator::new("depot", &Depot), missing.clone()).pages().unwrap_err();
        assert!(matches!(&error, Error::Io(path, _) if *path == missing), "{error}");
    }
}

#[test]
fn the_template_of_the_provider_is_of_nothing_else() {
    let templates = tempfile::tempdir().unwrap();
    written(templates.path(), "index.md", "# The depot\n\n{{schema}}\n");
    let provider = Only(|| Functions::new().add(Constant::<Index>(PhantomData)));
    let pages = Generator::new("depot", &provider).templates(templates.path()).pages().unwrap();
    assert!(pages.get("index.md").unwrap().contains("# The depot\n"));
    assert!(pages.get("functions/index.md").unwrap().contains("# function: index\n"));
}
