//! The file: whole or not at all, one writer at a time, and clear about what is wrong.

use crate::sample::{edit, licensed, party};
use ob_core::Code;
use ob_registry::{
    FileStore, HistoryQuery, Registry, RegistryError, Status, Version, from_json, from_toml,
    to_toml,
};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

async fn open(path: &Path) -> Result<Registry, RegistryError> {
    Registry::open(FileStore::open_or_create(path)?).await
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn what_was_put_is_there_after_a_restart() {
    for name in ["registry.toml", "registry.json"] {
        let folder = folder();
        let path = folder.path().join(name);
        let registry = open(&path).await.unwrap();
        assert!(!path.exists(), "opening writes nothing");
        let vip = party(2, Status::Active)
            .to_builder()
            .licence(licensed())
            .build()
            .unwrap();
        edit(&registry).put(party(1, Status::Active)).await.unwrap();
        edit(&registry).put(vip.clone()).await.unwrap();
        edit(&registry)
            .set_status(&"party-1".parse().unwrap(), Status::Suspended)
            .await
            .unwrap();
        let again = open(&path).await.unwrap();
        assert_eq!(again.list(), registry.list());
        assert_eq!(*again.get(vip.business_id()).unwrap(), vip);
        let text = fs::read_to_string(&path).unwrap();
        let read = if name.ends_with("toml") {
            from_toml(&text)
        } else {
            from_json(&text)
        };
        assert_eq!(read.unwrap().len(), 2);
        assert_eq!(
            names(folder.path()),
            [
                name.to_owned(),
                format!("{name}.history.jsonl"),
                format!("{name}.lock")
            ]
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.path().join("registry.toml");
    edit(&open(&path).await.unwrap())
        .put(party(1, Status::Draft))
        .await
        .unwrap();
    for name in names(folder.path()) {
        let mode = fs::metadata(folder.path().join(&name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

/// Who let a group read it wants that after the next change too.
#[cfg(unix)]
#[tokio::test]
async fn who_may_read_it_may_read_it_after_a_change() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let folder = folder();
    let path = folder.path().join("registry.toml");
    let registry = open(&path).await.unwrap();
    edit(&registry).put(party(1, Status::Draft)).await.unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let before = fs::metadata(&path).unwrap();
    // Only the superuser can give it to somebody else first.
    let given = std::os::unix::fs::chown(&path, Some(1234), Some(1234)).is_ok();
    edit(&registry).put(party(2, Status::Draft)).await.unwrap();
    let after = fs::metadata(&path).unwrap();
    assert_ne!(after.ino(), before.ino());
    assert_eq!(after.permissions().mode() & 0o777, 0o640);
    let owner = if given { 1234 } else { before.uid() };
    assert_eq!(after.uid(), owner);
}

/// A look at the history in between does not make a hand's change unseen.
#[tokio::test]
async fn a_change_by_hand_is_seen_after_a_look_at_the_history() {
    let folder = folder();
    let path = folder.path().join("registry.toml");
    let registry = open(&path).await.unwrap();
    edit(&registry).put(party(1, Status::Active)).await.unwrap();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"active\"", "\"suspended\"")).unwrap();
    assert_eq!(
        registry
            .history(&HistoryQuery::default())
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(registry.catch_up().await.unwrap());
    let id = "party-1".parse().unwrap();
    assert_eq!(registry.get(&id).unwrap().status(), Status::Suspended);
}

/// The file is put back from a copy: what follows is another history, and it is told.
#[tokio::test]
async fn a_file_that_was_put_back_goes_on_from_there() {
    let folder = folder();
    let path = folder.path().join("registry.toml");
    let registry = open(&path).await.unwrap();
    edit(&registry).put(party(1, Status::Active)).await.unwrap();
    let copy = fs::read(&path).unwrap();
    for n in 2..6 {
        edit(&registry).put(party(n, Status::Active)).await.unwrap();
    }
    let mut changes = registry.changes();
    fs::write(&path, copy).unwrap();
    assert!(registry.catch_up().await.unwrap());
    assert_eq!((registry.len(), registry.revision().get()), (1, 1));
    let first = "party-1".parse().unwrap();
    let set = edit(&registry).set_status(&first, Status::Suspended);
    set.await.unwrap();
    let told = tokio::time::timeout(std::time::Duration::from_secs(20), changes.next());
    let event = told.await.unwrap().unwrap();
    assert_eq!((event.revision().get(), registry.revision().get()), (2, 2));
    assert_eq!(event.business_id(), Some(&first));
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_stays_a_link() {
    let folder = folder();
    let real = folder.path().join("real.toml");
    let link = folder.path().join("registry.toml");
    fs::write(&real, to_toml(&[party(1, Status::Active)]).unwrap()).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    edit(&open(&link).await.unwrap())
        .put(party(2, Status::Active))
        .await
        .unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(open(&real).await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_absent_file_is_an_error_unless_asked_for() {
    let folder = folder();
    let path = folder.path().join("registry.toml");
    let error = Registry::open(FileStore::open(&path).unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::R008);
    assert!(error.to_string().contains("registry.toml"), "{error}");
    assert!(open(&path).await.unwrap().is_empty());
}

#[test]
fn the_extension_decides_the_format() {
    for name in ["registry", "registry.yaml", "registry.TOML", ".toml", ""] {
        let error = FileStore::open(name).unwrap_err();
        assert!(error.to_string().contains(".toml or .json"), "{name:?}");
    }
}

#[tokio::test]
async fn a_malformed_file_is_named_with_its_line() {
    let folder = folder();
    let path = folder.path().join("registry.toml");
    let good = to_toml(&[party(1, Status::Active)]).unwrap();
    for (text, expected) in [
        (good.replace("status", "statu"), "unknown field `statu`"),
        (
            good.replace("= \"active\"", "= \"activ"),
            "registry.toml, line 8, column",
        ),
        (good[..good.len() / 2].to_owned(), "registry.toml, line"),
        (good.replace("registry/1", "registry/9"), "another version"),
        (String::new(), "registry.toml: no schema"),
    ] {
        fs::write(&path, &text).unwrap();
        let error = open(&path).await.unwrap_err();
        assert_eq!(error.code(), Code::R008);
        assert!(error.to_string().contains(expected), "{error} / {expected}");
        assert!(error.to_string().contains("registry.toml"), "{error}");
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            text,
            "a refused file is not touched"
        );
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_refused() {
    let folder = folder();
    let path = folder.path().join("registry.toml");
    fs::write(&path, [0xff, 0xfe, 0]).unwrap();
    let error = open(&path).await.unwrap_err();
    assert_eq!(error.code(), Code::R008);
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_eq!(open(&path).await.unwrap_err().code(), Code::R008);
}

/// Two processes with one file: the later writer decides again on what the first one left, and
/// a change that was made from an old version is refused.
#[tokio::test]
async fn nobody_writes_over_a_change_unseen() {
    let folder = folder();
    let path = folder.path().join("registry.toml");
    let one = open(&path).await.unwrap();
    let other = open(&path).await.unwrap();
    edit(&one).put(party(1, Status::Active)).await.unwrap();
    edit(&other).put(party(2, Status::Active)).await.unwrap();
    assert_eq!(
        other.len(),
        2,
        "what the other one wrote is kept, and shown"
    );
    assert_eq!(open(&path).await.unwrap().len(), 2);

    let id = "party-1".parse().unwrap();
    edit(&other)
        .set_status(&id, Status::Suspended)
        .await
        .unwrap();
    let late = edit(&one).expecting(Version::FIRST);
    let error = late
        .update(&id, |it| it.legal_name("Late"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::R010);
    assert_eq!(error.found_version(), Some(Version::FIRST.next()));
    assert_eq!(
        open(&path).await.unwrap().get(&id).unwrap().legal_name(),
        "Acme GmbH"
    );

    // A hand that edits the file counts as well.
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("Acme GmbH", "Hand GmbH")).unwrap();
    edit(&one).put(party(3, Status::Active)).await.unwrap();
    assert_eq!(
        open(&path).await.unwrap().get(&id).unwrap().legal_name(),
        "Hand GmbH"
    );
    // And one that removes it: a registry that was there is not begun anew.
    fs::remove_file(&path).unwrap();
    let error = edit(&other)
        .put(party(4, Status::Active))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::R008);
    assert!(!path.exists());
    assert_eq!(other.len(), 2, "the last known state serves on");
}

#[tokio::test]
async fn a_file_that_is_no_registry_is_not_written_over() {
    let folder = folder();
    let path = folder.path().join("registry.toml");
    let registry = open(&path).await.unwrap();
    fs::write(&path, "precious").unwrap();
    let error = edit(&registry)
        .put(party(1, Status::Active))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::R008);
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}

#[tokio::test(start_paused = true)]
async fn a_second_writer_waits_for_the_lock_and_gives_up_in_the_end() {
    let folder = folder();
    let path = folder.path().join("registry.toml");
    let registry = open(&path).await.unwrap();
    let lock = fs::File::create(folder.path().join("registry.toml.lock")).unwrap();
    lock.lock().unwrap();
    let error = edit(&registry)
        .put(party(1, Status::Active))
        .await
        .unwrap_err();
    assert!(error.is_retryable());
    assert!(error.to_string().contains("another process"), "{error}");
    assert!(registry.is_empty());
    let writing = edit(&registry);
    let (written, ()) = tokio::join!(writing.put(party(1, Status::Active)), async {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        drop(lock);
    });
    written.unwrap();
}

/// A writer that was killed between its write and its rename leaves a file behind. It is neither
/// read nor kept, and the registry is the old one.
#[tokio::test]
async fn a_killed_writer_does_no_harm() {
    let folder = folder();
    let path = folder.path().join("registry.toml");
    edit(&open(&path).await.unwrap())
        .put(party(1, Status::Active))
        .await
        .unwrap();
    let leftover = folder.path().join(".registry.toml.new-AbCdEf.tmp");
    let other = folder.path().join(".registry.toml.backup");
    fs::write(&leftover, "schema = \"ob.registry/1\"\n[[third_par").unwrap();
    fs::write(&other, "somebody's").unwrap();
    let registry = open(&path).await.unwrap();
    assert_eq!(registry.len(), 1);
    edit(&registry).put(party(2, Status::Active)).await.unwrap();
    assert!(!leftover.exists());
    assert!(other.exists(), "only its own files are removed");
}

/// Where the folder cannot be written, nothing changes and the old file stays.
#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let folder = folder();
    fs::write(folder.path().join("file"), "").unwrap();
    let mut places: Vec<PathBuf> = vec![
        folder.path().join("absent/registry.toml"),
        folder.path().join("file/registry.toml"),
    ];
    if cfg!(target_os = "linux") {
        // Not even root can make files here.
        places.push("/proc/registry.toml".into());
    }
    for path in places {
        let registry = match open(&path).await {
            Ok(registry) => registry,
            // A file where a folder should be cannot even be read.
            Err(error) => {
                assert_eq!(error.code(), Code::R008);
                continue;
            }
        };
        let error = edit(&registry)
            .put(party(1, Status::Draft))
            .await
            .unwrap_err();
        assert_eq!(error.code(), Code::R008);
        assert!(error.to_string().contains("registry.toml"), "{error}");
        assert!(std::error::Error::source(&error).is_some());
    }
}

#[cfg(unix)]
#[tokio::test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
async fn a_read_only_folder_keeps_its_registry() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.path().join("registry.toml");
    let registry = open(&path).await.unwrap();
    edit(&registry).put(party(1, Status::Active)).await.unwrap();
    let mode = |mode| fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o500);
    if fs::write(folder.path().join("probe"), "").is_ok() {
        eprintln!("SKIPPED: this user may write everywhere");
        return mode(0o700);
    }
    let error = edit(&registry)
        .set_status(&"party-1".parse().unwrap(), Status::Suspended)
        .await;
    mode(0o700);
    assert_eq!(error.unwrap_err().code(), Code::R008);
    assert_eq!(registry.list(), open(&path).await.unwrap().list());
}

/// Writers in many processes: whatever is interleaved, no change is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_lose_nothing() {
    let folder = folder();
    let path = folder.path().join("registry.json");
    let writers: Vec<_> = (0..8)
        .map(|n| {
            let path = path.clone();
            tokio::spawn(async move {
                let registry = open(&path).await.unwrap();
                edit(&registry).put(party(n, Status::Active)).await.unwrap();
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(open(&path).await.unwrap().len(), 8);
}
