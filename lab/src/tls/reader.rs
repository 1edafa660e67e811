//! The presentation language of TLS (RFC 8446 section 3): numbers and vectors, from a slice.

/// What is wrong with a message, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: expected {expected}, got {got}")]
pub struct Malformed {
    /// The field.
    pub field: &'static str,
    /// What it had to be.
    pub expected: &'static str,
    /// What it was.
    pub got: String,
}

impl Malformed {
    pub(super) fn new(field: &'static str, expected: &'static str, got: impl ToString) -> Self {
        Self { field, expected, got: got.to_string() }
    }
}

/// What is left of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, field: &'static str, length: usize) -> Result<&'a [u8], Malformed> {
        let Some((taken, rest)) = self.0.split_at_checked(length) else {
            return Err(Malformed::new(field, "more octets", format!("{} of {length}", self.0.len())));
        };
        self.0 = rest;
        Ok(taken)
    }

    /// A number of so many octets, at most 8.
    pub(super) fn number(&mut self, field: &'static str, octets: usize) -> Result<usize, Malformed> {
        let digits = self.take(field, octets)?;
        Ok(digits.iter().fold(0, |number, digit| number << 8 | usize::from(*digit)))
    }

    pub(super) fn u16(&mut self, field: &'static str) -> Result<u16, Malformed> {
        let digits = self.array(field)?;
        Ok(u16::from_be_bytes(digits))
    }

    pub(super) fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], Malformed> {
        let taken = self.take(field, N)?;
        taken.try_into().map_err(|_| Malformed::new(field, "more octets", taken.len()))
    }

    /// A vector whose length stands before it in so many octets.
    pub(super) fn vector(&mut self, field: &'static str, octets: usize) -> Result<&'a [u8], Malformed> {
        let length = self.number(field, octets)?;
        self.take(field, length)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn end(&self, field: &'static str) -> Result<(), Malformed> {
        match self.0.len() {
            0 => Ok(()),
            more => Err(Malformed::new(field, "its end", format!("{more} octets more"))),
        }
    }
}
