//! Object identifiers by their content octets (X.690, 8.19), and how a person writes them.

pub(super) const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// 1.3.6.1.4.1.311.10.1: a certificate trust list.
pub(super) const TRUST_LIST: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0a, 0x01];
/// 1.3.6.1.4.1.311.12.1.1: the list is a catalog.
pub(super) const CATALOG: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0c, 0x01, 0x01];
/// 1.3.6.1.4.1.311.12.1.3: its members are tagged as version 2 does it, by the digest itself.
pub(super) const CATALOG_MEMBER_2: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0c, 0x01, 0x03];
/// 1.3.6.1.4.1.311.12.2.1: a name and its value, of a catalog or of a member.
pub(super) const CATALOG_NAME_VALUE: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0c, 0x02, 0x01];
/// 1.3.6.1.4.1.311.2.1.4: the digest of a file.
pub(super) const INDIRECT_DATA: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x04];
/// 1.3.6.1.4.1.311.10.3.9: the list is one of roots.
pub(super) const ROOT_LIST: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0a, 0x03, 0x09];
/// 1.3.6.1.4.1.311.10.3.30: the list is one of certificates that are not trusted.
pub(super) const DISALLOWED_LIST: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0a, 0x03, 0x1e];
/// 1.3.6.1.4.1.311.10.11: a property of a certificate; its number is the last component.
pub(super) const CERTIFICATE_PROPERTY: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0a, 0x0b];

/// The identifier as numbers with dots; nothing for octets that are none.
pub(super) fn dotted(octets: &[u8]) -> Option<String> {
    // A component of more than 63 bits does not occur; a byte sequence that long would only be noise in a report.
    let mut components = Vec::new();
    let mut value = 0u64;
    let mut open = false;
    for octet in octets.iter().take(64) {
        value = value.checked_mul(128)?.checked_add(u64::from(octet & 0x7f))?;
        open = octet & 0x80 != 0;
        if !open {
            components.push(std::mem::take(&mut value));
        }
    }
    let (first, rest) = components.split_first().filter(|_| !open && octets.len() <= 64)?;
    let arc = (first / 40).min(2);
    let mut text = format!("{arc}.{}", first.saturating_sub(arc.saturating_mul(40)));
    for component in rest {
        text.push_str(&format!(".{component}"));
    }
    Some(text)
}

/// The number of a certificate's property that an identifier names.
pub(super) fn certificate_property(octets: &[u8]) -> Option<u32> {
    let number = octets.strip_prefix(CERTIFICATE_PROPERTY)?;
    match number {
        [low @ 0..=0x7f] => Some(u32::from(*low)),
        [high @ 0x81..=0xff, low @ 0..=0x7f] => Some((u32::from(high & 0x7f) << 7) | u32::from(*low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_written_with_dots() {
        let cases: [(&[u8], Option<&str>); 7] = [
            (SIGNED_DATA, Some("1.2.840.113549.1.7.2")),
            (CATALOG, Some("1.3.6.1.4.1.311.12.1.1")),
            (DISALLOWED_LIST, Some("1.3.6.1.4.1.311.10.3.30")),
            (&[0x88, 0x37, 3], Some("2.999.3")),
            (&[0x2a, 0x86], None),
            (&[], None),
            (&[0xff; 12], None),
        ];
        for (octets, text) in cases {
            assert_eq!(dotted(octets).as_deref(), text, "{octets:02x?}");
        }
    }

    #[test]
    fn properties_have_numbers() {
        let of = |number: &[u8]| certificate_property(&[CERTIFICATE_PROPERTY, number].concat());
        assert_eq!((of(&[9]), of(&[98]), of(&[0x81, 0x26])), (Some(9), Some(98), Some(166)));
        assert_eq!((of(&[]), of(&[0x81, 0x80, 1]), certificate_property(CATALOG)), (None, None, None));
    }
}
