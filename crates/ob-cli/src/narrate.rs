//! `--explain`: the spans and events of the libraries, as a story on stderr.

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

pub(crate) fn start() {
    let story = fmt::layer()
        .with_writer(std::io::stderr)
        // No colours, on a terminal neither: a story needs none.
        .with_ansi(false)
        .with_target(false)
        .without_time()
        // Its complaint about a stderr that is gone would go to stderr, and panic.
        .log_internal_errors(false)
        .compact();
    // Our own crates only (all begin with "ob"): the HTTP stack's frames are not the story, and
    // what foreign crates write is not ours to vouch for.
    let ours = Targets::new().with_target("ob", LevelFilter::DEBUG);
    // A second call changes nothing; the first narrator keeps the word.
    drop(
        tracing_subscriber::registry()
            .with(ours)
            .with(story)
            .try_init(),
    );
}
