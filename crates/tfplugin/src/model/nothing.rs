//! The provider block of a provider that has nothing to configure.

use super::{AttributeType, Invalid, Model, PartialValue, ProviderModel};
use crate::{
    diagnostics::Diagnostics,
    schema::{Block, Kind, Nesting},
    value::{Path, Value},
};

impl PartialValue for () {
    fn decode(_: &Value) -> Result<Self, Invalid> {
        Ok(())
    }

    fn encode(&self) -> Value {
        Value::object::<&str>([])
    }
}

impl AttributeType for () {
    type Partial = ();

    fn kind() -> Kind {
        Kind::Nested(Nesting::Single, Vec::new())
    }

    fn complete((): (), _: &Path) -> Result<Self, Diagnostics> {
        Ok(())
    }

    fn into_partial(self) {}
}

impl Model for () {
    const TYPE_NAME: &'static str = "";
    const SCHEMA_VERSION: i64 = 0;

    fn block() -> Block {
        Block::default()
    }
}

impl ProviderModel for () {}
