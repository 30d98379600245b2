//! Whole commands: plans and applies of new orders, beside Terraform's built-in `terraform_data` and the peer.

use mock_endpoint::Mock;
use tfplugin::schemas;

use super::{
    Bench,
    measure::{Run, median},
    peer, target,
    work::{Work, orders, peers},
};
use crate::dist;

/// How many orders, and how often each is measured.
const USUAL: [(usize, usize); 3] = [(1, 7), (100, 5), (1000, 3)];

/// The same with `--large`.
const LARGE: [(usize, usize); 1] = [(5000, 1)];

/// The most `terraform_data` that are applied: Terraform writes its state after each of them, so five times as many would need
/// most of an hour.
const FLOOR_APPLIED: usize = 1000;

/// What a configuration came to, measured several times.
#[derive(Default)]
struct Runs {
    plans: Vec<Run>,
    applies: Vec<Run>,
    /// Requests and connections of each apply.
    traffic: Vec<(usize, u64)>,
}

impl Runs {
    fn add(
        &mut self,
        bench: &Bench,
        name: &str,
        plugin: &str,
        configuration: &str,
        applies: bool,
    ) -> Result<(), String> {
        let mock = Mock::start().map_err(|error| error.to_string())?;
        let work = Work::new(bench, name, configuration, &mock.url())?;
        self.plans.push(work.run(plugin, &["plan"])?);
        if !applies {
            return Ok(());
        }
        self.applies.push(work.run(plugin, &["apply", "-auto-approve"])?);
        let ledger = mock.ledger();
        self.traffic.push((ledger.requests.len(), ledger.connections));
        Ok(())
    }
}

fn seconds(runs: &[Run]) -> f64 {
    median(runs.iter().map(|run| run.seconds).collect())
}

/// Milliseconds of the plugin's processor time.
fn cpu(runs: &[Run]) -> f64 {
    median(runs.iter().map(|run| run.plugin_cpu * 1000.0).collect())
}

/// `terraform_data` with as many attributes as an order has.
fn data(count: usize) -> String {
    let resources = schemas(&terraform_provider_alicloud::Alicloud::default()).resources;
    let order = resources.iter().find(|(name, _)| *name == "alicloud_market_order");
    let attributes = order.into_iter().flat_map(|(_, schema)| &schema.block.attributes);
    let values: String =
        attributes.map(|attribute| format!("    {} = \"2026-01-01T00:00:00Z\"\n", attribute.name)).collect();
    format!("resource \"terraform_data\" \"order\" {{\n  count = {count}\n  input = {{\n{values}  }}\n}}\n")
}

pub(super) fn measure(bench: &Bench) -> Result<String, String> {
    let (commands, applies) = tables(bench, &USUAL)?;
    Ok(format!(
        "## Whole commands\n\nEach command runs on new orders, with Terraform's default parallelism and the mock endpoint on the same \
         processors. `terraform_data` has as many attributes as an order. The peer (`benches/peer`) has the same attributes on \
         terraform-plugin-framework, and sends no requests.\n\n{commands}\n## One apply\n\nTerraform's parallelism is 10, and the \
         target for connections is a fifth more.\n\n{applies}\n"
    ))
}

pub(super) fn measure_large(bench: &Bench) -> Result<String, String> {
    let (commands, applies) = tables(bench, &LARGE)?;
    Ok(format!(
        "## 5,000 orders\n\nThe same, measured once. `terraform_data` is only planned: Terraform would need most of an hour to apply \
         it.\n\n{commands}\n{applies}\n"
    ))
}

/// The table of whole commands, and the one of applies.
fn tables(bench: &Bench, sizes: &[(usize, usize)]) -> Result<(String, String), String> {
    let mut commands = String::from(
        "| command | orders | provider | `terraform_data` | ratio | target | peer | ratio to the peer | provider CPU per order | peer \
         CPU per order |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let mut applies = String::from(
        "| orders | requests per order | connections | target | peak memory | target | peer peak memory |\n| --- | --- | --- | --- | --- \
         | --- | --- |\n",
    );
    for &(count, times) in sizes {
        let (mut ours, mut floor, mut theirs) = (Runs::default(), Runs::default(), Runs::default());
        for at in 0..times {
            ours.add(bench, &format!("orders-{count}-{at}"), dist::NAME, &orders(count), true)?;
            floor.add(bench, &format!("data-{count}-{at}"), "none", &data(count), count <= FLOOR_APPLIED)?;
            if bench.peer.is_some() {
                theirs.add(bench, &format!("peer-{count}-{at}"), peer::NAME, &peers(count), true)?;
            }
        }
        for (name, ours, floor, theirs) in [
            ("plan", &ours.plans, &floor.plans, &theirs.plans),
            ("apply", &ours.applies, &floor.applies, &theirs.applies),
        ] {
            let (floor, ratio) = match floor.is_empty() {
                true => ("-".to_owned(), None),
                false => (format!("{:.2} s", seconds(floor)), Some(seconds(ours) / seconds(floor))),
            };
            let within = match (name, count, ratio) {
                ("plan", 1, Some(ratio)) => target(ratio, 2.5, ""),
                ("plan", 100, Some(ratio)) => target(ratio, 1.5, ""),
                _ => String::new(),
            };
            let ratio = ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
            let per_order = |runs: &[Run]| format!("{:.2} ms", cpu(runs) / count as f64);
            let (peer, beside, their_cpu) = if theirs.is_empty() {
                ("-".to_owned(), "-".to_owned(), "-".to_owned())
            } else {
                let time = seconds(theirs);
                (format!("{time:.2} s"), format!("{:.2}", seconds(ours) / time), per_order(theirs))
            };
            commands += &format!(
                "| {name} | {count} | {:.2} s | {floor} | {ratio} | {within} | {peer} | {beside} | {} | {their_cpu} |\n",
                seconds(ours),
                per_order(ours)
            );
        }
        applies += &row(&ours, &theirs, count);
    }
    Ok((commands, applies))
}

fn row(ours: &Runs, theirs: &Runs, count: usize) -> String {
    let requests = median(ours.traffic.iter().map(|(requests, _)| *requests as f64).collect()) / count as f64;
    let connections = ours.traffic.iter().map(|(_, connections)| *connections).max().unwrap_or_default() as f64;
    let peak = |runs: &[Run]| median(runs.iter().map(|run| run.plugin_peak).collect());
    let ours = peak(&ours.applies);
    let within = if count == 1000 { target(ours, 16.0, " MiB") } else { String::new() };
    let theirs = if theirs.applies.is_empty() { "-".to_owned() } else { format!("{:.1} MiB", peak(&theirs.applies)) };
    let most = target(connections, 12.0, "");
    format!("| {count} | {requests:.2} | {connections} | {most} | {ours:.1} MiB | {within} | {theirs} |\n")
}
