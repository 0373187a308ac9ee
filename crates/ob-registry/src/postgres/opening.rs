//! From a URL to a database that is ours and of this version.

use super::{Connections, Ear, PostgresStore, failure::Place, migrations};
use crate::RegistryError;
use ob_core::Shown;
use sqlx::{ConnectOptions, postgres::PgConnectOptions};
use std::{fmt, time::Duration};

/// The settings of a [`PostgresStore`]; see [`PostgresStore::builder`].
#[must_use = "a builder does nothing until `connect` is called"]
pub struct PostgresStoreBuilder {
    options: PgConnectOptions,
    schema: String,
    time_limit: Duration,
}

impl PostgresStoreBuilder {
    pub(super) fn new(url: &str) -> Result<Self, RegistryError> {
        let options = is_plain(url).then(|| url.parse::<PgConnectOptions>());
        // The cause may quote the URL, and the password with it.
        let Some(Ok(options)) = options else {
            let what = "the URL of the database is not usable: needs \
                 postgres://user:password@host:port/database, with other characters than letters \
                 and digits percent-encoded in the password, and only parameters that are known, \
                 such as sslmode";
            return Err(RegistryError::malformed(None, what));
        };
        Ok(Self {
            options,
            schema: SCHEMA.to_owned(),
            time_limit: TIME_LIMIT,
        })
    }

    /// The schema that the tables stand in, `ob_registry` if this is not called. It is made if it
    /// is absent. Two schemas of one database are two registries.
    ///
    /// # Errors
    /// OB-R009 when it is not a plain name: 1 to 48 small letters, digits and underscores, a
    /// letter first.
    pub fn schema(mut self, name: &str) -> Result<Self, RegistryError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
        if !begins || name.len() > 48 || !name.chars().all(plain) || name.starts_with("pg_") {
            return Err(RegistryError::value("schema name", Shown(name), NAME));
        }
        name.clone_into(&mut self.schema);
        Ok(self)
    }

    /// How long connecting and each statement may take, 10 s if this is not called: a server that
    /// hangs holds nobody up for longer.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Connects, and makes or migrates the schema.
    ///
    /// # Errors
    /// As [`PostgresStore::connect`].
    pub async fn connect(self) -> Result<PostgresStore, RegistryError> {
        let Self {
            options,
            schema,
            time_limit,
        } = self;
        let place = Place::of(&options, &schema);
        // The server gives up waiting for a lock before it is given up here, and ends what a
        // stopped process left open.
        let lock_timeout = time_limit.as_millis().saturating_mul(4) / 5;
        let options = options
            .application_name("obkit")
            .options([
                ("search_path", schema.clone()),
                ("lock_timeout", lock_timeout.max(1).to_string()),
                ("idle_in_transaction_session_timeout", "60000".to_owned()),
            ])
            .disable_statement_logging();
        let connections = Connections::new(options.clone(), place.clone(), time_limit);
        let mut held = connections.take().await?;
        migrations::run(held.get(), &place, (&schema, time_limit)).await?;
        held.give_back();
        Ok(PostgresStore {
            ear: Ear::new(options, place.clone(), time_limit, &schema),
            connections,
            place,
        })
    }
}

impl fmt::Debug for PostgresStoreBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStoreBuilder")
            .field("database", &Place::of(&self.options, &self.schema))
            .field("time_limit", &self.time_limit)
            .finish_non_exhaustive()
    }
}

/// Whether a password can only stand where it is taken for one: before the host, or under its
/// name. With an unescaped `/` or `?` in it, the rest of it would be the database's name or a
/// parameter, and be shown as that.
fn is_plain(url: &str) -> bool {
    let after = url
        .strip_prefix("postgres://")
        .or_else(|| url.strip_prefix("postgresql://"));
    let Some(after) = after else {
        return false;
    };
    let end = after.find(['/', '?', '#']).unwrap_or(after.len());
    let rest = after.get(end..).unwrap_or_default();
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let known = |pair: &str| {
        let key = pair.split('=').next().unwrap_or_default();
        PARAMETERS.contains(&key) || key.starts_with("options[")
    };
    let mut pairs = query.split('&').filter(|pair| !pair.is_empty());
    !path.contains(['@', '#']) && !query.contains('#') && pairs.all(known)
}

/// What the driver knows. It writes what it does not know into the log, with its value.
const PARAMETERS: [&str; 18] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];
const SCHEMA: &str = "ob_registry";
const TIME_LIMIT: Duration = Duration::from_secs(10);
const NAME: &str =
    "1 to 48 small letters, digits and underscores, a letter first, and no pg_ in front";
