//! Any bytes as a catalog, a list of roots and a certificate of a store in the registry: reading ends and keeps its caps, and
//! looking up finds exactly what was listed.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::payload::authenticode::catalog::{self, Catalogs};
use ftpsift::payload::authenticode::{Authorities, DigestAlgorithm, Origin, Status, certificate_blob, ctl, trust_list};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { catalog_members: 64, ..Limits::default() };
    let authorities = Authorities::default();
    let mut catalogs = Catalogs::default();
    let mut notes = 0;
    let taken = catalogs.add("a.cat", &bytes.to_vec(), None, &limits, &authorities, &mut |_| notes += 1);
    let vouches = |catalogs: &Catalogs, algorithm, digest: &[u8]| {
        let vouched = catalogs.vouches(&[(algorithm, digest.to_vec())], &limits, &authorities, &mut |_| {});
        // Nobody here has a key that is trusted.
        vouched.inspect(|vouched| assert_ne!(vouched.status, Status::Valid)).is_some()
    };
    let members: Vec<_> = catalog::listed(bytes).collect();
    let (count, digests) = catalogs.len();
    assert_eq!(count, usize::from(taken));
    assert!(taken || notes > 0);
    assert!(digests <= members.len().min(limits.catalog_members));
    for _ in 0..2 {
        for (number, (algorithm, digest)) in members.iter().enumerate() {
            let found = vouches(&catalogs, *algorithm, digest);
            let again = members.iter().take(limits.catalog_members).any(|member| *member == (*algorithm, digest.clone()));
            assert_eq!(found, again, "member {number}");
            let mut other = digest.clone();
            other[0] ^= 0x80;
            let listed = members.contains(&(*algorithm, other.clone()));
            assert!(listed || !vouches(&catalogs, *algorithm, &other));
        }
        catalogs.seal();
    }
    assert!(!vouches(&catalogs, DigestAlgorithm::Sha512, &[0; 64]));
    let _ = ctl::kind(bytes);
    let listed = Authorities::default().trust.lists_mut().add(bytes, Origin::Evidence, "a.stl");
    assert_eq!(listed.is_some(), trust_list::read(bytes).is_some());
    if let Some(read) = certificate_blob::read(bytes) {
        assert!(!read.der.is_empty() && read.der.len() < bytes.len());
    }
    let _ = trust_list::is_disallowed(&[vec![0; 16]].into(), bytes);
});
