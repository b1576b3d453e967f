//! How many crates a program is built from, including procedural macros.

use std::collections::BTreeSet;

use crate::Anything;
use crate::programs::Program;

pub(crate) struct Crates {
    pub(crate) own: f64,
    pub(crate) http_family: f64,
    pub(crate) others: f64,
}

const HTTP_FAMILY: &[&str] = &["http", "http-body", "http-body-util", "httparse"];

pub(crate) fn count(program: &Program) -> Result<Crates, Anything> {
    program.prepare()?;
    let mut tree = program.cargo("tree");
    tree.args(["--edges", "normal", "--prefix", "none"]);
    let output = tree.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let tree = String::from_utf8(output.stdout)?;
    // The first line is the program itself. Two versions of a crate count as two.
    let crates = tree.lines().skip(1).filter_map(|line| {
        let mut words = line.split_whitespace();
        words.next().zip(words.next())
    });
    let (mut own, mut http_family, mut others) = (0.0, 0.0, 0.0);
    for (name, _version) in crates.collect::<BTreeSet<_>>() {
        match name {
            name if name.starts_with("apideck-vault-") => own += 1.0,
            name if HTTP_FAMILY.contains(&name) => http_family += 1.0,
            _ => others += 1.0,
        }
    }
    Ok(Crates {
        own,
        http_family,
        others,
    })
}
