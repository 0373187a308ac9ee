//! Writes the seeds of every target into `<folder>/<target>/`, for the fuzzer to start from.

use std::path::PathBuf;
use std::{env, fs, io};

use properties::{TARGETS, regressions};

fn main() -> io::Result<()> {
    let missing = || io::Error::other("needed: the folder to write to");
    let folder = env::args_os()
        .nth(1)
        .map(PathBuf::from)
        .ok_or_else(missing)?;
    for target in TARGETS {
        let folder = folder.join(target.name);
        fs::create_dir_all(&folder)?;
        for (number, seed) in target.seeds().iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:04}")), seed)?;
        }
        for (name, input) in regressions::of(target.name)? {
            fs::write(folder.join(format!("regression-{name}")), input)?;
        }
    }
    Ok(())
}
