//! From a provider block to a client.

use crate::{
    model::{Partial, ProviderModel},
    value::Path,
};

/// A provider block that is to be made a client of.
#[derive(Debug)]
#[non_exhaustive]
pub struct Configure<B: ProviderModel> {
    /// The block, with environment variables in the place of what it leaves out or gives as empty text.
    pub block: Partial<B>,
    /// The block as it is written.
    pub given: Partial<B>,
    variables: Vec<(Path, &'static str)>,
}

impl<B: ProviderModel> Configure<B> {
    pub(crate) fn new(block: Partial<B>, given: Partial<B>, variables: Vec<(Path, &'static str)>) -> Self {
        Self { block, given, variables }
    }

    /// The environment variable that stands in for an argument; none where the block gives it, or nothing does.
    pub fn variable(&self, place: impl Into<Path>) -> Option<&'static str> {
        let place = place.into();
        self.variables.iter().find(|(path, _)| *path == place).map(|(_, name)| *name)
    }
}

/// The result of a provider block.
#[derive(Debug)]
#[non_exhaustive]
pub enum Configured<C> {
    /// The client.
    Ready(C),
    /// These values are known only after apply. Plans go on without a client; what must be read or made is an error that
    /// names them.
    Waiting(Vec<Path>),
    /// The same, with a client for plans alone: it knows what does not depend on these values.
    PlansOnly(C, Vec<Path>),
}
