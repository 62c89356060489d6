//! Certificates that a signature brings and that none of its signers needs: nothing covers the bag of certificates, and an
//! installer's tag, or anything else, can stand in an extension of one.

use super::tlv::{self, Element};

/// Certificates and signers of one bag that are looked at.
const MOST: usize = 64;
const COUNTER_SIGNATURE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x06];
const TIME_STAMPS: [&[u8]; 2] = [
    &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x03, 0x03, 0x01],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0e],
];

/// A certificate, as far as who vouches for it depends on it.
struct Named<'a> {
    whole: Element<'a>,
    serial: &'a [u8],
    issuer: &'a [u8],
    subject: &'a [u8],
}

/// The certificates of a `SignedData` that lie on no way from a signer upwards.
pub(super) fn certificates(data: Element<'_>) -> Vec<Element<'_>> {
    let bag = data.child(tlv::context(0)).into_iter().flat_map(Element::children);
    let bag: Vec<Named<'_>> = bag.take(MOST).filter_map(named).collect();
    let mut signers = Vec::new();
    for signer in signers_of(data) {
        signers.push(signer);
        for (name, value) in unsigned(signer) {
            if name == COUNTER_SIGNATURE {
                signers.push(value);
            } else if TIME_STAMPS.contains(&name) {
                let token = value.child(tlv::context(0)).and_then(Element::first);
                signers.extend(token.into_iter().flat_map(signers_of));
            }
        }
    }
    let mut needed: Vec<bool> = Vec::new();
    for certificate in &bag {
        let signs = |signer: &Element<'_>| {
            // By its key, not by its name: that may be any of them.
            let Some(by) = signer.children().nth(1).and_then(|by| by.with(tlv::SEQUENCE)) else { return true };
            let mut parts = by.children();
            parts.next().is_some_and(|issuer| issuer.whole == certificate.issuer)
                && parts.next().is_some_and(|serial| serial.content == certificate.serial)
        };
        needed.push(signers.iter().any(signs));
    }
    for _ in 0..bag.len() {
        let before = needed.clone();
        for (certificate, needed) in bag.iter().zip(&mut needed) {
            let below = bag.iter().zip(&before).filter(|(_, needed)| **needed);
            *needed |= below.into_iter().any(|(below, _)| below.issuer == certificate.subject);
        }
        if before == needed {
            break;
        }
    }
    bag.iter().zip(&needed).filter(|(_, needed)| !**needed).map(|(certificate, _)| certificate.whole).collect()
}

fn named(certificate: Element<'_>) -> Option<Named<'_>> {
    // version [0], serial number, signature, issuer, validity, subject.
    let mut fields =
        certificate.with(tlv::SEQUENCE)?.first()?.children().skip_while(|field| field.tag == tlv::context(0));
    let serial = fields.next()?.content;
    let issuer = fields.nth(1)?.whole;
    Some(Named { whole: certificate, serial, issuer, subject: fields.nth(1)?.whole })
}

/// The signers of a `SignedData`.
pub(super) fn signers_of(data: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    // The algorithms are a set as well: the signers are the last.
    let sets = data.children().take(8).skip(2).filter(|part| part.tag == tlv::SET);
    sets.last().into_iter().flat_map(Element::children).take(MOST)
}

/// Identifiers of a signer's unsigned attributes, and their first values.
fn unsigned(signer: Element<'_>) -> impl Iterator<Item = (&[u8], Element<'_>)> {
    let attributes = signer.child(tlv::context(1)).into_iter().flat_map(Element::children).take(MOST);
    attributes.filter_map(|attribute| {
        let mut parts = attribute.children();
        Some((parts.next()?.content, parts.next()?.first()?))
    })
}

#[cfg(test)]
mod tests {
    use super::super::list_oid as oid;
    use super::super::written::{attribute, element, identifier, integer, octets, sequence, set};
    use super::*;

    fn name(text: &str) -> Vec<u8> {
        sequence(&[octets(text.as_bytes())])
    }

    fn certificate(serial: u8, issuer: &str, subject: &str) -> Vec<u8> {
        let version = element(0xa0, &integer(2));
        sequence(&[sequence(&[version, integer(serial), sequence(&[]), name(issuer), sequence(&[]), name(subject)])])
    }

    fn signer(serial: u8, issuer: &str, unsigned: &[Vec<u8>]) -> Vec<u8> {
        sequence(&[integer(1), sequence(&[name(issuer), integer(serial)]), element(0xa1, &unsigned.concat())])
    }

    fn signed(certificates: &[Vec<u8>], signers: &[Vec<u8>]) -> Vec<u8> {
        let bag = element(0xa0, &certificates.concat());
        sequence(&[integer(1), set(&[]), sequence(&[]), bag, set(signers)])
    }

    #[test]
    fn certificates_on_no_way_are_told() {
        let bag = [
            certificate(1, "CA", "signer"),
            certificate(2, "Root", "CA"),
            certificate(3, "Time CA", "clock"),
            certificate(4, "Root", "Time CA"),
            certificate(5, "dummy", "dummy"),
        ];
        let token =
            sequence(&[identifier(oid::SIGNED_DATA), element(0xa0, &signed(&[], &[signer(3, "Time CA", &[])]))]);
        let counter = attribute(COUNTER_SIGNATURE, signer(3, "Time CA", &[]));
        let cases = [
            (signer(1, "CA", &[]), vec![3, 4, 5]),
            (signer(1, "CA", &[counter]), vec![5]),
            (signer(1, "CA", &[attribute(TIME_STAMPS[0], token)]), vec![5]),
            (signer(9, "CA", &[]), vec![1, 2, 3, 4, 5]),
            (sequence(&[integer(1), element(0x80, b"key")]), vec![]),
        ];
        for (signer, serials) in cases {
            let data = signed(&bag, &[signer]);
            let data = tlv::take(&mut data.as_slice()).unwrap();
            let unused: Vec<u8> =
                certificates(data).into_iter().map(|unused| named(unused).unwrap().serial[0]).collect();
            assert_eq!(unused, serials);
        }
    }
}
