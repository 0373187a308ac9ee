//! Where a refresh may run beside the calls.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

/// A piece of work that runs beside the calls and never fails.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send + 'static>>;

/// Runs a task beside its caller. The library never spawns by itself: without a spawner a
/// refresh runs inside the call that was elected for it.
pub trait Spawner: Send + Sync + fmt::Debug {
    /// Runs `task`, or drops it: then a later call refreshes.
    fn spawn(&self, task: Task);
}

/// A spawner that is cloned by copying a pointer.
///
/// ```
/// use ob_auth::SharedSpawner;
/// let spawner = SharedSpawner::from_fn(|task| {
///     tokio::spawn(task);
/// });
/// # let _ = spawner;
/// ```
#[derive(Clone, Debug)]
pub struct SharedSpawner(Arc<dyn Spawner>);

impl SharedSpawner {
    /// A spawner that is a closure.
    pub fn from_fn(spawn: impl Fn(Task) + Send + Sync + 'static) -> Self {
        Self(Arc::new(Closure(spawn)))
    }

    pub(crate) fn spawn(&self, task: Task) {
        self.0.spawn(task);
    }
}

impl<S: Spawner + 'static> From<S> for SharedSpawner {
    fn from(spawner: S) -> Self {
        Self(Arc::new(spawner))
    }
}

struct Closure<F>(F);

impl<F: Fn(Task) + Send + Sync> Spawner for Closure<F> {
    fn spawn(&self, task: Task) {
        (self.0)(task);
    }
}

impl<F> fmt::Debug for Closure<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Closure(..)")
    }
}
