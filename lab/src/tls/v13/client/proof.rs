//! What the server proves, and what the client does: certificates, signatures over the transcript, Finished.

use super::{Client, State, agreement::Agreed};
use crate::{
    certificate::{self, validate},
    checks,
    tls::{
        message::kind,
        v13::{
            Fault, Identity,
            message::{self, CertificateRequest},
            signature,
        },
    },
};
use subtle::ConstantTimeEq;

impl Client {
    /// Path validation, by the lab's own judge.
    pub(super) fn judge(&self, chain: &[Vec<u8>]) -> Result<(), Fault> {
        let found = validate(&self.settings.policy, chain);
        match found.failure().and_then(|step| checks::find(step.check)) {
            Some(check) => Err(Fault::Refused { check, alert: 42 }),
            None if found.accepted() => Ok(()),
            // nothing was there to be judged
            None => checks::find(certificate::checks::CHAIN).map_or(Ok(()), |chain| self.fail(chain, 42)),
        }
    }

    pub(super) fn verify(&self, body: &[u8]) -> Result<(), Fault> {
        let (scheme, signature) = message::scheme_and_signature(body)?;
        let content = signature::content(signature::SERVER, &self.link.transcript());
        let leaf = self.chain.first().map(Vec::as_slice).unwrap_or_default();
        match signature::verifies(scheme, leaf, &content, signature) {
            true => Ok(()),
            false => self.fail(&checks::TRANSCRIPT_SIGNATURE, 51),
        }
    }

    /// The server's Finished, and the own.
    pub(super) fn finished(&mut self, agreed: &Agreed, message: &[u8]) -> Result<State, Fault> {
        let expected = agreed.server.finished(&self.link.transcript());
        if !bool::from(message[4..].ct_eq(&expected)) {
            self.fail(&checks::FINISHED, 51)?;
        }
        self.link.count(message);
        let transcript = self.link.transcript();
        let schedule = agreed.schedule.master();
        if self.heard_early == Some(true) {
            self.link.say(kind::END_OF_EARLY_DATA, &[]);
        }
        self.link.change_cipher_spec();
        self.link.write_under(agreed.suite, agreed.client.clone());
        if let Some(request) = &agreed.request {
            self.show(request)?;
        }
        self.link.say(kind::FINISHED, &agreed.client.finished(&self.link.transcript()));
        self.resumption = Some((agreed.suite, schedule.derive("res master", &self.link.transcript())));
        self.link.write_under(agreed.suite, schedule.derive("c ap traffic", &transcript));
        self.link.read_under(agreed.suite, schedule.derive("s ap traffic", &transcript))?;
        self.link.finish();
        Ok(State::Open)
    }

    /// The own certificate, and the proof of its key (sections 4.4.2 and 4.4.3); or that there is none.
    fn show(&mut self, request: &CertificateRequest) -> Result<(), Fault> {
        let Some(Identity { chain, key }) = &self.identity else {
            self.link.say(kind::CERTIFICATE, &message::certificate(&request.context, &[]));
            return Ok(());
        };
        let scheme = signature::scheme(key);
        if !request.schemes.contains(&scheme) {
            return Err(Fault::NothingInCommon { field: "signature scheme" });
        }
        self.link.say(kind::CERTIFICATE, &message::certificate(&request.context, chain));
        let content = signature::content(signature::CLIENT, &self.link.transcript());
        let signature = signature::sign(key, &content, &mut self.rng);
        self.link.say(kind::CERTIFICATE_VERIFY, &message::certificate_verify(scheme, &signature));
        Ok(())
    }
}
