//! Which test carries which numbers: the line `Rows: R014, L1.3` in its documentation.

use std::path::{Path, PathBuf};

use cargo_metadata::Package;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Expr, Item, ItemMacro, Lit, Meta, Token};

use super::rows::is_id;
use crate::project::Project;
use crate::tidy;

/// A test that says what it proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) package: String,
    /// As nextest names it: `ob-jose`, `ob-jose::it`, `ob-cli::bin/ob`.
    pub(super) binary: String,
    /// The path inside the binary: `proofs::refuses_a_private_key`.
    pub(super) test: String,
    pub(super) rows: Vec<String>,
}

/// One Rust file of a package.
struct Place<'a> {
    package: &'a str,
    binary: String,
    modules: Vec<String>,
    file: String,
}

/// Every claim of the workspace. The error names a claim that is no claim.
pub(super) fn collect(project: &Project) -> Result<Vec<Claim>, String> {
    let mut claims = Vec::new();
    for package in project.packages() {
        let manifest = package.manifest_path.as_std_path();
        let folder = manifest.parent().unwrap_or(&project.root);
        for path in tidy::rust_files(folder).map_err(|error| error.to_string())? {
            let inside = path.strip_prefix(folder).unwrap_or(&path);
            let Some((binary, modules)) = located(&package.name, inside) else {
                continue;
            };
            let binary = if binary == *package.name {
                unit_tests(package)
            } else {
                binary
            };
            let place = Place {
                package: &package.name,
                binary,
                modules,
                file: project.relative(&path),
            };
            claims.extend(place.read(&path)?);
        }
    }
    Ok(claims)
}

/// The binary of the unit tests: the library's, or the program's where there is no library.
fn unit_tests(package: &Package) -> String {
    if package.targets.iter().any(cargo_metadata::Target::is_lib) {
        return package.name.to_string();
    }
    let mut programs = package.targets.iter().filter(|target| target.is_bin());
    let program = programs
        .next()
        .map_or("main", |target| target.name.as_str());
    format!("{}::bin/{program}", package.name)
}

/// The test binary a file belongs to, and its module there.
fn located(package: &str, inside: &Path) -> Option<(String, Vec<String>)> {
    let stem: PathBuf = inside.with_extension("");
    let parts: Vec<String> = stem
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    let (binary, modules) = match parts.split_first()? {
        (first, rest) if first == "src" => (package.to_owned(), rest),
        (first, [name, rest @ ..]) if first == "tests" => (format!("{package}::{name}"), rest),
        _ => return None,
    };
    let modules = match modules {
        [only] if only == "lib" || only == "main" => &[],
        other => other,
    };
    Some((binary, modules.to_vec()))
}

impl Place<'_> {
    fn read(&self, path: &Path) -> Result<Vec<Claim>, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        if !text.contains("Rows:") {
            return Ok(Vec::new());
        }
        self.of_text(&text)
    }

    fn of_text(&self, text: &str) -> Result<Vec<Claim>, String> {
        let syntax = syn::parse_file(text).map_err(|error| format!("{}: {error}", self.file))?;
        let mut claims = Vec::new();
        self.items(&syntax.items, &self.modules, &mut claims)?;
        Ok(claims)
    }

    fn items(
        &self,
        items: &[Item],
        modules: &[String],
        claims: &mut Vec<Claim>,
    ) -> Result<(), String> {
        for item in items {
            match item {
                Item::Fn(function) => {
                    let name = function.sig.ident.to_string();
                    claims.extend(self.claim(&function.attrs, &name, modules)?);
                }
                Item::Mod(module) => {
                    let Some((_, inner)) = &module.content else {
                        continue;
                    };
                    let mut deeper = modules.to_vec();
                    deeper.push(module.ident.to_string());
                    self.items(inner, &deeper, claims)?;
                }
                Item::Macro(call) => {
                    for (attributes, name) in laws(call) {
                        claims.extend(self.claim(&attributes, &name, modules)?);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn claim(
        &self,
        attributes: &[Attribute],
        name: &str,
        modules: &[String],
    ) -> Result<Option<Claim>, String> {
        let lines = attributes.iter().filter_map(documentation);
        let told: Vec<String> = lines
            .filter_map(|line| line.trim().strip_prefix("Rows:").map(str::to_owned))
            .collect();
        if told.is_empty() {
            return Ok(None);
        }
        if !attributes.iter().any(is_test) {
            return Err(format!("{}: `{name}` has rows and is no test", self.file));
        }
        let rows: Vec<String> = told
            .iter()
            .flat_map(|line| line.split(','))
            .map(|id| id.trim().trim_end_matches('.').to_owned())
            .collect();
        if let Some(stranger) = rows.iter().find(|id| !is_id(id)) {
            return Err(format!(
                "{}: `{name}` claims `{stranger}`, which is no row",
                self.file
            ));
        }
        let mut path = modules.to_vec();
        path.push(name.to_owned());
        Ok(Some(Claim {
            package: self.package.to_owned(),
            binary: self.binary.clone(),
            test: path.join("::"),
            rows,
        }))
    }
}

fn documentation(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else {
        return None;
    };
    match &pair.value {
        Expr::Lit(literal) if pair.path.is_ident("doc") => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// `#[test]`, `#[tokio::test]`.
fn is_test(attribute: &Attribute) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|segment| segment.ident == "test")
}

/// The functions inside `proptest! { … }`.
fn laws(call: &ItemMacro) -> Vec<(Vec<Attribute>, String)> {
    if !call.mac.path.is_ident("proptest") {
        return Vec::new();
    }
    let read = |input: ParseStream<'_>| {
        let _settings = Attribute::parse_inner(input)?;
        let mut found = Vec::new();
        while !input.is_empty() {
            let attributes = Attribute::parse_outer(input)?;
            input.parse::<Token![fn]>()?;
            let name: syn::Ident = input.parse()?;
            let _arguments: proc_macro2::Group = input.parse()?;
            let _body: proc_macro2::Group = input.parse()?;
            found.push((attributes, name.to_string()));
        }
        Ok(found)
    };
    read.parse2(call.mac.tokens.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::{Claim, Place, located};
    use std::path::Path;

    fn read(text: &str) -> Result<Vec<Claim>, String> {
        let place = Place {
            package: "ob-x",
            binary: "ob-x::it".to_owned(),
            modules: vec!["proofs".to_owned()],
            file: "proofs.rs".to_owned(),
        };
        place.of_text(text)
    }

    #[test]
    fn tests_modules_and_laws_are_read() {
        let claims = read(
            "/// Says so.\n///\n/// Rows: R014, L1.3\n#[tokio::test] async fn a() {}
             #[test] fn silent() {}
             mod inner { /// Rows: R002.\n#[test] fn b() {} }
             proptest! { #![proptest_config(x())]
                 /// Rows: R003\n#[test] fn c(n in 0..4, m in any::<u8>()) { let _ = n; } }",
        );
        let shown: Vec<String> = claims
            .unwrap()
            .iter()
            .map(|claim| format!("{} {}", claim.test, claim.rows.join("+")))
            .collect();
        let expected = [
            "proofs::a R014+L1.3",
            "proofs::inner::b R002",
            "proofs::c R003",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_claim_needs_a_test_and_known_words() {
        let sentence = read("/// Rows: R001\nfn helper() {}").unwrap_err();
        assert_eq!(sentence, "proofs.rs: `helper` has rows and is no test");
        let sentence = read("/// Rows: R001 R002\n#[test] fn t() {}").unwrap_err();
        assert!(sentence.contains("`R001 R002`"), "{sentence}");
    }

    #[test]
    fn files_belong_to_binaries() {
        let at = |path: &str| {
            located("ob-x", Path::new(path)).map(|(binary, modules)| (binary, modules.join("::")))
        };
        let is = |binary: &str, module: &str| Some((binary.to_owned(), module.to_owned()));
        assert_eq!(at("src/lib.rs"), is("ob-x", ""));
        assert_eq!(at("src/jwk/ec.rs"), is("ob-x", "jwk::ec"));
        assert_eq!(at("tests/it/main.rs"), is("ob-x::it", ""));
        assert_eq!(at("tests/it/proofs.rs"), is("ob-x::it", "proofs"));
        assert_eq!(at("examples/demo.rs"), None);
    }
}
