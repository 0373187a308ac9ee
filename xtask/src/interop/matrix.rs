//! Who judged what, from what each test wrote when it ended.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::Judges;

const HEADS: [&str; 3] = ["judge", "what it judged", "result"];

/// One row per test.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Matrix {
    rows: Vec<[String; 3]>,
}

impl Matrix {
    /// Reads what the tests wrote.
    pub(crate) fn read(folder: &Path) -> Self {
        let files = fs::read_dir(Judges::results(folder)).into_iter().flatten();
        let texts = files.filter_map(|file| fs::read_to_string(file.ok()?.path()).ok());
        let mut rows: Vec<_> = texts.filter_map(|text| row(folder, &text)).collect();
        rows.sort();
        Self { rows }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows under their heads, in columns.
    pub(crate) fn lines(&self) -> Vec<String> {
        let heads = HEADS.map(str::to_owned);
        let all = || std::iter::once(&heads).chain(&self.rows);
        let width = |column: usize| {
            let cells = all().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let (first, second) = (width(0), width(1));
        all()
            .map(|[judge, what, result]| format!("{judge:<first$}  {what:<second$}  {result}"))
            .collect()
    }
}

fn row(folder: &Path, text: &str) -> Option<[String; 3]> {
    let value: Value = serde_json::from_str(text).ok()?;
    let text = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
    let judge = text("judge")?;
    let version = version(folder, &judge).unwrap_or_default();
    let judge = format!("{judge} {version}").trim_end().to_owned();
    Some([judge, text("what")?, text("result")?])
}

/// The version that is installed, not the one that was asked for.
fn version(folder: &Path, package: &str) -> Option<String> {
    let manifest = folder
        .join("node_modules")
        .join(package)
        .join("package.json");
    let value: Value = serde_json::from_str(&fs::read_to_string(manifest).ok()?).ok()?;
    Some(value.get("version")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::{Judges, Matrix};

    #[test]
    fn rows_are_what_the_tests_wrote() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Matrix::read(folder.path()).len(), 0);
        let results = Judges::results(folder.path());
        std::fs::create_dir(&results).unwrap();
        let package = folder.path().join("node_modules").join("jose");
        std::fs::create_dir_all(&package).unwrap();
        std::fs::write(package.join("package.json"), r#"{"version":"6.0.1"}"#).unwrap();
        let write = |name: &str, text: &str| std::fs::write(results.join(name), text).unwrap();
        write(
            "a",
            r#"{"judge":"jose","what":"proofs","result":"300 accepted"}"#,
        );
        write(
            "b",
            r#"{"judge":"another","what":"tokens","result":"FAILED"}"#,
        );
        write("c", "not JSON");
        let lines = Matrix::read(folder.path()).lines();
        assert_eq!(
            lines,
            [
                "judge       what it judged  result",
                "another     tokens          FAILED",
                "jose 6.0.1  proofs          300 accepted",
            ]
        );
    }
}
