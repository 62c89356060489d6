//! What is given out beside the program: bills of materials and licences.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

const TARGETS: &[&str] = &["x86_64-unknown-linux-gnu", "x86_64-pc-windows-gnu"];

/// What a script of `.ci/shipping` prints; nothing where Python is too old or not there.
fn script(name: &str, arguments: &[&str]) -> Option<(bool, String)> {
    let modern = ["-c", "import tomllib"];
    if !Command::new("python3").args(modern).output().is_ok_and(|out| out.status.success()) {
        eprintln!("skipped: no python3 of 3.11 or later is here");
        return None;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/shipping").join(name);
    let mut command = Command::new("python3");
    command.arg("-B").arg(path).args(arguments).env("CARGO", env!("CARGO")).env("SOURCE_DATE_EPOCH", "1700000000");
    command.env("CARGO_NET_OFFLINE", "true");
    let out = command.output().unwrap();
    // The crates of the other system may not have been downloaded.
    let told = String::from_utf8_lossy(&out.stderr).into_owned();
    if told.contains("--offline") || told.contains("offline mode") {
        eprintln!("skipped: not all crates are here");
        return None;
    }
    let printed = if out.status.success() { String::from_utf8(out.stdout).unwrap() } else { told };
    Some((out.status.success(), printed))
}

/// The fields of the published schema (bom-1.5.schema.json) that a reader relies on, with what it requires of them.
fn schema() -> Value {
    serde_json::json!({
        "type": "object",
        "required": ["$schema", "bomFormat", "specVersion", "version", "serialNumber", "metadata", "components", "dependencies"],
        "additionalProperties": false,
        "properties": {
            "$schema": { "enum": ["http://cyclonedx.org/schema/bom-1.5.schema.json"] },
            "bomFormat": { "enum": ["CycloneDX"] },
            "specVersion": { "const": "1.5" },
            "version": { "type": "integer", "minimum": 1 },
            "serialNumber": { "pattern": "^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$" },
            "metadata": {
                "required": ["timestamp", "component"],
                "properties": {
                    "timestamp": { "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$" },
                    "component": { "$ref": "#/$defs/component", "properties": { "type": { "const": "application" } } }
                }
            },
            "components": { "type": "array", "minItems": 1, "uniqueItems": true, "items": { "$ref": "#/$defs/component" } },
            "dependencies": { "type": "array", "uniqueItems": true, "items": {
                "required": ["ref", "dependsOn"],
                "additionalProperties": false,
                "properties": {
                    "ref": { "type": "string", "minLength": 1 },
                    "dependsOn": { "type": "array", "uniqueItems": true, "items": { "type": "string", "minLength": 1 } }
                }
            } }
        },
        "$defs": { "component": {
            "type": "object",
            "required": ["type", "name", "version", "bom-ref", "purl", "licenses"],
            "properties": {
                "type": { "enum": ["application", "library"] },
                "name": { "type": "string", "minLength": 1 },
                "purl": { "pattern": "^pkg:(cargo|generic)/[^@ +]+@[^@ +]+$" },
                "hashes": { "type": "array", "items": {
                    "required": ["alg", "content"],
                    "properties": { "alg": { "const": "SHA-256" }, "content": { "pattern": "^[0-9a-f]{64}$" } }
                } },
                "licenses": { "type": "array", "minItems": 1, "maxItems": 1, "items": {
                    "required": ["expression"],
                    "additionalProperties": false,
                    "properties": { "expression": { "pattern": "^[-A-Za-z0-9.() +]+$" } }
                } },
                "externalReferences": { "type": "array", "items": { "required": ["type", "url"] } }
            }
        } }
    })
}

#[test]
fn a_bill_of_materials_names_every_crate_with_its_digest_and_licence() {
    let schema = jsonschema::validator_for(&schema()).unwrap();
    for target in TARGETS {
        let Some((done, printed)) = script("sbom.py", &[target]) else { return };
        assert!(done, "{printed}");
        let bill: Value = serde_json::from_str(&printed).unwrap();
        let faults: Vec<String> =
            schema.iter_errors(&bill).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!(bill["metadata"]["timestamp"], "2023-11-14T22:13:20Z");
        let components = bill["components"].as_array().unwrap();
        let references: BTreeSet<&str> = components.iter().filter_map(|one| one["bom-ref"].as_str()).collect();
        assert_eq!(references.len(), components.len());
        let main = bill["metadata"]["component"]["bom-ref"].as_str().unwrap();
        // Each crate has the digest of Cargo.lock; the compiler's library and our own packages have none.
        let ours = |purl: &str| purl.starts_with("pkg:cargo/ftpsift");
        let is_crate = |purl: &str| purl.starts_with("pkg:cargo/") && !ours(purl);
        for one in components.iter().filter(|one| is_crate(one["purl"].as_str().unwrap())) {
            assert_eq!(one["hashes"].as_array().map(Vec::len), Some(1), "{one}");
        }
        // The graph names what is listed and nothing else, each once, and all of it hangs on the program.
        let graph = bill["dependencies"].as_array().unwrap();
        let needs = |reference: &str| {
            let mut found = graph.iter().filter(|one| one["ref"] == reference);
            let one = found.next().unwrap_or_else(|| panic!("{reference}"));
            assert!(found.next().is_none(), "{reference}");
            one["dependsOn"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect::<Vec<_>>()
        };
        let (mut reached, mut waiting) = (BTreeSet::new(), vec![main]);
        while let Some(one) = waiting.pop() {
            if reached.insert(one) {
                waiting.extend(needs(one));
            }
        }
        assert!(reached.remove(main));
        assert_eq!(reached, references);
        let has = |name: &str| components.iter().any(|one| one["name"] == name);
        assert!(has("clap") && has("zlib-rs") && has("rust-std") && has("libgcc"));
        // What only tests, build scripts or macros need is not in the program.
        assert!(!["insta", "jsonschema", "proptest", "syn", "quote", "serde_derive", "autocfg"].into_iter().any(has));
        assert_eq!((has("glibc"), has("mingw-w64")), (target.contains("linux"), target.contains("windows")));
    }
}

#[test]
fn the_licences_of_all_crates_are_given_and_none_is_refused() {
    let Some((done, printed)) = script("licences.py", TARGETS) else { return };
    assert!(done, "{printed}");
    for words in ["clap ", "Permission is hereby granted", "TERMS AND CONDITIONS", "UNICODE LICENSE", "glibc"] {
        assert!(printed.contains(words), "{words}");
    }
}

/// The rule that judges licences, on the forms in which they are written.
#[test]
fn a_licence_is_allowed_where_a_way_leads_through_allowed_ones() {
    let cases = [
        ("MIT OR Apache-2.0", true),
        ("GPL-3.0-only OR MIT", true),
        ("GPL-3.0-only", false),
        ("MIT AND GPL-2.0-or-later", false),
        ("(MIT OR GPL-3.0-only) AND BSD-3-Clause", true),
        ("MIT AND (LGPL-2.1-only OR AGPL-3.0-only)", false),
        ("Apache-2.0 WITH LLVM-exception OR GPL-2.0-only", true),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", false),
        ("MIT OR", false),
        ("", false),
        ("MIT Apache-2.0", false),
        ("(MIT", false),
    ];
    let ci = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/shipping");
    let program = "import sys, dependencies\nfor one in sys.argv[1:]: print(dependencies.is_allowed(one))";
    let mut command = Command::new("python3");
    command.args(["-B", "-c", program]).args(cases.map(|(text, _)| text)).env("PYTHONPATH", ci);
    let Ok(out) = command.output() else { return eprintln!("skipped: no python3 is here") };
    if String::from_utf8_lossy(&out.stderr).contains("tomllib") {
        return eprintln!("skipped: python3 is older than 3.11");
    }
    let said: Vec<bool> = String::from_utf8(out.stdout).unwrap().lines().map(|line| line == "True").collect();
    assert_eq!(said, cases.map(|(_, allowed)| allowed));
}
