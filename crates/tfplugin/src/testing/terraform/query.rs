//! `terraform query`, and what it finds.

use serde_json::Value as Json;

use super::{
    Outcome, Step, WorkingDirectory,
    check::{Check, ensure, hold},
};

/// One object that a query has found.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryResult {
    /// The list block, such as `list.library_book.all`.
    pub address: String,
    /// What people call it.
    pub display_name: String,
    /// Its identity.
    pub identity: Json,
    /// The object; null where the block does not request it.
    pub object: Json,
}

/// Runs `terraform query` on list blocks (Terraform 1.14).
pub struct Query<'c> {
    blocks: &'c str,
    checks: Vec<Check<'c, Vec<QueryResult>>>,
    fails: Option<&'c str>,
}

impl<'c> Query<'c> {
    /// Of these blocks, beside the configuration of the last step.
    pub fn new(blocks: &'c str) -> Self {
        Self { blocks, checks: Vec::new(), fails: None }
    }

    /// It finds exactly the objects of these names, in any order.
    #[must_use]
    pub fn finds(mut self, names: &'c [&'c str]) -> Self {
        self.checks.push(Box::new(move |results| {
            let mut found: Vec<&str> = results.iter().map(|result| result.display_name.as_str()).collect();
            let mut names = names.to_vec();
            found.sort_unstable();
            names.sort_unstable();
            ensure(found == names, || format!("the query finds {found:?}, and not {names:?}"))
        }));
        self
    }

    /// What it finds passes this check, which panics otherwise.
    #[must_use]
    pub fn results(mut self, check: impl Fn(&[QueryResult]) + 'c) -> Self {
        self.checks.push(Box::new(move |results| {
            check(results);
            Ok(())
        }));
        self
    }

    /// It fails, and Terraform says this.
    #[must_use]
    pub fn fails(mut self, words: &'c str) -> Self {
        self.fails = Some(words);
        self
    }
}

impl Step for Query<'_> {
    #[track_caller]
    fn run(self, directory: &WorkingDirectory) {
        let file = "step.tfquery.hcl";
        directory.write(file, self.blocks);
        let output = directory.command(&["query", "-json"]).output().expect("Terraform runs");
        directory.remove(file);
        let outcome = Outcome::new(output.status, &[&output.stdout[..], &output.stderr].concat());
        if let Some(words) = self.fails {
            outcome.fails().says(&[words]);
            return;
        }
        outcome.succeeds();
        let text = String::from_utf8_lossy(&output.stdout);
        let events = text.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
        let results: Vec<QueryResult> = events.filter_map(|event| found(&event["list_resource_found"])).collect();
        hold(&self.checks, &results);
    }
}

fn found(event: &Json) -> Option<QueryResult> {
    let text = |name: &str| event[name].as_str().map(str::to_owned);
    Some(QueryResult {
        address: text("address")?,
        display_name: text("display_name")?,
        identity: event["identity"].clone(),
        object: event["resource_object"].clone(),
    })
}
