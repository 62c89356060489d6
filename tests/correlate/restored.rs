//! A file that a transfer in ASCII mode damaged, and records that give digests.

use super::scene::*;
use crate::support::random::Random;
use ftpsift::artifact::event::{Event as Fact, File};
use ftpsift::base::digest::Digests;
use ftpsift::base::limits::Limits;
use ftpsift::case::{Case, PayloadStatus};
use ftpsift::correlate::interest::Interest;
use ftpsift::finding::allow::AllowList;
use ftpsift::finding::judge::judge;
use ftpsift::payload::ascii_damage::{Proof, Recorded, Verdict};
use ftpsift::payload::authenticode::Authorities;
use ftpsift::payload::{Facts, inspect};
use ftpsift::report::text;
use ftpsift::script::session::Scheme;

/// A picture whose scan has no checksum, so that nothing in it proves which bytes it had.
fn picture() -> Vec<u8> {
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    let scan = (0..20_000).map(|_| (random.number() >> 32) as u8);
    let scan = scan.scan(0u8, |before, byte| {
        let byte = if *before == b'\r' && byte == b'\n' { 0 } else { byte };
        *before = byte;
        Some(byte)
    });
    let scan: Vec<u8> = scan.collect();
    [b"\xff\xd8\xff\xe0\0\x04ab\xff\xda\0\x02".as_slice(), &scan, b"\xff\xd9"].concat()
}

fn damaged(picture: &[u8]) -> Facts {
    let damaged: Vec<u8> =
        picture.iter().flat_map(|byte| if *byte == b'\n' { b"\r\n".to_vec() } else { vec![*byte] }).collect();
    inspect(&damaged, "p.jpg", "p.jpg", &Limits::default(), &Authorities::default()).0
}

/// A record of a file, with a digest of it.
fn hashed(source: &str, path: &str, (kind, digest): (&str, &str), hashed_bytes: Option<u64>) -> Fact {
    let hashes = [(kind.to_owned(), digest.to_owned())].into_iter().collect();
    let file = File { path: path.to_owned(), hashes, hashed_bytes, ..File::default() };
    Fact { time: at(60), source: source.to_owned(), file: Some(file), ..Fact::default() }
}

/// A script fetches the picture in ASCII mode, and a record tells of another file.
fn scene(record: Fact) -> Scene {
    let mut scene = Scene::new();
    scene.script("ftp.bad.example", Scheme::Ftp, &["p.jpg"], &[]);
    let payload = &mut scene.case.payloads[0];
    (payload.status, payload.facts) = (PayloadStatus::Found, Some(Box::new(damaged(&picture()))));
    scene.fact(record);
    scene
}

fn verdict(case: &Case) -> (Verdict, Option<Vec<Recorded>>) {
    let damage = case.payloads[0].facts.as_ref().unwrap().ascii_damage.as_ref().unwrap();
    (damage.verdict, damage.proven().map(|candidate| candidate.recorded_by.clone()))
}

const ELSEWHERE: &str = "D:\\share\\holiday.jpg";

#[test]
fn a_digest_that_the_host_logged_proves_the_restored_file() {
    let right = Digests::of(&picture());
    for (source, kind, digest, hashed_bytes) in [
        ("sysmon-15", "sha256", right.sha256.as_str(), None),
        ("sysmon-23", "md5", right.md5.as_str(), None),
        ("sysmon-29", "sha1", right.sha1.as_str(), None),
        ("amcache", "sha1", right.sha1.as_str(), Some(31_457_280)),
    ] {
        let record = hashed(source, ELSEWHERE, (kind, digest), hashed_bytes);
        let scene = scene(record.clone());
        assert!(Interest::of(&scene.case).wants(&record), "{source}: nothing but the digest speaks for it");
        let mut case = scene.run();
        let (verdict, records) = verdict(&case);
        let expected = Recorded {
            event: "v1".to_owned(),
            source: source.to_owned(),
            path: Some(ELSEWHERE.to_owned()),
            algorithm: kind.to_owned(),
            digest: digest.to_owned(),
        };
        assert_eq!((verdict, records), (Verdict::Certain, Some(vec![expected])), "{source}");
        let candidate = &case.payloads[0].facts.as_ref().unwrap().ascii_damage.as_ref().unwrap().candidates[0];
        assert_eq!((&candidate.digests, candidate.proofs.as_slice()), (&right, [Proof::KnownHash].as_slice()));
        let event = case.events.iter().find(|event| event.id == "v1").expect("the report has the record");
        assert!(event.links.payloads.contains("p1"));
        case.findings = judge(&case, &AllowList::default());
        let finding = case.findings.iter().find(|finding| finding.rule == "payload.ascii-damage").unwrap();
        let words = format!("{}, whose {} the host recorded (v1, {source})", right.sha256, kind.to_uppercase());
        assert!(finding.explanation.contains(&words), "{}", finding.explanation);
        let mut report = Vec::new();
        text::write(&case, text::Layout::default(), &mut report).unwrap();
        let report = String::from_utf8(report).unwrap();
        let words = format!("its {kind} was recorded by v1 {source} of {ELSEWHERE}");
        assert!(report.split_whitespace().collect::<Vec<_>>().join(" ").contains(&words), "{report}");
    }
}

#[test]
fn a_digest_of_other_bytes_proves_nothing() {
    let (right, other) = (Digests::of(&picture()), Digests::of(b"other"));
    for (kind, digest, hashed_bytes) in [
        ("sha256", other.sha256.as_str(), None),
        // The first bytes may be followed by others.
        ("sha1", right.sha1.as_str(), Some(1000)),
        // Every program with these imports has it.
        ("imphash", right.md5.as_str(), None),
    ] {
        let case = scene(hashed("sysmon-15", ELSEWHERE, (kind, digest), hashed_bytes)).run();
        assert_eq!(verdict(&case), (Verdict::Likely, None), "{kind}");
        assert!(case.events.is_empty(), "{kind}");
    }
}
