//! What a store or a trust list says of a certificate beside the certificate: for which purposes it is trusted, and since
//! when no more.
//!
//! Source: `CERT_ENHKEY_USAGE_PROP_ID` and its neighbours in `wincrypt.h`; for the root program, *Microsoft Trusted Root
//! Program: deprecation of roots* (disable: signatures made before the date stay good; `NotBefore`: certificates issued
//! before the date stay good).

use super::oid;
use super::purpose::Purpose;
use super::tlv::{self, Element};
use super::trust::Allowance;
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

    /// What the certificate, a root, may do for a purpose.
    pub(super) fn allowance(&self, purpose: Purpose) -> Allowance {
        let concerns = |purposes: Option<Purposes>| purposes.is_none_or(|purposes| purposes.has(purpose));
        // Purposes without a time are disallowed altogether.
        let never = self.disallowed_since.is_none() && self.disallowed_purposes.is_some_and(|named| named.has(purpose));
        if never || !concerns(self.purposes) {
            return Allowance::Never;
        }
        let since = self.disallowed_since.filter(|_| concerns(self.disallowed_purposes));
        let not_before = self.not_before.filter(|_| concerns(self.not_before_purposes));
        Allowance::Until(since, not_before)
    }
}

impl Purposes {
    fn has(self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::CodeSigning | Purpose::TrustList => self.code_signing,
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
        purposes.code_signing |= purpose.content == oid::CODE_SIGNING;
        purposes.time_stamping |= purpose.content == oid::TIME_STAMPING;
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

    fn named(purposes: &[&[u8]]) -> Vec<u8> {
        sequence(&purposes.iter().map(|purpose| identifier(purpose)).collect::<Vec<_>>())
    }

    #[test]
    fn purposes_and_times_are_weighed() {
        use Allowance::{Never, Until};
        use Purpose::{CodeSigning, TimeStamping};
        let july = Timestamp::parse("2020-07-01T00:00:00Z");
        let (code, time) = (named(&[oid::CODE_SIGNING]), named(&[oid::TIME_STAMPING]));
        let date = JULY_2020.to_le_bytes().to_vec();
        let cases = [
            (vec![], CodeSigning, Until(None, None)),
            (vec![(9, time.clone())], CodeSigning, Never),
            (vec![(9, time.clone())], TimeStamping, Until(None, None)),
            (vec![(9, vec![])], CodeSigning, Never),
            (vec![(104, date.clone())], CodeSigning, Until(july, None)),
            (vec![(104, date.clone()), (122, time.clone())], CodeSigning, Until(None, None)),
            (vec![(104, date.clone()), (122, code.clone())], CodeSigning, Until(july, None)),
            (vec![(122, code)], CodeSigning, Never),
            (vec![(104, vec![])], CodeSigning, Until(always(), None)),
            (vec![(126, date.clone())], CodeSigning, Until(None, july)),
            (vec![(126, date.clone()), (127, time.clone())], CodeSigning, Until(None, None)),
            (vec![(126, date), (127, time)], TimeStamping, Until(None, july)),
        ];
        for (number, (properties, purpose, allowance)) in cases.into_iter().enumerate() {
            let mut all = Properties::default();
            properties.iter().for_each(|(number, data)| all.take(*number, data));
            assert_eq!(all.allowance(purpose), allowance, "case {number}");
        }
    }
}
