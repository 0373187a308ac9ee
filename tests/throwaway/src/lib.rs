//! A PostgreSQL server for tests: made in a temporary folder, listening on a free port of this
//! machine, gone with the process that started it, however that ends.
//!
//! ```no_run
//! # fn main() -> Result<(), String> {
//! let mut server = throwaway::Server::start()?;
//! let url = server.database()?;
//! assert!(url.starts_with("postgres://"));
//! server.stop(throwaway::Shutdown::Immediate)?;
//! server.resume()?;
//! # Ok(())
//! # }
//! ```

mod programs;
pub use programs::{Programs, WHAT_TO_INSTALL};

mod server;
pub use server::{Server, Shutdown};
