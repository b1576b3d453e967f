//! How often each case allocates memory.

use std::process::Command;

use crate::Anything;
use crate::figures::Figures;

pub(crate) fn count() -> Result<Figures, Anything> {
    let counted = Command::new(env!("CARGO_BIN_EXE_core-allocations")).output()?;
    if !counted.status.success() {
        return Err(String::from_utf8_lossy(&counted.stderr).into());
    }
    let mut figures = Figures::default();
    for line in String::from_utf8(counted.stdout)?.lines() {
        let [case, side, count] = line.split(' ').collect::<Vec<_>>()[..] else {
            return Err(format!("core-allocations printed: {line}").into());
        };
        figures.add(case, side, count.parse()?);
    }
    Ok(figures)
}
