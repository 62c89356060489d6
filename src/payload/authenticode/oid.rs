//! Object identifiers, by their content octets (X.690, 8.19), and as a reader knows them.

pub(super) const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
pub(super) const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
pub(super) const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
pub(super) const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
pub(super) const SIGNING_TIME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05];
pub(super) const COUNTER_SIGNATURE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x06];
pub(super) const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];
pub(super) const SIGNING_CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0c];
pub(super) const SIGNING_CERTIFICATE_V2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x2f];

// Microsoft's, under 1.3.6.1.4.1.311.
pub(super) const INDIRECT_DATA: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x04];
pub(super) const OPUS_INFO: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x0c];
pub(super) const NESTED: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x04, 0x01];
pub(super) const TIME_STAMP: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x03, 0x03, 0x01];

// Extended key usages.
pub(super) const CODE_SIGNING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x03];
pub(super) const TIME_STAMPING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];
pub(super) const ANY_USAGE: &[u8] = &[0x55, 0x1d, 0x25, 0x00];
pub(super) const LIFETIME_SIGNING: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0a, 0x03, 0x0d];

// Keys and signatures.
pub(super) const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
pub(super) const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
pub(super) const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];
pub(super) const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
pub(super) const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
pub(super) const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
pub(super) const P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];

// Extensions of certificates, under 2.5.29.
pub(super) const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 0x0e];
pub(super) const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
pub(super) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
pub(super) const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 0x23];
pub(super) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];

/// The identifier in dotted decimal; a last part that is cut or too large is left out.
pub(super) fn dotted(octets: &[u8]) -> String {
    let mut text = String::new();
    let mut number = 0u64;
    for octet in octets.iter().take(64) {
        number = number.saturating_mul(128).saturating_add(u64::from(octet & 0x7f));
        if octet & 0x80 != 0 {
            continue;
        }
        if text.is_empty() {
            let first = (number / 40).min(2);
            text = format!("{first}.{}", number.saturating_sub(first.saturating_mul(40)));
        } else {
            text.push_str(&format!(".{number}"));
        }
        number = 0;
    }
    text
}

/// What an extended key usage allows: the name that RFC 5280 or Microsoft gives it, or its number.
pub(super) fn usage(octets: &[u8]) -> String {
    let number = dotted(octets);
    let name = match number.as_str() {
        "1.3.6.1.5.5.7.3.1" => "server authentication",
        "1.3.6.1.5.5.7.3.2" => "client authentication",
        "1.3.6.1.5.5.7.3.3" => "code signing",
        "1.3.6.1.5.5.7.3.4" => "e-mail protection",
        "1.3.6.1.5.5.7.3.8" => "time stamping",
        "1.3.6.1.5.5.7.3.9" => "OCSP signing",
        "2.5.29.37.0" => "any",
        "1.3.6.1.4.1.311.2.1.21" => "individual code signing",
        "1.3.6.1.4.1.311.2.1.22" => "commercial code signing",
        "1.3.6.1.4.1.311.10.3.1" => "trust list signing",
        "1.3.6.1.4.1.311.10.3.5" => "Windows hardware driver verification",
        "1.3.6.1.4.1.311.10.3.6" => "Windows system component verification",
        "1.3.6.1.4.1.311.10.3.13" => "lifetime signing",
        "1.3.6.1.4.1.311.10.3.39" => "Windows hardware driver extended verification",
        "1.3.6.1.4.1.311.61.1.1" => "kernel mode code signing",
        "1.3.6.1.4.1.311.61.6.1" => "HAL extension",
        "1.3.6.1.4.1.311.76.3.1" => "Windows Store",
        "1.3.6.1.4.1.311.76.8.1" => "Microsoft publisher",
        _ => return number,
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_as_readers_know_them() {
        let cases: [(&[u8], &str); 6] = [
            (CODE_SIGNING, "code signing"),
            (LIFETIME_SIGNING, "lifetime signing"),
            (ANY_USAGE, "any"),
            (NESTED, "1.3.6.1.4.1.311.2.4.1"),
            (P384, "1.3.132.0.34"),
            (&[], ""),
        ];
        for (octets, name) in cases {
            assert_eq!(usage(octets), name);
        }
        assert_eq!(dotted(&[0x88, 0x37, 0x03]), "2.999.3");
        assert_eq!(
            dotted(&[0x2a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
            "1.2.18446744073709551615"
        );
    }
}
