//! `bleichenbacher`: ask the server what a recorded ciphertext begins with.
//!
//! A padded block begins with the octets 0 and 2. A server that lets one tell whether what it was sent does, by an answer, an
//! error or an end, has said something about its private key each time. RSA is multiplicative: whoever multiplies a recorded
//! ciphertext by numbers of its own choice asks about the block in it, and some thousands of answers leave one block. Nobody
//! needs to be between anybody for it, and the session may be long over.
//!
//! 1. Pass every frame on as it came and keep a copy.
//! 2. When the session is over, call the server as anybody may, with a sound block and with broken ones, and compare what it
//!    answers.
//! 3. Where that tells them apart, multiply the recorded ciphertext by one number after the other and ask about the product, until
//!    one block is left.
//! 4. Take the secret out of the block, derive the session key and read the recording.

use crate::{
    attack::{Attack, Call, Family, Info, Move, Narration, Needs, Seen, Start, Unheard},
    block_search::{BlockSearch, raised},
    listener::Listener,
};
use lab::{
    algebra::{
        Algebra,
        real::{Real, Value},
    },
    encryption::EncryptionKey,
    event::{Account, Fact, Reached},
    loot::Loot,
    mode::{Field, Message, Mode},
    role::Role,
    term::{Expr, Op, Padding, Sort},
    wire::{Frame, Kind},
};

pub(super) const INFO: Info = Info {
    id: "bleichenbacher",
    title: "Ask what a ciphertext begins with",
    family: Family::Parameters,
    needs: Needs::Padded,
    variants: &[],
    loot: Loot { calls: 1 << 18, ..Loot::NONE },
    logarithm: None,
    stopped_by: &["implicit-rejection"],
    source: include_str!("bleichenbacher.rs"),
    start: |start| Box::new(Bleichenbacher::new(&start)),
};

/// How often the same is asked in a row before the server counts as one that answers no more.
const ASKED: u8 = 4;
/// Questions after which progress is told while the search waits for chance.
const TOLD_EACH: u64 = 16;
/// Steps in which it is told how many bits are known, at most.
const STEPS: u64 = 60;

/// Where a mode's table encrypts with the older padding.
#[derive(Clone, Copy)]
struct Place {
    /// Number of the message.
    at: usize,
    message: &'static Message,
    field: &'static Field,
    /// The secret in the block, by its name.
    secret: &'static str,
    /// The public key, by its name.
    key: &'static str,
}

impl Place {
    /// The first such place of a mode whose client encrypts one secret.
    fn of(mode: &'static Mode) -> Option<Self> {
        let fields = |(at, message): (usize, &'static Message)| {
            message.fields.iter().filter_map(move |field| match field.value {
                Expr::Apply(Op::Encrypt(Padding::Pkcs1v15), [_, Expr::Tuple([Expr::Var(secret)]), Expr::Var(key)]) => {
                    Some(Self { at, message, field, secret, key })
                }
                _ => None,
            })
        };
        mode.messages
            .iter()
            .enumerate()
            .filter(|(_, message)| message.from == Role::Client)
            .find_map(|it| fields(it).next())
    }

    /// Frames with which the server answers before it is the client's turn again.
    fn answers(self, mode: &Mode) -> usize {
        let next = mode.messages.iter().skip(self.at + 1).position(|message| message.from == Role::Client);
        let until = next.map_or(mode.messages.len(), |next| self.at + 1 + next);
        mode.messages[..until].iter().filter(|message| message.from == Role::Server).count()
    }
}

/// The server's public key and what was encrypted to it, and how to ask about another ciphertext.
struct Target {
    key: EncryptionKey,
    place: Place,
    /// What the client said up to the ciphertext.
    said: Vec<Frame>,
    /// The ciphertext's message as it came: a value for each field.
    values: Vec<Value>,
    answers: usize,
}

impl Target {
    /// What a listener has of it.
    fn of(listener: &Listener) -> Option<Self> {
        let leg = listener.leg();
        let (mode, place) = (leg.mode(), Place::of(leg.mode())?);
        let passed = mode.messages.iter().zip(leg.frames()).take(place.at);
        let said = passed.filter(|(message, _)| message.from == Role::Client).map(|(_, frame)| frame.clone()).collect();
        let values = place.message.fields.iter().map(|field| leg.value(field.binds).cloned()).collect::<Option<_>>()?;
        let key = EncryptionKey::from_der(leg.value(place.key)?.octets()?)?;
        Some(Self { key, place, said, values, answers: place.answers(mode) })
    }

    fn ciphertext(&self) -> &[u8] {
        let mut fields = self.place.message.fields.iter().zip(&self.values);
        let value = fields.find(|(field, _)| field.binds == self.place.field.binds);
        value.and_then(|(_, value)| value.octets()).unwrap_or_default()
    }

    /// Everything that the client said, with this ciphertext in the place of its own.
    fn call(&self, ciphertext: Vec<u8>) -> Call {
        let mut values = self.values.clone();
        for (field, value) in self.place.message.fields.iter().zip(&mut values) {
            if field.binds == self.place.field.binds {
                *value = Value::Bytes(ciphertext.clone());
            }
        }
        let mut frames = self.said.clone();
        frames.push(Real::new([0; 32]).write(self.place.message, &values));
        Call { frames, answers: self.answers }
    }

    /// A sound block and two that begin otherwise, encrypted.
    fn samples(&self) -> Option<[Vec<u8>; 3]> {
        let (modulus, exponent) = (self.key.modulus(), self.key.exponent());
        let secret = Real::new([0; 32]).tuple(&[Value::secret(&[7; 32])]).ok()?;
        let sound = self.key.encrypt(Padding::Pkcs1v15, [1; 32], secret.octets()?).ok()?;
        let broken = |begin: u8| {
            let mut block = vec![0x55; modulus.len()];
            (block[0], block[1]) = (0, begin);
            raised(&modulus, &exponent, &block)
        };
        Some([sound, broken(1), broken(0x17)])
    }

    fn search(&self) -> Option<BlockSearch> {
        BlockSearch::new(&self.key.modulus(), &self.key.exponent(), self.ciphertext())
    }

    /// The secret in a block, by its name in the table.
    fn secret(&self, block: &[u8]) -> Option<(&'static str, Value)> {
        let [0, 2, rest @ ..] = block else { return None };
        let text = rest.get(rest.iter().position(|octet| *octet == 0)? + 1..)?;
        let secret = Real::new([0; 32]).apply(Op::Part(0, 1, Sort::Shared), &[Value::secret(text)]).ok()?;
        Some((self.place.secret, secret))
    }
}

/// What the server answered, as far as it can be told apart: kinds of frames, until it hung up.
type Answer = Vec<Kind>;

enum Stage {
    /// The session is not over.
    Listening,
    /// What the samples are answered with, and those that are left, the one that is asked about last.
    Comparing {
        target: Target,
        answers: Vec<Answer>,
        left: Vec<Vec<u8>>,
    },
    /// By the answer to a sound block.
    Searching {
        target: Target,
        search: Box<BlockSearch>,
        sound: Answer,
    },
    Over,
}

struct Bleichenbacher {
    listener: Listener,
    narration: Narration,
    ended: u8,
    stage: Stage,
    questions: u64,
    /// How often in a row nothing was heard of the last of them.
    unheard: u8,
    /// The step of what is known that was told last.
    told: u64,
}

impl Bleichenbacher {
    fn new(start: &Start) -> Self {
        Self {
            listener: Listener::new(start.mode, (start.algebra)("listener")),
            narration: Narration::default(),
            ended: 0,
            stage: Stage::Listening,
            questions: 0,
            unheard: 0,
            told: 0,
        }
    }

    /// What the server is to be asked now.
    fn question(&self) -> Option<Call> {
        match &self.stage {
            Stage::Comparing { target, left, .. } => left.last().map(|sample| target.call(sample.clone())),
            Stage::Searching { target, search, .. } => Some(target.call(search.question())),
            Stage::Listening | Stage::Over => None,
        }
    }

    fn ask(&mut self, moves: &mut Vec<Move>) {
        self.questions += 1;
        moves.extend(self.question().map(Move::Call));
    }

    fn begin(&mut self, moves: &mut Vec<Move>) {
        let target = Target::of(&self.listener);
        let Some((target, samples)) = target.and_then(|target| target.samples().map(|samples| (target, samples)))
        else {
            return;
        };
        self.narration.step(2, moves);
        let mut left = samples.to_vec();
        left.reverse();
        self.stage = Stage::Comparing { target, answers: Vec::new(), left };
        self.ask(moves);
    }

    fn answered(&mut self, frames: &[Frame], moves: &mut Vec<Move>) {
        self.unheard = 0;
        let answer: Answer = frames.iter().map(|frame| frame.kind).collect();
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Comparing { target, mut answers, mut left } => {
                answers.push(answer);
                left.pop();
                if left.is_empty() {
                    self.compare(target, answers, moves);
                } else {
                    self.stage = Stage::Comparing { target, answers, left };
                    self.ask(moves);
                }
            }
            Stage::Searching { target, mut search, sound } => {
                search.answer(answer == sound);
                self.progress(&search, moves);
                self.go_on(target, search, sound, moves);
            }
            Stage::Listening | Stage::Over => {}
        }
    }

    /// The samples are answered: either a sound block can be told from both of the broken ones, or there is nothing to ask.
    fn compare(&mut self, target: Target, answers: Vec<Answer>, moves: &mut Vec<Move>) {
        let mut answers = answers.into_iter();
        let Some(sound) = answers.next() else { return };
        match target.search() {
            Some(search) if answers.all(|broken| broken != sound) => {
                self.narration.step(3, moves);
                self.go_on(target, Box::new(search), sound, moves);
            }
            _ => moves.push(Move::Tell(self.end(&target, Some("same-answer"), None))),
        }
    }

    fn go_on(&mut self, target: Target, search: Box<BlockSearch>, sound: Answer, moves: &mut Vec<Move>) {
        if let Some(block) = search.found() {
            let known = target.secret(&block);
            let failure = known.is_none().then_some("contradiction");
            moves.push(Move::Tell(self.end(&target, failure, None)));
            let read = known.map(|known| self.listener.suppose([vec![known]])).unwrap_or_default();
            if !read.is_empty() {
                self.narration.step(4, moves);
            }
            moves.extend(read.into_iter().map(Move::Tell));
        } else if search.is_lost() {
            moves.push(Move::Tell(self.end(&target, Some("contradiction"), None)));
        } else {
            self.stage = Stage::Searching { target, search, sound };
            self.ask(moves);
        }
    }

    /// A server that was slow once says nothing by it, and who asks the same again learns the same.
    fn ask_again(&mut self, moves: &mut Vec<Move>) {
        self.unheard += 1;
        match self.question().filter(|_| self.unheard < ASKED) {
            Some(call) => moves.push(Move::Call(call)),
            None => self.cut_off("unanswered", moves),
        }
    }

    /// The server answers no more, or time is over.
    fn cut_off(&mut self, failure: &str, moves: &mut Vec<Move>) {
        let (target, reached) = match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Comparing { target, .. } => (target, Reached::default()),
            Stage::Searching { target, search, .. } => {
                let reached = reached(&search, self.questions);
                (target, reached)
            }
            Stage::Listening | Stage::Over => return,
        };
        moves.push(Move::Tell(self.end(&target, Some(failure), Some(reached))));
    }

    fn end(&self, target: &Target, failure: Option<&str>, cut_off: Option<Reached>) -> Fact {
        Fact::Asked {
            bits: target.key.bits(),
            questions: self.questions,
            found: failure.is_none(),
            failure: failure.map(Account::plain),
            cut_off: cut_off.map(Box::new),
        }
    }

    /// Tells how far the search is, in bounded steps.
    fn progress(&mut self, search: &BlockSearch, moves: &mut Vec<Move>) {
        let (known, all) = search.bits();
        let step = if search.narrows() { 1 + known * STEPS / all.max(1) } else { 0 };
        let again = if step > 0 { step != self.told } else { self.questions.is_multiple_of(TOLD_EACH) };
        if !again {
            return;
        }
        // How long it waited for chance is told to the last question.
        let waited = (step > 0 && self.told == 0).then(|| asked(self.questions));
        self.told = step;
        for Reached { phase, done, total, unit } in waited.into_iter().chain([reached(search, self.questions)]) {
            moves.push(Move::Tell(Fact::Work { phase: phase.unwrap_or_default(), done, total, unit }));
        }
    }
}

/// How far a search is: questions while it waits for chance, then bits.
fn reached(search: &BlockSearch, questions: u64) -> Reached {
    if !search.narrows() {
        return asked(questions);
    }
    let (done, total) = search.bits();
    Reached { phase: Some("narrow".to_owned()), done, total, unit: Some("bits".to_owned()) }
}

fn asked(questions: u64) -> Reached {
    Reached { phase: Some("ask".to_owned()), done: questions, total: 0, unit: Some("questions".to_owned()) }
}

impl Attack for Bleichenbacher {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from, frame } => {
                self.narration.step(1, &mut moves);
                moves.extend(self.listener.overhear(from, &frame).map(Move::Tell));
                moves.push(Move::Forward { from, frame });
            }
            Seen::Ended(role) => {
                moves.push(Move::Cut(role.peer()));
                self.ended += 1;
                if self.ended == 2 {
                    self.begin(&mut moves);
                }
            }
            Seen::Called(Ok(frames)) => self.answered(&frames, &mut moves),
            Seen::Called(Err(Unheard::Silent)) => self.ask_again(&mut moves),
            Seen::Called(Err(Unheard::TimeOver)) => self.cut_off("interrupted", &mut moves),
            Seen::Solved(_) | Seen::Impatient => {}
        }
        moves
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::words::{ENGLISH, GERMAN};

    #[test]
    fn every_phase_unit_and_failure_has_words() {
        let phases = ["phase ask", "phase narrow", "unit questions", "amount questions", "unit bits", "amount bits"];
        let failures = ["failure same-answer", "failure contradiction", "failure unanswered", "failure interrupted"];
        for text in phases.iter().chain(&failures) {
            assert!(ENGLISH.contains(&format!("\n{text}: ")) && GERMAN.contains(&format!("\n{text}: ")), "{text}");
        }
    }

    /// The place is the table's: the key, the secret and the field are found by what they are for.
    #[test]
    fn the_place_is_found_in_the_table_and_nowhere_else() {
        for mode in lab::modes::tables() {
            let place = Place::of(mode);
            assert_eq!(place.is_some(), Needs::Padded.unmet(mode).is_none(), "{}", mode.id);
            let Some(place) = place else { continue };
            assert_eq!((place.field.sort, place.message.kind), (Sort::Ciphertext, Kind::ClientShare));
            let certified = usize::from(mode.certifies(Role::Server));
            assert_eq!(place.answers(mode), 2 + certified, "{}: until the client's turn", mode.id);
        }
    }
}
