//! For an author's tests: a [host](Host) that drives a provider over gRPC within the process and keeps Terraform's rules, a
//! [check](check()) of all schemas, and acceptance tests with a real [Terraform or OpenTofu](terraform).
//!
//! ```
//! use tfplugin::{
//!     testing::{Host, check},
//!     value::Value,
//! };
//! # use tfplugin::*;
//! #
//! # /// A greeting.
//! # #[derive(Debug, Clone, Model)]
//! # #[model(resource = "example_greeting")]
//! # struct Greeting {
//! #     /// Whom it greets.
//! #     name: String,
//! #     /// What it says.
//! #     #[attr(changes_with(name))]
//! #     text: Computed<String>,
//! # }
//! #
//! # struct Greetings;
//! #
//! # impl Resource for Greetings {
//! #     type Model = Greeting;
//! #     type Client = ();
//! #
//! #     async fn create(
//! #         &self,
//! #         _: &(),
//! #         create: Create<Greeting>,
//! #         _: &Context,
//! #     ) -> Result<State<Greeting>, CreateError<Greeting>> {
//! #         let mut state = create.planned;
//! #         state.text = format!("Hello, {}", state.complete()?.name).into();
//! #         Ok(state)
//! #     }
//! #
//! #     async fn read(
//! #         &self,
//! #         _: &(),
//! #         state: State<Greeting>,
//! #         _: &Context,
//! #     ) -> Result<Option<State<Greeting>>, Diagnostics> {
//! #         Ok(Some(state))
//! #     }
//! #
//! #     async fn delete(&self, _: &(), _: Delete<Greeting>, _: &Context) -> Result<(), Diagnostics> {
//! #         Ok(())
//! #     }
//! # }
//! #
//! # impl Provider for Greetings {
//! #     type Block = ();
//! #     type Client = ();
//! #
//! #     fn resources(&self) -> Resources<()> {
//! #         Resources::new().add(Greetings)
//! #     }
//! #
//! #     async fn configure(&self, _: Configure<()>, _: &Context) -> Result<Configured<()>, Diagnostics> {
//! #         Ok(Configured::Ready(()))
//! #     }
//! # }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Diagnostics> {
//! // In every provider's tests:
//! assert_eq!(check(&Greetings), [""; 0]);
//!
//! // With #[tokio::test]:
//! let mut host = Host::start(Greetings).await?;
//! host.configure(&Value::object::<&str>([])).await?;
//! let config = Value::object([("name", "Emma".into())]);
//! let created = host.create("example_greeting", &config).await?;
//! assert_eq!(created.state.get("text").as_str(), Some("Hello, Emma"));
//!
//! let read = host.read("example_greeting", &created).await?;
//! let again = host.plan("example_greeting", &config, Some(&read)).await?;
//! assert_eq!(again.state, read.state, "nothing is left to change");
//! assert_eq!(host.take_warnings(), Diagnostics::default());
//! # Ok(())
//! # }
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
