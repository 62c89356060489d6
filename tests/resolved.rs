//! What becomes of the files that transfers name: found, or a candidate and for which reason.

use crate::support::case;
use ftpsift::case::{Case, PathMatch, PayloadStatus};

fn transfers(commands: &str) -> String {
    format!("open 192.0.2.1\nbob\npw\nbinary\nlcd C:\\Users\\Public\n{commands}bye\n")
}

fn scanned(commands: &str) -> Case {
    case([
        ("C/Users/Public/z.txt", transfers(commands).into_bytes()),
        ("C/Users/Public/nc.exe", b"MZ and more".to_vec()),
    ])
}

/// A file that one transfer names and another's wildcard meets is the one that is named, in whatever order they stand.
#[test]
fn the_transfer_that_tells_most_of_a_file_counts() {
    for (commands, status, transfers) in [
        ("get nc.exe\n", PayloadStatus::Found, 1),
        ("mget *.exe\n", PayloadStatus::Candidate, 1),
        ("mget *.exe\nget nc.exe\n", PayloadStatus::Found, 2),
        ("get nc.exe\nmget *.exe\n", PayloadStatus::Found, 2),
    ] {
        let case = scanned(commands);
        let [payload] = case.payloads.as_slice() else { panic!("{commands}: {:?}", case.payloads) };
        assert_eq!((payload.status, payload.path_match), (status, Some(PathMatch::Exact)), "{commands}");
        assert_eq!(payload.transfers.len(), transfers, "{commands}");
        let notes: Vec<&String> = case.claims.iter().flat_map(|claim| &claim.notes).collect();
        let candidate = status == PayloadStatus::Candidate;
        assert_eq!(notes.iter().any(|note| note.contains("fits the pattern in that folder")), candidate, "{notes:?}");
        assert!(notes.iter().all(|note| !note.contains("elsewhere")), "{commands}: {notes:?}");
    }
}

#[test]
fn a_file_of_that_name_in_another_folder_is_said_to_lie_elsewhere() {
    let case = case([
        ("C/Users/Public/z.txt", transfers("get nc.exe\n").into_bytes()),
        ("C/Windows/Temp/NC.exe", b"MZ and more".to_vec()),
    ]);
    assert_eq!(case.payloads[0].path_match, Some(PathMatch::NameOnly));
    assert!(case.claims[0].notes.iter().any(|note| note.contains("lies elsewhere")), "{:?}", case.claims[0].notes);
}

/// Of a short name that was deleted from FAT the first character is lost.
#[cfg(unix)]
#[test]
fn a_deleted_name_of_fat_is_met_without_its_first_character() {
    use std::process::Command;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(at("f.img"), vec![0u8; 4 << 20]).unwrap();
    for (name, content) in [
        ("up.txt", transfers("lcd E:\\\nget tool.exe\nget school.exe\n").into_bytes()),
        ("tool.exe", b"MZ and more".to_vec()),
        ("fool.exe", b"MZ another".to_vec()),
    ] {
        std::fs::write(at(name), content).unwrap();
    }
    let run = |program: &str, arguments: &[&str]| {
        let done = Command::new(program).args(arguments).env("MTOOLS_SKIP_CHECK", "1").output();
        done.is_ok_and(|done| done.status.success())
    };
    let made = run("mkfs.fat", &["-F", "12", &at("f.img")])
        && run("mcopy", &["-i", &at("f.img"), &at("up.txt"), &at("tool.exe"), "::"])
        && run("mdel", &["-i", &at("f.img"), "::tool.exe"]);
    if !made {
        eprintln!("skipped: mkfs.fat or mtools is not here");
        return;
    }
    let (_, report) = crate::support::scan_json(folder.path().join("f.img").as_path(), &[]);
    let payloads = report["payloads"].as_array().unwrap();
    let tool = payloads.iter().find(|payload| payload["transfers"][0] == "s1.1.t1").unwrap();
    assert_eq!((&tool["status"], &tool["match"]), (&"candidate".into(), &"initial-lost".into()), "{tool}");
    assert!(tool["path"].as_str().unwrap().to_lowercase().ends_with("_ool.exe"), "{tool}");
    assert_eq!(tool["size"], 11);
    let claims = report["claims"].as_array().unwrap();
    let claim = claims.iter().find(|claim| claim["payload"] == tool["id"]).unwrap();
    assert!(claim["notes"][0].as_str().unwrap().contains("but for its first character"), "{claim}");
    assert!(payloads.iter().any(|payload| payload["status"] == "missing"), "school.exe is another name");
}
