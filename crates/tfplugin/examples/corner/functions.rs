//! Functions that return what they are given.

use tfplugin::{
    Function, FunctionError, Functions, Map, Model, Set, Variadic,
    value::{Number, Type, Value},
};

/// A function of one argument, with the struct that declares it.
macro_rules! identities {
    ($($function:ident of $arguments:ident, $name:literal, $argument:ident: $type:ty;)*) => {
        $(
            /// Returns its argument.
            #[derive(Debug, Clone, Model)]
            #[model(function = $name)]
            pub(crate) struct $arguments {
                /// What is returned.
                $argument: $type,
            }

            struct $function;

            impl Function for $function {
                type Model = $arguments;
                type Output = $type;

                fn call(&self, arguments: $arguments) -> Result<$type, FunctionError> {
                    Ok(arguments.$argument)
                }
            }
        )*

        pub(crate) fn functions() -> Functions {
            Functions::new()$(.add($function))*.add(VariadicFunction).add(DynamicVariadicFunction)
        }
    };
}

identities! {
    BoolFunction of Bool, "bool", bool_param: bool;
    DynamicFunction of Dynamic, "dynamic", dynamic_param: Value;
    Float32Function of Float32, "float32", float32_param: f32;
    Float64Function of Float64, "float64", float64_param: f64;
    Int32Function of Int32, "int32", int32_param: i32;
    Int64Function of Int64, "int64", int64_param: i64;
    ListFunction of List, "list", list_param: Vec<String>;
    MapFunction of OfMap, "map", map_param: Map<String>;
    NumberFunction of OfNumber, "number", number_param: Number;
    ObjectFunction of OfObject, "object", object_param: Object;
    ObjectWithDynamicFunction of OfObjectWithDynamic, "object_with_dynamic", object_param: ObjectWithDynamic;
    SetFunction of OfSet, "set", set_param: Set<String>;
    StringFunction of OfString, "string", string_param: String;
}

/// An object.
#[derive(Debug, Clone, Model)]
#[model(nested)]
pub(crate) struct Object {
    /// Text.
    attr1: Option<String>,
    /// A number.
    attr2: Option<i64>,
}

/// An object that holds anything.
#[derive(Debug, Clone, Model)]
#[model(nested)]
pub(crate) struct ObjectWithDynamic {
    /// Anything.
    dynamic_attr1: Option<Value>,
    /// Anything else.
    dynamic_attr2: Option<Value>,
}

/// Returns its arguments as a list.
#[derive(Debug, Clone, Model)]
#[model(function = "variadic")]
pub(crate) struct OfTexts {
    /// Texts.
    variadic_param: Variadic<String>,
}

struct VariadicFunction;

impl Function for VariadicFunction {
    type Model = OfTexts;
    type Output = Vec<String>;

    fn call(&self, arguments: OfTexts) -> Result<Vec<String>, FunctionError> {
        Ok(arguments.variadic_param.into_inner())
    }
}

/// Returns its arguments as a tuple.
#[derive(Debug, Clone, Model)]
#[model(function = "dynamic_variadic")]
pub(crate) struct OfAnything {
    /// Anything.
    dynamic_variadic_param: Variadic<Value>,
}

struct DynamicVariadicFunction;

impl Function for DynamicVariadicFunction {
    type Model = OfAnything;
    type Output = Value;

    fn call(&self, arguments: OfAnything) -> Result<Value, FunctionError> {
        let typed = arguments.dynamic_variadic_param.into_iter().map(|argument| match argument {
            Value::Dynamic(typed) => *typed,
            other => (Type::Dynamic, other),
        });
        let (types, values) = typed.unzip();
        Ok(Value::Dynamic(Box::new((Type::Tuple(types), Value::List(values)))))
    }
}
