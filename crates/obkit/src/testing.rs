//! For tests and proofs: doubles for the transport, a descriptor that turns a running
//! `ob sandbox` into a ready builder, and the isolation run.

mod descriptor;
mod isolation;
mod meant;

pub use descriptor::{DescribedIntegrator, DescribedParty, Descriptor, DescriptorError};
pub use isolation::{Breach, IsolationReport, IsolationRun, Tenant};
pub use meant::{MEANT_FOR, MeantTransport, meant_for};
pub use ob_transport::testing::{Fault, Faulty, Recorder, Scripted, from_fn};
