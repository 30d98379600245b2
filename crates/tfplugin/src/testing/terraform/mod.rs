//! Acceptance tests: a real Terraform or OpenTofu, and the provider under test.
//!
//! A test is a list of steps in one directory. [`Terraform::serving`] runs the provider within the test, so that the test can
//! look at what it holds; [`WorkingDirectory::take_from`] takes its binary, which is what users run.
//!
//! ```no_run
//! use tfplugin::{
//!     Plugin,
//!     testing::terraform::{Action, Apply, Destroy, Feature, Import, Refresh, Terraform},
//!     value::Path,
//! };
//! # use tfplugin::{Configure, Configured, Context, Diagnostics, Model, Provider, Resources};
//! # /// Nothing.
//! # #[derive(Debug, Clone, Model)]
//! # #[model(provider)]
//! # struct Block {}
//! # #[derive(Default)]
//! # struct Library;
//! # impl Provider for Library {
//! #     type Block = Block;
//! #     type Client = ();
//! #     fn resources(&self) -> Resources<()> { Resources::new() }
//! #     async fn configure(&self, _: Configure<Block>, _: &Context) -> Result<Configured<()>, Diagnostics> {
//! #         Ok(Configured::Ready(()))
//! #     }
//! # }
//! # const PLUGIN: Plugin =
//! #     Plugin { name: "library", version: "1.0.0", addresses: &["registry.terraform.io/example/library"], log_crates: &[] };
//!
//! // With #[test]:
//! fn a_book_lives_its_whole_life() {
//!     let Some(terraform) = Terraform::find() else { return };
//!     let directory = terraform.serving(PLUGIN, Library::default());
//!     let book = "library_book.emma";
//!     directory.step(
//!         Apply::new(r#"resource "library_book" "emma" { title = "Emma" }"#)
//!             .plans(book, Action::Create)
//!             .leaves_unknown(book, Path::attribute("id"))
//!             .stores(book, Path::attribute("shelf"), "entrance"),
//!     );
//!     directory.step(Import::of(book));
//!     if terraform.supports(Feature::Identities) {
//!         directory.step(Import::by_identity(book));
//!     }
//!     directory.step(Refresh::new().stores(book, Path::attribute("title"), "Emma"));
//!     directory.step(Apply::new(r#"resource "library_book" "emma" {}"#).fails("title"));
//!     directory.step(Destroy::new());
//! }
//! # fn main() {}
//! ```
//!
//! Where a path is wanted, a field of your model is one too: `Book::SHELF`.
//!
//! For what no step does, [`WorkingDirectory`] runs any command, and [`Step`] can be implemented.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]

mod binary;
mod check;
mod directory;
mod import;
mod outcome;
mod query;
mod shown;
mod steps;

pub use binary::{Feature, Terraform};
pub use directory::WorkingDirectory;
pub use import::Import;
pub use outcome::Outcome;
pub use query::{Query, QueryResult};
pub use shown::{Action, ShownPlan, ShownState};
pub use steps::{Apply, Destroy, Refresh, Step};
