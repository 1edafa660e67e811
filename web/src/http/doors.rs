//! Who is let in where the lab is shown to a network: whoever has the class code watches, whoever has the trainer's token
//! controls the lab, and nobody else sees anything.
//!
//! A code is given up once, in the body of a request, for a cookie that no script can read and no other site can have sent;
//! it stands in no address that reaches the lab. Cookies are not kept here: each carries a number and its authentication, and
//! whose turn it was to control the lab when it was given. Whoever takes the control over begins another turn, in which the
//! trainers' cookies of those before only watch.

use super::limits::{ASKED, TRIED};
use axum::http::{HeaderMap, header};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;
use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

/// The letters of codes, none of which is taken for another.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters of the class code, and of a code that hands the control over.
const SHORT: usize = 6;
/// Letters of the trainer's token: 120 bits.
const LONG: usize = 24;
/// How long a code that hands the control over can be used, once.
pub(super) const HANDED: Duration = Duration::from_secs(300);
/// How long a browser keeps its cookie, in seconds: a day of teaching.
const KEPT: u32 = 24 * 60 * 60;
/// Hexadecimal digits of a cookie's turn, of its number, and of its authentication.
const DIGITS: (usize, usize, usize) = (8, 16, 32);
/// Addresses whose haste is remembered.
const REMEMBERED: usize = 4096;

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Role {
    /// Nothing but to join.
    Nobody,
    /// Watch, and answer questions.
    Viewer,
    /// Everything.
    Trainer,
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visitor {
    pub(super) role: Role,
    /// Tells one voter from another, and nothing else.
    pub(super) voter: u64,
}

/// Who was let in.
#[derive(Debug)]
pub(super) struct Joined {
    pub(super) role: Role,
    /// The cookie to set.
    pub(super) cookie: String,
    /// Whoever controlled the lab before only watches from now on.
    pub(super) takes_over: bool,
}

/// A code that was made for another device.
struct Handed {
    code: String,
    until: Instant,
    /// Whoever made it keeps the control besides.
    shared: bool,
}

/// The doors of a lab that is shown to a network.
pub struct Doors {
    token: String,
    code: String,
    link: String,
    cookie: String,
    /// As long as the hash wants it (RFC 2104 section 3).
    key: [u8; 64],
    /// Whose turn it is to control the lab.
    turn: AtomicU32,
    handed: Mutex<Option<Handed>>,
    tried: Haste,
    asked: Haste,
}

impl Doors {
    /// The doors of a lab that others reach at `address`, with codes of its own.
    ///
    /// # Errors
    /// The operating system gives no randomness.
    pub fn new(address: SocketAddr) -> Result<Self, getrandom::Error> {
        let mut key = [0; 64];
        getrandom::fill(&mut key)?;
        let (token, code) = (code(LONG)?, code(SHORT)?);
        let link = format!("http://{address}/class#{code}");
        Ok(Self {
            token,
            link,
            code,
            cookie: format!("interlock-{}", address.port()),
            key,
            turn: AtomicU32::default(),
            handed: Mutex::default(),
            tried: Haste::new(TRIED),
            asked: Haste::new(ASKED),
        })
    }

    /// What the trainer proves to be the trainer by.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// What a viewer joins with.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The viewers' link. The code stands behind the `#`, which no browser sends.
    pub fn link(&self) -> &str {
        &self.link
    }

    /// A code that makes the next one who joins with it a trainer, once and for a short time: the only one, unless the control is
    /// `shared`.
    pub(super) fn hand_over(&self, shared: bool) -> Result<String, getrandom::Error> {
        let code = code(SHORT)?;
        *self.handed() = Some(Handed { code: code.clone(), until: Instant::now() + HANDED, shared });
        Ok(code)
    }

    /// Who asks, by what the request carries.
    pub(super) fn visitor(&self, headers: &HeaderMap) -> Visitor {
        let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        if bearer.is_some_and(|given| self.same(given, &self.token)) {
            return Visitor { role: Role::Trainer, voter: 0 };
        }
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let own = pairs.filter(|(name, _)| *name == self.cookie).filter_map(|(_, value)| self.known(value));
        own.max_by_key(|visitor| visitor.role == Role::Trainer).unwrap_or(Visitor { role: Role::Nobody, voter: 0 })
    }

    /// Lets in whoever has a code.
    pub(super) fn join(&self, given: &str) -> Result<Option<Joined>, getrandom::Error> {
        let handed = self.handed_to(given);
        let takes_over = handed.as_ref().is_some_and(|handed| !handed.shared);
        let role = if handed.is_some() || self.same(given, &self.token) {
            Role::Trainer
        } else if self.same(given, &self.code) {
            Role::Viewer
        } else {
            return Ok(None);
        };
        if takes_over {
            self.turn.fetch_add(1, Ordering::Relaxed);
        }
        let number = format!("{}{:08x}{:016x}", letter(role), self.turn.load(Ordering::Relaxed), getrandom::u64()?);
        let cookie = format!(
            "{}={number}{}; Path=/; Max-Age={KEPT}; HttpOnly; SameSite=Strict",
            self.cookie,
            hex(&self.mac(&number))
        );
        Ok(Some(Joined { role, cookie, takes_over }))
    }

    /// Whether somebody at this address may try a code now.
    pub(super) fn may_try(&self, from: IpAddr) -> bool {
        self.tried.allows(from)
    }

    /// Whether a viewer at this address may ask now.
    pub(super) fn may_ask(&self, from: IpAddr) -> bool {
        self.asked.allows(from)
    }

    /// What was handed to whoever has this code; it is used up then.
    fn handed_to(&self, given: &str) -> Option<Handed> {
        self.handed().take_if(|handed| Instant::now() < handed.until && self.same(given, &handed.code))
    }

    /// The visitor that a cookie's value was made for.
    fn known(&self, value: &str) -> Option<Visitor> {
        let (number, mac) = value.split_at_checked(1 + DIGITS.0 + DIGITS.1)?;
        let given = (0..DIGITS.2 / 2).map(|i| u8::from_str_radix(mac.get(2 * i..2 * i + 2)?, 16).ok());
        let given: Vec<u8> = given.collect::<Option<_>>()?;
        if mac.len() != DIGITS.2 || self.hmac(number).verify_truncated_left(&given).is_err() {
            return None;
        }
        let (turn, voter) = number.get(1..)?.split_at_checked(DIGITS.0)?;
        let now = u32::from_str_radix(turn, 16).ok()? == self.turn.load(Ordering::Relaxed);
        let role = if now && number.starts_with(letter(Role::Trainer)) { Role::Trainer } else { Role::Viewer };
        Some(Visitor { role, voter: u64::from_str_radix(voter, 16).ok()? })
    }

    /// Whether a code is the given one, however it was typed; how long it takes says nothing.
    fn same(&self, given: &str, code: &str) -> bool {
        self.hmac(&plainly(given)).finalize() == self.hmac(&plainly(code)).finalize()
    }

    fn mac(&self, text: &str) -> Vec<u8> {
        self.hmac(text).finalize().into_bytes().iter().take(DIGITS.2 / 2).copied().collect()
    }

    fn hmac(&self, text: &str) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&self.key.into());
        mac.update(text.as_bytes());
        mac
    }

    fn handed(&self) -> MutexGuard<'_, Option<Handed>> {
        self.handed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn letter(role: Role) -> char {
    match role {
        Role::Trainer => 't',
        _ => 'v',
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// So many letters in groups that can be read aloud.
fn code(letters: usize) -> Result<String, getrandom::Error> {
    let mut octets = vec![0; letters];
    getrandom::fill(&mut octets)?;
    let letters: Vec<u8> = octets.iter().map(|octet| LETTERS[usize::from(octet % 32)]).collect();
    let groups = letters.chunks(3).map(|group| String::from_utf8_lossy(group).into_owned());
    Ok(groups.collect::<Vec<_>>().join("-"))
}

/// A code as it is compared: without what only helps to read it, and with what is easily taken for something else put right.
fn plainly(code: &str) -> String {
    let letters = code.chars().take(64).filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase());
    letters
        .map(|letter| match letter {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

/// How much at once, and how much a second.
pub(super) type Pace = (f64, f64);

/// What each address may do: so much at once, and so much a second.
struct Haste {
    pace: Pace,
    left: Mutex<HashMap<IpAddr, (f64, Instant)>>,
}

impl Haste {
    fn new(pace: Pace) -> Self {
        Self { pace, left: Mutex::default() }
    }

    fn allows(&self, from: IpAddr) -> bool {
        self.allows_at(from, Instant::now())
    }

    fn allows_at(&self, from: IpAddr, now: Instant) -> bool {
        let (most, rate) = self.pace;
        let now_left =
            |(left, since): (f64, Instant)| most.min(left + rate * now.saturating_duration_since(since).as_secs_f64());
        let mut table = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if table.len() >= REMEMBERED && !table.contains_key(&from) {
            // Who may do everything again need not be remembered.
            table.retain(|_, left| now_left(*left) < most);
            if table.len() >= REMEMBERED {
                return false;
            }
        }
        let left = now_left(table.get(&from).copied().unwrap_or((most, now)));
        table.insert(from, (if left >= 1.0 { left - 1.0 } else { left }, now));
        left >= 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn doors() -> Doors {
        Doors::new("192.0.2.7:8080".parse().unwrap()).unwrap()
    }

    fn with(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_cookie_is_what_its_code_gave_and_nothing_else_is() {
        let doors = doors();
        for (given, role) in [(doors.token().to_owned(), Role::Trainer), (doors.code().to_lowercase(), Role::Viewer)] {
            let Joined { role: got, cookie, takes_over } = doors.join(&given).unwrap().unwrap();
            assert_eq!((got, takes_over), (role, false));
            assert!(cookie.ends_with("; HttpOnly; SameSite=Strict") && !cookie.contains(&given), "{cookie}");
            let pair = cookie.split(';').next().unwrap();
            let role_of = |pair: &str| doors.visitor(&with(header::COOKIE, &format!("other=1; {pair}"))).role;
            assert_eq!(role_of(pair), role);
            // Not another role, another number, less of it, or that of another lab.
            let swapped = pair.replace("=v", "=t");
            assert_eq!(role_of(&swapped), if role == Role::Viewer { Role::Nobody } else { role });
            assert_eq!(role_of(&pair[..pair.len() - 2]), Role::Nobody);
            let last = if pair.ends_with('0') { '1' } else { '0' };
            assert_eq!(role_of(&format!("{}{last}", &pair[..pair.len() - 1])), Role::Nobody);
            let other = Doors::new("192.0.2.7:8080".parse().unwrap()).unwrap();
            assert_eq!(other.visitor(&with(header::COOKIE, pair)).role, Role::Nobody);
        }
        assert!(doors.join("").unwrap().is_none());
        assert!(doors.join(&doors.token()[..8]).unwrap().is_none());
    }

    #[test]
    fn the_token_alone_is_a_key_for_scripts() {
        let doors = doors();
        let role = |value: &str| doors.visitor(&with(header::AUTHORIZATION, value)).role;
        assert_eq!(role(&format!("Bearer {}", doors.token())), Role::Trainer);
        assert_eq!(role(&format!("Bearer {}", doors.code())), Role::Nobody);
        assert_eq!(role(&format!("Basic {}", doors.token())), Role::Nobody);
    }

    #[test]
    fn control_is_handed_over_once_and_whoever_had_it_only_watches_then() {
        let doors = doors();
        let join =
            |code: &str| doors.join(code).unwrap().map(|joined| joined.cookie.split(';').next().unwrap().to_owned());
        let visitor = |cookie: &Option<String>| doors.visitor(&with(header::COOKIE, cookie.as_deref().unwrap()));
        let role = |cookie: &Option<String>| visitor(cookie).role;
        let (first, watching) = (join(doors.token()), join(doors.code()));
        let number = visitor(&first).voter;
        let clicker = join(&doors.hand_over(true).unwrap());
        assert_eq!([&first, &clicker].map(role), [Role::Trainer; 2], "a device besides");
        let code = doors.hand_over(false).unwrap();
        assert_eq!(role(&first), Role::Trainer, "as long as nobody has taken it over");
        let next = join(&code);
        assert_eq!([&first, &clicker, &watching].map(role), [Role::Viewer; 3]);
        assert_eq!((role(&next), visitor(&first).voter), (Role::Trainer, number));
        assert!(join(&code).is_none());
        // Whoever has the token itself takes it back.
        assert_eq!([&join(doors.token()), &next].map(role), [Role::Trainer; 2]);
        let late = doors.hand_over(false).unwrap();
        doors.handed().as_mut().unwrap().until = Instant::now();
        assert!(join(&late).is_none());
        assert_eq!(role(&next), Role::Trainer);
    }

    #[test]
    fn haste_is_bounded_for_each_address_and_in_memory() {
        let haste = Haste::new((3.0, 1.0));
        let now = Instant::now();
        let from = |n: u32| IpAddr::from(n.to_be_bytes());
        assert_eq!((0..5).filter(|_| haste.allows_at(from(1), now)).count(), 3);
        assert!(haste.allows_at(from(2), now), "another address has its own");
        assert_eq!((0..5).filter(|_| haste.allows_at(from(1), now + Duration::from_secs(2))).count(), 2);
        for n in 0..2 * REMEMBERED as u32 {
            haste.allows_at(from(n), now);
        }
        assert!(haste.left.lock().unwrap().len() <= REMEMBERED);
        assert!(haste.allows_at(from(u32::MAX), now + Duration::from_secs(9)), "those that waited are forgotten");
    }
}
