//! `interlock cert issue`

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use lab::certificate::{
    Credential, FORGERIES, Forgery, KeyType, PeerName, Purpose, forge, pem, x25519_private_pem, x25519_public_pem,
};
use lab::encryption::USUAL_BITS;
use lab::group::Group;
use lab::refusal::Refusal;
use lab::role::Role;
use lab::staging::{self, CLIENT_NAME, SERVER_NAME, certify, revocation_lists};
use process::authorities::Authorities;
use serde_json::json;

use super::{Failure, failed};

/// Arguments of `interlock cert issue`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock cert issue --out pki
  interlock cert issue --out pki --name server.example --attack forge-expired --seed 7
  interlock cert issue --out pki --key p256
  openssl verify -CAfile pki/root.pem -untrusted pki/server.pem pki/server.pem

Writes root.pem; server.pem and client.pem (chains) with server-key.pem and client-key.pem; crl.pem, what a client knows
of revocation; client-static-key.pem and server-static-key.pem with client-static.pem and server-static.pem, what those
who met know of each other, and so client-decryption-key.pem and server-decryption-key.pem with client-encryption.pem and
server-encryption.pem; with --attack also attacker.pem and attacker-key.pem.

The authorities are those of client, server and attacker by hand with the same --seed or --pki, and so are the names: a
client in another language trusts root.pem, holds certificates against crl.pem and expects bob.lab.")]
pub struct Issue {
    /// The directory to write to, made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The server's name: a host, which may begin with `*.`, or an address
    #[arg(long, default_value = SERVER_NAME, value_parser = host)]
    name: String,
    /// The client's name
    #[arg(long, default_value = CLIENT_NAME, value_parser = host)]
    client: String,
    /// Also what the attacker presents in this certificate attack
    #[arg(long, value_name = "ID", value_parser = attack)]
    attack: Option<&'static Forgery>,
    /// What keys everybody has: ed25519, p256 (what browsers accept) or rsa2048
    #[arg(long, value_name = "TYPE", default_value_t, value_parser = key_type)]
    key: KeyType,
    #[command(flatten)]
    authorities: Authorities,
    /// When, in seconds since 1970 [default: now, or 2026-01-01 with --seed]
    #[arg(long, value_name = "UNIXTIME", allow_negative_numbers = true)]
    at: Option<i64>,
}

/// What those have who met before: a secret for X25519 and its public value, and an RSA key pair.
const MET: [[&str; 4]; 2] = [
    ["client-static-key.pem", "client-static.pem", "client-decryption-key.pem", "client-encryption.pem"],
    ["server-static-key.pem", "server-static.pem", "server-decryption-key.pem", "server-encryption.pem"],
];

fn attack(id: &str) -> Result<&'static Forgery, String> {
    let ids = || FORGERIES.iter().map(|forgery| forgery.id).collect::<Vec<_>>();
    forge::find(id).ok_or_else(|| Refusal::new("one-of", json!({ "expected": ids() })).to_string())
}

fn key_type(name: &str) -> Result<KeyType, String> {
    name.parse().map_err(|unknown: lab::certificate::UnknownKeyType| unknown.to_string())
}

fn host(name: &str) -> Result<String, String> {
    match name.strip_prefix("*.").unwrap_or(name).parse() {
        Ok(PeerName::Dns(_)) => Ok(name.to_owned()),
        Ok(PeerName::Ip(_)) if !name.starts_with('*') => Ok(name.to_owned()),
        _ => Err(Refusal::new("host-or-address", json!({})).to_string()),
    }
}

impl Issue {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<u8, Failure> {
        let mut setting = self
            .authorities
            .read()
            .and_then(|origin| origin.setting(""))
            .map_err(|error| Failure::Usage(Refusal::new("said", json!({ "text": error.to_string() }))))?;
        setting.keys = self.key;
        setting.now = self.at.unwrap_or(setting.now);
        let usage = |error: lab::certificate::issue::Error| Failure::Usage((&error).into());
        let pki = certify(&setting, &self.name, &self.client).map_err(usage)?;
        let lists = revocation_lists(&pki.authorities, &self.name, Purpose::Server, &setting).map_err(usage)?;
        let mut files = vec![("root.pem", pem::encode(pem::CERTIFICATE, pki.authorities.root.certificate()))];
        let mut credential = |chain: &'static str, key: &'static str, credential: &Credential| {
            files.push((chain, credential.to_pem()));
            files.push((key, credential.key().to_pkcs8_pem()));
        };
        credential("server.pem", "server-key.pem", &pki.server);
        credential("client.pem", "client-key.pem", &pki.client);
        if let Some(forgery) = self.attack {
            let forged =
                staging::forge(forgery, &pki.authorities, &self.name, Purpose::Server, &setting).map_err(usage)?;
            credential("attacker.pem", "attacker-key.pem", &forged);
        }
        for (victim, [key, public, decryption, encryption]) in [(Role::Client, MET[0]), (Role::Server, MET[1])] {
            let secret = staging::static_key(&setting, victim);
            files.push((key, x25519_private_pem(&secret)));
            if let Some(key) = staging::drawn_key(victim, &setting, USUAL_BITS) {
                files.push((decryption, pem::encode(pem::PRIVATE_KEY, &key.to_pkcs8())));
                files.push((encryption, pem::encode(pem::RSA_PUBLIC_KEY, &key.encryption_key().to_der())));
            }
            files.extend(Group::X25519.public(&secret).map(|value| (public, x25519_public_pem(&value))));
        }
        files.push(("crl.pem", lists.iter().map(|list| pem::encode(pem::CRL, list)).collect()));
        std::fs::create_dir_all(&self.out).map_err(failed(&self.out))?;
        for (name, text) in files {
            let path = self.out.join(name);
            write(&path, &text, name.ends_with("-key.pem")).map_err(failed(&path))?;
            writeln!(out, "{}", path.display())?;
        }
        Ok(0)
    }
}

/// Writes a file anew; a secret is its owner's alone to read.
fn write(path: &Path, text: &str, secret: bool) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // Elsewhere a file has the rights of the user's profile.
    #[cfg(not(unix))]
    let _ = secret;
    #[cfg(unix)]
    if secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options.open(path)?.write_all(text.as_bytes())
}
