//! Makes the programs trust the benchmark's server. Those with Mozilla's root certificates compiled
//! in are built with a copy of `webpki-roots` that has one more. Those that load the system's
//! certificates get a file that has one more.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{CertifiedKey, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, TrustAnchor};
use rustls::{RootCertStore, ServerConfig};
use serde_json::Value;

use crate::Anything;
use crate::programs::Program;

pub(crate) struct Trust {
    folder: PathBuf,
    certificate: CertificateDer<'static>,
    key: KeyPair,
    anchor: TrustAnchor<'static>,
}

/// Where Debian and its derivatives keep all root certificates in one file.
const SYSTEM_ROOTS: &str = "/etc/ssl/certs/ca-certificates.crt";
const ROOTS: &str = "pub const TLS_SERVER_ROOTS: &[TrustAnchor<'static>] = &[";

impl Trust {
    /// Makes a certificate for this run.
    pub(crate) fn new(folder: &Path) -> Result<Self, Anything> {
        let names = ["127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(names)?;
        let certificate = cert.der().clone();
        let mut store = RootCertStore::empty();
        store.add(certificate.clone())?;
        let anchor = store.roots.pop().ok_or("no anchor")?;
        fs::create_dir_all(folder)?;
        let trust = Self {
            folder: folder.to_owned(),
            certificate,
            key: signing_key,
            anchor,
        };
        let system = match fs::read_to_string(SYSTEM_ROOTS) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            system => system?,
        };
        fs::write(trust.roots_file(), format!("{system}\n{}", cert.pem()))?;
        Ok(trust)
    }

    pub(crate) fn server_config(&self) -> Result<Arc<ServerConfig>, Anything> {
        let key = PrivateKeyDer::try_from(self.key.serialize_der())?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.clone()], key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// The file for `SSL_CERT_FILE`.
    pub(crate) fn roots_file(&self) -> PathBuf {
        self.folder.join("roots.pem")
    }

    /// A copy of the program's `webpki-roots` with one more certificate, if the program uses that crate.
    pub(crate) fn patched_roots(&self, program: &Program) -> Result<Option<PathBuf>, Anything> {
        let output = program
            .cargo("metadata")
            .args(["--format-version", "1"])
            .output()?;
        let metadata: Value = serde_json::from_slice(&output.stdout)?;
        let mut packages = metadata["packages"].as_array().into_iter().flatten();
        let Some(package) = packages.find(|package| package["name"] == "webpki-roots") else {
            return Ok(None);
        };
        let manifest = package["manifest_path"].as_str().ok_or("no manifest")?;
        let original = Path::new(manifest).with_file_name("src").join("lib.rs");
        let original = fs::read_to_string(original)?;
        let patched = original.replacen(ROOTS, &format!("{ROOTS}\n{},", self.anchor()), 1);
        if patched == original {
            return Err("webpki-roots does not look as expected".into());
        }
        let folder = self.folder.join("webpki-roots");
        fs::create_dir_all(folder.join("src"))?;
        fs::write(folder.join("src").join("lib.rs"), patched)?;
        let version = package["version"].as_str().ok_or("no version")?;
        fs::write(folder.join("Cargo.toml"), patched_manifest(version))?;
        Ok(Some(folder))
    }

    /// The root certificate as Rust code.
    fn anchor(&self) -> String {
        let TrustAnchor {
            subject,
            subject_public_key_info: key,
            ..
        } = &self.anchor;
        format!(
            "TrustAnchor {{ subject: Der::from_slice(&{:?}), \
             subject_public_key_info: Der::from_slice(&{:?}), name_constraints: None }}",
            subject.as_ref(),
            key.as_ref()
        )
    }
}

fn patched_manifest(version: &str) -> String {
    format!(
        "[package]\nname = \"webpki-roots\"\nversion = \"{version}\"\nedition = \"2021\"\n\n\
         [dependencies]\npki-types = {{ package = \"rustls-pki-types\", version = \"1.8\", \
         default-features = false }}\n\n[workspace]\n"
    )
}
