//! What the host reads from the provider's answers, and refuses as Terraform does.

use super::{
    host::{Applied, Host, Planned, Stored},
    messages::{Outcome, decode, fault, path},
    rules::{check_applied, check_object, check_plan},
};
use crate::{
    proto,
    registration::Provider,
    schema::Block,
    value::{Path, Value},
};

impl<P: Provider> Host<P> {
    pub(super) fn planned(
        &mut self,
        resource: &str,
        config: &Value,
        prior: &Value,
        answer: proto::plan_resource_change::Response,
    ) -> Outcome<Planned> {
        self.checked(answer.diagnostics)?;
        let block = self.block(resource)?;
        let state = decode(answer.planned_state, &block.ty())?;
        let requires_replace: Vec<Path> = answer.requires_replace.into_iter().map(path).collect();
        check_plan(block, config, prior, &state, &requires_replace)?;
        let identity = self.identity(resource, answer.planned_identity)?;
        Ok(Planned { state, requires_replace, private: answer.planned_private, identity })
    }

    pub(super) fn applied(
        &mut self,
        resource: &str,
        planned: &Value,
        answer: proto::apply_resource_change::Response,
    ) -> Outcome<Applied> {
        let diagnostics = self.reported(answer.diagnostics)?;
        let block = self.block(resource)?;
        let state = decode(answer.new_state, &block.ty())?;
        // Beside an error Terraform stores what there is.
        if !diagnostics.has_errors() {
            check_applied(block, planned, &state)?;
        }
        let identity = self.identity(resource, answer.new_identity)?;
        Ok(Applied { stored: Stored { state, private: answer.private, identity }, diagnostics })
    }

    pub(super) fn refreshed(&mut self, resource: &str, answer: proto::read_resource::Response) -> Outcome<Stored> {
        self.checked(answer.diagnostics)?;
        let block = self.block(resource)?;
        let identity = self.identity(resource, answer.new_identity)?;
        stored(block, answer.new_state, answer.private, identity, "read")
    }

    pub(super) fn imported(
        &mut self,
        resource: &str,
        answer: proto::import_resource_state::Response,
    ) -> Outcome<Stored> {
        self.checked(answer.diagnostics)?;
        let block = self.block(resource)?;
        let first = answer.imported_resources.into_iter().next();
        let first = first.ok_or_else(|| fault("nothing was imported"))?;
        let identity = self.identity(resource, first.identity)?;
        let imported = stored(block, first.state, first.private, identity, "import")?;
        if imported.state.is_null() { Err(fault("nothing was imported")) } else { Ok(imported) }
    }
}

fn stored(
    block: &Block,
    state: Option<proto::DynamicValue>,
    private: Vec<u8>,
    identity: Value,
    operation: &str,
) -> Outcome<Stored> {
    let state = decode(state, &block.ty())?;
    check_object(block, &state, operation)?;
    Ok(Stored { state, private, identity })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Computed, Configure, Configured, Context, Create, CreateError, Delete, Diagnostics, Model, Resource, Resources,
        State, WriteOnly, testing::messages::encode, value::Type,
    };

    /// Nothing.
    #[derive(Debug, Clone, Model)]
    #[model(provider)]
    struct Settings {}

    /// A machine.
    #[derive(Debug, Clone, Model)]
    #[model(resource = "machine")]
    struct Machine {
        /// What it is called.
        name: String,
        /// Its disks.
        disks: Option<Vec<Disk>>,
        /// The number on it.
        id: Computed<String>,
        /// Who may use it.
        password: Option<WriteOnly<String>>,
    }

    /// A disk.
    #[derive(Debug, Clone, Model)]
    #[model(nested)]
    struct Disk {
        /// How large it is, in GiB.
        size: i64,
    }

    struct Machines;

    impl Resource for Machines {
        type Model = Machine;
        type Client = ();

        async fn create(
            &self,
            (): &(),
            create: Create<Machine>,
            _: &Context,
        ) -> Result<State<Machine>, CreateError<Machine>> {
            Ok(create.planned)
        }

        async fn read(
            &self,
            (): &(),
            state: State<Machine>,
            _: &Context,
        ) -> Result<Option<State<Machine>>, Diagnostics> {
            Ok(Some(state))
        }

        async fn delete(&self, (): &(), _: Delete<Machine>, _: &Context) -> Result<(), Diagnostics> {
            Ok(())
        }
    }

    struct Factory;

    impl Provider for Factory {
        type Block = Settings;
        type Client = ();

        fn resources(&self) -> Resources<()> {
            Resources::new().add(Machines)
        }

        async fn configure(&self, _: Configure<Settings>, _: &Context) -> Result<Configured<()>, Diagnostics> {
            Ok(Configured::Ready(()))
        }
    }

    fn machine(name: &str, size: Value, id: Value, password: Value) -> Value {
        let disks = Value::List(vec![Value::object([("size", size)])]);
        Value::object([("name", Value::from(name)), ("disks", disks), ("id", id), ("password", password)])
    }

    fn as_configured() -> Value {
        machine("a", 1.into(), Value::Null, Value::Null)
    }

    /// A message with this state, and the host that reads it.
    async fn message(state: &Value) -> (Host<Factory>, Option<proto::DynamicValue>) {
        let host = Host::start(Factory).await.unwrap_or_else(|_| unreachable!());
        let ty: Type = host.resource("machine").unwrap_or(Type::Dynamic);
        let message = encode(state, &ty).unwrap_or_default();
        (host, message)
    }

    /// What Terraform refuses: the summary, and the path of each.
    fn refused<T: std::fmt::Debug>(outcome: Outcome<T>) -> (String, Vec<String>) {
        let Err(errors) = outcome else { unreachable!("{outcome:?}") };
        let paths = errors.iter().map(|error| error.path.as_ref().map(Path::to_string).unwrap_or_default()).collect();
        (errors.iter().map(|error| error.summary.clone()).next().unwrap_or_default(), paths)
    }

    #[tokio::test]
    async fn a_plan_that_terraform_refuses_names_the_attribute() {
        let table = [
            (machine("b", 1.into(), Value::unknown(), Value::Null), "name"),
            (machine("a", 2.into(), Value::unknown(), Value::Null), "disks[0].size"),
            (machine("a", 1.into(), Value::unknown(), "secret".into()), "password"),
        ];
        for (state, path) in table {
            let (mut host, planned_state) = message(&state).await;
            let answer = proto::plan_resource_change::Response { planned_state, ..Default::default() };
            let planned = host.planned("machine", &as_configured(), &Value::Null, answer);
            assert_eq!(refused(planned).1, [path]);
        }
        let (mut host, planned_state) = message(&as_configured()).await;
        let answer = proto::plan_resource_change::Response { planned_state, ..Default::default() };
        assert!(host.planned("machine", &Value::Null, &as_configured(), answer).is_err(), "a destroy plans null");
    }

    #[tokio::test]
    async fn a_result_that_terraform_refuses_names_the_attribute() {
        let planned = machine("a", 1.into(), Value::unknown(), Value::Null);
        let summary = "Provider produced inconsistent result after apply";
        let table = [
            (machine("b", 1.into(), "1".into(), Value::Null), summary, "name"),
            (machine("a", 2.into(), "1".into(), Value::Null), summary, "disks[0].size"),
            (machine("a", 1.into(), Value::unknown(), Value::Null), "Provider produced invalid object", "id"),
            (machine("a", 1.into(), "1".into(), "x".into()), "Provider produced invalid object", "password"),
            (Value::Null, summary, ""),
        ];
        for (state, summary, path) in table {
            let (mut host, new_state) = message(&state).await;
            let answer = proto::apply_resource_change::Response { new_state, ..Default::default() };
            let applied = host.applied("machine", &planned, answer);
            assert_eq!(refused(applied), (summary.to_owned(), vec![path.to_owned()]));
        }
        let (mut host, new_state) = message(&as_configured()).await;
        let answer = proto::apply_resource_change::Response { new_state, ..Default::default() };
        assert_eq!(refused(host.applied("machine", &Value::Null, answer)).0, summary);
    }

    #[tokio::test]
    async fn a_read_or_import_that_terraform_refuses_names_the_attribute() {
        let table = [
            (machine("a", Value::unknown(), "1".into(), Value::Null), "disks[0].size"),
            (machine("a", 1.into(), "1".into(), "x".into()), "password"),
        ];
        for (state, path) in table {
            let (mut host, new_state) = message(&state).await;
            let answer = proto::read_resource::Response { new_state: new_state.clone(), ..Default::default() };
            assert_eq!(refused(host.refreshed("machine", answer)).1, [path]);
            let first = proto::import_resource_state::ImportedResource { state: new_state, ..Default::default() };
            let answer =
                proto::import_resource_state::Response { imported_resources: vec![first], ..Default::default() };
            assert_eq!(refused(host.imported("machine", answer)).1, [path]);
        }
        let (mut host, nothing) = message(&Value::Null).await;
        let answer = proto::read_resource::Response { new_state: nothing.clone(), ..Default::default() };
        assert!(host.refreshed("machine", answer).is_ok_and(|gone| gone.state.is_null()));
        let first = proto::import_resource_state::ImportedResource { state: nothing, ..Default::default() };
        let answer = proto::import_resource_state::Response { imported_resources: vec![first], ..Default::default() };
        assert!(host.imported("machine", answer).is_err(), "an import gives an object");
    }
}
