//! What the clients of SFTP make of command lines and batches.

use super::*;
use crate::script::client::shell_words;
use crate::script::client::world::Unknown;
use crate::script::launch::Client;
use crate::script::session::{Role, Scheme, Session};
use crate::script::transfer::Direction;

fn said(session: &Session) -> String {
    assert_eq!(session.scheme, Scheme::Sftp);
    let login = session.credentials.first().map_or_else(String::new, |credential| {
        let password = credential.password.as_ref().map(|secret| format!(":{}", secret.reveal()));
        format!("{}{}", credential.username.clone().unwrap_or_default(), password.unwrap_or_default())
    });
    let mut text = format!("{login}@{}:{}", session.host.clone().unwrap_or_default(), session.port.unwrap_or(0));
    for transfer in &session.transfers {
        let way = if transfer.direction == Direction::Download { '<' } else { '>' };
        let remote = match (&transfer.remote_directory, &transfer.remote_path) {
            (Some(directory), Some(path)) if !path.starts_with('/') => format!("{directory}/{path}"),
            (_, path) => path.clone().unwrap_or_default(),
        };
        let local = transfer.resolved_path.clone().or(transfer.local_path.clone()).unwrap_or_default();
        text.push_str(&format!(" {way}{remote} {local}"));
    }
    text
}

fn launched(command_line: &str, script: Option<&str>) -> Interpretation {
    let words = shell_words(command_line);
    let launch = launch(&words).expect(command_line);
    let launch = Launch { command_line: command_line.to_owned(), arguments: words[1..].to_vec(), ..launch };
    run(script.map(Text::from_content).as_ref(), &launch, &Unknown, &Limits::default())
}

#[test]
fn what_is_launched() {
    type Started<'a> = (Client, Option<&'a str>, Option<&'a str>, bool);
    let cases: [(&str, Option<Started<'_>>); 12] = [
        ("sftp -b b.txt bob@192.0.2.77", Some((Client::Sftp, Some("b.txt"), Some("192.0.2.77"), false))),
        ("/usr/bin/sftp -oPort=2222 -i k bob@h", Some((Client::Sftp, None, Some("h"), true))),
        ("sftp -b - -P 2222 bob@h:/in", Some((Client::Sftp, None, Some("h"), false))),
        ("psftp h -b x.scr -l bob -pw s3cret -P 2222", Some((Client::Psftp, Some("x.scr"), Some("h"), false))),
        ("psftp.exe -b x.scr", Some((Client::Psftp, Some("x.scr"), None, false))),
        ("pscp -pw s3cret a.txt bob@h:/in/", Some((Client::Psftp, None, Some("h"), true))),
        ("scp -r bob@h:/etc/x .", Some((Client::Sftp, None, Some("h"), true))),
        ("scp a b", None),
        ("scp C:\\a D:\\b", None),
        ("sftp", None),
        ("sftp-server -l x", None),
        ("vsftpd h", None),
    ];
    for (line, expected) in cases {
        let line = line.replace('\\', "\\\\");
        let found = launch(&shell_words(&line));
        let have = found
            .as_ref()
            .map(|launch| (launch.client, launch.script_path.as_deref(), launch.host.as_deref(), launch.tells_all));
        assert_eq!(have, expected, "{line}");
    }
}

#[test]
fn command_lines_and_batches() {
    let cases: [(&str, Option<&str>, &str); 9] = [
        (
            "pscp -P 2222 -pw 's3 cret' a.txt /b/c bob@192.0.2.1:/in/",
            None,
            "bob:s3 cret@192.0.2.1:2222 >/in/a.txt a.txt >/in/c /b/c",
        ),
        ("scp bob@192.0.2.1:/etc/shadow /tmp/", None, "bob@192.0.2.1:22 </etc/shadow /tmp/shadow"),
        ("sftp bob@h:in/x.txt", None, "bob@h:22 <in/x.txt x.txt"),
        ("sftp sftp://bob@h:2222/in", None, "bob@h:2222"),
        (
            "sftp -b f bob@h",
            Some("cd in\n-put a.txt\nput \"b c\" d/\n@get e\\ f g\nlcd /t\nmget *.log\nbye\nget z"),
            "bob@h:22 >in/a.txt a.txt >in/d/b c b c <in/e f g <in/*.log /t/*.log",
        ),
        ("sftp -oPort=2222 -oUser=bob h", Some("reget a # note\nreput b c\nput -r d"), "bob@h:2222 <a a >c b >d d"),
        (
            "psftp bob@h -pw pw -b f",
            Some("put \"a \"\"b\"\"\" x\nmput *.txt\ncd ..\nget y"),
            "bob:pw@h:22 >x a \"b\" >*.txt *.txt <../y y",
        ),
        ("psftp -b f", Some("open bob@h 2222\nget a"), "bob@h:2222 <a a"),
        ("sftp bob@h:/in", Some("put a\n"), "bob@h:22 >/in/a a"),
    ];
    for (line, script, expected) in cases {
        let run = launched(line, script);
        let said: Vec<String> = run.sessions.iter().map(said).collect();
        assert_eq!(said, [expected], "{line}");
    }
}

#[test]
fn what_else_it_does() {
    let run = launched(
        "sftp -b f bob@h",
        Some("# note\n!echo hi\nmkdir a\nrm b c\nrmdir d\nrename e f\nchmod 644 g\nnonsense\nquit\nrm late\n"),
    );
    let session = &run.sessions[0];
    assert_eq!(session.executes, ["echo hi"]);
    assert_eq!(session.makes_directories, ["a"]);
    assert_eq!(session.deletes, ["b", "c"]);
    assert_eq!(session.removes_directories, ["d"]);
    assert_eq!(session.renames, [["e".to_owned(), "f".to_owned()]]);
    let roles: Vec<_> = session.commands.iter().map(|command| command.role).collect();
    assert_eq!(roles[0], Role::Ignored);
    assert_eq!((roles[7], roles[9]), (Role::Error, Role::Unread));
}
