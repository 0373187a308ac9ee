//! One PostgreSQL server for all tests of a process, a database for each.

use std::sync::LazyLock;
use throwaway::Server;

static SERVER: LazyLock<Server> = LazyLock::new(|| Server::start().unwrap());

/// The URL of an empty database.
pub(crate) fn database() -> String {
    SERVER.database().unwrap()
}
