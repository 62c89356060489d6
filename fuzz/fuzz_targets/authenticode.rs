//! Any bytes as the PKCS #7 entry of a certificate table: reading ends, signatures keep the cap, none is called good unless
//! its digest is that of the file, and none is called valid, since the file has none of the digests that a trusted key signed.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::payload::authenticode::{self, Authorities, Status};
use libfuzzer_sys::fuzz_target;

/// Headers of a PE32 file, as much as the ranges of the digest need.
const HEAD: usize = 0x200;

fuzz_target!(|bytes: &[u8]| {
    let mut file = vec![0u8; HEAD];
    file[..2].copy_from_slice(b"MZ");
    file[0x3c] = 0x40;
    file[0x40..0x44].copy_from_slice(b"PE\0\0");
    file[0x58..0x5a].copy_from_slice(&[0x0b, 0x01]);
    let length = bytes.len() as u32 + 8;
    file.extend(length.to_le_bytes());
    file.extend([0, 2, 2, 0]);
    file.extend(bytes);
    let limits = Limits::default();
    let table = Some((HEAD as u32, length));
    let read = authenticode::read(&file, file.len() as u64, table, &limits, &Authorities::default(), &mut |_| {});
    assert!(read.signatures.len() <= limits.signatures);
    assert_ne!(read.status, Status::Unsigned);
    for signature in &read.signatures {
        assert_ne!(signature.status, Status::Valid);
        assert_eq!(signature.status, signature.checks.status());
        if !matches!(signature.status, Status::Malformed | Status::DigestMismatch) {
            assert_eq!(signature.digest_stored, signature.digest_computed);
        }
    }
});
