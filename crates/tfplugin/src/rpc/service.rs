//! The service itself: which call is answered where.

use std::{
    future::{Ready, ready},
    result::Result as StdResult,
    sync::Arc,
};

use futures_util::stream::{self, Once};
use tonic::{Request, Response, Status, Streaming, async_trait};

use super::{
    Diagnosed, Inner, Server, absent,
    resource::{self, Applied},
};
use crate::{
    proto::{self, provider_server::Provider as Service},
    provider::{Delivered, Provider},
};

type Result<T> = StdResult<Response<T>, Status>;

/// A stream of one event.
type Single<T> = Once<Ready<StdResult<T, Status>>>;

fn single<T>(event: T) -> Result<Single<T>> {
    Ok(Response::new(stream::once(ready(Ok(event)))))
}

/// The answer to a call for a thing that does not exist.
fn no<R: Diagnosed + Default>(kind: &str, name: &str) -> Result<R> {
    Ok(Response::new(R::default().with(absent::absent(kind, name))))
}

#[async_trait]
impl<P: Provider> Service for Server<P> {
    async fn get_metadata(
        &self,
        _request: Request<proto::get_metadata::Request>,
    ) -> Result<proto::get_metadata::Response> {
        Ok(Response::new(self.inner.metadata()))
    }

    async fn get_provider_schema(
        &self,
        _request: Request<proto::get_provider_schema::Request>,
    ) -> Result<proto::get_provider_schema::Response> {
        self.call("GetProviderSchema", "", Default::default(), |inner| async move { inner.schemas() }).await
    }

    async fn validate_provider_config(
        &self,
        request: Request<proto::validate_provider_config::Request>,
    ) -> Result<proto::validate_provider_config::Response> {
        let request = request.into_inner();
        self.call(
            "ValidateProviderConfig",
            "",
            Default::default(),
            |inner| async move { inner.validate_provider(&request) },
        )
        .await
    }

    async fn validate_resource_config(
        &self,
        request: Request<proto::validate_resource_config::Request>,
    ) -> Result<proto::validate_resource_config::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.call("ValidateResourceConfig", &name, Default::default(), |inner| async move {
            inner.validate_resource(&request)
        })
        .await
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<proto::validate_data_resource_config::Request>,
    ) -> Result<proto::validate_data_resource_config::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.call("ValidateDataResourceConfig", &name, Default::default(), |inner| async move {
            inner.validate_data_source(&request)
        })
        .await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<proto::upgrade_resource_state::Request>,
    ) -> Result<proto::upgrade_resource_state::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.call("UpgradeResourceState", &name, Default::default(), |inner| async move { inner.upgrade(&request) })
            .await
    }

    async fn configure_provider(
        &self,
        request: Request<proto::configure_provider::Request>,
    ) -> Result<proto::configure_provider::Response> {
        let request = request.into_inner();
        self.call("ConfigureProvider", "", Default::default(), |inner| async move { inner.configure(request).await })
            .await
    }

    async fn read_resource(
        &self,
        request: Request<proto::read_resource::Request>,
    ) -> Result<proto::read_resource::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        let fallback = proto::read_resource::Response {
            new_state: request.current_state.clone(),
            private: request.private.clone(),
            ..Default::default()
        };
        self.call("ReadResource", &name, fallback, |inner| async move { inner.read(request).await }).await
    }

    async fn plan_resource_change(
        &self,
        request: Request<proto::plan_resource_change::Request>,
    ) -> Result<proto::plan_resource_change::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.call("PlanResourceChange", &name, Default::default(), |inner| async move { inner.plan(&request) }).await
    }

    async fn apply_resource_change(
        &self,
        request: Request<proto::apply_resource_change::Request>,
    ) -> Result<proto::apply_resource_change::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        let fallback = Applied { response: resource::unchanged(&request), delivered: Delivered::default() };
        let work = |inner: Arc<Inner<P>>| async move { inner.apply(request).await };
        let Applied { response, delivered } =
            self.call("ApplyResourceChange", &name, fallback, work).await?.into_inner();
        // Nobody gets here whose caller has gone away.
        delivered.done();
        Ok(Response::new(response))
    }

    async fn import_resource_state(
        &self,
        request: Request<proto::import_resource_state::Request>,
    ) -> Result<proto::import_resource_state::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.call("ImportResourceState", &name, Default::default(), |inner| async move { inner.import(request).await })
            .await
    }

    async fn read_data_source(
        &self,
        request: Request<proto::read_data_source::Request>,
    ) -> Result<proto::read_data_source::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.call(
            "ReadDataSource",
            &name,
            Default::default(),
            |inner| async move { inner.read_data_source(request).await },
        )
        .await
    }

    async fn stop_provider(
        &self,
        _request: Request<proto::stop_provider::Request>,
    ) -> Result<proto::stop_provider::Response> {
        tracing::debug!("Terraform asks to stop");
        self.inner.lifecycle.stop();
        Ok(Response::new(Default::default()))
    }

    async fn get_resource_identity_schemas(
        &self,
        _request: Request<proto::get_resource_identity_schemas::Request>,
    ) -> Result<proto::get_resource_identity_schemas::Response> {
        Ok(Response::new(Default::default()))
    }

    async fn get_functions(
        &self,
        _request: Request<proto::get_functions::Request>,
    ) -> Result<proto::get_functions::Response> {
        Ok(Response::new(Default::default()))
    }

    async fn call_function(
        &self,
        request: Request<proto::call_function::Request>,
    ) -> Result<proto::call_function::Response> {
        Ok(Response::new(absent::function(&request.get_ref().name)))
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<proto::upgrade_resource_identity::Request>,
    ) -> Result<proto::upgrade_resource_identity::Response> {
        no("resource identity", &request.get_ref().type_name)
    }

    async fn move_resource_state(
        &self,
        request: Request<proto::move_resource_state::Request>,
    ) -> Result<proto::move_resource_state::Response> {
        no("move from another resource type", &request.get_ref().source_type_name)
    }

    async fn generate_resource_config(
        &self,
        request: Request<proto::generate_resource_config::Request>,
    ) -> Result<proto::generate_resource_config::Response> {
        no("generated configuration of its own", &request.get_ref().type_name)
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<proto::validate_ephemeral_resource_config::Request>,
    ) -> Result<proto::validate_ephemeral_resource_config::Response> {
        no("ephemeral resource", &request.get_ref().type_name)
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<proto::open_ephemeral_resource::Request>,
    ) -> Result<proto::open_ephemeral_resource::Response> {
        no("ephemeral resource", &request.get_ref().type_name)
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<proto::renew_ephemeral_resource::Request>,
    ) -> Result<proto::renew_ephemeral_resource::Response> {
        no("ephemeral resource", &request.get_ref().type_name)
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<proto::close_ephemeral_resource::Request>,
    ) -> Result<proto::close_ephemeral_resource::Response> {
        no("ephemeral resource", &request.get_ref().type_name)
    }

    type ListResourceStream = Single<proto::list_resource::Event>;

    async fn list_resource(&self, request: Request<proto::list_resource::Request>) -> Result<Self::ListResourceStream> {
        single(absent::list(&request.get_ref().type_name))
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<proto::validate_list_resource_config::Request>,
    ) -> Result<proto::validate_list_resource_config::Response> {
        no("list resource", &request.get_ref().type_name)
    }

    async fn validate_state_store_config(
        &self,
        request: Request<proto::validate_state_store::Request>,
    ) -> Result<proto::validate_state_store::Response> {
        no("state store", &request.get_ref().type_name)
    }

    async fn configure_state_store(
        &self,
        request: Request<proto::configure_state_store::Request>,
    ) -> Result<proto::configure_state_store::Response> {
        no("state store", &request.get_ref().type_name)
    }

    type ReadStateBytesStream = Single<proto::read_state_bytes::Response>;

    async fn read_state_bytes(
        &self,
        request: Request<proto::read_state_bytes::Request>,
    ) -> Result<Self::ReadStateBytesStream> {
        let error = absent::absent("state store", &request.get_ref().type_name);
        single(proto::read_state_bytes::Response::default().with(error))
    }

    async fn write_state_bytes(
        &self,
        request: Request<Streaming<proto::write_state_bytes::RequestChunk>>,
    ) -> Result<proto::write_state_bytes::Response> {
        let first = request.into_inner().message().await?;
        let name = first.and_then(|chunk| chunk.meta).map(|meta| meta.type_name).unwrap_or_default();
        no("state store", &name)
    }

    async fn lock_state(&self, request: Request<proto::lock_state::Request>) -> Result<proto::lock_state::Response> {
        no("state store", &request.get_ref().type_name)
    }

    async fn unlock_state(
        &self,
        request: Request<proto::unlock_state::Request>,
    ) -> Result<proto::unlock_state::Response> {
        no("state store", &request.get_ref().type_name)
    }

    async fn get_states(&self, request: Request<proto::get_states::Request>) -> Result<proto::get_states::Response> {
        no("state store", &request.get_ref().type_name)
    }

    async fn delete_state(
        &self,
        request: Request<proto::delete_state::Request>,
    ) -> Result<proto::delete_state::Response> {
        no("state store", &request.get_ref().type_name)
    }

    async fn plan_action(&self, request: Request<proto::plan_action::Request>) -> Result<proto::plan_action::Response> {
        no("action", &request.get_ref().action_type)
    }

    type InvokeActionStream = Single<proto::invoke_action::Event>;

    async fn invoke_action(&self, request: Request<proto::invoke_action::Request>) -> Result<Self::InvokeActionStream> {
        single(absent::action(&request.get_ref().action_type))
    }

    async fn validate_action_config(
        &self,
        request: Request<proto::validate_action_config::Request>,
    ) -> Result<proto::validate_action_config::Response> {
        no("action", &request.get_ref().type_name)
    }
}
