//! What a store or a trust list says of a certificate beside the certificate: for which purposes it is trusted, and since
//! when no more.
//!
//! Source: `CERT_ENHKEY_USAGE_PROP_ID` and its neighbours in `wincrypt.h`; for the root program, *Microsoft Trusted Root
//! Program: deprecation of roots* (disable: signatures made before the date stay good; `NotBefore`: certificates issued
//! before the date stay good).

use super::tlv::{self, Element};
use crate::base::time::Timestamp;

pub(super) const PURPOSES: u32 = 9;
pub(super) const FRIENDLY_NAME: u32 = 11;
pub(super) const SHA256: u32 = 98;
const DISALLOWED_SINCE: u32 = 104;
const DISALLOWED_PURPOSES: u32 = 122;
const NOT_BEFORE: u32 = 126;
const NOT_BEFORE_PURPOSES: u32 = 127;
/// Purposes of one property that are looked at.
const MOST: usize = 64;

/// For what a certificate is used (extended key usage, RFC 5280, 4.2.1.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Signing of programs.
    CodeSigning,
    /// Attesting times.
    TimeStamping,
}

impl Purpose {
    fn identifier(self) -> &'static [u8] {
        match self {
            Self::CodeSigning => &[0x2b, 6, 1, 5, 5, 7, 3, 3],
            Self::TimeStamping => &[0x2b, 6, 1, 5, 5, 7, 3, 8],
        }
    }
}

/// What is said of a certificate. Purposes that are not said are all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties {
    /// Trusted for these alone.
    purposes: Option<Purposes>,
    /// What was signed at this time or later is not trusted.
    disallowed_since: Option<Timestamp>,
    disallowed_purposes: Option<Purposes>,
    /// Certificates issued at this time or later are not trusted.
    not_before: Option<Timestamp>,
    not_before_purposes: Option<Purposes>,
}

/// Purposes that matter here, of those that were named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Purposes {
    code_signing: bool,
    time_stamping: bool,
}

impl Properties {
    /// Takes a property by its number; those that say nothing of trust are passed over.
    pub(super) fn take(&mut self, number: u32, data: &[u8]) {
        match number {
            PURPOSES => self.purposes = purposes(data),
            DISALLOWED_PURPOSES => self.disallowed_purposes = purposes(data),
            NOT_BEFORE_PURPOSES => self.not_before_purposes = purposes(data),
            // Empty or zero stands for always.
            DISALLOWED_SINCE => self.disallowed_since = filetime(data).or_else(always),
            NOT_BEFORE => self.not_before = filetime(data).or_else(always),
            _ => {}
        }
    }

    /// Whether the certificate is trusted for a purpose at the time of a signature; without a time, now.
    #[must_use]
    pub fn allows(&self, purpose: Purpose, signed_at: Option<Timestamp>) -> bool {
        if self.purposes.is_some_and(|purposes| !purposes.has(purpose)) {
            return false;
        }
        let concerned = self.disallowed_purposes.is_none_or(|purposes| purposes.has(purpose));
        match self.disallowed_since.filter(|_| concerned) {
            Some(since) => signed_at.is_some_and(|time| time < since),
            // Purposes without a time are disallowed altogether.
            None => {
                !(self.disallowed_since.is_none() && self.disallowed_purposes.is_some_and(|named| named.has(purpose)))
            }
        }
    }

    /// Since when certificates that are issued under it are not trusted for a purpose.
    #[must_use]
    pub fn not_before(&self, purpose: Purpose) -> Option<Timestamp> {
        self.not_before.filter(|_| self.not_before_purposes.is_none_or(|purposes| purposes.has(purpose)))
    }
}

impl Purposes {
    fn has(self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::CodeSigning => self.code_signing,
            Purpose::TimeStamping => self.time_stamping,
        }
    }
}

/// `EnhancedKeyUsage`: a sequence of identifiers. What cannot be read names none.
fn purposes(data: &[u8]) -> Option<Purposes> {
    let mut rest = data;
    let named = tlv::take(&mut rest).and_then(|usage| usage.with(tlv::SEQUENCE));
    let mut purposes = Purposes::default();
    for purpose in named.into_iter().flat_map(Element::children).take(MOST) {
        purposes.code_signing |= purpose.content == Purpose::CodeSigning.identifier();
        purposes.time_stamping |= purpose.content == Purpose::TimeStamping.identifier();
    }
    Some(purposes)
}

fn filetime(data: &[u8]) -> Option<Timestamp> {
    data.first_chunk().and_then(|ticks| Timestamp::from_filetime(u64::from_le_bytes(*ticks)))
}

fn always() -> Option<Timestamp> {
    Timestamp::from_filetime(1)
}

#[cfg(test)]
mod tests {
    use super::super::written::{identifier, sequence};
    use super::*;

    const JULY_2020: u64 = 132_380_352_000_000_000;

    fn of(properties: &[(u32, Vec<u8>)]) -> Properties {
        let mut all = Properties::default();
        properties.iter().for_each(|(number, data)| all.take(*number, data));
        all
    }

    fn named(purposes: &[Purpose]) -> Vec<u8> {
        sequence(&purposes.iter().map(|purpose| identifier(purpose.identifier())).collect::<Vec<_>>())
    }

    #[test]
    fn purposes_and_times_are_weighed() {
        use Purpose::{CodeSigning, TimeStamping};
        let time = |text| Timestamp::parse(text);
        let (before, after) = (time("2020-06-30T00:00:00Z"), time("2020-07-02T00:00:00Z"));
        let since = (104, JULY_2020.to_le_bytes().to_vec());
        let cases = [
            (vec![], CodeSigning, None, true),
            (vec![(9, named(&[TimeStamping]))], CodeSigning, None, false),
            (vec![(9, named(&[TimeStamping]))], TimeStamping, None, true),
            (vec![(9, vec![])], CodeSigning, None, false),
            (vec![since.clone()], CodeSigning, before, true),
            (vec![since.clone()], CodeSigning, after, false),
            (vec![since.clone()], CodeSigning, None, false),
            (vec![since.clone(), (122, named(&[TimeStamping]))], CodeSigning, after, true),
            (vec![since, (122, named(&[CodeSigning]))], CodeSigning, after, false),
            (vec![(122, named(&[CodeSigning]))], CodeSigning, before, false),
            (vec![(104, vec![])], CodeSigning, before, false),
        ];
        for (number, (properties, purpose, signed_at, allowed)) in cases.into_iter().enumerate() {
            assert_eq!(of(&properties).allows(purpose, signed_at), allowed, "case {number}");
        }
    }

    #[test]
    fn later_certificates_are_told_apart() {
        let since = (126, JULY_2020.to_le_bytes().to_vec());
        let all = of(std::slice::from_ref(&since));
        assert_eq!(all.not_before(Purpose::CodeSigning).unwrap().to_string(), "2020-07-01T00:00:00Z");
        let some = of(&[since, (127, named(&[Purpose::TimeStamping]))]);
        assert_eq!(some.not_before(Purpose::CodeSigning), None);
        assert!(some.not_before(Purpose::TimeStamping).is_some());
    }
}
