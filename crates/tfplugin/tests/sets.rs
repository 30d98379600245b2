//! Nested objects: in sets, with members that only the provider sets, and as a whole.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::time::{Duration, Instant};

use tfplugin::{
    Computed, Configure, Configured, Context, Create, CreateError, Delete, Diagnostics, Model, Partial, Provider,
    Resource, Resources, Set, State, Update, UpdateError,
    testing::{Host, Stored, check},
    value::Value,
};

/// A bed.
#[derive(Debug, Clone, Model)]
#[model(resource = "test_bed")]
struct Bed {
    /// What grows in it.
    plants: Set<Plant>,
    /// What grows beside it.
    #[attr(block)]
    hedge: Set<Plant>,
    /// What keeps hares out.
    fence: Option<Fence>,
}

/// A fence.
#[derive(Debug, Clone, Model)]
#[model(nested)]
struct Fence {
    /// How high it is.
    #[attr(force_new)]
    height: i64,
}

/// A plant.
#[derive(Debug, Clone, Model)]
#[model(nested)]
struct Plant {
    /// What it is.
    species: String,
    /// How many there are.
    #[attr(default = 1, range(1..=i64::MAX))]
    count: i64,
    /// The label on its stick.
    label: Computed<String>,
}

struct Garden;

/// Every plant without a label gets one.
fn labelled(mut bed: State<Bed>) -> State<Bed> {
    let Partial::<Bed> { plants, hedge, .. } = &mut *bed;
    for plants in [plants.known_mut(), hedge.known_mut()].into_iter().flatten() {
        for plant in plants.iter_mut().filter_map(|plant| plant.known_mut()) {
            if plant.label.is_unknown() {
                plant.label = plant.species.as_str().map(|species| format!("{species}!")).into();
            }
        }
    }
    bed
}

impl Resource for Garden {
    type Model = Bed;
    type Client = ();

    async fn create(&self, _: &(), create: Create<Bed>, _: &Context) -> Result<State<Bed>, CreateError<Bed>> {
        Ok(labelled(create.planned))
    }

    async fn read(&self, _: &(), bed: State<Bed>, _: &Context) -> Result<Option<State<Bed>>, Diagnostics> {
        Ok(Some(bed))
    }

    async fn update(&self, _: &(), update: Update<Bed>, _: &Context) -> Result<State<Bed>, UpdateError<Bed>> {
        Ok(labelled(update.planned))
    }

    async fn delete(&self, _: &(), _: Delete<Bed>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }
}

impl Provider for Garden {
    type Block = ();
    type Client = ();

    fn resources(&self) -> Resources<()> {
        Resources::new().add(Garden)
    }

    async fn configure(&self, _: Configure<()>, _: &Context) -> Result<Configured<()>, Diagnostics> {
        Ok(Configured::Ready(()))
    }
}

const NAME: &str = "test_bed";

async fn host() -> Host<Garden> {
    let mut host = Host::start(Garden).await.unwrap();
    host.configure(&Value::object::<&str>([])).await.unwrap();
    host
}

fn plants(species: impl IntoIterator<Item = String>) -> Value {
    Value::set(
        species.into_iter().map(|species| {
            Value::object([("species", species.into()), ("count", Value::Null), ("label", Value::Null)])
        }),
    )
}

fn bed(species: impl IntoIterator<Item = String> + Clone) -> Value {
    Value::object([("plants", plants(species.clone())), ("hedge", plants(species))])
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("plant-{at}")).collect()
}

/// An update that Terraform planned, and its result.
async fn update(host: &mut Host<Garden>, config: &Value, prior: &Stored) -> Stored {
    let planned = host.plan(NAME, config, Some(prior)).await.unwrap();
    let applied = host.apply(NAME, config, Some(prior), &planned).await.unwrap();
    assert!(applied.diagnostics.iter().next().is_none(), "{:?}", applied.diagnostics);
    applied.stored
}

#[test]
fn the_schemas_are_sound() {
    assert_eq!(check(&Garden), [""; 0]);
}

#[tokio::test]
async fn elements_that_stay_keep_what_the_provider_gave_them() {
    let mut host = host().await;
    let created = host.create(NAME, &bed(names(3))).await.unwrap();
    let other = ["plant-0".to_owned(), "plant-2".to_owned(), "oak".to_owned()];
    let planned = host.plan(NAME, &bed(other.clone()), Some(&created)).await.unwrap();
    for name in ["plants", "hedge"] {
        let unknown = |plant: &&Value| !plant.get("label").is_known();
        let fresh: Vec<_> = planned.state.get(name).as_list().unwrap().iter().filter(unknown).collect();
        assert_eq!(
            fresh.iter().map(|plant| plant.get("species").as_str()).collect::<Vec<_>>(),
            [Some("oak")],
            "{name}"
        );
    }
    let updated = update(&mut host, &bed(other.clone()), &created).await;
    let labels = |name| {
        let plants = updated.state.get(name).as_list().unwrap().iter();
        plants.map(|plant| plant.get("label").as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(labels("plants"), ["oak!", "plant-0!", "plant-2!"]);
    assert_eq!(labels("hedge"), labels("plants"));
    let again = host.plan(NAME, &bed(other), Some(&updated)).await.unwrap();
    assert_eq!(again.state, updated.state);
}

#[tokio::test]
async fn nested_attributes_that_come_or_go_as_a_whole_force_what_each_of_them_does() {
    let mut host = host().await;
    let fenced = |height: i64| {
        let mut config = bed(names(1));
        config.set_attribute("fence", Value::object([("height", height.into())]));
        config
    };
    let with = host.create(NAME, &fenced(1)).await.unwrap();
    let without = host.create(NAME, &bed(names(1))).await.unwrap();
    for (config, prior, replaced) in
        [(fenced(2), &with, "fence.height"), (bed(names(1)), &with, "fence"), (fenced(1), &without, "fence")]
    {
        let planned = host.plan(NAME, &config, Some(prior)).await.unwrap();
        let paths: Vec<_> = planned.requires_replace.iter().map(ToString::to_string).collect();
        assert_eq!(paths, [replaced]);
    }
}

/// Protocol 6 has no step into a set. Terraform shows the line of the set, and finds that of a single block.
#[tokio::test]
async fn what_is_wrong_inside_a_set_is_shown_at_the_set() {
    let mut host = host().await;
    let plant = |species: &str, count: i64| {
        Value::object([("species", species.into()), ("count", count.into()), ("label", Value::Null)])
    };
    let wrong = Value::set([plant("rose", 0), plant("tulip", 1)]);
    let errors = host.validate(NAME, &Value::object([("plants", wrong.clone()), ("hedge", wrong)])).await.unwrap_err();
    let reported = errors.iter().map(|error| (error.path.clone().unwrap().to_string(), error.detail.as_str()));
    let rule = "must be a whole number of at least 1.";
    assert_eq!(
        reported.collect::<Vec<_>>(),
        [
            ("plants".to_owned(), format!("plants.count {rule}").as_str()),
            ("hedge.count".to_owned(), format!("hedge.count {rule}").as_str()),
        ]
    );
}

/// Elements were compared pair by pair, each time with all of what the check of a result does: this took a minute and more.
#[tokio::test]
async fn a_large_set_is_held_against_its_plan_in_time() {
    let mut host = host().await;
    let start = Instant::now();
    let created = host.create(NAME, &bed(names(1000))).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    assert_eq!(created.state.get("plants").as_list().unwrap().len(), 1000);
}
