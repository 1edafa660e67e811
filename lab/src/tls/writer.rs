//! The presentation language of TLS (RFC 8446 section 3), written.

/// What a message is written to.
#[derive(Clone, Debug, Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn u8(&mut self, number: u8) {
        self.0.push(number);
    }

    pub(super) fn u16(&mut self, number: u16) {
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    pub(super) fn octets(&mut self, octets: &[u8]) {
        self.0.extend_from_slice(octets);
    }

    /// A vector with its length before it in so many octets. What is longer than they can say is none of this code's.
    pub(super) fn vector(&mut self, octets: usize, body: impl FnOnce(&mut Self)) {
        let at = self.0.len();
        self.0.resize(at + octets, 0);
        body(self);
        let length = (self.0.len() - at - octets).to_be_bytes();
        let digits = &length[length.len().saturating_sub(octets)..];
        self.0[at..at + digits.len()].copy_from_slice(digits);
    }
}
