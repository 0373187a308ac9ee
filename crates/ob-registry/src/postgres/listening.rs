//! Being told of changes.

use super::{
    connections::limited,
    failure::{Failure, Place},
};
use crate::RegistryError;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use std::time::Duration;
use tokio::sync::{Mutex, watch};

/// One connection that listens, made when somebody first wants to hear.
pub(super) struct Ear {
    options: PgConnectOptions,
    place: Place,
    limit: Duration,
    channel: String,
    listener: Mutex<Option<PgListener>>,
    /// The newest revision that was heard of: several may wait, one of them listens.
    heard: watch::Sender<i64>,
}

impl Ear {
    pub(super) fn new(
        options: PgConnectOptions,
        place: Place,
        limit: Duration,
        schema: &str,
    ) -> Self {
        Self {
            options,
            place,
            limit,
            channel: format!("ob_registry_{schema}"),
            listener: Mutex::new(None),
            heard: watch::Sender::new(0),
        }
    }

    pub(super) fn channel(&self) -> &str {
        &self.channel
    }

    /// Listens from now on, if nobody does yet. Whoever looks at the database afterwards misses
    /// nothing.
    pub(super) async fn listen(&self) -> Result<(), RegistryError> {
        // Somebody who listens already holds it.
        let Ok(mut listener) = self.listener.try_lock() else {
            return Ok(());
        };
        if listener.is_none() {
            let pool = PgPoolOptions::new()
                .max_connections(1)
                .max_lifetime(None)
                .idle_timeout(None)
                .acquire_timeout(self.limit)
                .connect_lazy_with(self.options.clone());
            let made = limited(self.limit, async {
                let mut made = PgListener::connect_with(&pool).await?;
                made.eager_reconnect(false);
                made.listen(&self.channel).await?;
                Ok(made)
            });
            *listener = Some(
                made.await
                    .map_err(|failure| self.place.unreachable(failure))?,
            );
        }
        Ok(())
    }

    /// Comes back when another revision than `seen` was announced, or the connection was lost.
    pub(super) async fn hear(&self, seen: i64) -> Result<(), RegistryError> {
        let mut heard = self.heard.subscribe();
        heard.mark_unchanged();
        loop {
            tokio::select! {
                mut listener = self.listener.lock() => {
                    let Some(listening) = listener.as_mut() else {
                        return Ok(());
                    };
                    let answer = listening.try_recv().await;
                    match answer {
                        Ok(Some(notification)) => {
                            let revision = notification.payload().parse().unwrap_or(-1);
                            self.heard.send_replace(revision);
                            if revision != seen {
                                return Ok(());
                            }
                        }
                        Ok(None) => {
                            *listener = None;
                            return Ok(());
                        }
                        Err(error) => {
                            *listener = None;
                            return Err(self.place.unreachable(Failure::Sql(error)));
                        }
                    }
                }
                // The sender lives as long as this.
                _ = heard.changed() => {
                    if *heard.borrow_and_update() != seen {
                        return Ok(());
                    }
                }
            }
        }
    }

    pub(super) async fn close(&self) {
        let listener = self.listener.lock().await.take();
        drop(listener);
    }
}
