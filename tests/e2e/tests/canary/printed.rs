//! Everything that was printed: log lines, `Debug`s, `Display`s.

use std::{
    error::Error,
    fmt::{Debug, Display, Write as _},
    io,
    sync::{Arc, Mutex},
};

#[derive(Clone, Debug, Default)]
pub(crate) struct Printed {
    lines: Arc<Mutex<Vec<u8>>>,
    values: Arc<Mutex<String>>,
}

impl Printed {
    /// For the subscriber.
    pub(crate) fn writer(&self) -> impl Fn() -> Lines + Send + Sync + 'static {
        let lines = Arc::clone(&self.lines);
        move || Lines(Arc::clone(&lines))
    }

    pub(crate) fn debug(&self, what: &str, value: &dyn Debug) {
        let mut values = self.values.lock().unwrap();
        writeln!(values, "{what}: {value:?}\n{value:#?}").unwrap();
    }

    pub(crate) fn display(&self, what: &str, value: &dyn Display) {
        let mut values = self.values.lock().unwrap();
        writeln!(values, "{what}: {value}\n{value:#}").unwrap();
    }

    /// An error and everything below it, both ways.
    pub(crate) fn error(&self, error: &(dyn Error + 'static)) {
        let mut next = Some(error);
        while let Some(error) = next {
            self.debug("error", &error);
            self.display("error", &error);
            next = error.source();
        }
    }

    pub(crate) fn text(&self) -> String {
        let lines = String::from_utf8_lossy(&self.lines.lock().unwrap()).into_owned();
        lines + &self.values.lock().unwrap()
    }
}

#[derive(Debug)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
