//! The layers of the core: no file uses anything from a layer above its own.

use std::fs;
use std::path::Path;

/// The layers, from the bottom up. A file belongs to the layer of its first path segment:
/// `vault/path.rs` belongs to `vault`.
const LAYERS: [&[&str]; 7] = [
    &["error"],
    &["retry", "observe"],
    &["token", "session", "vault"],
    &["operation", "proxy"],
    &["connect", "create_session"],
    &["settings"],
    &["call"],
];

fn layer_of(module: &str) -> usize {
    let layer = LAYERS.iter().position(|layer| layer.contains(&module));
    layer.unwrap_or_else(|| panic!("`{module}` is in no layer: add it to `LAYERS`"))
}

/// Every source file except `lib.rs`: its path below `src`, and its text.
fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            let name = path.strip_prefix(&source).unwrap().display().to_string();
            found.push((name.replace('\\', "/"), fs::read_to_string(&path).unwrap()));
        }
    }
}

fn all_files() -> Vec<(String, String)> {
    let mut found = Vec::new();
    files(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    assert!(found.len() > 20, "{found:?}");
    found
}

/// The modules of the crate that a line of code names: `vault` for `use crate::vault::Vault`.
fn modules_named_in(line: &str) -> impl Iterator<Item = &str> {
    let code = line.split("//").next().unwrap_or_default();
    code.split("crate::").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
        &rest[..end.unwrap_or(rest.len())]
    })
}

#[test]
fn no_import_goes_up_a_layer() {
    for (name, text) in all_files() {
        let module = name.split(['/', '.']).next().unwrap();
        if module == "lib" {
            continue;
        }
        for line in text.lines() {
            for named in modules_named_in(line) {
                assert!(
                    layer_of(named) <= layer_of(module),
                    "{name} is below `{named}`, and must not name it: {line}"
                );
            }
        }
    }
}
