//! Certificates that the host trusts or distrusts, and the list of roots that Windows updates, as their bytes.
//!
//! Source: Microsoft, MS-GPEF and "System Store Locations": `SystemCertificates\STORE\Certificates\THUMBPRINT`, `Blob`, a
//! row of properties of which one is the certificate.

use crate::base::hive::Hive;

/// Where the stores of the computer (`SOFTWARE`), of its policies and of a user (`NTUSER.DAT`) are.
const PLACES: &[&[&str]] = &[
    &["Microsoft", "SystemCertificates"],
    &["Microsoft", "EnterpriseCertificates"],
    &["Policies", "Microsoft", "SystemCertificates"],
    &["Software", "Microsoft", "SystemCertificates"],
    &["Software", "Policies", "Microsoft", "SystemCertificates"],
];
/// The stores that bear on trust.
const STORES: &[&str] = &["ROOT", "AuthRoot", "Disallowed", "CA", "TrustedPublisher"];
/// Certificates and lists that are handed out.
const CERTIFICATES: usize = 4096;
/// Bytes of them in all.
const BYTES: usize = 16 << 20;

/// The stores' names and the `Blob` of each certificate; for `AutoUpdate` the signed list of roots (`EncodedCtl`), under the
/// name of `AuthRoot\AutoUpdate` or `Disallowed\AutoUpdate`.
#[must_use]
pub fn certificates(hive: &Hive<'_>) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<(String, Vec<u8>)> = Vec::new();
    let mut left = BYTES;
    let mut add = |name: String, data: Vec<u8>| {
        if found.len() < CERTIFICATES && !data.is_empty() && data.len() <= left {
            left = left.saturating_sub(data.len());
            found.push((name, data));
        }
    };
    for top in PLACES.iter().filter_map(|path| hive.key(path)) {
        for store in STORES {
            let Some(key) = hive.child(top, store) else { continue };
            let list = hive.child(key, "Certificates").map(|key| hive.subkeys(key)).unwrap_or_default();
            for certificate in list {
                if let Some(value) = hive.value(certificate, "Blob") {
                    add((*store).to_owned(), value.data);
                }
            }
            // The list of distrusted certificates has another name in the key of the trusted ones.
            let update = hive.child(key, "AutoUpdate");
            for (value, name) in [("EncodedCtl", *store), ("DisallowedCertEncodedCtl", "Disallowed")] {
                if let Some(value) = update.and_then(|update| hive.value(update, value)) {
                    add(format!("{name}\\AutoUpdate"), value.data);
                }
            }
        }
    }
    found
}
