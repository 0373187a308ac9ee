//! `--explain`: the spans and events of the libraries, as a story on stderr.

use std::io::IsTerminal;
use tracing_subscriber::{filter::LevelFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

pub(crate) fn start() {
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let story = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .with_target(false)
        .without_time()
        .compact();
    // A second call changes nothing; the first narrator keeps the word.
    drop(
        tracing_subscriber::registry()
            .with(LevelFilter::DEBUG)
            .with(story)
            .try_init(),
    );
}
