//! The guide to pipelines does what it says: its workflows are parsed, and the commands of their jobs run against the mock,
//! each job in a directory of its own that is empty but for the repository and the artifacts.

use std::{
    collections::BTreeMap,
    env, fs,
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Stdio},
};

use mock_endpoint::fault::{Fault, Kind};
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::{
    state_server::StateServer,
    terraform::{Outcome, Terraform, plugin_directory},
};

const GUIDE: &str = include_str!("../../docs/guides/pipelines.md");

/// The N-th block of a language.
fn block(language: &str, number: usize) -> &'static str {
    let open = format!("\n```{language}\n");
    GUIDE.split(&*open).nth(number + 1).unwrap().split("```").next().unwrap()
}

/// A workflow: the variables of all jobs, and the commands of each.
struct Workflow {
    variables: BTreeMap<String, String>,
    plan: Vec<String>,
    apply: Vec<String>,
}

fn strings(json: &Json) -> Vec<String> {
    json.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn variables(json: &Json) -> BTreeMap<String, String> {
    let pairs = json.as_object().unwrap().iter();
    pairs.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
}

fn github() -> Workflow {
    let yaml: Json = serde_yaml_ng::from_str(block("yaml", 0)).unwrap();
    assert_eq!(yaml["permissions"]["id-token"], "write", "without it there is no OIDC token");
    assert_eq!(yaml["concurrency"]["cancel-in-progress"], false, "a purchase would be interrupted");
    assert_eq!(yaml["jobs"]["apply"]["needs"], "plan");
    let commands = |job: &str| {
        let steps = yaml["jobs"][job]["steps"].as_array().unwrap().iter();
        steps.filter_map(|step| step["run"].as_str().map(str::to_owned)).collect()
    };
    Workflow { variables: variables(&yaml["env"]), plan: commands("plan"), apply: commands("apply") }
}

fn gitlab() -> Workflow {
    let yaml: Json = serde_yaml_ng::from_str(block("yaml", 1)).unwrap();
    assert_eq!(yaml["apply"]["interruptible"], false, "a purchase would be interrupted");
    assert_eq!(yaml["plan"]["resource_group"], yaml["apply"]["resource_group"]);
    assert_eq!(strings(&yaml["plan"]["artifacts"]["paths"]), ["plan.bin"]);
    let before = strings(&yaml["default"]["before_script"]);
    let commands = |job: &str| [before.clone(), strings(&yaml[job]["script"])].concat();
    let mut variables = variables(&yaml["variables"]);
    // GitLab puts each of its ID tokens into a variable of this name.
    for name in yaml["default"]["id_tokens"].as_object().unwrap().keys() {
        variables.insert(name.clone(), "token".to_owned());
    }
    Workflow { variables, plan: commands("plan"), apply: commands("apply") }
}

/// What a CI service is to its jobs: the place of the states, the token of the identity provider, the installed provider.
struct Service {
    workflow: Workflow,
    states: StateServer,
    tools: TempDir,
    first: Terraform,
}

impl Service {
    fn start(workflow: Workflow) -> Option<Self> {
        for tool in ["bash", "curl", "jq"] {
            if Command::new(tool).arg("--version").stdout(Stdio::null()).status().is_err() {
                eprintln!("not run: there is no {tool}");
                return None;
            }
        }
        let first = Terraform::with("")?;
        let states = StateServer::start();
        states.put("token", "{\"value\": \"token\"}");
        let tools = TempDir::new().unwrap();
        symlink(first.command(&[]).get_program(), tools.path().join("terraform")).unwrap();
        let (os, arch) = (env::consts::OS, env::consts::ARCH.replace("x86_64", "amd64").replace("aarch64", "arm64"));
        for registry in ["registry.terraform.io", "registry.opentofu.org"] {
            let version = env!("CARGO_PKG_VERSION");
            let folder = tools.path().join(format!("mirror/{registry}/example/alicloud/{version}/{os}_{arch}"));
            fs::create_dir_all(&folder).unwrap();
            let name = "terraform-provider-alicloud";
            symlink(plugin_directory().join(name), folder.join(format!("{name}_v{version}"))).unwrap();
        }
        Some(Self { workflow, states, tools, first })
    }

    /// Runs the commands of a job in a new directory, with the plan of an earlier job if there is one.
    fn job(&self, commands: &[String], plan: Option<&Path>, more: &[(&str, &str)]) -> (Outcome, Terraform) {
        let directory = self.first.beside("").unwrap();
        directory.write("main.tf", block("terraform", 0));
        let mirror = self.tools.path().join("mirror");
        let cli = format!("provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n");
        directory.write("terraform.tfrc", &cli);
        if let Some(plan) = plan {
            fs::copy(plan, directory.path().join("plan.bin")).unwrap();
        }
        let place = directory.path().to_str().unwrap();
        // What the service writes into the values before the job sees them.
        let filled = |value: &String| {
            [
                ("${{ github.workspace }}", place),
                ("$CI_PROJECT_DIR", place),
                ("${{ vars.STATE_ADDRESS }}", &*format!("{}/orders", self.states.url)),
                ("$CI_API_V4_URL", &*self.states.url),
                ("$CI_PROJECT_ID", "7"),
            ]
            .into_iter()
            .fold(value.clone(), |value, (from, to)| value.replace(from, to))
        };
        let path = env::join_paths(
            [self.tools.path().into()].into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap())),
        );
        let mut job = Command::new("bash");
        job.args(["-eo", "pipefail", "-c", &commands.join("\n")]).current_dir(directory.path()).stdin(Stdio::null());
        job.env_clear().env("PATH", path.unwrap()).env("HOME", place).env("CI", "true").env("CHECKPOINT_DISABLE", "1");
        job.envs(self.workflow.variables.iter().map(|(name, value)| (name, filled(value))));
        for name in ["MARKET_ENDPOINT", "STS_ENDPOINT", "BSSOPENAPI_ENDPOINT", "AIWORKSPACE_ENDPOINT"] {
            job.env(name, directory.mock.url());
        }
        job.env("TF_CLI_ARGS_plan", "-no-color").env("TF_CLI_ARGS_apply", "-no-color");
        job.env("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{}/token?api-version=2", self.states.url));
        job.env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "request").envs(more.iter().copied());
        let output = job.output().unwrap();
        (Outcome::new(output.status, &[output.stdout, output.stderr].concat()), directory)
    }

    fn orders(&self) -> usize {
        self.first.mock.ledger().orders.len()
    }
}

fn buys_what_was_planned(workflow: Workflow) {
    let Some(service) = Service::start(workflow) else { return };
    let (planned, directory) = service.job(&service.workflow.plan, None, &[]);
    planned.succeeds().says(&["Plan: 1 to add", "+ quoted_price = 10"]).never_says(&["set client_token"]);
    assert_eq!(service.orders(), 0, "a plan has bought");
    let plan = directory.path().join("plan.bin");
    service.job(&service.workflow.apply, Some(&plan), &[]).0.succeeds().says(&["1 added"]);
    assert_eq!(service.orders(), 1);
    assert_eq!(service.first.mock.ledger().requests.iter().filter(|r| r.operation == "CreateOrder").count(), 1);
    let (planned, _) = service.job(&service.workflow.plan, None, &[]);
    planned.succeeds().says(&["No changes."]);
}

fn finds_the_order_of_an_interrupted_job(workflow: Workflow) {
    let Some(service) = Service::start(workflow) else { return };
    let (planned, directory) = service.job(&service.workflow.plan, None, &[]);
    planned.succeeds();
    let plan = directory.path().join("plan.bin");
    service.first.mock.fault(Fault::times("CreateOrder", Kind::DropAfter, 1000));
    let (applied, _) = service.job(&service.workflow.apply, Some(&plan), &[("MAX_RETRY_TIMEOUT", "3")]);
    applied.fails().says(&["An order may have been placed"]);
    service.first.mock.ledger().faults.clear();
    // The apply that failed has saved a state, so its plan is stale and another one is needed.
    let (_, directory) = service.job(&service.workflow.plan, None, &[]);
    let plan = directory.path().join("plan.bin");
    service.job(&service.workflow.apply, Some(&plan), &[]).0.succeeds();
    assert_eq!(service.orders(), 1);
    service.job(&service.workflow.plan, None, &[]).0.succeeds().says(&["No changes."]);
}

#[test]
fn github_buys_what_was_planned() {
    buys_what_was_planned(github());
}

#[test]
fn gitlab_buys_what_was_planned() {
    buys_what_was_planned(gitlab());
}

#[test]
fn github_finds_the_order_of_an_interrupted_job() {
    finds_the_order_of_an_interrupted_job(github());
}

#[test]
fn gitlab_finds_the_order_of_an_interrupted_job() {
    finds_the_order_of_an_interrupted_job(gitlab());
}
