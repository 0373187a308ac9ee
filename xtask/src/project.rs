//! What cargo knows about the workspace: root, target folder, packages.

use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand, Package};

/// The workspace as `cargo metadata --no-deps` describes it.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) root: PathBuf,
    /// Respects `CARGO_TARGET_DIR`.
    pub(crate) target: PathBuf,
    metadata: Metadata,
}

impl Project {
    /// The workspace this program was built from, or the one around the current folder.
    pub(crate) fn here() -> Result<Self, String> {
        let start = match std::env::var_os("CARGO_MANIFEST_DIR") {
            Some(folder) => PathBuf::from(folder),
            None => std::env::current_dir().map_err(|error| error.to_string())?,
        };
        Self::around(&start)
    }

    /// The workspace that `folder` belongs to.
    pub(crate) fn around(folder: &Path) -> Result<Self, String> {
        let metadata = MetadataCommand::new()
            .current_dir(folder)
            .no_deps()
            .other_options(vec!["--offline".to_owned()])
            .exec()
            .map_err(|error| format!("cargo metadata in {}: {error}", folder.display()))?;
        Ok(Self {
            root: metadata.workspace_root.clone().into_std_path_buf(),
            target: metadata.target_directory.clone().into_std_path_buf(),
            metadata,
        })
    }

    pub(crate) fn packages(&self) -> &[Package] {
        &self.metadata.packages
    }

    pub(crate) fn package(&self, name: &str) -> Option<&Package> {
        self.packages().iter().find(|package| *package.name == name)
    }

    /// `path` as people write it: from the root, with forward slashes.
    pub(crate) fn relative(&self, path: &Path) -> String {
        let inside = path.strip_prefix(&self.root).unwrap_or(path);
        inside.to_string_lossy().replace('\\', "/")
    }
}
