//! Reads what criterion measured.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

/// One benchmark function and its median.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Estimate {
    pub(super) group: String,
    pub(super) function: String,
    pub(super) nanoseconds: f64,
}

/// Everything below `folder` that was written since `start`, sorted by name.
pub(super) fn newer_than(folder: &Path, start: SystemTime) -> Vec<Estimate> {
    let mut found: Vec<Estimate> = folders(folder)
        .into_iter()
        .filter(|folder| is_newer(&folder.join("estimates.json"), start))
        .filter_map(|folder| read(&folder))
        .collect();
    found.sort_by(|a, b| (&a.group, &a.function).cmp(&(&b.group, &b.function)));
    found
}

fn is_newer(file: &Path, start: SystemTime) -> bool {
    fs::metadata(file)
        .and_then(|file| file.modified())
        .is_ok_and(|time| time >= start)
}

/// Every folder called `new`: criterion keeps the last run there.
fn folders(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for path in entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.is_dir())
        {
            if path.ends_with("new") {
                found.push(path);
            } else {
                open.push(path);
            }
        }
    }
    found
}

fn read(folder: &Path) -> Option<Estimate> {
    let names = json(&folder.join("benchmark.json"))?;
    let numbers = json(&folder.join("estimates.json"))?;
    let text = |key: &str| names.get(key).and_then(Value::as_str).map(str::to_owned);
    let group = text("group_id")?;
    let function = [text("function_id"), text("value_str")]
        .into_iter()
        .flatten();
    Some(Estimate {
        function: function.collect::<Vec<_>>().join("/"),
        group,
        nanoseconds: numbers.pointer("/median/point_estimate")?.as_f64()?,
    })
}

fn json(file: &Path) -> Option<Value> {
    serde_json::from_str(&fs::read_to_string(file).ok()?).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use std::fs;
    use std::time::{Duration, SystemTime};

    use super::newer_than;

    #[test]
    fn only_this_runs_numbers_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let new = folder
            .path()
            .join("proof_es256")
            .join("raw_signature")
            .join("new");
        fs::create_dir_all(&new).unwrap();
        let names = r#"{"group_id":"proof_es256","function_id":"raw_signature","value_str":null}"#;
        fs::write(new.join("benchmark.json"), names).unwrap();
        let numbers = r#"{"median":{"point_estimate":13100.5}}"#;
        fs::write(new.join("estimates.json"), numbers).unwrap();

        let hour = Duration::from_secs(3600);
        let found = newer_than(folder.path(), SystemTime::now() - hour);
        let [estimate] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(estimate.group, "proof_es256");
        assert_eq!(estimate.function, "raw_signature");
        assert!((estimate.nanoseconds - 13100.5).abs() < 0.01);
        assert!(newer_than(folder.path(), SystemTime::now() + hour).is_empty());
    }
}
