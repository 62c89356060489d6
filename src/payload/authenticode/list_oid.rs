//! Object identifiers of certificate trust lists, by their content octets (X.690, 8.19).

pub(super) use super::oid::{INDIRECT_DATA, SIGNED_DATA};

/// 1.3.6.1.4.1.311.10.1: a certificate trust list.
pub(super) const TRUST_LIST: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0a, 0x01];
/// 1.3.6.1.4.1.311.12.1.1: the list is a catalog.
pub(super) const CATALOG: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0c, 0x01, 0x01];
/// 1.3.6.1.4.1.311.12.2.1: a name and its value, of a catalog or of a member.
pub(super) const CATALOG_NAME_VALUE: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0c, 0x02, 0x01];
/// 1.3.6.1.4.1.311.10.3.9: the list is one of roots.
pub(super) const ROOT_LIST: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0a, 0x03, 0x09];
/// 1.3.6.1.4.1.311.10.3.30: the list is one of certificates that are not trusted.
pub(super) const DISALLOWED_LIST: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0a, 0x03, 0x1e];
/// 1.3.6.1.4.1.311.10.11: a property of a certificate; its number is the last component.
pub(super) const CERTIFICATE_PROPERTY: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0a, 0x0b];

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
    fn properties_have_numbers() {
        let of = |number: &[u8]| certificate_property(&[CERTIFICATE_PROPERTY, number].concat());
        assert_eq!((of(&[9]), of(&[98]), of(&[0x81, 0x26])), (Some(9), Some(98), Some(166)));
        assert_eq!((of(&[]), of(&[0x81, 0x80, 1]), certificate_property(CATALOG)), (None, None, None));
    }
}
