//! Every certificate attack and its twin before another judge: OpenSSL in its strict mode, with revocation lists.

use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use lab::certificate::{
    FORGERIES, KeyType, Pki, Purpose, checks,
    forge::{FURTHER, Form, Staged},
    hashed_name, pem,
};
use std::{fs, path::Path, process::Command};
use tempfile::TempDir;

const AT: i64 = 1_790_000_000;
const NAME: &str = "bob.lab";

/// What OpenSSL does not mind, strict as it is: policies unless it is told to look at them, the number zero, and a name that
/// stands in the subject alone (X509_check_host(3)).
const NOT_SEEN: [&str; 3] = ["forge-policy", "forge-serial", "forge-name:common-name"];

fn openssl(directory: &Path, args: &[&str]) -> Option<(bool, String)> {
    let output = Command::new("openssl").current_dir(directory).args(args).output().ok()?;
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

/// A directory for its files; nothing where it is not here.
fn place() -> Option<TempDir> {
    let directory = tempfile::tempdir().unwrap();
    if openssl(directory.path(), &["version"]).is_none() {
        println!("not run: openssl is missing");
        return None;
    }
    Some(directory)
}

/// What a forgery of the further ones presents, and the authorities that it forges.
fn flawed(id: &str, keys: KeyType) -> (Pki, Staged) {
    let rng = &mut ChaCha20Rng::from_seed([5; 32]);
    let pki = Pki::generate_with(keys, NAME, "alice.lab", AT, rng).unwrap();
    let forgery = FURTHER.iter().find(|forgery| forgery.id == id).unwrap();
    let staged = forgery.stage(Form::Flawed, &pki.authorities, NAME, Purpose::Server, AT, rng).unwrap();
    (pki, staged)
}

#[test]
fn openssl_believes_every_twin_and_refuses_every_flaw() {
    let Some(directory) = place() else { return };
    let at = directory.path();
    for forgery in FORGERIES.iter().chain(FURTHER).filter(|forgery| forgery.check != checks::PIN) {
        let rng = &mut ChaCha20Rng::from_seed([5; 32]);
        let pki = Pki::generate(NAME, "alice.lab", AT, rng).unwrap();
        for form in [Form::Flawed, Form::Mended] {
            let staged = forgery.stage(form, &pki.authorities, NAME, Purpose::Server, AT, rng).unwrap();
            let lists: String = staged.lists.iter().map(|list| pem::encode(pem::CRL, list)).collect();
            let chain: String = staged.presented.iter().map(|der| pem::encode(pem::CERTIFICATE, der)).collect();
            let root = pem::encode(pem::CERTIFICATE, &staged.anchor);
            for (file, text) in [("root.pem", root), ("chain.pem", chain), ("crl.pem", lists)] {
                fs::write(at.join(file), text).unwrap();
            }
            let time = AT.to_string();
            let fixed = [
                "verify",
                "-x509_strict",
                "-auth_level",
                "2",
                "-attime",
                &time,
                "-CAfile",
                "root.pem",
                "-untrusted",
                "chain.pem",
            ];
            let asked = ["-purpose", "sslserver", "-verify_hostname", NAME, "-crl_check_all", "-CRLfile", "crl.pem"];
            let (accepted, said) = openssl(at, &[&fixed[..], &asked, &["chain.pem"]].concat()).unwrap();
            let believed = form == Form::Mended || NOT_SEEN.contains(&forgery.id);
            assert_eq!(accepted, believed, "{} {form:?}: {said}", forgery.id);
            if forgery.check == checks::POLICY {
                // Any policy will do: OpenSSL takes none to be named for none to be accepted.
                let policies = ["-policy_check", "-policy", "2.5.29.32.0", "chain.pem"];
                let (accepted, said) = openssl(at, &[&fixed[..], &asked, &policies].concat()).unwrap();
                assert_eq!(accepted, form == Form::Mended, "{} {form:?}: {said}", forgery.id);
            }
        }
    }
}

/// A root is found where OpenSSL looks for it in a directory, and then what it certified is believed: the system's is what makes the
/// difference.
#[test]
fn a_root_of_the_system_is_found_by_its_name() {
    let Some(directory) = place() else { return };
    let at = directory.path();
    let (_, staged) = flawed("forge-unknown-ca:system", KeyType::Ed25519);
    let chain: String = staged.presented.iter().map(|der| pem::encode(pem::CERTIFICATE, der)).collect();
    fs::write(at.join("chain.pem"), chain).unwrap();
    fs::write(at.join("ca.pem"), pem::encode(pem::CERTIFICATE, &staged.anchor)).unwrap();
    fs::create_dir(at.join("system")).unwrap();
    let system = staged.system.unwrap();
    let file = at.join("system").join(hashed_name(&system).unwrap());
    fs::write(file, pem::encode(pem::CERTIFICATE, &system)).unwrap();
    let time = AT.to_string();
    let judged = |more: &[&str]| {
        let asked = ["verify", "-attime", &time, "-CAfile", "ca.pem", "-untrusted", "chain.pem"];
        openssl(at, &[&asked[..], more, &["chain.pem"]].concat()).unwrap()
    };
    let (believed, said) = judged(&["-CApath", "system"]);
    assert!(believed, "{said}");
    assert!(!judged(&["-no-CApath"]).0);
}

/// The copy of a root has the key of the root, and a generator of its own: who takes both from the copy believes what the attacker signed,
/// who takes the key from there and the generator from the standard does not.
#[test]
fn a_generator_of_ones_own_wins_against_whoever_takes_it() {
    let Some(directory) = place() else { return };
    let at = directory.path();
    let (pki, staged) = flawed("forge-lookalike-ca:generator", KeyType::P256);
    let [leaf, copy] = &staged.presented[..] else { panic!("a leaf and the copy") };
    let root = &pki.authorities.root;
    assert!(copy.windows(65).any(|octets| octets == root.key().public()) && copy != root.certificate());
    // what is signed stands behind the header, up to the algorithm: ECDSA with SHA-256
    let algorithm = [0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
    let end = leaf.windows(algorithm.len()).rposition(|octets| octets == algorithm).unwrap();
    fs::write(at.join("signed"), &leaf[4..end]).unwrap();
    // behind the header of a bit string that is shorter than 128 octets, and the number of its unused bits
    fs::write(at.join("signature"), &leaf[end + algorithm.len() + 3..]).unwrap();
    for (name, der, believed) in [("copy", &copy[..], true), ("root", root.certificate(), false)] {
        fs::write(at.join("own.pem"), pem::encode(pem::CERTIFICATE, der)).unwrap();
        assert!(openssl(at, &["x509", "-in", "own.pem", "-noout", "-pubkey", "-out", "key.pem"]).unwrap().0);
        let asked = ["dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "signed"];
        let (verified, said) = openssl(at, &asked).unwrap();
        assert_eq!(verified, believed, "{name}: {said}");
    }
}
