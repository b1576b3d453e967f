//! An operation of any type: a trait object has no generic methods.

use apideck_vault_core::error::{BuildError, ResponseError};
use apideck_vault_core::http::{Request, Response};
use apideck_vault_core::{Bytes, Operation, Vault};
use std::any::Any;

/// The output of such an operation.
pub(crate) type Output = Box<dyn Any + Send>;

pub(crate) struct AnyOperation(Box<dyn Operation<Output = Output> + Send>);

impl AnyOperation {
    pub(crate) fn new<O>(operation: O) -> Self
    where
        O: Operation + Send + 'static,
        O::Output: Send + 'static,
    {
        Self(Box::new(Boxing(operation)))
    }
}

impl Operation for AnyOperation {
    type Output = Output;

    fn encode(&self, vault: &Vault) -> Result<Request<Bytes>, BuildError> {
        self.0.encode(vault)
    }

    fn decode(
        &self,
        vault: &Vault,
        answer: Response<Bytes>,
    ) -> Result<Response<Output>, ResponseError> {
        self.0.decode(vault, answer)
    }
}

/// An operation that boxes its output.
struct Boxing<O>(O);

impl<O> Operation for Boxing<O>
where
    O: Operation,
    O::Output: Send + 'static,
{
    type Output = Output;

    fn encode(&self, vault: &Vault) -> Result<Request<Bytes>, BuildError> {
        self.0.encode(vault)
    }

    fn decode(
        &self,
        vault: &Vault,
        answer: Response<Bytes>,
    ) -> Result<Response<Output>, ResponseError> {
        let answer = self.0.decode(vault, answer)?;
        Ok(answer.map(|output| Box::new(output) as Output))
    }
}
