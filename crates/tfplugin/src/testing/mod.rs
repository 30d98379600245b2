//! For an author's tests: a [host](Host) that drives a provider over gRPC within the process and keeps Terraform's rules, a
//! [check](check()) of all schemas, and acceptance tests with a real [Terraform or OpenTofu](terraform).
//!
//! ```
//! # use tfplugin::{Configure, Configured, Context, Diagnostics, Model, Provider, Resources};
//! # /// Nothing.
//! # #[derive(Debug, Clone, Model)]
//! # #[model(provider)]
//! # struct Block { /// Unused.
//! #     unused: Option<String> }
//! # struct Example;
//! # impl Provider for Example {
//! #     type Block = Block;
//! #     type Client = ();
//! #     fn resources(&self) -> Resources<()> { Resources::new() }
//! #     async fn configure(&self, _: Configure<Block>, _: &Context) -> Result<Configured<()>, Diagnostics> {
//! #         Ok(Configured::Ready(()))
//! #     }
//! # }
//! // In every provider's tests:
//! assert_eq!(tfplugin::testing::check(&Example), Vec::<String>::new());
//! ```

mod actions;
mod answers;
mod check;
mod ephemeral;
mod functions;
mod host;
mod identity;
mod list;
mod messages;
mod move_state;
mod rules;
pub mod terraform;

pub use actions::Invoked;
pub use check::check;
pub use ephemeral::Open;
pub use functions::CallError;
pub use host::{Applied, Host, Planned, Stored};
pub use list::Listed;
pub use move_state::Source;
