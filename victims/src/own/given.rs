//! What a program of the user's own is given: the order that a victim of the lab's would have, as variables of the
//! environment and as files.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use lab::{
    certificate::{KeyPair, pem, x25519_private_pem, x25519_public_pem},
    control::PlayOrder,
    evidence::hex,
    group::Group,
    role::Role,
    victim::messages,
};
use process::{
    authorities::random,
    foreign::{Directory, fill},
};
use std::{collections::BTreeMap, fs, io, path::Path, sync::Arc};

/// Values by name, the files that some of them name, and the directory where those are.
pub(super) struct Given {
    values: BTreeMap<&'static str, String>,
    directory: Directory,
    run: String,
    /// Is there as long as the program may look at it.
    _memory: Option<Arc<Directory>>,
}

impl Given {
    /// What the order gives; `port` is where a client connects, `group` a server's own, `memory` what the program wrote down in
    /// earlier sessions.
    ///
    /// # Errors
    /// The files cannot be written, or the order is none.
    pub(super) fn new(
        role: Role,
        order: &PlayOrder,
        port: Option<u16>,
        group: Option<&Group>,
        memory: Option<Arc<Directory>>,
    ) -> io::Result<Self> {
        let run = hex(&random()?[..16]);
        let directory = Directory::create(std::env::temp_dir().join(format!("interlock-own-{run}")))?;
        let remembered = memory.as_ref().map(|memory| memory.path().display().to_string());
        let mut given = Self { values: BTreeMap::new(), directory, run, _memory: memory };
        given.values.extend(remembered.map(|path| ("memory", path)));
        let [first, second] = messages(role, order).ok_or_else(|| malformed("seed"))?;
        let fixed = [
            ("role", role.to_string()),
            ("mode", order.mode.to_string()),
            ("session", order.correlation.clone()),
            ("without", order.without.join(" ")),
            ("with", order.with.join(" ")),
            ("now", order.now.to_string()),
            ("patience", order.patience.to_string()),
            ("message_1", first),
            ("message_2", second),
            ("host", "127.0.0.1".to_owned()),
            ("dir", given.directory.path().display().to_string()),
        ];
        given.values.extend(fixed);
        given.values.extend(port.map(|port| ("port", port.to_string())));
        if let Some(Group::Modp(group)) = group {
            given.values.extend([("p", format!("{:x}", group.p)), ("g", format!("{:x}", group.g))]);
            given.values.extend(group.order.as_ref().map(|order| ("q", format!("{order:x}"))));
        }
        if let Some(secret) = &order.shared_secret {
            given.values.insert("secret", hex(&octets("shared_secret", secret)?));
        }
        given.identify(order)?;
        Ok(given)
    }

    fn identify(&mut self, order: &PlayOrder) -> io::Result<()> {
        let Some(credentials) = &order.credentials else { return Ok(()) };
        self.values.extend(credentials.own_name.clone().map(|name| ("own_name", name)));
        self.values.extend(credentials.peer_name.clone().map(|name| ("peer_name", name)));
        let decoded = |field: &str, texts: &[String]| {
            texts.iter().map(|text| octets(field, text)).collect::<io::Result<Vec<_>>>()
        };
        let lists = [
            ("ca", "root.pem", pem::CERTIFICATE, &credentials.anchors),
            ("crl", "crl.pem", pem::CRL, &credentials.revocation_lists),
            ("chain", "chain.pem", pem::CERTIFICATE, &credentials.chain),
        ];
        for (name, file, label, texts) in lists {
            if !texts.is_empty() {
                let text: String = decoded(name, texts)?.iter().map(|der| pem::encode(label, der)).collect();
                self.write(name, file, &text)?;
            }
        }
        let pins: Vec<String> = decoded("pins", &credentials.pins)?.iter().map(|pin| hex(pin)).collect();
        if !pins.is_empty() {
            self.values.insert("pins", pins.join(" "));
        }
        let seed = |field: &str, text: &String| -> io::Result<[u8; 32]> {
            octets(field, text)?.try_into().map_err(|_| malformed(field))
        };
        if let Some(key) = &credentials.key {
            self.write("key", "key.pem", &KeyPair::from_seed(&seed("key", key)?).to_pkcs8_pem())?;
        }
        if let Some(key) = &credentials.decryption_key {
            let text = pem::encode(pem::PRIVATE_KEY, &octets("decryption_key", key)?);
            self.write("decryption_key", "decryption-key.pem", &text)?;
        }
        if let Some(key) = &credentials.peer_key {
            self.write("peer_key", "peer-key.pem", &pem::encode(pem::RSA_PUBLIC_KEY, &octets("peer_key", key)?))?;
        }
        if let Some(secret) = &credentials.static_key {
            self.write("static_key", "static-key.pem", &x25519_private_pem(&seed("static_key", secret)?))?;
        }
        if let Some(public) = &credentials.peer_static {
            self.write("peer_static", "peer-static.pem", &x25519_public_pem(&octets("peer_static", public)?))?;
        }
        Ok(())
    }

    fn write(&mut self, name: &'static str, file: &str, text: &str) -> io::Result<()> {
        let path = self.directory.path().join(file);
        fs::write(&path, text)?;
        self.values.insert(name, path.display().to_string());
        Ok(())
    }

    /// The word of a command with everything filled in.
    pub(super) fn fill(&self, word: &str) -> String {
        fill(word, |name| self.values.get(name).map(String::as_str))
    }

    /// Names and values for the environment.
    pub(super) fn environment(&self) -> impl Iterator<Item = (String, &str)> {
        self.values.iter().map(|(name, value)| (format!("INTERLOCK_{}", name.to_ascii_uppercase()), value.as_str()))
    }

    /// The program's own directory.
    pub(super) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// By what the run is known.
    pub(super) fn run(&self) -> String {
        self.run.clone()
    }
}

fn octets(field: &str, text: &str) -> io::Result<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| malformed(field))
}

fn malformed(field: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{field}: not what an order has"))
}
