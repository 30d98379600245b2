//! The service itself: which call is answered where.

use std::result::Result as StdResult;

use tonic::{Request, Response, Status, Streaming, async_trait};

use super::{
    Events, Server,
    resource::{self, Applied},
};
use crate::{
    erased::Provider,
    proto::{self, provider_server::Provider as Service},
};

type Result<T> = StdResult<Response<T>, Status>;

/// The table of calls. Those that are `answered` run to their end, whatever becomes of the caller; each has the name of its
/// message, what it is about, what comes back after a panic, and the answer.
macro_rules! calls {
    (
        answered |$inner:ident, $request:ident, $ctx:ident| {
            $($call:ident($title:ident: $message:ident, $subject:expr, $fallback:expr) => $answer:expr;)*
        }
        at_once |$server:ident, $message_of:ident| { $($quick:ident($quick_message:ident) => $quick_answer:expr;)* }
        $($others:tt)*
    ) => {
        #[async_trait]
        impl<P: Provider> Service for Server<P> {
            $(#[allow(unused_variables)]
            async fn $call(
                &self,
                request: Request<proto::$message::Request>,
            ) -> Result<proto::$message::Response> {
                let $request = request.into_inner();
                let (subject, fallback): (String, _) = ($subject, $fallback);
                self.call(stringify!($title), &subject, fallback, |$inner, $ctx| async move { $answer }).await
            })*

            $(#[allow(unused_variables)]
            async fn $quick(
                &self,
                request: Request<proto::$quick_message::Request>,
            ) -> Result<proto::$quick_message::Response> {
                let ($server, $message_of) = (self, request.into_inner());
                Ok(Response::new($quick_answer))
            })*

            $($others)*
        }
    };
}

calls! {
    answered |inner, request, ctx| {
        get_provider_schema(GetProviderSchema: get_provider_schema, String::new(), Default::default())
            => inner.schemas();
        validate_provider_config(ValidateProviderConfig: validate_provider_config, String::new(), Default::default())
            => inner.validate_provider(&request);
        validate_resource_config(
            ValidateResourceConfig: validate_resource_config, request.type_name.clone(), Default::default()
        ) => inner.validate_resource(&request);
        validate_data_resource_config(
            ValidateDataResourceConfig: validate_data_resource_config, request.type_name.clone(), Default::default()
        ) => inner.validate_data_source(&request);
        upgrade_resource_state(
            UpgradeResourceState: upgrade_resource_state, request.type_name.clone(), Default::default()
        ) => inner.upgrade(&request);
        validate_list_resource_config(
            ValidateListResourceConfig: validate_list_resource_config, request.type_name.clone(), Default::default()
        ) => inner.validate_list_resource(&request);
        move_resource_state(
            MoveResourceState: move_resource_state, request.target_type_name.clone(), Default::default()
        ) => inner.move_state(&request);
        generate_resource_config(
            GenerateResourceConfig: generate_resource_config, request.type_name.clone(), Default::default()
        ) => inner.generate_config(&request);
        upgrade_resource_identity(
            UpgradeResourceIdentity: upgrade_resource_identity, request.type_name.clone(), Default::default()
        ) => inner.upgrade_identity(&request);
        configure_provider(ConfigureProvider: configure_provider, String::new(), Default::default())
            => inner.configure(request, ctx).await;
        read_resource(ReadResource: read_resource, request.type_name.clone(), resource::unread(&request))
            => inner.read(request, ctx).await;
        plan_resource_change(PlanResourceChange: plan_resource_change, request.type_name.clone(), Default::default())
            => inner.plan(request, ctx).await;
        import_resource_state(ImportResourceState: import_resource_state, request.type_name.clone(), Default::default())
            => inner.import(request, ctx).await;
        validate_ephemeral_resource_config(
            ValidateEphemeralResourceConfig: validate_ephemeral_resource_config, request.type_name.clone(),
            Default::default()
        ) => inner.validate_ephemeral_resource(&request);
        open_ephemeral_resource(
            OpenEphemeralResource: open_ephemeral_resource, request.type_name.clone(), Default::default()
        ) => inner.open(request, ctx).await;
        renew_ephemeral_resource(
            RenewEphemeralResource: renew_ephemeral_resource, request.type_name.clone(), Default::default()
        ) => inner.renew(request, ctx).await;
        close_ephemeral_resource(
            CloseEphemeralResource: close_ephemeral_resource, request.type_name.clone(), Default::default()
        ) => inner.close(request, ctx).await;
        validate_action_config(
            ValidateActionConfig: validate_action_config, request.type_name.clone(), Default::default()
        ) => inner.validate_action(&request);
        plan_action(PlanAction: plan_action, request.action_type.clone(), Default::default())
            => inner.plan_action(request, ctx).await;
        validate_state_store_config(
            ValidateStateStoreConfig: validate_state_store, request.type_name.clone(), Default::default()
        ) => inner.validate_state_store(&request);
        configure_state_store(
            ConfigureStateStore: configure_state_store, request.type_name.clone(), Default::default()
        ) => inner.configure_state_store(request, ctx).await;
        lock_state(LockState: lock_state, request.type_name.clone(), Default::default())
            => inner.lock_state(request, ctx).await;
        unlock_state(UnlockState: unlock_state, request.type_name.clone(), Default::default())
            => inner.unlock_state(request, ctx).await;
        get_states(GetStates: get_states, request.type_name.clone(), Default::default())
            => inner.states(request, ctx).await;
        delete_state(DeleteState: delete_state, request.type_name.clone(), Default::default())
            => inner.delete_state(request, ctx).await;
        call_function(CallFunction: call_function, request.name.clone(), Default::default())
            => inner.call_function(&request);
        read_data_source(ReadDataSource: read_data_source, request.type_name.clone(), Default::default())
            => inner.read_data_source(request, ctx).await;
    }
    at_once |server, request| {
        get_metadata(get_metadata) => server.inner.metadata();
        stop_provider(stop_provider) => server.stop();
        get_resource_identity_schemas(get_resource_identity_schemas) => server.inner.identity_schemas();
        get_functions(get_functions) => server.inner.functions();
    }
    type InvokeActionStream = Events<proto::invoke_action::Event>;

    async fn invoke_action(
        &self,
        request: Request<proto::invoke_action::Request>,
    ) -> Result<Self::InvokeActionStream> {
        Ok(Response::new(self.invoke(request.into_inner())))
    }

    async fn apply_resource_change(
        &self,
        request: Request<proto::apply_resource_change::Request>,
    ) -> Result<proto::apply_resource_change::Response> {
        let request = request.into_inner();
        let subject = request.type_name.clone();
        let fallback = Applied { response: resource::unchanged(&request), delivery: None };
        let call =
            self.call("ApplyResourceChange", &subject, fallback, |inner, ctx| async move { inner.apply(request, ctx).await });
        let Applied { response, delivery } = call.await?.into_inner();
        let mut response = Response::new(response);
        if let Some(delivery) = delivery {
            response.extensions_mut().insert(delivery);
        }
        Ok(response)
    }

    type ListResourceStream = Events<proto::list_resource::Event>;

    async fn list_resource(&self, request: Request<proto::list_resource::Request>) -> Result<Self::ListResourceStream> {
        Ok(Response::new(self.list(request.into_inner())))
    }

    type ReadStateBytesStream = Events<proto::read_state_bytes::Response>;

    async fn read_state_bytes(
        &self,
        request: Request<proto::read_state_bytes::Request>,
    ) -> Result<Self::ReadStateBytesStream> {
        self.read_state(request.into_inner()).await
    }

    async fn write_state_bytes(
        &self,
        request: Request<Streaming<proto::write_state_bytes::RequestChunk>>,
    ) -> Result<proto::write_state_bytes::Response> {
        self.write_state(request.into_inner()).await
    }
}
