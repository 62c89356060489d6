//! What WinSCP makes of command lines and scripts.

use super::*;
use crate::script::client::world::Unknown;
use crate::script::session::{Role, Session};
use crate::script::transfer::{Direction, Mode};

fn said(session: &Session) -> String {
    let scheme = session.scheme.name();
    let login = session.credentials.first().map_or_else(String::new, |credential| {
        let password = credential.password.as_ref().map(|secret| format!(":{}", secret.reveal()));
        format!("{}{}", credential.username.clone().unwrap_or_default(), password.unwrap_or_default())
    });
    let host = session.host.clone().unwrap_or_default();
    let mut text = format!("{scheme} {login}@{host}:{}", session.port.unwrap_or(0));
    for transfer in &session.transfers {
        let way = if transfer.direction == Direction::Download { '<' } else { '>' };
        let remote = match (&transfer.remote_directory, &transfer.remote_path) {
            (Some(directory), Some(path)) if !path.starts_with('/') => {
                format!("{}/{path}", directory.trim_end_matches('/'))
            }
            (_, path) => path.clone().unwrap_or_default(),
        };
        let local = transfer.resolved_path.clone().or(transfer.local_path.clone()).unwrap_or_default();
        let ascii = if transfer.mode == Mode::Ascii { " a" } else { "" };
        text.push_str(&format!(" {way}{remote} {local}{ascii}"));
    }
    text
}

fn all(run: &Interpretation) -> Vec<String> {
    run.sessions.iter().map(said).collect()
}

fn launched(command_line: &str, script: Option<&str>) -> Interpretation {
    let words = crate::script::client::switches::split_arguments(command_line);
    let launch = launch(&words, command_line).expect(command_line);
    let launch = Launch { command_line: command_line.to_owned(), arguments: words[1..].to_vec(), ..launch };
    run(script.map(Text::from_content).as_ref(), &launch, &Unknown, &Limits::default())
}

fn script(text: &str) -> Interpretation {
    let launch = Launch { client: Client::Winscp, ..Launch::default() };
    run(Some(&Text::from_content(text)), &launch, &Unknown, &Limits::default())
}

#[test]
fn command_lines() {
    let cases: [(&str, &[&str]); 11] = [
        (
            "winscp.com /ini=nul /command \"open ftp://bob:p%40w@192.0.2.66:2121/ -rawsettings ProxyPort=0\" \"put C:\\d\\*.pst /in/\" \"exit\"",
            &["ftp bob:p@w@192.0.2.66:2121 >/in/*.pst C:\\d\\*.pst"],
        ),
        (
            "\"C:\\Program Files (x86)\\WinSCP\\WinSCP.com\" /log=x.log /command \"open ftp://b:p@h.example/\" \"put \"\"C:\\a b\\x.zip\"\" /in/y.zip\" \"exit\"",
            &["ftp b:p@h.example:21 >/in/y.zip C:\\a b\\x.zip"],
        ),
        (
            "WinSCP.exe /console /command \"open ftps://b:p@h.example -passive=on\" \"get /a.txt C:\\t\\\" \"close\" \"exit\"",
            &["ftps b:p@h.example:990 </a.txt C:\\t\\a.txt"],
        ),
        ("winscp.com /command \"open ftpes://b:p@h.example\" \"get x\"", &["ftps b:p@h.example:21 <x x"]),
        ("winscp.com /command \"open ftp://b:p@h.example -explicit\" \"get x\"", &["ftps b:p@h.example:21 <x x"]),
        ("winscp.com /command \"open sftp://b:p@h.example\" \"get x\"", &["sftp b:p@h.example:22 <x x"]),
        ("winscp.com ftp://b:p@h.example/in /command \"put x\"", &["ftp b:p@h.example:21 >/in/x x"]),
        (
            "winscp.exe ftp://b:p@h.example/in/ /upload C:\\a.txt C:\\b.txt",
            &["ftp b:p@h.example:21 >/in/a.txt C:\\a.txt >/in/b.txt C:\\b.txt"],
        ),
        ("winscp.exe ftp://b:p@h.example /synchronize C:\\s /t/", &["ftp b:p@h.example:21 >/t/** C:\\s\\**"]),
        ("winscp.com /command \"open mysite\" \"put x\"", &["sftp @:0 >x x"]),
        ("winscp.com /command \"open dav://b:p@h.example\" \"put x\"", &["ftp @:0"]),
    ];
    for (line, expected) in cases {
        assert_eq!(all(&launched(line, None)), expected, "{line}");
    }
}

#[test]
fn what_is_launched() {
    let cases: [(&str, Option<(Option<&str>, bool)>); 9] = [
        ("winscp.com /script=C:\\x.txt", Some((Some("C:\\x.txt"), false))),
        ("WinSCP.exe /console /script:x.txt /log=y", Some((Some("x.txt"), false))),
        ("winscp.com -script=x.txt /parameter // a /b", Some((Some("x.txt"), false))),
        ("winscp.com /ini=nul", Some((None, false))),
        ("winscp.exe mysite", Some((None, false))),
        ("winscp.exe ftp://b:p@h/x", Some((None, true))),
        ("winscp.com /command \"open x\" \"exit\"", Some((None, true))),
        ("winscpportable.exe /script=x", None),
        ("echo winscp.com /script=x", None),
    ];
    for (line, expected) in cases {
        let words = crate::script::client::switches::split_arguments(line);
        let found = launch(&words, line);
        let have = found.as_ref().map(|launch| (launch.script_path.as_deref(), launch.tells_all));
        assert_eq!(have, expected, "{line}");
    }
}

#[test]
fn scripts() {
    let cases: [(&str, &[&str]); 16] = [
        (
            "# comment ok here\noption batch abort\noption confirm off\nopen ftp://bob:pw@192.0.2.67/\nlcd C:\\out\nget -delete \"/a b/*.dat\" .\\\nsynchronize remote C:\\s /s\nexit",
            &["ftp bob:pw@192.0.2.67:21 </a b/*.dat C:\\out\\*.dat >/s/** C:\\s\\**"],
        ),
        (
            "open ftp://b:p@h.example\nput a b c /in/\nput x *.bak\nput y.txt ./in/z.txt",
            &["ftp b:p@h.example:21 >/in/a a >/in/b b >/in/c c >x.bak x >in/z.txt y.txt"],
        ),
        (
            "open ftp://b:p@h.example\ncd in\ncd ../out\nget a.txt C:\\t\\*.*\nget b C:\\t\\c.txt\nget d C:\\t\\",
            &["ftp b:p@h.example:21 <out/a.txt C:\\t\\a.txt <out/b C:\\t\\c.txt <out/d C:\\t\\d"],
        ),
        (
            "open ftp://b:p@h.example\nget a -transfer=ascii\nget b\nascii\nget c\noption transfer auto\nget d.txt\nget e.exe\nbinary\nget f.txt",
            &["ftp b:p@h.example:21 <a a a <b b <c c a <d.txt d.txt a <e.exe e.exe <f.txt f.txt"],
        ),
        (
            "OPEN ftp://b:p@h.example\nMPUT *.txt\nsynch both C:\\s /s\nbye\nput z",
            &["ftp b:p@h.example:21 >*.txt *.txt </s/** C:\\s\\** >/s/** C:\\s\\**"],
        ),
        ("open b:p@h.example\nput x", &["sftp b:p@h.example:22 >x x"]),
        ("open b@h.example:2222 -password=\"p w\"\nput x", &["sftp b:p w@h.example:2222 >x x"]),
        ("open ftp://h.example -username=b -password=p\nput x", &["ftp b:p@h.example:21 >x x"]),
        ("open ftp://b:p%23%25;fingerprint=x-y@h.example/d/ -implicit\nput x", &["ftps b:p#%@h.example:990 >/d/x x"]),
        (
            "open ftp://b:p@one.example\nopen ftp://c:q@two.example\nput x\nsession 1\nput y\nclose\nput z",
            &["ftp b:p@one.example:21 >y y", "ftp c:q@two.example:21 >x x >z z"],
        ),
        ("open ftpsite -passive=on\nput x", &["ftp @:0 >x x"]),
        (
            "open ftp://b:p@h.example\nsynchronize local -delete C:\\s\nsynchronize remote -preview C:\\s /s\nkeepuptodate C:\\k /k",
            &["ftp b:p@h.example:21 <** C:\\s\\** >/k/** C:\\k\\**"],
        ),
        (
            "open ftp://b:p@h.example\nput -filemask=\"*.doc;*.xls\" C:\\d\\ /in/",
            &["ftp b:p@h.example:21 >/in/d C:\\d\\"],
        ),
        (
            "open ftp://b:p@[2001:db8::1]:2121\nget \"/a \"\"q\"\".txt\" C:\\",
            &["ftp b:p@2001:db8::1:2121 </a \"q\".txt C:\\a \"q\".txt"],
        ),
        ("open ftp://b:p@h.example\nput -- -x\nput -nopreservetime -resume y", &["ftp b:p@h.example:21 >-x -x >y y"]),
        ("open http://h.example\nput x\nopen ftp://b:p@h.example\nput y", &["ftp b:p@h.example:21 >y y"]),
    ];
    for (text, expected) in cases {
        assert_eq!(all(&script(text)), expected, "{text}");
    }
}

#[test]
fn arguments_and_variables() {
    let run = launched(
        "winscp.com /script=x /parameter // 192.0.2.1 \"C:\\a b\\c.txt\"",
        Some("open ftp://%USER%:%PASS%@%1%/\nput \"%2%\" /in/x-%TIMESTAMP#yyyymmdd%.txt\n"),
    );
    assert_eq!(all(&run), ["ftp %USER%:%PASS%@192.0.2.1:21 >/in/x-%TIMESTAMP#yyyymmdd%.txt C:\\a b\\c.txt"]);
    assert_eq!(run.sessions[0].unresolved, ["USER", "PASS"]);
}

#[test]
fn what_changes_on_the_server() {
    let run = script(
        "open ftp://b:p@h.example\nmkdir a\nrm b c*\nrmdir d\nmv e f\nrename g *.old\nmv h i /j/\nchmod 644 k\ncall SITE UTIME x\n! NOOP\nget -delete l\nls\npwd\n",
    );
    let session = &run.sessions[0];
    assert_eq!(session.makes_directories, ["a"]);
    assert_eq!(session.deletes, ["b", "c*", "l"]);
    assert_eq!(session.removes_directories, ["d"]);
    let renames: Vec<_> = session.renames.iter().map(|[from, to]| format!("{from}>{to}")).collect();
    assert_eq!(renames, ["e>f", "g>g.old", "h>/j/h", "i>/j/i"]);
    assert_eq!(session.raw, ["SITE CHMOD 644 k", "SITE UTIME x", "NOOP"]);
    assert!(session.executes.is_empty() && session.uncertain.is_empty());
}

#[test]
fn every_line_has_its_fate() {
    let run = script("; remark\n\nput early\nopen ftp://b:p@h.example\nuser bob\ne x\nlcd\nexit\nput late\n");
    let fates: Vec<_> = run.sessions[0].commands.iter().map(|command| (command.line, command.role)).collect();
    assert_eq!(
        fates,
        [
            (1, Role::Ignored),
            (2, Role::Ignored),
            (3, Role::Error),
            (4, Role::Command),
            (5, Role::Error),
            (6, Role::Error),
            (7, Role::Error),
            (8, Role::Command),
            (9, Role::Unread)
        ]
    );
    assert_eq!(run.sessions[0].uncertain.len(), 4);
    let aborted = script("option batch abort\nopen ftp://b:p@h.example\nuser bob\nput late\n");
    assert_eq!(aborted.sessions[0].commands[3].role, Role::Unread);
    assert!(aborted.sessions[0].transfers.is_empty());
}
