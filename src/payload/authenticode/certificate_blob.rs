//! Certificates as the registry keeps them: the value `Blob` of `SystemCertificates\<store>\Certificates\<thumbprint>`.
//!
//! A row of properties: number, a reserved 1, length (32 bits each, low byte first), data. Source: `CERT_*_PROP_ID` of
//! `wincrypt.h`; the layout is that of `CertSerializeCertificateStoreElement`.

use super::properties::Properties;
use super::tlv;
use crate::base::fields::Fields;
use crate::base::wide;

/// The certificate itself, DER.
const CERTIFICATE: u32 = 32;
const HEADER: usize = 12;
/// Properties of one certificate that are looked at; real ones have some fifteen.
const MOST: usize = 256;

/// A certificate of a store in the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateBlob<'a> {
    /// The certificate, DER.
    pub der: &'a [u8],
    /// What the store calls it.
    pub friendly_name: Option<String>,
    /// What the store trusts it for, and since when not.
    pub properties: Properties,
}

/// Reads the value; nothing if it holds no certificate.
#[must_use]
pub fn read(blob: &[u8]) -> Option<CertificateBlob<'_>> {
    let mut der = None;
    let mut friendly_name = None;
    let mut properties = Properties::default();
    let mut rest = blob;
    for _ in 0..MOST {
        let Some(header) = rest.get(..HEADER) else { break };
        let number = Fields(header).u32(0);
        let Some(length) = usize::try_from(Fields(header).u32(8)).ok() else { break };
        let Some(data) = rest.get(HEADER..).and_then(|rest| rest.get(..length)) else { break };
        match number {
            CERTIFICATE => der = der.or(Some(data).filter(|data| is_sequence(data))),
            FRIENDLY_NAME => friendly_name = Some(wide::until_nul(data)).filter(|name| !name.is_empty()),
            _ => properties.take(number, data),
        }
        rest = rest.get(HEADER.saturating_add(length)..).unwrap_or_default();
    }
    Some(CertificateBlob { der: der?, friendly_name, properties })
}

const FRIENDLY_NAME: u32 = super::properties::FRIENDLY_NAME;

fn is_sequence(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    tlv::take(&mut rest).is_some_and(|element| element.tag == tlv::SEQUENCE)
}

#[cfg(test)]
mod tests {
    use super::super::purpose::Purpose;
    use super::super::trust::Allowance;
    use super::super::written::{identifier, octets, sequence};
    use super::*;

    fn property(number: u32, data: &[u8]) -> Vec<u8> {
        [&number.to_le_bytes()[..], &[1, 0, 0, 0], &u32::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
    }

    #[test]
    fn the_certificate_is_found_among_properties() {
        let der = sequence(&[octets(b"stands for a certificate")]);
        let code_signing = sequence(&[identifier(&[0x2b, 6, 1, 5, 5, 7, 3, 3])]);
        let blob =
            [property(3, &[7; 20]), property(9, &code_signing), property(11, b"R\0o\0o\0t\0\0\0"), property(32, &der)]
                .concat();
        let found = read(&blob).unwrap();
        assert_eq!(found.der, der);
        assert_eq!(found.friendly_name.as_deref(), Some("Root"));
        assert_eq!(found.properties.allowance(Purpose::CodeSigning), Allowance::Until(None, None));
        assert_eq!(found.properties.allowance(Purpose::TimeStamping), Allowance::Never);
    }

    #[test]
    fn what_holds_no_certificate_is_nothing() {
        let der = sequence(&[]);
        let cut = &property(32, &der)[..13];
        let cases = [vec![], property(3, &[7; 20]), property(32, b"text"), cut.to_vec(), vec![0xff; 40]];
        for blob in cases {
            assert_eq!(read(&blob), None, "{blob:02x?}");
        }
    }
}
