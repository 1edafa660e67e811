//! What client and server agree upon by their hellos.

use super::Client;
use crate::{
    checks,
    group::Group,
    tls::{
        message::ServerHello,
        reader::Malformed,
        v13::{
            Fault, Schedule, Secret, Suite, TLS13, Ticket,
            hello::{RETRY, number},
            message::CertificateRequest,
        },
    },
};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Octets of X25519 in a share and in a secret: they stand last.
const POINT: usize = 32;

/// What the client knows between ServerHello and Finished.
pub(super) struct Agreed {
    pub(super) suite: Suite,
    pub(super) schedule: Schedule,
    pub(super) client: Secret,
    pub(super) server: Secret,
    /// How the server asks for the client's certificate, where it does.
    pub(super) request: Option<CertificateRequest>,
}

impl Client {
    /// What the server picked has to be among what was offered.
    pub(super) fn picked(&mut self, picked: &ServerHello) -> Result<Agreed, Fault> {
        let wrong = |field| Fault::NothingInCommon { field };
        if picked.version != TLS13 {
            return Err(wrong("version"));
        }
        if picked.random == RETRY {
            return Err(wrong("group"));
        }
        if picked.session != self.hello.session {
            return Err(Malformed::new("session id", "what the client sent", picked.session.len()).into());
        }
        let suite = Suite::find(picked.suite).filter(|suite| self.settings.suites.contains(suite));
        let suite = suite.ok_or(wrong("cipher suite"))?;
        let secret = self.secrets.iter().find(|(group, _)| number(group) == picked.group);
        let (group, secret) = secret.ok_or(wrong("group"))?;
        let agreed = match group.agree(secret, &picked.share) {
            Ok(agreed) => agreed,
            Err(expected) => {
                self.fail(&checks::CONTRIBUTORY, 47)?;
                filled_up(secret, &picked.share)
                    .ok_or_else(|| Malformed::new("key share", "as many octets as its group has", expected))?
            }
        };
        let point = &agreed[agreed.len().saturating_sub(POINT)..];
        if bool::from(point.ct_eq(&[0; POINT])) {
            self.fail(&checks::CONTRIBUTORY, 47)?;
        }
        let resumed = match (picked.resumed, &self.offered) {
            (None, _) => None,
            (Some(0), Some(ticket)) => Some(ticket),
            (Some(got), _) => return Err(Malformed::new("selected identity", "one that was offered", got).into()),
        };
        self.chain = resumed.map(|ticket| ticket.chain().to_vec()).unwrap_or_default();
        self.resumed = resumed.is_some();
        let schedule = resumed.map_or_else(|| Schedule::early(None), Ticket::schedule).handshake(&agreed);
        let hellos = self.link.transcript();
        let [client, server] = ["c hs traffic", "s hs traffic"].map(|label| schedule.derive(label, &hellos));
        self.link.read_under(suite, server.clone())?;
        Ok(Agreed { suite, schedule, client, server, request: None })
    }
}

/// The secret of whoever takes a share for one whose beginning is zero: the half of the secret that comes from there is too.
fn filled_up(secret: &[u8], share: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let scalar = secret.get(secret.len().checked_sub(POINT)?..)?;
    let point = share.get(share.len().checked_sub(POINT)?..)?;
    let agreed = Group::X25519.agree(scalar, point).ok()?;
    Some(Zeroizing::new([&[0; 32][..], &agreed].concat()))
}
