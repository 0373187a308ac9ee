//! A tiny tidy workspace, written to a temporary folder, to be broken one rule at a time.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use xtask::tidy::{self, Problem};

/// The workspace; the folder goes with it.
#[derive(Debug)]
pub(crate) struct House {
    folder: TempDir,
}

const LIB: &str = "//! A crate.\n//!\n//! ```\n//! assert_eq!(1 + 1, 2);\n//! ```\n";

impl House {
    /// A house with these crates, in which nothing is wrong.
    pub(crate) fn of(crates: &[&str]) -> Self {
        let house = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let ours: String = crates
            .iter()
            .map(|name| format!("{name} = {{ version = \"0.1.0\", path = \"crates/{name}\" }}\n"))
            .collect();
        let root = format!(
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\n[workspace.package]\n\
            version = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"1.95\"\nlicense = \"MIT\"\n\
            repository = \"https://example.org\"\npublish = true\n\n[workspace.dependencies]\n{ours}\n\
            hyper = \"1\"\njiff = \"0.2\"\nrsa = \"0.9\"\nserde = \"1\"\ntokio = \"1\"\nuuid = \"1\"\n\
            \n[workspace.lints.rust]\nunsafe_code = \"forbid\"\n"
        );
        house.write("Cargo.toml", &root);
        for name in crates {
            house.write(&format!("crates/{name}/Cargo.toml"), &manifest(name, ""));
            house.write(&format!("crates/{name}/src/lib.rs"), LIB);
        }
        house
    }

    /// Writes a file, with its folders.
    pub(crate) fn write(&self, file: &str, text: &str) -> &Self {
        let path = self.root().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Lets a crate depend on others, by lines of its manifest.
    pub(crate) fn depends(&self, name: &str, lines: &str) -> &Self {
        self.write(&format!("crates/{name}/Cargo.toml"), &manifest(name, lines))
    }

    /// Adds a module to a crate.
    pub(crate) fn module(&self, name: &str, module: &str, code: &str) -> &Self {
        let lib = self.root().join(format!("crates/{name}/src/lib.rs"));
        let contents = fs::read_to_string(&lib).unwrap();
        fs::write(lib, format!("{contents}\nmod {module};\n")).unwrap();
        self.write(&format!("crates/{name}/src/{module}.rs"), code)
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn problems(&self) -> Vec<Problem> {
        tidy::check(self.root()).unwrap().problems().to_vec()
    }

    /// Every problem as one line.
    pub(crate) fn lines(&self) -> String {
        let lines: Vec<String> = self.problems().iter().map(ToString::to_string).collect();
        lines.join("\n")
    }
}

fn manifest(name: &str, dependencies: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion.workspace = true\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\nrepository.workspace = true\n\
        publish.workspace = true\n\n[dependencies]\n{dependencies}\n[lints]\nworkspace = true\n"
    )
}

#[test]
fn the_house_is_tidy_before_it_is_broken() {
    let house = House::of(&["ob-core", "ob-jose"]);
    house.depends("ob-jose", "serde.workspace = true\n");
    house.module(
        "ob-jose",
        "echo",
        "/// Twice.\npub fn twice(n: u64) -> u64 {\n    n * 2\n}\n",
    );
    assert_eq!(house.lines(), "");
}
