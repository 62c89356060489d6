//! Keys and signatures that OpenSSL makes: every kind of key, scheme and digest, each once right and once changed.

use super::algorithm::{DigestAlgorithm, Padding, Scheme};
use super::key::{PublicKey, Refusal};
use super::tlv;
use crate::base::base64;
use std::process::{Command, Stdio};

fn openssl(folder: &std::path::Path, arguments: &[&str]) -> bool {
    let mut command = Command::new("openssl");
    command.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[test]
fn signatures_of_every_kind_of_key() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    if !openssl(folder, &["version"]) {
        eprintln!("skipped: openssl is not here");
        return;
    }
    let digests = [
        ("md5", DigestAlgorithm::Md5),
        ("sha1", DigestAlgorithm::Sha1),
        ("sha256", DigestAlgorithm::Sha256),
        ("sha384", DigestAlgorithm::Sha384),
        ("sha512", DigestAlgorithm::Sha512),
    ];
    let salt = |length: &'static str| vec!["-sigopt", "rsa_padding_mode:pss", "-sigopt", length];
    let kinds: [(&str, &[&str], Vec<(Padding, Vec<&str>)>); 5] = [
        (
            "rsa",
            &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            vec![
                (Padding::Pkcs1, vec![]),
                (Padding::OfKey, vec![]),
                (Padding::Pss(20), salt("rsa_pss_saltlen:20")),
                (Padding::Pss(0), salt("rsa_pss_saltlen:0")),
            ],
        ),
        (
            "odd",
            &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1031"],
            vec![(Padding::Pkcs1, vec![]), (Padding::Pss(20), salt("rsa_pss_saltlen:20"))],
        ),
        ("p256", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], vec![(Padding::Ecdsa, vec![])]),
        ("p384", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"], vec![(Padding::Ecdsa, vec![])]),
        ("p521", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"], vec![(Padding::OfKey, vec![])]),
    ];
    std::fs::write(folder.join("message"), b"what is signed").unwrap();
    for (name, generate, schemes) in kinds {
        let generate = [&["genpkey", "-out", name], generate].concat();
        assert!(openssl(folder, &generate), "{name}");
        assert!(openssl(folder, &["pkey", "-in", name, "-pubout", "-out", "public"]));
        let pem = std::fs::read_to_string(folder.join("public")).unwrap();
        let key = base64::decode(&pem.lines().filter(|line| !line.starts_with('-')).collect::<String>()).unwrap();
        let key = PublicKey::read(tlv::take(&mut key.as_slice()).unwrap()).unwrap();
        for (padding, options) in schemes {
            for (option, digest) in digests {
                let what = format!("{name} {padding:?} {option}");
                let hash = format!("-{option}");
                let sign = [&["dgst", &hash, "-sign", name, "-out", "signature"], &options[..], &["message"]].concat();
                assert!(openssl(folder, &sign), "{what}");
                let mut signature = std::fs::read(folder.join("signature")).unwrap();
                let scheme = Scheme { padding, digest };
                let mut hashed = digest.digest(&[b"what is ", b"signed"]);
                assert_eq!(key.verify(scheme, &hashed, &signature), Ok(()), "{what}");
                let other = Scheme { padding: Padding::Pss(19), digest };
                assert!(key.verify(other, &hashed, &signature).is_err(), "{what}");
                hashed[0] ^= 1;
                assert_eq!(key.verify(scheme, &hashed, &signature), Err(Refusal::Wrong), "{what}");
                hashed[0] ^= 1;
                let last = signature.len() - 1;
                signature[last] ^= 1;
                assert_eq!(key.verify(scheme, &hashed, &signature), Err(Refusal::Wrong), "{what}");
                assert_eq!(key.verify(scheme, &hashed, &[]), Err(Refusal::Wrong), "{what}");
            }
        }
    }
}

#[test]
fn keys_that_would_cost_too_much_or_make_no_sense_are_refused() {
    let scheme = Scheme { padding: Padding::Pkcs1, digest: DigestAlgorithm::Sha256 };
    let large = [&[0xff; 2047][..], &[0xfd]].concat();
    let cases: [(&str, Vec<u8>, &[u8]); 9] = [
        ("none", vec![], &[]),
        ("zero", vec![0], &[1, 0, 1]),
        ("one", vec![1], &[1, 0, 1]),
        ("small", vec![0xff; 8], &[3]),
        ("even", [&[0xff; 255][..], &[0xfe]].concat(), &[1, 0, 1]),
        ("an even exponent", vec![0xff; 256], &[4]),
        ("an exponent of one", vec![0xff; 256], &[1]),
        ("a long exponent", vec![0xff; 256], &[0xff; 6]),
        ("a long modulus", vec![0xff; 2049], &[1, 0, 1]),
    ];
    for (what, modulus, exponent) in cases {
        let verified = PublicKey::Rsa(&modulus, exponent).verify(scheme, &[7; 32], &vec![1; modulus.len()]);
        assert!(matches!(verified, Err(Refusal::Unreadable(_))), "{what}: {verified:?}");
    }
    // The largest that are taken end.
    let (key, signature) = (PublicKey::Rsa(&large, &[1, 0xff, 0xff, 0xff, 0xff]), vec![0x7f; 2048]);
    assert_eq!(key.verify(scheme, &[7; 32], &signature), Err(Refusal::Wrong));
    for padding in [Padding::Pss(0), Padding::Pss(usize::MAX), Padding::OfKey] {
        assert_eq!(key.verify(Scheme { padding, ..scheme }, &[7; 32], &signature), Err(Refusal::Wrong));
    }
    let point = [4u8; 65];
    let key = PublicKey::Ec(super::key::Curve::P256, &point);
    let ecdsa = Scheme { padding: Padding::Ecdsa, ..scheme };
    assert_eq!(key.verify(ecdsa, &[7; 32], &[0x30, 6, 2, 1, 1, 2, 1, 1]), Err(Refusal::Wrong));
    assert!(matches!(key.verify(scheme, &[7; 32], &[]), Err(Refusal::Unreadable(_))));
}
