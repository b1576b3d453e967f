//! The programs and how they are built: each alone, because a workspace unifies the features of all its
//! members, with the settings of `cargo build --release`, and stripped.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, io};

use indicatif::ProgressBar;

use crate::Anything;
use crate::figures::BY_HAND;
use crate::trust::Trust;

/// Programs that do the same on the same HTTP stack.
pub(crate) struct Stack {
    pub(crate) name: &'static str,
    pub(crate) speaks_https: bool,
    /// The one by hand first.
    pub(crate) programs: &'static [Program],
}

pub(crate) struct Program {
    pub(crate) label: &'static str,
    folder: &'static str,
    default_features: bool,
}

impl Program {
    const fn new(label: &'static str, folder: &'static str) -> Self {
        Self {
            label,
            folder,
            default_features: true,
        }
    }

    const fn without_default_features(self) -> Self {
        Self {
            default_features: false,
            ..self
        }
    }

    /// `cargo` for this program.
    pub(crate) fn cargo(&self, command: &str) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        let manifest = root().join(self.folder).join("Cargo.toml");
        cargo.arg(command).arg("--manifest-path").arg(manifest);
        if !self.default_features && command != "fetch" {
            cargo.arg("--no-default-features");
        }
        cargo
    }

    /// Uses the workspace's versions of crates; a crate that the workspace does not have may be newer.
    pub(crate) fn prepare(&self) -> Result<(), Anything> {
        let versions = root().join("../../../Cargo.lock");
        fs::copy(versions, root().join(self.folder).join("Cargo.lock"))?;
        run(self.cargo("fetch"))
    }
}

pub(crate) const STACKS: &[Stack] = &[
    Stack {
        name: "hyper_without_tls",
        speaks_https: false,
        programs: &[
            Program::new(BY_HAND, "by_hand/hyper").without_default_features(),
            Program::new("ours", "ours/hyper").without_default_features(),
        ],
    },
    Stack {
        name: "hyper",
        speaks_https: true,
        programs: &[
            Program::new(BY_HAND, "by_hand/hyper"),
            Program::new("ours", "ours/hyper"),
        ],
    },
    Stack {
        name: "ureq",
        speaks_https: true,
        programs: &[
            Program::new(BY_HAND, "by_hand/ureq"),
            Program::new("ours", "ours/ureq"),
        ],
    },
    Stack {
        name: "reqwest",
        speaks_https: true,
        programs: &[
            Program::new(BY_HAND, "by_hand/reqwest"),
            Program::new("ours", "ours/reqwest"),
            // As in most programs that use reqwest: its default features.
            Program::new("defaults", "by_hand/reqwest_defaults"),
        ],
    },
];

pub(crate) struct Built {
    pub(crate) path: PathBuf,
    pub(crate) bytes: f64,
    /// How long a clean build took, if that was measured.
    pub(crate) seconds: Option<f64>,
}

/// Where and how to build.
pub(crate) struct Builds {
    folder: PathBuf,
    from_nothing: bool,
}

impl Builds {
    pub(crate) fn new(folder: &Path, from_nothing: bool) -> io::Result<Self> {
        fs::create_dir_all(folder.join("programs"))?;
        let folder = folder.to_owned();
        Ok(Self {
            folder,
            from_nothing,
        })
    }

    /// Builds a program with two jobs, so that machines can be compared.
    pub(crate) fn build(&self, stack: &Stack, program: &Program) -> Result<Built, Anything> {
        program.prepare()?;
        let target = self.target(stack, program);
        if self.from_nothing && target.exists() {
            fs::remove_dir_all(&target)?;
        }
        let began = Instant::now();
        let path = self.run(stack, program, program.cargo("build"), "")?;
        let seconds = began.elapsed().as_secs_f64();
        Ok(Built {
            bytes: fs::metadata(&path)?.len() as f64,
            seconds: self.from_nothing.then_some(seconds),
            path,
        })
    }

    /// Builds it again with one root certificate in addition to Mozilla's.
    pub(crate) fn build_trusting(
        &self,
        stack: &Stack,
        program: &Program,
        trust: &Trust,
    ) -> Result<PathBuf, Anything> {
        let mut cargo = program.cargo("build");
        if let Some(patched) = trust.patched_roots(program)? {
            let patch = format!("patch.crates-io.webpki-roots.path={patched:?}");
            cargo.arg("--config").arg(patch);
        }
        self.run(stack, program, cargo, "-trusting")
    }

    fn run(
        &self,
        stack: &Stack,
        program: &Program,
        mut cargo: Command,
        suffix: &str,
    ) -> Result<PathBuf, Anything> {
        let target = self.target(stack, program);
        let name = format!("{}-{}{suffix}", stack.name, program.label);
        let bar = ProgressBar::new_spinner().with_message(format!("building {name}"));
        bar.enable_steady_tick(Duration::from_millis(100));
        cargo.args(["--release", "--jobs", "2"]);
        cargo.env("CARGO_TARGET_DIR", &target);
        cargo.env("CARGO_PROFILE_RELEASE_STRIP", "true");
        run(cargo)?;
        bar.finish_and_clear();
        let built = target.join("release").join(executable("program"));
        let path = self.folder.join("programs").join(executable(&name));
        fs::copy(built, &path)?;
        Ok(path)
    }

    fn target(&self, stack: &Stack, program: &Program) -> PathBuf {
        match self.from_nothing {
            true => self
                .folder
                .join(format!("{}-{}", stack.name, program.label)),
            false => self.folder.join("together"),
        }
    }
}

fn executable(name: &str) -> String {
    format!("{name}{}", env::consts::EXE_SUFFIX)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("footprint")
}

/// Runs a command and shows its output only if it fails.
fn run(mut command: Command) -> Result<(), Anything> {
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?} failed:\n{errors}").into());
    }
    Ok(())
}
