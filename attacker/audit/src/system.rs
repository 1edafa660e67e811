//! The roots that the system trusts, as one program sees them: one root, where programs look that trust what their system does.

use crate::namespace::Mounts;
use lab::certificate::{hashed_name, pem};
use std::{fs, io, path::Path};

/// Where systems keep theirs.
const PLACES: [&str; 2] = ["/etc/ssl/certs", "/etc/pki/tls/certs"];
/// What the file with all of them is called there.
const FILES: [&str; 2] = ["ca-certificates.crt", "ca-bundle.crt"];

/// A directory of roots in the place of the system's.
#[derive(Debug)]
pub(crate) struct Roots {
    directory: String,
}

impl Roots {
    /// Writes this root, DER, into a directory below.
    ///
    /// # Errors
    /// The files cannot be written.
    pub(crate) fn write(directory: &Path, root: &[u8]) -> io::Result<Self> {
        let directory = directory.join("system");
        fs::create_dir(&directory)?;
        let text = pem::encode(pem::CERTIFICATE, root);
        let hashed = hashed_name(root).map_err(io::Error::other)?;
        for file in FILES.into_iter().chain([hashed.as_str()]) {
            fs::write(directory.join(file), &text)?;
        }
        Ok(Self { directory: directory.display().to_string() })
    }

    /// What puts them in the place of the system's, for programs that do not ask the environment.
    pub(crate) fn mounts(&self) -> Mounts {
        let there = PLACES.into_iter().filter(|place| Path::new(place).is_dir());
        there.map(|place| [self.directory.clone(), place.to_owned()]).collect()
    }

    /// The variables of the environment that name them, as OpenSSL has it, and others after it.
    pub(crate) fn variables(&self) -> [(&'static str, String); 2] {
        let [file, ..] = FILES;
        [("SSL_CERT_DIR", self.directory.clone()), ("SSL_CERT_FILE", format!("{}/{file}", self.directory))]
    }
}
