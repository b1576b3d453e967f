//! The certificate that a server presents and its clients trust.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use std::fs;
use std::path::PathBuf;

use super::Anything;
use crate::report::target;

/// The certificate and its key as PEM files.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Certificate {
    /// Makes a new one for loopback.
    pub(crate) fn new() -> Result<Self, Anything> {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["127.0.0.1".to_owned()])?;
        let folder = target().join("benches");
        fs::create_dir_all(&folder)?;
        let new = Self {
            certificate: folder.join("server.pem"),
            key: folder.join("server.key"),
        };
        fs::write(&new.certificate, cert.pem())?;
        fs::write(&new.key, signing_key.serialize_pem())?;
        Ok(new)
    }
}
