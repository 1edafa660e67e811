//! A table as a model for ProVerif (Blanchet; <https://bblanche.gitlabpages.inria.fr/proverif/>), for those who want a proof over
//! any number of sessions. What the translation leaves out stands in its head, and in docs/explore.md.

mod process;

use crate::world::{ALICE, BOB, MALLORY, decides};
use lab::{
    certificate::checks as certificate_checks,
    check::{Check, Switches},
    checks,
    mode::{Act, Message, Mode, Names, Source, Step},
    refusal::Refusal,
    role::Role,
};
use serde_json::json;
use std::{collections::BTreeSet, fmt::Write};

/// Why a table is not translated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untranslated {
    /// It goes on from what was kept of an earlier session.
    Remembers,
    /// What an answer is made of depends on the group.
    Encapsulates,
}

impl From<&Untranslated> for Refusal {
    fn from(why: &Untranslated) -> Self {
        match why {
            Untranslated::Remembers => Self::new("untranslated-memory", json!({})),
            Untranslated::Encapsulates => Self::new("untranslated-encapsulation", json!({})),
        }
    }
}

lab::refused!(Untranslated);

/// What nobody can compute back: name, arguments.
const FUNCTIONS: [(&str, usize); 14] = [
    ("Generator", 1),
    ("Exp", 2),
    ("GeneratorUnder", 3),
    ("Combine", 1),
    ("Extract", 1),
    ("Expand", 3),
    ("Hash", 1),
    ("Short", 1),
    ("Mac", 2),
    ("Seal", 2),
    ("Sign", 3),
    ("VerifyingKey", 1),
    ("EncryptionKey", 1),
    ("Encrypt", 3),
];

/// What takes apart what was put together.
const REDUCTIONS: &str = "\
reduc forall k: bitstring, x: bitstring; Open(k, Seal(k, x)) = x.
reduc forall l: bitstring, k: bitstring, x: bitstring; Verify(VerifyingKey(k), l, x, Sign(l, k, x)) = ok.
reduc forall r: bitstring, k: bitstring, x: bitstring; Decrypt(k, Encrypt(r, x, EncryptionKey(k))) = x.
fun DecryptOr(bitstring, bitstring, bitstring): bitstring
  reduc forall r: bitstring, k: bitstring, x: bitstring, y: bitstring; DecryptOr(k, y, Encrypt(r, x, EncryptionKey(k))) = x
  otherwise forall k: bitstring, x: bitstring, y: bitstring; DecryptOr(k, y, x) = y.
";

/// The model of a table with these switches, whose queries are what the mode promises.
///
/// # Errors
/// The table has something that is not translated.
pub fn of(mode: &'static Mode, switches: &Switches) -> Result<String, Untranslated> {
    let remembers = |step: &Step| matches!(step.act, Act::Recall(..) | Act::Keep(..));
    if handshake_steps(mode).any(remembers) {
        return Err(Untranslated::Remembers);
    }
    if mode.groups.iter().any(|group| crate::symbolic::encapsulates(&crate::term::Term::group(group))) {
        return Err(Untranslated::Encapsulates);
    }
    let mut translation = Translation { mode, switches, labels: BTreeSet::new(), tuples: BTreeSet::new() };
    let processes = [Role::Client, Role::Server].map(|role| translation.process(role));
    let mut model = String::new();
    let _ = translation.write(&mut model, &processes);
    Ok(model)
}

fn handshake_steps(mode: &Mode) -> impl Iterator<Item = &'static Step> {
    mode.handshake().iter().flat_map(|message| message.before.iter().chain(message.receipt).chain(message.after))
}

struct Translation<'s> {
    mode: &'static Mode,
    switches: &'s Switches,
    labels: BTreeSet<String>,
    /// Numbers of items.
    tuples: BTreeSet<usize>,
}

impl Translation<'_> {
    fn performs(&self, check: &'static Check) -> bool {
        decides(self.switches, check)
    }

    /// The chain of somebody who is no authority passes: one of the rules that make the others worth something is off.
    fn forgeable(&self) -> bool {
        let own = [certificate_checks::NAME, certificate_checks::PIN];
        let performed = self.mode.checks();
        let rules = checks::of_certificates().filter(|check| !own.contains(&check.id) && performed.contains(check));
        rules.into_iter().any(|check| !self.performs(check))
    }

    fn write(&self, out: &mut String, processes: &[Vec<String>]) -> std::fmt::Result {
        writeln!(out, "(* {}: the lab's table, for ProVerif.", self.mode.id)?;
        for check in self.mode.checks().into_iter().filter(|check| !self.performs(check)) {
            writeln!(out, "   without {check}")?;
        }
        out.push_str(LEFT_OUT);
        out.push_str("free c: channel.\nfree voice: channel [private].\nconst ok: bitstring.\n");
        for name in [ALICE, BOB, MALLORY] {
            writeln!(out, "const {name}: bitstring.")?;
        }
        for name in ["trust", "now", "nothing", "start", "all_offers"] {
            writeln!(out, "const {name}: bitstring.")?;
        }
        for name in ["client_canary", "server_canary", "shared_alice_bob"] {
            writeln!(out, "free {name}: bitstring [private].")?;
        }
        writeln!(out, "free shared_mallory: bitstring.")?;
        let also = [(Source::Group, lab::group::own::OWN), (Source::StaticKey, "x25519")];
        let also = also.into_iter().filter(|(source, _)| self.mode.gives(*source)).map(|(_, group)| group);
        let groups: BTreeSet<&str> = self.mode.groups.iter().copied().chain(also).collect();
        groups.iter().try_for_each(|group| writeln!(out, "const {}: bitstring.", constant("group", group)))?;
        self.labels.iter().try_for_each(|label| writeln!(out, "const {label}: bitstring."))?;
        for message in self.mode.handshake() {
            let kind = constant("kind", message.kind.as_str());
            if !out.contains(&format!("const {kind}:")) {
                writeln!(out, "const {kind}: bitstring.")?;
            }
        }
        out.push('\n');
        for (name, arity) in FUNCTIONS {
            writeln!(out, "fun {name}({}): bitstring.", vec!["bitstring"; arity].join(", "))?;
        }
        for base in ["Generator(g)", "GeneratorUnder(g, s, d)"] {
            let more = if base.contains('s') { ", s: bitstring, d: bitstring" } else { "" };
            writeln!(
                out,
                "equation forall g: bitstring{more}, x: bitstring, y: bitstring;\n  Exp(Exp({base}, x), y) = Exp(Exp({base}, y), x)."
            )?;
        }
        out.push_str(REDUCTIONS);
        writeln!(out, "fun Frames(bitstring, bitstring, bitstring): bitstring [data].")?;
        for items in &self.tuples {
            let args = vec!["bitstring"; *items].join(", ");
            writeln!(out, "fun Tuple{items}({args}): bitstring [data].")?;
            for at in 1..=*items {
                let all: Vec<String> = (1..=*items).map(|i| format!("x{i}")).collect();
                let typed: Vec<String> = all.iter().map(|x| format!("{x}: bitstring")).collect();
                writeln!(
                    out,
                    "reduc forall {}; Part{at}of{items}(Tuple{items}({})) = x{at}.",
                    typed.join(", "),
                    all.join(", ")
                )?;
            }
        }
        self.groups(out)?;
        self.people(out)?;
        writeln!(out, "\nevent ClientKeys(bitstring, bitstring).\nevent ServerKeys(bitstring, bitstring).")?;
        writeln!(
            out,
            "event ClientDone(bitstring, bitstring, bitstring).\nevent ServerDone(bitstring, bitstring, bitstring).\n"
        )?;
        self.queries(out)?;
        for (role, lines) in ["Client", "Server"].into_iter().zip(processes) {
            writeln!(
                out,
                "\nlet {role}(own: bitstring, whom: bitstring, shared_with: bitstring, canary: bitstring) ="
            )?;
            lines.iter().try_for_each(|line| writeln!(out, "  {line}"))?;
            writeln!(out, "  0.")?;
        }
        out.push_str(MAIN);
        Ok(())
    }

    /// Offers, choices and what follows from them.
    fn groups(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "fun Only(bitstring): bitstring [data].\nfun Choice(bitstring): bitstring [data].")?;
        let groups: Vec<String> = self.mode.groups.iter().map(|group| constant("group", group)).collect();
        let Some(best) = groups.first() else { return Ok(()) };
        let each = |of: &dyn Fn(&String) -> String| groups.iter().map(of).collect::<Vec<_>>().join(";\n  ");
        writeln!(
            out,
            "reduc Preferred(all_offers) = {best};\n  {}.",
            each(&|it| format!("Preferred(Only({it})) = {it}"))
        )?;
        let pick = each(&|it| format!("Pick(Only({it}), all_offers) = Choice({it})"));
        writeln!(out, "reduc Pick(all_offers, all_offers) = Choice({best});\n  {pick}.")?;
        writeln!(out, "reduc {}.", each(&|it| format!("Accept(all_offers, Choice({it})) = Choice({it})")))?;
        writeln!(out, "reduc forall g: bitstring; GroupOf(Choice(g)) = g.")?;
        if self.mode.gives(Source::Group) {
            writeln!(out, "reduc forall g: bitstring; ServerGroup(Choice(group_own), g) = g.")?;
        }
        Ok(())
    }

    /// Who has which lasting secrets, and what is certified.
    fn people(&self, out: &mut String) -> std::fmt::Result {
        for secret in ["SigningKeyOf", "DecryptionKeyOf", "StaticKeyOf"] {
            writeln!(out, "fun {secret}(bitstring): bitstring [private].")?;
        }
        writeln!(out, "fun Chain(bitstring, bitstring, bitstring): bitstring [private].")?;
        let forged = self.forgeable();
        if forged {
            writeln!(out, "fun Forged(bitstring, bitstring, bitstring): bitstring.")?;
        }
        for (name, part) in [("LeafKey", "k"), ("LeafEncryptionKey", "e"), ("LeafName", "n")] {
            let rule = |of: &str| format!("{name}({of}(k, e, n)) = {part}");
            let also = if forged { format!(";\n  {}", rule("Forged")) } else { String::new() };
            writeln!(out, "reduc forall k: bitstring, e: bitstring, n: bitstring; {}{also}.", rule("Chain"))?;
        }
        writeln!(out, "reduc forall k: bitstring, e: bitstring, n: bitstring; Genuine(Chain(k, e, n)) = ok.")
    }

    fn queries(&self, out: &mut String) -> std::fmt::Result {
        for role in [Role::Client, Role::Server] {
            let promised = match self.mode.names {
                Names::Nobody | Names::Both => true,
                Names::Server => role == Role::Client,
            };
            if !promised {
                continue;
            }
            writeln!(out, "(* secrecy-{role} *)\nquery attacker({role}_canary).")?;
            let (own, peer) = if role == Role::Client { (ALICE, BOB) } else { (BOB, ALICE) };
            let (done, keys) = (capital(role), capital(role.peer()));
            if self.mode.names == Names::Nobody || !self.peer_has_keys_before(role) {
                writeln!(
                    out,
                    "(* agreement-{role} is not asked for: nothing that it hears says that its peer has the keys *)"
                )?;
            } else if role == Role::Server {
                writeln!(
                    out,
                    "(* agreement-{role} *)\nquery k: bitstring; event({done}Done({own}, {peer}, k)) ==> event({keys}Keys({peer}, k))."
                )?;
            } else {
                writeln!(
                    out,
                    "(* agreement-{role} *)\nquery x: bitstring, k: bitstring; event({done}Done(x, {peer}, k)) ==> event({keys}Keys({peer}, k))."
                )?;
            }
        }
        Ok(())
    }

    /// The peer of this role says something after it has the keys.
    fn peer_has_keys_before(&self, role: Role) -> bool {
        let binds = |message: &Message| message.after.iter().any(|step| matches!(step.act, Act::Let("exporter", _)));
        let handshake = self.mode.handshake();
        let keys = handshake.iter().position(binds).unwrap_or(handshake.len());
        handshake.iter().enumerate().any(|(at, message)| at >= keys && message.from != role)
    }
}

fn constant(of: &str, text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("{of}_{plain}")
}

fn capital(role: Role) -> &'static str {
    match role {
        Role::Client => "Client",
        Role::Server => "Server",
    }
}

const LEFT_OUT: &str = "   Left out: elements of small order, weak groups, words that people chose, what certificates are for, records but
   one each way, what leaks after the end, and the goals injectivity, identity, authenticity, choice and forward secrecy. *)

";

const MAIN: &str = "
process
  out(c, (SigningKeyOf(mallory), DecryptionKeyOf(mallory), StaticKeyOf(mallory)));
  out(c, Chain(VerifyingKey(SigningKeyOf(mallory)), EncryptionKey(DecryptionKeyOf(mallory)), mallory));
  out(c, (VerifyingKey(SigningKeyOf(alice)), EncryptionKey(DecryptionKeyOf(alice))));
  out(c, (VerifyingKey(SigningKeyOf(bob)), EncryptionKey(DecryptionKeyOf(bob))));
  ( (!Client(alice, bob, shared_alice_bob, client_canary))
  | (!Client(alice, mallory, shared_mallory, nothing))
  | (!Server(bob, alice, shared_alice_bob, server_canary))
  | (!Server(bob, mallory, shared_mallory, nothing))
  | (!Client(bob, alice, shared_alice_bob, nothing))
  | (!Server(alice, bob, shared_alice_bob, nothing)) )
";
