//! A few connections, each of them either known to be good or dropped.
//!
//! A connection whose work failed, ran out of time or was given up in the middle is closed: the
//! server rolls back, and nobody inherits half a conversation. That is why this is no pool of
//! sqlx, which waits for connections of that kind to recover.

use super::failure::{Failure, Place, refuse_old_server};
use crate::RegistryError;
use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, timeout},
};

pub(super) struct Connections {
    options: PgConnectOptions,
    place: Place,
    limit: Duration,
    idle: Mutex<Vec<Idle>>,
    free: Semaphore,
}

struct Idle {
    connection: PgConnection,
    since: Instant,
}

/// A connection in use. Dropped without [`Held::give_back`] it is closed.
pub(super) struct Held<'a> {
    connection: PgConnection,
    connections: &'a Connections,
    _permit: SemaphorePermit<'a>,
}

impl Connections {
    pub(super) fn new(options: PgConnectOptions, place: Place, limit: Duration) -> Self {
        Self {
            options,
            place,
            limit,
            idle: Mutex::default(),
            free: Semaphore::new(MOST),
        }
    }

    /// How long one statement may take.
    pub(super) fn limit(&self) -> Duration {
        self.limit
    }

    /// The answer, if it comes in time.
    pub(super) async fn limited<T>(
        &self,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, Failure> {
        limited(self.limit, work).await
    }

    /// A connection that answers, as far as is known.
    pub(super) async fn take(&self) -> Result<Held<'_>, RegistryError> {
        let permit = timeout(self.limit, self.free.acquire()).await;
        let Ok(Ok(permit)) = permit else {
            return Err(self.place.unreachable(Failure::TimeIsUp));
        };
        let connection = match self.good_idle().await {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        Ok(Held {
            connection,
            connections: self,
            _permit: permit,
        })
    }

    /// One that was used a moment ago is taken as it is; an older one has to answer first, because
    /// the network may have forgotten it.
    async fn good_idle(&self) -> Option<PgConnection> {
        loop {
            let Idle {
                mut connection,
                since,
            } = self.idle().pop()?;
            if since.elapsed() < FRESH || self.limited(connection.ping()).await.is_ok() {
                return Some(connection);
            }
        }
    }

    async fn connect(&self) -> Result<PgConnection, RegistryError> {
        let connected = self.limited(self.options.connect()).await;
        let mut connection = connected.map_err(|failure| self.place.unreachable(failure))?;
        let greeting = sqlx::query_scalar(GREETING).fetch_one(&mut connection);
        let number = self.limited(greeting).await;
        let number = number.map_err(|failure| self.place.unreachable(failure))?;
        refuse_old_server(&self.place, number)?;
        Ok(connection)
    }

    pub(super) async fn close(&self) {
        let idle: Vec<_> = self.idle().drain(..).collect();
        for one in idle {
            // The server notices a connection that ends without a word as well.
            drop(self.limited(one.connection.close()).await);
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held<'_> {
    pub(super) fn get(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// For the next one.
    pub(super) fn give_back(self) {
        self.connections.idle().push(Idle {
            connection: self.connection,
            since: Instant::now(),
        });
    }

    /// Gives the connection back if its work was done.
    pub(super) fn done<T>(self, answer: Result<T, Failure>) -> Result<T, Failure> {
        if answer.is_ok() {
            self.give_back();
        }
        answer
    }
}

pub(super) async fn limited<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, Failure> {
    match timeout(limit, work).await {
        Ok(answer) => answer.map_err(Failure::Sql),
        Err(_) => Err(Failure::TimeIsUp),
    }
}

/// A commit that was acknowledged must survive the server: a database that is set to acknowledge
/// before it writes is told otherwise.
const GREETING: &str = "SELECT current_setting('server_version_num')::int4
    FROM (SELECT CASE current_setting('synchronous_commit')
        WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END) AS durable";

const MOST: usize = 8;
const FRESH: Duration = Duration::from_secs(5);
