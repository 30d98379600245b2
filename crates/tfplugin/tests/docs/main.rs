//! The pages of the example `library`, and of a provider of everything else that has pages.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod content;
mod kinds;

use std::{fs, path::Path};

use tfplugin::docs::{Error, Generator};

include!("../../examples/library/provider.rs");

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/library/examples");

fn library() -> Generator {
    Generator::new("library", &Library::default()).examples(EXAMPLES)
}

/// What stands between two texts.
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = page.split_once(from).unwrap_or_else(|| panic!("{from:?} is not in {page}"));
    rest.split_once(to).unwrap_or_else(|| panic!("{to:?} is not after {from:?} in {page}")).0
}

fn written(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn everything_has_its_page() {
    let pages = library().pages().unwrap();
    let files: Vec<&str> = pages.iter().map(|(file, _)| file).collect();
    assert_eq!(files, ["index.md", "list-resources/book.md", "resources/book.md", "resources/volume.md"]);
    for (file, page) in pages.iter() {
        assert!(
            page.starts_with("---\npage_title: ") && page.ends_with('\n') && !page.ends_with("\n\n"),
            "{file}: {page}"
        );
        assert!(!page.contains("\n\n\n") && !page.contains("{{"), "{file}: {page}");
    }
}

#[test]
fn a_resource_page_has_examples_by_use_schema_and_imports() {
    let pages = library().subcategory("library_book", "Books").pages().unwrap();
    let page = pages.get("resources/book.md").unwrap();
    assert!(page.starts_with(
        "---\npage_title: \"library_book Resource - library\"\nsubcategory: \"Books\"\ndescription: |-\n  A book.\n---\n\n\
         # library_book (Resource)\n\nA book.\n\n## Example Usage\n\n```terraform\nresource \"library_book\" \"emma\" {\n"
    ));
    let several = between(page, "### Several books on one shelf\n\n", "## Schema");
    assert!(several.starts_with(
        "Each title is the key of its own instance, so removing one title leaves the other books\nwhere they are.\n\n\
         ```terraform\nresource \"library_book\" \"novel\" {\n"
    ));
    assert_eq!(
        between(page, "### Required\n\n", "\n\n### Optional"),
        "- `title` (String, Forces replacement) What it is called."
    );
    assert_eq!(
        between(page, "### Optional\n\n", "\n\n### Read-Only"),
        "- `shelf` (String) Where it stands. Default `\"entrance\"`."
    );
    let import = page.split_once("## Import\n\n").unwrap().1;
    let at = |text: &str| import.find(text).unwrap_or_else(|| panic!("{text:?} is not in {import}"));
    let order = [at("id = \"1\""), at("terraform import library_book.emma 1"), at("identity = {"), at("### Identity")];
    assert!(order.is_sorted());
    assert_eq!(between(import, "#### Required\n\n", "\n\n"), "- `number` (Number) The number on the book.");
    assert!(import.contains("#### Optional\n\n- `branch` (String) The branch;"));
}

#[test]
fn what_is_deprecated_says_so_and_a_list_resource_says_which_terraform_it_needs() {
    let pages = library().pages().unwrap();
    let volume = pages.get("resources/volume.md").unwrap();
    assert!(volume.contains("~> **Deprecated.** Use library_book.\n"));
    assert!(!volume.contains("## Import") && !volume.contains("## Example Usage"));
    let list = pages.get("list-resources/book.md").unwrap();
    assert!(list.contains("-> Requires Terraform 1.14 or later.\n"));
    assert!(list.contains("## Schema\n\nThese arguments go into the `config` block.\n\n### Optional\n"));
}

#[test]
fn a_template_adds_to_a_page_or_is_all_of_it() {
    let templates = tempfile::tempdir().unwrap();
    written(templates.path(), "library_book.md", "## Late fees\n\n{{example several.tf}}\n\nThere are none.\n");
    written(templates.path(), "library_volume.md", "# Volumes\n\n{{description}}\n\n{{schema}}\n");
    written(templates.path(), "list-resources/library_book.md", "## Limits\n\n`${{ github.sha }}`\n");
    written(templates.path(), "index.md", "# The library\n\n{{example}}\n\n{{schema}}\n\nThe end.\n");
    let generator = library().title("Library").templates(templates.path());
    let pages = generator.pages().unwrap();
    let book = pages.get("resources/book.md").unwrap();
    let fees = between(book, "## Late fees\n\n```terraform\n", "\n\nThere are none.\n\n## Schema");
    assert!(fees.starts_with("resource \"library_book\" \"novel\" {\n"));
    assert!(!book.contains("### Several books"), "an example is on the page twice: {book}");
    let volume = pages.get("resources/volume.md").unwrap();
    assert!(volume.contains("---\n\n# Volumes\n\nA volume, as the library knew books once.\n\n## Schema\n"));
    assert!(pages.get("list-resources/book.md").unwrap().contains("## Limits\n\n`${{ github.sha }}`\n\n## Schema"));
    let index = pages.get("index.md").unwrap();
    assert!(index.starts_with("---\npage_title: \"Provider: Library\"\n"));
    assert!(index.contains("# The library\n\n```terraform\nterraform {\n") && index.ends_with("\n\nThe end.\n"));

    written(templates.path(), "library_book.md", "{{exmaple}}\n");
    let error = generator.pages().unwrap_err();
    assert!(matches!(&error, Error::Placeholder(file, name) if file.ends_with("library_book.md") && name == "exmaple"));
}

#[test]
fn a_missing_example_or_heading_is_an_error_where_examples_are_required() {
    let error = library().require_examples().pages().unwrap_err();
    assert!(matches!(&error, Error::NoExample(file) if file.ends_with("resources/library_volume/resource.tf")));
    let examples = tempfile::tempdir().unwrap();
    written(examples.path(), "resources/library_book/resource.tf", "resource \"library_book\" \"emma\" {}\n");
    let generator = Generator::new("library", &Library::default()).examples(examples.path());
    generator.pages().unwrap();
    written(examples.path(), "resources/library_book/use.tf", "resource \"library_book\" \"emma\" {}\n");
    assert!(matches!(generator.pages().unwrap_err(), Error::NoHeading(file) if file.ends_with("use.tf")));
}

#[test]
fn pages_are_written_where_they_differ_and_strangers_are_found() {
    let docs = tempfile::tempdir().unwrap();
    let pages = library().pages().unwrap();
    assert_eq!(pages.write(docs.path()).unwrap().len(), 4);
    assert!(pages.differing(docs.path()).is_empty() && pages.write(docs.path()).unwrap().is_empty());
    written(docs.path(), "resources/book.md", "another text");
    fs::remove_file(docs.path().join("index.md")).unwrap();
    assert_eq!(pages.differing(docs.path()), ["index.md", "resources/book.md"]);
    assert_eq!(pages.write(docs.path()).unwrap(), ["index.md", "resources/book.md"]);
    assert!(pages.unexpected(docs.path()).unwrap().is_empty());
    written(docs.path(), "actions/lend.md", "---\npage_title: \"lend\"\n---\n");
    written(docs.path(), "guides/first.md", "---\npage_title: \"First steps\"\n---\n");
    written(docs.path(), "guides/second.md", "# Second steps\n");
    assert_eq!(pages.unexpected(docs.path()).unwrap(), ["actions/lend.md", "guides/second.md"]);
}
