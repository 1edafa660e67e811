//! The lab's own honesty, broken in the code: what is patched, and what theory says must come of it.

use super::{
    honesty,
    player::Outcome,
    theory::{Table, Turn},
};
use lab::verdict::Row;

/// A change of the code: a text that stands in the file once, and what stands there instead. Each looks whether its fault is
/// at work, so that one build has them all.
pub struct Patch {
    /// Path from the root of the repository.
    pub file: &'static str,
    /// What stands there.
    pub from: &'static str,
    /// What is to.
    pub to: &'static str,
}

/// Something broken in the code.
pub struct Fault {
    /// Its name.
    pub name: &'static str,
    /// What is broken.
    pub what: &'static str,
    /// How.
    pub patches: &'static [Patch],
    /// What becomes of a row, given what a sound session of it tells; nothing where theory says nothing of it.
    pub turns: fn(&Row, &Outcome, &Table) -> Option<Turn>,
}

/// What lets every check be broken, by its name: where handshakes, certificates and records tell what they found.
pub const HOOKS: [Patch; 5] = [
    Patch { file: "lab/src/lib.rs", from: "pub mod seen;", to: "pub mod sabotage;\npub mod seen;" },
    Patch {
        file: "lab/src/algebra/real/relations.rs",
        from: "    Ok(vec![finding])\n",
        to: "    Ok(vec![crate::sabotage::finding(finding)])\n",
    },
    Patch {
        file: "lab/src/certificate/step.rs",
        from: "        let holds = status == Status::Passed;\n",
        to: "        let holds = crate::sabotage::holds(check.id, status == Status::Passed);
        let status = match (holds, status) {
            (true, _) => Status::Passed,
            (false, Status::Passed) => Status::Failed,
            (false, status) => status,
        };\n",
    },
    Patch {
        file: "lab/src/record/layer.rs",
        from: "        match finding.status(&self.switches) {\n            Status::Failed => Err",
        to: "        let finding = crate::sabotage::finding(finding);
        match finding.status(&self.switches) {\n            Status::Failed => Err",
    },
    // So that nothing takes the place of what is built from the sound code: cargo names its files by a package's name, its
    // version, its path within the workspace and all that it depends on, and the path is the same in the copy. What does not depend
    // on the lab is the same too, and is not built again.
    Patch {
        file: "lab/Cargo.toml",
        from: "name = \"lab\"\nversion.workspace = true\n",
        to: "name = \"lab\"\nversion = \"0.1.0+broken\"\n",
    },
];

/// Every fault of the lab's own honesty.
pub const FAULTS: [Fault; 10] = [
    Fault {
        name: "constant-fingerprint",
        what: "every victim's session key has the same label",
        patches: &[Patch {
            file: "lab/src/algebra/real.rs",
            from: "        fingerprint(key.octets().unwrap_or_default())\n",
            to: "        let constant = crate::sabotage::is(\"constant-fingerprint\");
        fingerprint(if constant { &[] } else { key.octets().unwrap_or_default() })\n",
        }],
        turns: honesty::one_label,
    },
    Fault {
        name: "attacker-forwards",
        what: "the attacker passes everything on as it came",
        patches: &[Patch {
            file: "attacker/src/session.rs",
            from: "        let moves = self.wanted(seen);
        self.carried_out(moves)
    }

    /// Goes on",
            to: "        let moves = match seen {
            Seen::Frame { from, frame } if lab::sabotage::is(\"attacker-forwards\") => vec![Move::Forward { from, frame }],
            seen => self.wanted(seen),
        };
        self.carried_out(moves)
    }

    /// Goes on",
        }],
        turns: honesty::forwarded,
    },
    Fault {
        name: "half-signed",
        what: "what is signed is the server's half of the transcript: its random and its share",
        patches: &[
            Patch {
                file: "lab/src/handshake.rs",
                from: "        Expr::Apply(op, args) => match evaluate_all(algebra, switches, env, transcript, args)? {
            Some(values) => algebra.apply(*op, &values).map(Some).map_err(|misfit| blame(misfit, args)),
            None => Ok(None),
        },
",
                to: "        Expr::Apply(op, args) => {
            let args = crate::sabotage::signed(matches!(op, crate::term::Op::Sign(_)), args);
            match evaluate_all(algebra, switches, env, transcript, &args)? {
                Some(values) => algebra.apply(*op, &values).map(Some).map_err(|misfit| blame(misfit, &args)),
                None => Ok(None),
            }
        }
",
            },
            Patch {
                file: "lab/src/handshake.rs",
                from: "                    let mut values = Vec::with_capacity(args.len());
                    for arg in args {
",
                to: "                    let mut values = Vec::with_capacity(args.len());
                    let signed = matches!(relation, crate::mode::Relation::Signed(..));
                    for arg in &crate::sabotage::signed(signed, args) {
",
            },
        ],
        turns: honesty::half_signed,
    },
    Fault {
        name: "one-key",
        what: "the records of both directions have one key",
        patches: &[Patch {
            file: "lab/src/algebra/real.rs",
            from: "                expand(key, label, digest).ok_or_else(|| unsuitable(op))\n",
            to: "                let one = crate::sabotage::is(\"one-key\") && label.ends_with(\" write\");
                expand(key, if one { \"write\" } else { label }, digest).ok_or_else(|| unsuitable(op))\n",
        }],
        turns: honesty::one_key,
    },
    Fault {
        name: "no-order",
        what: "every record has the first one's number, and no number is looked at",
        patches: &[
            Patch {
                file: "lab/src/record/layer.rs",
                from: "self.write.key.seal(self.write.count, content)?",
                to: "self.write.key.seal(if crate::sabotage::is(\"no-order\") { 0 } else { self.write.count }, content)?",
            },
            Patch {
                file: "lab/src/record/layer.rs",
                from: "            holds: Some(record.sequence == self.read.count),\n",
                to: "            holds: Some(crate::sabotage::is(\"no-order\") || record.sequence == self.read.count),\n",
            },
        ],
        turns: honesty::no_order,
    },
    Fault {
        name: "nonces-repeat",
        what: "every record is sealed under the same nonce",
        patches: &[Patch {
            file: "lab/src/record/codec.rs",
            from: "    nonce[4..].copy_from_slice(&sequence.to_be_bytes());\n    nonce\n",
            to: "    if !crate::sabotage::is(\"nonces-repeat\") {
        nonce[4..].copy_from_slice(&sequence.to_be_bytes());
    }
    nonce\n",
        }],
        turns: honesty::nonces_repeat,
    },
    Fault {
        name: "keys-without-secret",
        what: "the session's keys follow from the transcript alone",
        patches: &[Patch {
            file: "lab/src/algebra/real.rs",
            from: "                let (key, _) = Hkdf::<Sha256>::extract(None, shared);\n",
            to: "                let shared: &[u8] = if crate::sabotage::is(\"keys-without-secret\") { &[] } else { shared };
                let (key, _) = Hkdf::<Sha256>::extract(None, shared);\n",
        }],
        turns: honesty::no_secret,
    },
    Fault {
        name: "mac-without-key",
        what: "every MAC is made with an empty key",
        patches: &[Patch {
            file: "lab/src/algebra/real.rs",
            from: "                mac(key, digest).map(Value::Bytes).ok_or_else(|| unsuitable(op))\n",
            to: "                let key: &[u8] = if crate::sabotage::is(\"mac-without-key\") { &[] } else { key };
                mac(key, digest).map(Value::Bytes).ok_or_else(|| unsuitable(op))\n",
        }],
        turns: honesty::no_mac_key,
    },
    Fault {
        name: "constant-randomness",
        what: "a victim draws its random values from a constant",
        patches: &[Patch {
            file: "lab/src/victim/order.rs",
            from: "    Real::new(derive(seed, \"handshake\"))\n",
            to: "    if crate::sabotage::is(\"constant-randomness\") {
        return Real::new([7; 32]);
    }
    Real::new(derive(seed, \"handshake\"))\n",
        }],
        turns: honesty::constant_randomness,
    },
    Fault {
        name: "stale-canary",
        what: "what is random in a canary is a constant",
        patches: &[Patch {
            file: "lab/src/victim/order.rs",
            from: "pub(super) fn canary(seed: &[u8; 32]) -> [u8; 16] {\n",
            to: "pub(super) fn canary(seed: &[u8; 32]) -> [u8; 16] {
    let seed = if crate::sabotage::is(\"stale-canary\") { &[7; 32] } else { seed };\n",
        }],
        turns: honesty::stale_canary,
    },
];
