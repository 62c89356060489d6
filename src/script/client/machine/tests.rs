//! What the clients of Unix and of z/OS do with scripts, where nothing is known of the world.

use crate::base::limits::Limits;
use crate::base::text::Text;
use crate::script::client::{self, world::Unknown};
use crate::script::launch::{Client, Switches};
use crate::script::reading::Interpretation;
use crate::script::session::Role;
use crate::script::transfer::Direction;

fn run(client: Client, flags: &str, script: &str) -> Interpretation {
    let switches = Switches {
        no_auto_login: flags.contains('n'),
        no_prompting: flags.contains('i'),
        host: flags.contains('h').then(|| "192.0.2.1".to_owned()),
        ..Switches::default()
    };
    client::interpret(&Text::from_content(script), client, &switches, &Unknown, &Limits::default())
}

/// What goes over the control channel, without what the client sends unasked.
fn wire(run: &Interpretation) -> String {
    let sent = run.sessions.iter().flat_map(|session| &session.commands).flat_map(|command| &command.wire);
    sent.filter(|line| !["SYST", "FEAT", "OPTS UTF8 ON"].contains(&line.as_str()))
        .cloned()
        .collect::<Vec<_>>()
        .join("; ")
}

#[test]
fn what_is_sent() {
    let login = "open 192.0.2.1\nuser bob pw\n";
    let sent = "USER bob; PASS pw; ";
    let cases: [(Client, &str, &str, &str); 25] = [
        (Client::Inetutils, "n", "get a\nput b c\nquit", "TYPE I; RETR a; STOR c; QUIT"),
        (Client::Tnftp, "n", "get a b c\nget a b\nbye", "TYPE I; RETR a; QUIT"),
        (Client::Inetutils, "n", "get a b c\nquit", "TYPE I; RETR a; QUIT"),
        (Client::Tnftp, "n", "ascii\nuser eve pw2\nget a\nquit", "TYPE A; USER eve; PASS pw2; TYPE I; RETR a; QUIT"),
        (Client::Inetutils, "n", "ascii\nuser eve pw2\nget a\nquit", "TYPE A; USER eve; PASS pw2; RETR a; QUIT"),
        (Client::Inetutils, "n", "ls\nget a\ndir x y\ny\nquit", "LIST; TYPE I; RETR a; TYPE A; LIST x; QUIT"),
        (
            Client::Inetutils,
            "n",
            "macdef m\nbin\nget $1 $2\n\n$m a b\n$m c\nquit",
            "TYPE I; RETR a; TYPE I; RETR c; QUIT",
        ),
        (Client::Inetutils, "n", "macdef m\nget $i\n\n$m a b c\nquit", "TYPE I; RETR a; RETR b; RETR c; QUIT"),
        (Client::Inetutils, "n", "macdef m\nfoo\npwd\n\n$m\nquit", "QUIT"),
        (Client::Tnftp, "n", "macdef m\nfoo\npwd\n\n$m\nquit", "PWD; QUIT"),
        (Client::Inetutils, "n", "macdef m\n$m\n\n$m\nquit", "QUIT"),
        (Client::Inetutils, "n", "macdef m\nget $1\n\nclose\n$m a", "QUIT"),
        (Client::Inetutils, "n", "mget *\nquit", "NLST *; QUIT"),
        (Client::Inetutils, "ni", "glob\nmget a b\nquit", "TYPE I; RETR a; RETR b; QUIT"),
        (Client::Inetutils, "n", "case\nget README\nquit", "TYPE I; RETR README; QUIT"),
        (Client::Inetutils, "n", "sunique\nput a\nrestart 10\nget a\nquit", "TYPE I; STOU a; REST 10; RETR a; QUIT"),
        (Client::Inetutils, "n", "tenex\nget a\ntype image\nget b\nquit", "TYPE L 8; RETR a; TYPE I; RETR b; QUIT"),
        (
            Client::Inetutils,
            "n",
            "account x y\numask 022\nidle 9\nrstatus a\nrhelp b c\nquit",
            "ACCT xy; SITE UMASK 022; SITE IDLE 9; STAT a; HELP b; QUIT",
        ),
        (Client::Inetutils, "n", "chmod\n644\na b\nquit", "SITE CHMOD 644 a; QUIT"),
        (Client::Tnftp, "n", "chmod\n644\na b\nquit", "QUIT"),
        (Client::Tnftp, "n", "mlsd\npage x\nexit", "MLSD; RETR x; QUIT"),
        (Client::Inetutils, "n", "get sub\\\\a\nget \"sub\\a\"\nquit", "TYPE I; RETR sub\\a; RETR sub\\a; QUIT"),
        (Client::Inetutils, "n", "put - x\nsome data\nquit", "TYPE I; STOR x; QUIT"),
        (Client::Inetutils, "n", "GET a\nQUIT\nquit", "QUIT"),
        (Client::WindowsFtp, "n", "macdef m\nget a\n\n$m\nquit", "RETR a; QUIT"),
    ];
    for (client, flags, script, expected) in cases {
        let run = run(client, flags, &format!("{login}{script}"));
        assert_eq!(wire(&run), format!("{sent}{expected}"), "{client:?} {script}");
    }
}

#[test]
fn every_line_has_one_fate() {
    let script = "open 192.0.2.1\nuser bob pw\nmacdef m\nget $i\nput\n\n$m a b\nl1\nr1\nl2\nr2\nquit\nrest\n";
    let run = run(Client::Inetutils, "n", script);
    let fates: Vec<_> =
        run.sessions.iter().flat_map(|session| &session.commands).map(|command| (command.line, command.role)).collect();
    let expected =
        [Role::Command, Role::Command, Role::Command, Role::Answer, Role::Answer, Role::Answer, Role::Command]
            .into_iter()
            .chain([Role::Answer; 4])
            .chain([Role::Command, Role::Unread]);
    assert_eq!(fates, (1..).zip(expected).collect::<Vec<_>>());
    assert_eq!(run.sessions[0].transfers.len(), 4);
}

#[test]
fn pipes_and_streams_are_no_files() {
    let run = run(
        Client::BsdFtp,
        "n",
        "open 192.0.2.55\nuser bob pw\nget run.sh |sh\nget a -\nput \"|tar cf - /etc\" x\nbye",
    );
    let session = &run.sessions[0];
    assert_eq!(session.executes, ["sh", "tar cf - /etc"]);
    assert!(session.transfers.iter().all(|transfer| transfer.resolved_path.is_none()));
}

#[test]
fn zos_reads_the_host_first() {
    let cases = [
        ("h.example 2121\nbob\npw\nput 'A.B' c\nquit\n", "USER bob; PASS pw; STOR c; QUIT"),
        ("h.example (EXIT\nbob pw\nascii\nget c 'A.B(M)' (REPLACE\nquit\n", "USER bob; PASS pw; TYPE A; RETR c; QUIT"),
        (
            "; job\nopen h.example\nbob pw\nebcdic\nlocsite recfm=fb\nput 'A.B'\nquit\n",
            "USER bob; PASS pw; TYPE E; STOR 'A.B'; QUIT",
        ),
        (
            "h.example\nbob pw\ncd 'HLQ'\nquote site recfm=fb\nSITE FILETYPE=JES\nput 'A.B' +\n   job\nquit\n",
            "USER bob; PASS pw; CWD 'HLQ'; site recfm=fb; SITE FILETYPE=JES; STOR job; QUIT",
        ),
    ];
    for (script, expected) in cases {
        let run = run(Client::ZosFtp, "", script);
        assert_eq!(wire(&run), expected, "{script}");
        assert_eq!(run.sessions[0].host.as_deref(), Some("h.example"), "{script}");
        assert!(run.sessions[0].transfers.iter().all(|transfer| transfer.resolved_path.is_none()));
        assert!(
            run.sessions[0].transfers.iter().any(|transfer| transfer.direction == Direction::Upload)
                || script.contains("get")
        );
    }
}
