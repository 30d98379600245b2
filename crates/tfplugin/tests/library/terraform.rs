//! The library under a real Terraform, step by step.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value as Json, json};
use tfplugin::{
    testing::terraform::{Action, Apply, Destroy, Feature, Import, Query, Refresh, Terraform, WorkingDirectory},
    value::Path,
};

use super::{Book, Library, PLUGIN, Volume};

const EMMA: &str = "library_book.emma";
const BOOK: &str = "resource \"library_book\" \"emma\" {\n  title = \"Emma\"\n}\n";
const UNTITLED: &str = "resource \"library_book\" \"emma\" {}\n";

fn library(terraform: &Terraform) -> WorkingDirectory {
    terraform.serving(PLUGIN, Library::default())
}

const VOLUMES: &str = r#"
resource "library_volume" "emma" {
  name = "Emma"
}
resource "library_volume" "persuasion" {
  name = "Persuasion"
}
resource "terraform_data" "persuasion" {
  input = "Persuasion"
}
"#;

const MOVED: &str = r#"
moved {
  from = library_volume.emma
  to   = library_book.emma
}
resource "library_book" "emma" {
  title = "Emma"
}
resource "library_volume" "persuasion" {
  name = "Persuasion"
}
moved {
  from = terraform_data.persuasion
  to   = library_book.persuasion
}
resource "library_book" "persuasion" {
  title = "Persuasion"
}
"#;

#[test]
fn a_book_lives_its_whole_life() {
    let Some(terraform) = Terraform::find() else { return };
    let directory = library(&terraform);
    directory.step(
        Apply::new(BOOK)
            .plans(EMMA, Action::Create)
            .leaves_unknown(EMMA, Book::ID)
            .plan(|plan| assert_eq!(plan.planned(EMMA, Book::SHELF), "entrance"))
            .stores(EMMA, Book::SHELF, "entrance")
            .stores(EMMA, Book::ID, "1"),
    );
    directory.step(Import::of(EMMA)).step(Import::by_id(EMMA, "7").fails("No such book"));
    directory.step(Apply::new(&BOOK.replace("Emma", "Persuasion")).plans(EMMA, Action::Replace).only_plans());
    let moved = BOOK.replace('}', "  shelf = \"attic\"\n}");
    directory.step(Apply::new(&moved).plans(EMMA, Action::Update).stores(EMMA, Book::SHELF, "attic"));
    let restless = BOOK.replace('}', "  shelf = timestamp()\n}");
    directory.step(Apply::new(&restless).is_never_settled());
    directory.step(Apply::new(UNTITLED).fails("\"title\" is required").stores(EMMA, Book::TITLE, "Emma"));
    directory.step(Apply::new(BOOK).plans(EMMA, Action::Update));
    directory.step(Apply::new(BOOK).plans(EMMA, Action::Nothing));
    directory.step(Refresh::new().stores(EMMA, Book::TITLE, "Emma"));
    directory.step(Destroy::new().says("1 destroyed").lacks(EMMA));
}

#[test]
fn what_is_gone_is_noticed_by_a_refresh() {
    let Some(terraform) = Terraform::find() else { return };
    let library = Library::default();
    let books = std::sync::Arc::clone(&library.0);
    let directory = terraform.serving(PLUGIN, library);
    directory.step(Apply::new(BOOK));
    books.lock().unwrap().clear();
    directory.step(Refresh::new().lacks(EMMA));
    directory.step(Apply::new(BOOK).plans(EMMA, Action::Create));
}

/// The message of a step that does not find what it expects; empty if it does.
fn failure(step: impl FnOnce()) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(step)) else { return String::new() };
    let formatted = panic.downcast_ref::<String>().map(String::as_str);
    formatted.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default().to_owned()
}

#[test]
fn a_step_that_finds_something_else_says_what() {
    let Some(terraform) = Terraform::find() else { return };
    let directory = library(&terraform);
    let message = failure(|| _ = directory.step(Apply::new(BOOK).plans(EMMA, Action::Update).only_plans()));
    assert_eq!(message, "the plan of library_book.emma is Some(Create), and not Update");
    let message = failure(|| _ = directory.step(Apply::new(BOOK).leaves_unknown(EMMA, Book::TITLE).only_plans()));
    assert_eq!(message, "the plan knows title of library_book.emma");
    let message = failure(|| _ = directory.step(Apply::new(BOOK).stores(EMMA, Book::SHELF, "attic")));
    assert_eq!(message, "the state has \"entrance\" for shelf of library_book.emma, and not \"attic\"");
    let message = failure(|| _ = directory.step(Apply::new(BOOK).fails("No such book")));
    assert!(message.contains("No changes"), "{message}");
    let message = failure(|| _ = directory.step(Refresh::new().lacks(EMMA)));
    assert_eq!(message, "library_book.emma is in the state");
    // A book that stands elsewhere than at the entrance is imported with its shelf.
    directory.write("terraform.tfstate", &directory.read("terraform.tfstate").replace("entrance", "attic"));
    let message = failure(|| _ = directory.step(Import::of(EMMA)));
    assert!(message.contains("shelf of library_book.emma"), "{message}");
}

#[test]
fn a_step_that_could_not_fail_says_so() {
    let Some(terraform) = Terraform::find() else { return };
    let directory = library(&terraform);
    directory.step(Apply::new(BOOK));
    let misspelt = || Path::attribute("shelv");
    let fails = || Apply::new(UNTITLED).fails("\"title\" is required");
    let messages = [
        failure(|| _ = directory.step(Apply::new(BOOK).stores(EMMA, misspelt(), Json::Null))),
        failure(|| _ = directory.step(Apply::new(BOOK).leaves_unknown(EMMA, misspelt()))),
        failure(|| _ = directory.step(Import::of(EMMA).ignores("shelv"))),
        failure(|| _ = directory.step(fails().stores(EMMA, Book::SHELF, "attic"))),
        failure(|| _ = directory.step(fails().plans(EMMA, Action::Update))),
        failure(|| _ = directory.step(Apply::new(BOOK).only_plans().is_never_settled())),
    ];
    let messages = messages.each_ref().map(|message| message.split(':').next().unwrap_or_default());
    let misspelt = "library_book.emma has no attribute shelv";
    let elsewhere = "the state has \"entrance\" for shelf of library_book.emma, and not \"attic\"";
    let unplanned = ["there is no plan to check", "a step that only plans makes no plan after an apply"];
    assert_eq!(messages, [misspelt, misspelt, misspelt, elsewhere, unplanned[0], unplanned[1]]);
}

#[test]
fn a_moved_block_brings_states_from_other_types_and_providers() {
    let Some(terraform) = Terraform::find_with(Feature::MovedTypes) else { return };
    let directory = library(&terraform);
    directory.step(Apply::new(VOLUMES));
    let state = directory.state();
    let number = |name: &str| state.value(&format!("library_volume.{name}"), Volume::NUMBER).to_string();
    let persuasion = "library_book.persuasion";
    directory.step(
        Apply::new(MOVED).says("0 added, 0 changed, 0 destroyed").stores(EMMA, Book::ID, number("emma")).stores(
            persuasion,
            Book::ID,
            number("persuasion"),
        ),
    );
}

#[test]
fn a_move_that_is_not_offered_changes_nothing() {
    let Some(terraform) = Terraform::find_with(Feature::MovedTypes) else { return };
    let directory = library(&terraform);
    directory.step(Apply::new("resource \"terraform_data\" \"emma\" {\n  input = \"Emma\"\n}\n"));
    let before = directory.state();
    let moved = "moved {\n  from = terraform_data.emma\n  to   = library_volume.emma\n}\n\
                 resource \"library_volume\" \"emma\" {\n  name = \"Emma\"\n}\n";
    directory.step(Apply::new(moved).fails("The resource cannot be moved to this type").says("remove the moved block"));
    assert_eq!(directory.state(), before);
}

#[test]
fn modules_say_who_they_are() {
    let Some(terraform) = Terraform::find() else { return };
    let meta = "terraform {\n  provider_meta \"library\" {\n    module_name = \"shelf\"\n  }\n}\n";
    library(&terraform).step(Apply::new(&format!("{meta}{BOOK}")).stores(EMMA, Book::ADDED_BY, "shelf"));
}

#[test]
fn an_import_block_gives_an_identity() {
    let Some(terraform) = Terraform::find_with(Feature::Identities) else { return };
    let directory = library(&terraform);
    directory.step(Apply::new(BOOK)).step(Import::by_identity(EMMA));
    let identity =
        |directory: &WorkingDirectory| directory.state_file()["resources"][0]["instances"][0]["identity"].clone();
    let given = identity(&directory);
    assert_eq!(given, json!({"number": 1, "branch": "main"}));

    let other = directory.beside();
    let import = "import {\n  to = library_book.emma\n  identity = { number = 1 }\n}\n";
    other.step(Apply::new(&format!("{import}{BOOK}")).says("1 imported, 0 added, 0 changed, 0 destroyed"));
    assert_eq!(identity(&other), given);
}

#[test]
fn an_import_block_writes_the_configuration() {
    let Some(terraform) = Terraform::find_with(Feature::Identities) else { return };
    let directory = library(&terraform);
    directory.step(Apply::new(BOOK));
    let directory = directory.beside();
    // Without the provider, Terraform takes a resource that is not written yet for one of hashicorp/library.
    let import = "import {\n  provider = library\n  to = library_book.emma\n  identity = { number = 1 }\n}\n";
    let generate = ["plan", "-no-color", "-generate-config-out=made.tf"];
    directory.configure(&import.replace('1', "7"));
    directory.run(&generate).fails().says(&["No such book"]);
    directory.configure(import);
    directory.run(&generate).succeeds();
    let made = directory.read("made.tf");
    assert!(made.contains("= \"Emma\""), "{made}");
    if terraform.supports(Feature::Query) {
        assert!(!made.contains("entrance"), "the provider leaves out what is a default: {made}");
    }
    // Once it is written, Terraform 1.17 wants none.
    directory.step(Apply::new(&import.replace("  provider = library\n", "")));
}

#[test]
fn a_query_finds_what_can_be_imported() {
    let Some(terraform) = Terraform::find_with(Feature::Query) else { return };
    let directory = library(&terraform);
    let titles = ["Emma", "Persuasion", "Sanditon"];
    let books = titles
        .map(|title| format!("resource \"library_book\" \"{}\" {{ title = \"{title}\" }}\n", title.to_lowercase()));
    directory.step(Apply::new(&books.concat()));
    let directory = directory.beside();
    directory.configure("");
    let list = |inner: &str| format!("list \"library_book\" \"all\" {{\n  provider = library\n  {inner}\n}}\n");
    directory.step(Query::new(&list("")).finds(&titles).results(|found| {
        assert!(found.iter().all(|book| book.address == "list.library_book.all" && book.object.is_null()));
    }));
    directory.step(Query::new(&list("limit = 2")).results(|found| assert_eq!(found.len(), 2)));
    directory.step(Query::new(&list("config {\n    titel = \"\"\n  }")).fails("Unsupported argument"));

    let emma = list("include_resource = true\n  config {\n    title = \"Emma\"\n  }");
    directory.step(Query::new(&emma).finds(&["Emma"]).results(|found| {
        assert_eq!(found[0].identity["branch"], "main");
        assert_eq!(found[0].object["title"], "Emma");
    }));
    directory.write("books.tfquery.hcl", &emma);
    directory.run(&["query", "-no-color", "-generate-config-out=made.tf"]).succeeds();
    directory.remove("books.tfquery.hcl");
    let made = directory.read("made.tf");
    assert!(made.contains("identity = {") && made.contains("\"Emma\"") && !made.contains("Persuasion"), "{made}");
    directory.step(Apply::new("").says("1 imported, 0 added, 0 changed, 0 destroyed"));
}
