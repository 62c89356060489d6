//! Signatures and structure of the project's own programs.

use crate::support::{run, testdata};
use serde_json::Value;

fn inspect(path: &str) -> Value {
    let out = run(&["inspect", testdata(path).to_str().unwrap(), "--format", "json"]);
    serde_json::from_slice(&out.stdout).unwrap()
}

#[test]
fn signatures_and_what_became_of_them() {
    let cases = [
        ("signed/sha256.exe", "chain-untrusted", 1),
        ("signed/nested.exe", "chain-untrusted", 2),
        ("signed/tampered.exe", "digest-mismatch", 1),
        ("signed/appended.exe", "digest-mismatch", 1),
        ("signed/cut.exe", "malformed", 0),
        ("signed/garbled.exe", "malformed", 0),
        ("host/Windows/Temp/nc.exe", "unsigned", 0),
    ];
    for (path, status, signatures) in cases {
        let report = inspect(path);
        let signature = &report["payloads"][0]["pe"]["authenticode"];
        assert_eq!(signature["status"], status, "{path}");
        let found = signature["signatures"].as_array().map_or(0, Vec::len);
        assert_eq!(found, signatures, "{path}");
        assert_eq!(status == "malformed", !report["errors"].as_array().unwrap().is_empty(), "{path}");
    }
}

#[test]
fn who_signed_what_when() {
    let report = inspect("signed/sha256.exe");
    let signature = &report["payloads"][0]["pe"]["authenticode"]["signatures"][0];
    assert_eq!(signature["signer"]["subject"], "CN=Example Signer,O=Example Tools");
    assert_eq!(signature["program_name"], "Example tool");
    assert_eq!(signature["url"], "https://tools.example/");
    assert_eq!(signature["counter_signature"], "none");
    assert_eq!(signature["digest_algorithm"], "sha256");
    assert_eq!(signature["digest_stored"], signature["digest_computed"]);
    let nested = inspect("signed/nested.exe");
    let algorithms: Vec<&Value> = nested["payloads"][0]["pe"]["authenticode"]["signatures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|signature| &signature["digest_algorithm"])
        .collect();
    assert_eq!(algorithms, ["sha1", "sha256"]);
}

#[test]
fn structure_of_a_program() {
    let report = inspect("signed/appended.exe");
    let pe = &report["payloads"][0]["pe"];
    assert_eq!((&pe["machine"], &pe["subsystem"]), (&"amd64".into(), &"windows-cui".into()));
    assert_eq!(pe["timestamp"], "2020-01-01T00:00:00Z");
    assert_eq!(pe["imports"][0]["dll"], "KERNEL32.dll");
    assert_eq!(pe["imports"][0]["functions"], serde_json::json!(["GetVersion"]));
    // md5("kernel32.getversion")
    assert_eq!(pe["imphash"], "b5612e99c648c99574f8ebc51bb2ee42");
    assert_eq!(pe["sections"][0]["flags"], serde_json::json!(["code", "execute", "read"]));
    assert_eq!(pe["overlay"]["size"], 34);
}
