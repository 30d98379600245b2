//! Attributes and blocks of every type, in a resource and in an ephemeral resource: what comes in comes out.

use tfplugin::{
    Map, Model, Object, Set,
    value::{Number, Value},
};

macro_rules! everything {
    ($(#[$meta:meta])* $name:ident) => {
        #[derive(Debug, Clone, Model)]
        $(#[$meta])*
        pub(crate) struct $name {
            /// True or false.
            bool_attribute: Option<bool>,
            /// Anything.
            dynamic_attribute: Option<Value>,
            /// A number of 32 bits.
            float32_attribute: Option<f32>,
            /// A number of 64 bits.
            float64_attribute: Option<f64>,
            /// A whole number of 32 bits.
            int32_attribute: Option<i32>,
            /// A whole number of 64 bits.
            int64_attribute: Option<i64>,
            /// Texts in an order.
            list_attribute: Option<Vec<String>>,
            /// Objects in an order.
            list_nested_attribute: Option<Vec<ListNested>>,
            /// Texts by name.
            map_attribute: Option<Map<String>>,
            /// Objects by name.
            map_nested_attribute: Option<Map<MapNested>>,
            /// A number of any precision.
            number_attribute: Option<Number>,
            /// An object without schemas.
            object_attribute: Option<Object<Inner>>,
            /// An object without schemas, which holds anything.
            object_attribute_with_dynamic: Option<Object<Dynamic>>,
            /// Texts without an order.
            set_attribute: Option<Set<String>>,
            /// Objects without an order.
            set_nested_attribute: Option<Set<SetNested>>,
            /// One object.
            single_nested_attribute: Option<SingleNested>,
            /// One object that holds anything.
            single_nested_attribute_with_dynamic: Option<Dynamic>,
            /// Text.
            string_attribute: Option<String>,
            /// Blocks in an order.
            #[attr(block)]
            list_nested_block: Vec<ListBlock>,
            /// Blocks without an order.
            #[attr(block)]
            set_nested_block: Set<SetBlock>,
            /// One block.
            #[attr(block)]
            single_nested_block: Option<SingleBlock>,
            /// One block that holds anything.
            #[attr(block)]
            single_nested_block_with_dynamic: Option<Dynamic>,
        }
    };
}

everything! {
    /// Everything, as it is planned.
    #[model(resource = "framework_schema")]
    Everything
}

everything! {
    /// Everything, as it is configured.
    #[model(ephemeral_resource = "framework_schema")]
    EphemeralEverything
}

macro_rules! nested {
    ($($name:ident with $field:ident;)*) => {
        $(
            /// An object with one text.
            #[derive(Debug, Clone, Model)]
            #[model(nested)]
            pub(crate) struct $name {
                /// Text.
                $field: Option<String>,
            }
        )*
    };
}

nested! {
    ListNested with list_nested_attribute_attribute;
    MapNested with map_nested_attribute_attribute;
    SetNested with set_nested_attribute_attribute;
    SingleNested with single_nested_attribute_attribute;
    Inner with object_attribute_attribute;
    ListBlock with list_nested_block_attribute;
    SetBlock with set_nested_block_attribute;
    SingleBlock with single_nested_block_attribute;
}

/// An object that holds anything.
#[derive(Debug, Clone, Model)]
#[model(nested)]
pub(crate) struct Dynamic {
    /// Anything.
    dynamic_attribute: Option<Value>,
}
