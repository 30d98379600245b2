//! Functions in expressions (Terraform 1.8).

use tfplugin::{Function, FunctionError, Functions, Map, MaybeUnknown, Model, Variadic};

use super::attached;

pub(super) fn functions() -> Functions {
    Functions::new().add(JoinFunction).add(WordFunction)
}

/// Joins texts.
#[derive(Debug, Clone, Model)]
#[model(function = "join")]
struct Join {
    /// What stands between the texts.
    #[attr(length(1..=3))]
    separator: String,
    /// The texts. Null stands for none.
    texts: Variadic<Option<String>>,
}

struct JoinFunction;

impl Function for JoinFunction {
    type Model = Join;
    type Output = String;

    fn call(&self, join: Join) -> Result<String, FunctionError> {
        if let Some(at) = join.texts.iter().position(|text| text.as_deref() == Some("bad")) {
            return Err(FunctionError::new("this text is bad").at(Join::TEXTS.path().index(at)));
        }
        let texts: Vec<String> = join.texts.into_iter().flatten().collect();
        Ok(texts.join(&join.separator))
    }
}

/// Says of each value whether it is known.
#[derive(Debug, Clone, Model)]
#[model(function = "are_known")]
struct Word {
    /// The values.
    values: Map<String>,
    /// Another one.
    other: Option<MaybeUnknown<String>>,
}

struct WordFunction;

impl Function for WordFunction {
    type Model = Word;
    type Output = Map<String>;

    fn call(&self, word: Word) -> Result<Map<String>, FunctionError> {
        let known = match word.other {
            None => "null",
            Some(MaybeUnknown::Known(_)) => "known",
            Some(_) => "unknown",
        };
        Ok(word.values.into_keys().map(|key| (key, known.to_owned())).collect())
    }
}

fn output(expression: &str) -> String {
    format!("resource \"terraform_data\" \"later\" {{}}\noutput \"value\" {{\n  value = {expression}\n}}\n")
}

#[test]
fn expressions_call_functions() {
    let results = [
        ("provider::alicloud::join(\"-\", \"a\", null, \"b\")", "\"a-b\""),
        ("provider::alicloud::join(\"-\")", "\"\""),
        ("provider::alicloud::are_known({ a = 1 }, null).a", "\"null\""),
        ("provider::alicloud::are_known({ a = 1 }, \"\").a", "\"known\""),
    ];
    let Some((terraform, plugin, _)) = attached((1, 8), "") else { return };
    for (expression, result) in results {
        terraform.configure(&output(expression));
        terraform.apply().succeeds().says(&[&format!("value = {result}")]);
    }
    // It is called with an unknown argument only where it allows one.
    terraform.destroy().succeeds();
    terraform.configure(&output("provider::alicloud::are_known({ a = 1 }, terraform_data.later.id).a"));
    terraform.run(&["plan", "-no-color"]).succeeds().says(&["+ value = \"unknown\""]);
    terraform.configure(&output("provider::alicloud::join(terraform_data.later.id)"));
    terraform.run(&["plan", "-no-color"]).succeeds().says(&["+ value = (known after apply)"]);
    plugin.ends_well();
}

#[test]
fn terraform_shows_an_error_at_its_argument() {
    let errors = [
        ("provider::alicloud::join(\"-\", \"a\", \"bad\")", "Invalid value for \"texts\" parameter: this text is bad."),
        (
            "provider::alicloud::join(\"\")",
            "Invalid value for \"separator\" parameter: separator must be 1 to 3 characters",
        ),
        ("provider::alicloud::join(null)", "Invalid value for \"separator\" parameter: argument must not be null."),
        ("provider::alicloud::join()", "Not enough function arguments"),
    ];
    let Some((terraform, plugin, _)) = attached((1, 8), "") else { return };
    let missing = if terraform.is_opentofu() {
        "Function \"provider::alicloud::other\" was not registered by provider"
    } else {
        "The function \"other\" is not available from the provider \"alicloud\""
    };
    for (expression, error) in errors.into_iter().chain([("provider::alicloud::other()", missing)]) {
        terraform.configure(&output(expression));
        // Terraform says some of it while it validates, and all of it when it plans.
        terraform.plan().fails().says(&[error]);
    }
    plugin.ends_well();
}
