//! The public types, as the source has them.

use std::fs;
use std::path::Path;

/// The names of all public structs and enums.
pub(crate) fn types() -> Vec<String> {
    let mut found = Vec::new();
    types_in(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    assert!(found.len() > 30, "{found:?}");
    found
}

fn types_in(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            types_in(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        // Indented ones are in macros and functions.
        let names = text.lines().filter_map(|line| {
            let rest = line
                .strip_prefix("pub struct ")
                .or(line.strip_prefix("pub enum "))?;
            rest.split(|c: char| !c.is_alphanumeric()).next()
        });
        found.extend(names.map(str::to_owned));
    }
}
