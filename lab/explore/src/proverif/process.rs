//! What each of the two does, line by line: a table's messages, steps and expressions in the language of the processes.

use super::{Translation, capital, constant};
use lab::{
    certificate::checks as certificate_checks,
    checks,
    mode::{Act, Message, Names, Relation, Source, Step},
    role::Role,
    term::{Expr, Op},
    wire::Channel,
};

/// Words that a name in a model cannot be.
const RESERVED: [&str; 58] = [
    "among",
    "axiom",
    "barrier",
    "channel",
    "choice",
    "clauses",
    "const",
    "data",
    "def",
    "diff",
    "do",
    "elimtrue",
    "else",
    "equation",
    "equivalence",
    "event",
    "expand",
    "fail",
    "for",
    "forall",
    "foreach",
    "free",
    "fun",
    "get",
    "if",
    "implementation",
    "in",
    "inj",
    "insert",
    "lemma",
    "let",
    "letfun",
    "new",
    "noninterf",
    "not",
    "or",
    "otherwise",
    "out",
    "param",
    "phase",
    "pred",
    "process",
    "proof",
    "public_vars",
    "putbegin",
    "query",
    "reduc",
    "restriction",
    "secret",
    "set",
    "suchthat",
    "sync",
    "table",
    "then",
    "type",
    "weaksecret",
    "where",
    "yield",
];

impl Translation<'_> {
    /// What a party of this role does, line by line.
    pub(super) fn process(&mut self, role: Role) -> Vec<String> {
        let mut lines = Vec::new();
        for given in self.mode.given.iter().filter(|given| given.by.includes(role)) {
            let name = ident(given.name);
            let value = match given.source {
                Source::Session => {
                    lines.push(format!("new {name}: bitstring;"));
                    continue;
                }
                Source::Offers => "all_offers",
                Source::Group => "group_own",
                Source::Trust => "trust",
                Source::Clock => "now",
                Source::PeerName => "whom",
                Source::OwnName => "own",
                Source::SharedSecret => "shared_with",
                Source::Chain => "Chain(VerifyingKey(SigningKeyOf(own)), EncryptionKey(DecryptionKeyOf(own)), own)",
                Source::SigningKey | Source::HostKey => "SigningKeyOf(own)",
                Source::DecryptionKey => "DecryptionKeyOf(own)",
                Source::PeerKey => "EncryptionKey(DecryptionKeyOf(whom))",
                Source::StaticKey => "StaticKeyOf(own)",
                Source::PeerStatic => "Exp(Generator(group_x25519), StaticKeyOf(whom))",
            };
            lines.push(format!("let {name} = {value} in"));
        }
        lines.push("let frames_0 = start in".to_owned());
        for (at, message) in self.mode.handshake().iter().enumerate() {
            self.message(role, at, message, &mut lines);
        }
        let whom = if self.mode.names == Names::Both || (self.mode.names == Names::Server && role == Role::Client) {
            "peer_name"
        } else {
            "whom"
        };
        lines.push(format!("event {}Done(own, {whom}, exporter);", capital(role)));
        lines.push(format!("out(c, Seal({role}_write, canary));"));
        lines
    }

    fn message(&mut self, role: Role, at: usize, message: &'static Message, lines: &mut Vec<String>) {
        let kind = constant("kind", message.kind.as_str());
        let voice = message.kind.channel() == Channel::Voice;
        lines.push(format!("(* {}: {} *)", message.from, message.kind));
        let frame = |values: &[String]| {
            std::iter::once(kind.clone()).chain(values.iter().cloned()).collect::<Vec<_>>().join(", ")
        };
        let names: Vec<String> = message.fields.iter().map(|field| ident(field.binds)).collect();
        if message.from == role {
            self.steps(role, at, message.before, lines);
            for (field, name) in message.fields.iter().zip(&names) {
                let value = self.expression(&field.value, at);
                if value != *name {
                    lines.push(format!("let {name} = {value} in"));
                }
            }
        } else {
            let typed: Vec<String> = names.iter().map(|name| format!("{name}: bitstring")).collect();
            lines.push(format!("in({}, (={}));", if voice { "voice" } else { "c" }, frame(&typed)));
            self.steps(role, at, message.receipt, lines);
        }
        let fields = self.tuple(&names);
        lines.push(format!("let frames_{} = Frames(frames_{at}, {kind}, {fields}) in", at + 1));
        // What follows from a message is there before anybody else has heard it.
        self.steps(role, at + 1, message.after, lines);
        if message.after.iter().any(|step| matches!(step.act, Act::Let("exporter", _))) {
            lines.push(format!("event {}Keys(own, exporter);", capital(role)));
        }
        if message.from == role {
            let said = format!("({})", frame(&names));
            lines.push(format!("out(c, {said});"));
            if voice {
                lines.push(format!("out(voice, {said});"));
            }
        }
    }

    fn steps(&mut self, role: Role, at: usize, steps: &[Step], lines: &mut Vec<String>) {
        for step in steps.iter().filter(|step| step.by.includes(role)) {
            match step.act {
                Act::Fresh { name, .. } => lines.push(format!("new {}: bitstring;", ident(name))),
                Act::Let(name, value) => {
                    let value = self.expression(&value, at);
                    lines.push(format!("let {} = {value} in", ident(name)));
                }
                Act::Check(relation, args) => self.check(relation, args, at, lines),
                // What is drawn is a name there too.
                Act::Seed(_) => {}
                Act::Recall(..) | Act::Keep(..) | Act::Install(..) | Act::Say | Act::Forget(_) => {}
            }
        }
    }

    fn check(&mut self, relation: Relation, args: &[Expr], at: usize, lines: &mut Vec<String>) {
        let mut values: Vec<String> = args.iter().map(|arg| self.expression(arg, at)).collect();
        match relation {
            Relation::Equal(check) | Relation::Same(check) if self.performs(check) => {
                lines.push(format!("if {} = {} then", values[0], values[1]));
            }
            Relation::Signed(check, context) if self.performs(check) => {
                let signature = values.split_off(2).concat();
                let context = self.label(context);
                lines.push(format!("if Verify({}, {context}, {}, {signature}) = ok then", values[0], values[1]));
            }
            Relation::Certified(_) | Relation::CertifiedForAny(_) => {
                if !self.forgeable() {
                    lines.push(format!("if Genuine({}) = ok then", values[0]));
                }
                let named = matches!(relation, Relation::Certified(_));
                if named && checks::find(certificate_checks::NAME).is_some_and(|check| self.performs(check)) {
                    lines.push(format!("if LeafName({}) = {} then", values[0], values[2]));
                }
            }
            other => {
                for check in other.checks() {
                    let why = if self.performs(check) { "has nothing to look at here" } else { "is off" };
                    lines.push(format!("(* {check} {why} *)"));
                }
            }
        }
    }

    fn tuple(&mut self, items: &[String]) -> String {
        if items.is_empty() {
            return "nothing".to_owned();
        }
        self.tuples.insert(items.len());
        format!("Tuple{}({})", items.len(), items.join(", "))
    }

    fn label(&mut self, text: &str) -> String {
        let label = constant("label", text);
        self.labels.insert(label.clone());
        label
    }

    /// An expression after so many messages.
    fn expression(&mut self, value: &Expr, at: usize) -> String {
        let (op, args) = match value {
            Expr::Var(name) => return ident(name),
            Expr::Transcript => return format!("Hash(frames_{at})"),
            Expr::Switch(check, on, off) => return self.expression(if self.performs(check) { on } else { off }, at),
            Expr::Tuple(items) => {
                let items: Vec<String> = items.iter().map(|item| self.expression(item, at)).collect();
                return self.tuple(&items);
            }
            Expr::Apply(op, args) => (*op, args),
        };
        let args: Vec<String> = args.iter().map(|arg| self.expression(arg, at)).collect();
        let plain = |name: &str| format!("{name}({})", args.join(", "));
        match op {
            Op::Preferred => plain("Preferred"),
            Op::Pick => plain("Pick"),
            Op::Accept => plain("Accept"),
            Op::GroupOf => plain("GroupOf"),
            Op::ServerGroup => plain("ServerGroup"),
            Op::Public | Op::Reply => format!("Exp(Generator({}), {})", args[0], args[1]),
            Op::Agree | Op::Replied => format!("Exp({}, {})", args[2], args[1]),
            Op::PublicUnder => format!("Exp(GeneratorUnder({}, {}, {}), {})", args[0], args[2], args[3], args[1]),
            Op::Combine => plain("Combine"),
            Op::Extract => plain("Extract"),
            Op::Expand(label) => format!("Expand({}, {})", self.label(label), args.join(", ")),
            Op::Hash => plain("Hash"),
            Op::Short => plain("Short"),
            Op::ClockSeed => plain("ClockSeed"),
            Op::Mac => plain("Mac"),
            Op::Seal => plain("Seal"),
            Op::Open => plain("Open"),
            Op::Sign(context) => format!("Sign({}, {})", self.label(context), args.join(", ")),
            Op::VerifyingKey => plain("VerifyingKey"),
            Op::LeafKey => plain("LeafKey"),
            Op::LeafEncryptionKey => plain("LeafEncryptionKey"),
            Op::LeafName => plain("LeafName"),
            Op::EncryptionKey => plain("EncryptionKey"),
            Op::Encrypt(_) => plain("Encrypt"),
            Op::Decrypt(_) => plain("Decrypt"),
            Op::DecryptOr(_) => plain("DecryptOr"),
            Op::Part(place, of, _) => {
                self.tuples.insert(of);
                plain(&format!("Part{}of{of}", place + 1))
            }
        }
    }
}

fn ident(name: &str) -> String {
    let taken = ["own", "whom", "canary", "c", "voice", "ok"];
    let name = name.replace('-', "_");
    if RESERVED.contains(&name.as_str()) || taken.contains(&name.as_str()) { name + "_" } else { name }
}
