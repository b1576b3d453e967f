//! The script with Apideck's component in it, which npm and esbuild make from `web`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use axum::body::Bytes;

const SOURCES: [&str; 3] = ["package-lock.json", "package.json", "web/vault.jsx"];

#[derive(Debug)]
pub(crate) struct FrontEnd {
    pub(crate) script: Bytes,
    pub(crate) style: Bytes,
}

impl FrontEnd {
    /// Reads the bundle, after building it if it is older than its sources.
    ///
    /// The error says what is missing and what to do about it.
    pub(crate) fn build() -> Result<Self, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let script = folder.join("dist/vault.js");
        let sources = SOURCES
            .iter()
            .filter_map(|name| changed(&folder.join(name)));
        if changed(&script) < sources.max() {
            eprintln!("Building the page's script, which takes a minute the first time …");
            npm(
                folder,
                &[
                    "ci",
                    "--ignore-scripts",
                    "--no-audit",
                    "--no-fund",
                    "--loglevel=error",
                ],
            )?;
            npm(folder, &["run", "--silent", "build"])?;
        }
        let read = |name: &str| match fs::read(folder.join("dist").join(name)) {
            Ok(bytes) => Ok(Bytes::from(bytes)),
            Err(error) => Err(format!(
                "The page's script cannot be read: {name}: {error}."
            )),
        };
        Ok(Self {
            script: read("vault.js")?,
            style: read("vault.css")?,
        })
    }
}

fn changed(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|data| data.modified()).ok()
}

fn npm(folder: &Path, arguments: &[&str]) -> Result<(), String> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let command = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output();
    match command {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!(
            "The page's script cannot be built: `npm {}` failed in {}:\n{}",
            arguments.join(" "),
            folder.display(),
            String::from_utf8_lossy(&output.stderr).trim(),
        )),
        Err(error) => Err(format!(
            "The page's script cannot be built: npm does not start ({error}). To see the Vault on the \
             page, install Node.js 20 or newer from https://nodejs.org and start this again."
        )),
    }
}
