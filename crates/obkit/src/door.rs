//! The door that everything passes on its way to the network, whatever it is sent for.
//!
//! A third-party that was taken out of service sends nothing more: no call, no repetition of one,
//! no token request in the foreground or the background. And once nothing more is sent, whoever
//! withdrew it can wait until the last request that was on its way has ended.

mod acting;
mod announcing;
mod gate;
mod keeper;
mod withheld;

pub(crate) use acting::Acting;
pub(crate) use announcing::{Announcing, Beginning};
pub(crate) use gate::Gate;
pub(crate) use keeper::{Doorkeeper, Gates};
pub(crate) use withheld::Withheld;
