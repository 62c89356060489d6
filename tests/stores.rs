//! Logins and sites that a client takes from a store: `.netrc`, WinSCP's and PuTTY's sessions, bookmarks, remotes.
//!
//! A row holds the files of a host and what each session outside of the stores must say: the server and the login, where
//! each is from, a question mark where that is uncertain, and what is moved.

use crate::support::case;
use ftpsift::case::Case;
use ftpsift::evidence::filesystem::memory::Memory;
use ftpsift::scan;
use ftpsift::scan::progress::Progress;
use ftpsift::scan::request::ScanRequest;
use ftpsift::script::reading::{Confidence, Form};
use ftpsift::script::session::Session;
use ftpsift::script::transfer::Direction;

type Row = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

const KIM: &str = "machine f.example login kim password k1m\n";
const ROOT: &str = "# root's\nmachine f.example login root password r00t\n";
const INI: &str = "[Sessions\\Work/my%20site]\nHostName=f.example\nPortNumber=2121\nUserName=ann\nFSProtocol=5\n\
    PasswordPlain=s3cret\nRemoteDirectory=/in\n[Sessions\\shell]\nHostName=s.example\nUserName=bob\n";
const REMOTES: &str = "[store]\ntype = ftp\nhost = f.example\nuser = ann\npass = YmJiYmJiYmJiYmJiYmJiYp3gcEWbAw\n\n\
    [cloud]\ntype = s3\nprovider = x\n";
const PUTTY: &str = "Windows Registry Editor Version 5.00\n\n[HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\Sessions\\my%20box]\n\
    \"HostName\"=\"s.example\"\n\"PortNumber\"=dword:000008ae\n\"UserName\"=\"ann\"\n\"Protocol\"=\"ssh\"\n";

const NETRCS: &[Row] = &[
    (
        "the home of the script",
        &[
            ("home/kim/.netrc", KIM),
            ("root/.netrc", ROOT),
            ("home/kim/bin/go.sh", "#!/bin/sh\nftp f.example <<EOF\nget a\nEOF\n"),
        ],
        &["ftp kim/k1m@f.example:21 from home/kim/.netrc:1, get a"],
    ),
    (
        "a script that lies below no home runs as root",
        &[
            ("home/kim/.netrc", KIM),
            ("root/.netrc", ROOT),
            ("etc/cron.daily/send", "#!/bin/sh\nftp -v f.example < /opt/s.ftp\n"),
            ("opt/s.ftp", "binary\nput /etc/passwd p\nbye\n"),
        ],
        &["ftp root/r00t@f.example:21 from root/.netrc:2, put p"],
    ),
    (
        "with -n no login is taken",
        &[("home/kim/.netrc", KIM), ("home/kim/go.sh", "#!/bin/sh\nftp -n f.example <<EOF\nuser bob pw\nget a\nEOF\n")],
        &["ftp bob/pw@f.example:21, get a"],
    ),
    (
        "the host is opened in the script",
        &[("home/kim/.netrc", KIM), ("home/kim/go.sh", "#!/bin/sh\nftp <<EOF\nopen f.example\nget a\nbye\nEOF\n")],
        &["ftp kim/k1m@f.example:21 from home/kim/.netrc:1, get a"],
    ),
    (
        "the only one of the evidence, of another user",
        &[("home/kim/.netrc", KIM), ("home/lou/go.sh", "#!/bin/sh\nftp f.example <<EOF\nget a\nEOF\n")],
        &["ftp kim/k1m@f.example:21 from home/kim/.netrc:1 ?, get a"],
    ),
    (
        "several that differ, none of them near",
        &[
            ("home/kim/.netrc", KIM),
            ("home/lou/.netrc", "machine f.example login lou password l0u\n"),
            ("opt/go.sh", "#!/bin/sh\nftp f.example <<EOF\nget a\nEOF\n"),
        ],
        &["ftp kim/k1m@f.example:21 from home/kim/.netrc:1 ?, get a"],
    ),
    (
        "loose evidence: the file lies beside the script",
        &[("one/.netrc", KIM), ("two/.netrc", ROOT), ("one/go.sh", "#!/bin/sh\nftp f.example <<EOF\nget a\nEOF\n")],
        &["ftp kim/k1m@f.example:21 from one/.netrc:1, get a"],
    ),
    (
        "an entry for every host, and a macro",
        &[
            ("home/kim/.netrc", "default login any password where\nmacdef init\nbinary\nput /etc/passwd p\n\n"),
            ("home/kim/go.sh", "#!/bin/sh\nftp f.example <<EOF\nget a\nEOF\n"),
        ],
        &["ftp any/where@f.example:21 from home/kim/.netrc:1, put p, get a"],
    ),
    (
        "the client of Windows has no .netrc",
        &[("home/kim/.netrc", KIM), ("home/kim/go.bat", "(echo get a&echo pw&echo bye)|ftp f.example\r\n")],
        &["ftp get a/pw@f.example:21"],
    ),
    (
        "curl asks for it with -n, or names another file",
        &[
            ("home/kim/.netrc", KIM),
            ("home/kim/keys", "machine f.example login k password e\nmachine g login g password h\n"),
            (
                "home/kim/go.sh",
                "#!/bin/sh\ncurl -n ftp://f.example/a -o a\ncurl --netrc-file ~/keys ftp://g/b -o b\ncurl ftp://f.example/c -o c\n",
            ),
        ],
        &[
            "ftp kim/k1m@f.example:21 from home/kim/.netrc:1, get a",
            "ftp g/h@g:21 from home/kim/keys:2, get b",
            "ftp anonymous/ftp@example.com@f.example:21, get c",
        ],
    ),
    (
        "wget takes it before its own options, and only where the address has no login",
        &[
            ("home/kim/.netrc", KIM),
            (
                "home/kim/go.sh",
                "#!/bin/sh\nwget ftp://f.example/a\nwget --ftp-user=u --ftp-password=v ftp://f.example/b\nwget ftp://u:v@f.example/c\nwget --no-netrc ftp://f.example/d\n",
            ),
        ],
        &[
            "ftp kim/k1m@f.example:21 from home/kim/.netrc:1, get a",
            "ftp kim/k1m@f.example:21 from home/kim/.netrc:1, get b",
            "ftp u/v@f.example:21, get c",
            "ftp anonymous/-wget@@f.example:21, get d",
        ],
    ),
    (
        "wget takes what its settings say for every host, after all others, from its user's own home",
        &[
            ("home/kim/.netrc", "machine g.example login gus password g\n"),
            ("home/kim/.wgetrc", "# mine\nftp_user = ann\nftp_password = 4nn\n"),
            (
                "home/kim/go.sh",
                "#!/bin/sh\nwget ftp://f.example/a\nwget ftp://g.example/b\nwget ftp://u:v@f.example/c\nwget --no-config ftp://f.example/d\n",
            ),
            ("home/lou/go.sh", "#!/bin/sh\nwget ftp://h.example/e\n"),
        ],
        &[
            "ftp ann/4nn@f.example:21 from home/kim/.wgetrc:3, get a",
            "ftp gus/g@g.example:21 from home/kim/.netrc:1, get b",
            "ftp u/v@f.example:21, get c",
            "ftp anonymous/-wget@@f.example:21, get d",
            "ftp anonymous/-wget@@h.example:21, get e",
        ],
    ),
    (
        "curl takes the login of its settings where neither the address nor the command line has one",
        &[
            ("home/kim/.curlrc", "silent\nuser = \"ann:4nn\"\n"),
            (
                "home/kim/go.sh",
                "#!/bin/sh\ncurl -O ftp://f.example/a\ncurl -O -u u:v ftp://f.example/b\ncurl -O ftp://u:v@f.example/c\ncurl -q -O ftp://f.example/d\n",
            ),
        ],
        &[
            "ftp ann/4nn@f.example:21 from home/kim/.curlrc:2, get a",
            "ftp u/v@f.example:21, get b",
            "ftp u/v@f.example:21, get c",
            "ftp anonymous/ftp@example.com@f.example:21, get d",
        ],
    ),
    (
        "lftp takes it without a login, and for a user without a password",
        &[
            ("home/kim/.netrc", "machine f.example login kim password k1m\nmachine f.example login ann password 4nn\n"),
            ("home/kim/go.sh", "#!/bin/sh\nlftp -c 'open f.example; get a'\nlftp -u ann -e 'get b; bye' f.example\n"),
        ],
        &[
            "ftp kim/k1m@f.example:21 from home/kim/.netrc:1, get a",
            "ftp ann/4nn@f.example:21 from home/kim/.netrc:2, get b",
        ],
    ),
    (
        "the script writes it",
        &[(
            "opt/go.sh",
            "#!/bin/sh\ncat > ~/.netrc <<EOF\nmachine f.example login kim password k1m\nEOF\nchmod 600 ~/.netrc\nftp f.example <<EOF\nget a\nEOF\n",
        )],
        &["ftp kim/k1m@f.example:21 from ~/.netrc (written by opt/go.sh):1, get a"],
    ),
    (
        "another script has written it into the home",
        &[
            ("home/kim/a.sh", "#!/bin/sh\necho machine f.example login kim password k1m > $HOME/.netrc\n"),
            ("home/kim/b.sh", "#!/bin/sh\nftp f.example <<EOF\nget a\nEOF\n"),
        ],
        &["ftp kim/k1m@f.example:21 from $HOME/.netrc (written by home/kim/a.sh):1, get a"],
    ),
];

const SITES: &[Row] = &[
    (
        "WinSCP on the command line",
        &[
            ("Users/kim/AppData/Roaming/WinSCP.ini", INI),
            ("Users/kim/go.bat", "winscp.com /command \"open \"\"Work/my site\"\"\" \"put C:\\d\\a.zip\" \"exit\"\r\n"),
        ],
        &["ftp ann/s3cret@f.example:2121 from Users/kim/AppData/Roaming/WinSCP.ini:1, put a.zip"],
    ),
    (
        "WinSCP in a script, which escapes the name, and SFTP as the store says",
        &[
            ("Users/kim/WinSCP.ini", INI),
            ("Users/kim/a.txt", "option batch abort\nopen work/my%20site\nget b.zip\nopen shell\nput c.zip\nexit\n"),
            ("Users/kim/go.bat", "winscp.com /script=a.txt\r\n"),
        ],
        &[
            "ftp ann/s3cret@f.example:2121 from Users/kim/WinSCP.ini:1, get b.zip",
            "sftp bob/-@s.example:22 from Users/kim/WinSCP.ini:8, put c.zip",
        ],
    ),
    (
        "WinSCP with a configuration of its own",
        &[
            ("Users/kim/WinSCP.ini", INI),
            ("tools/other.ini", "[Sessions\\shell]\nHostName=o.example\nUserName=eve\nFSProtocol=5\n"),
            ("Users/kim/go.bat", "winscp.com /ini=..\\..\\tools\\other.ini /command \"open shell\" \"get a\" exit\r\n"),
        ],
        &["ftp eve/-@o.example:21 from tools/other.ini:1, get a"],
    ),
    (
        "a site of no store that is at hand",
        &[("Users/kim/go.bat", "winscp.com /command \"open mysite\" \"put a.zip\" \"exit\"\r\n")],
        &["sftp -@-:0 ?, put a.zip"],
    ),
    (
        "bookmarks of lftp",
        &[
            ("home/kim/.local/share/lftp/bookmarks", "web\tftp://ann:pw@f.example:2121/in\n"),
            ("home/kim/go.sh", "#!/bin/sh\nlftp web <<EOF\nput a\nEOF\nlftp -c 'open web/sub; get b'\nlftp web\n"),
        ],
        &[
            "ftp ann/pw@f.example:2121 from home/kim/.local/share/lftp/bookmarks:1, put a",
            "ftp ann/pw@f.example:2121 from home/kim/.local/share/lftp/bookmarks:1, get b",
            "ftp ann/pw@f.example:2121 from home/kim/.local/share/lftp/bookmarks:1",
        ],
    ),
    (
        "bookmarks of NcFTP",
        &[
            (
                "home/kim/.ncftp/bookmarks",
                "NcFTP bookmark-file version: 8\nNumber of bookmarks: 1\nweb,f.example,ann,*encoded*aHVudGVyMgA=,,/in,I,2121,1,1\n",
            ),
            ("home/kim/go.sh", "#!/bin/sh\nncftp <<EOF\nopen web\nget b\nEOF\n"),
        ],
        &["ftp ann/hunter2@f.example:2121 from home/kim/.ncftp/bookmarks:3, get b"],
    ),
    (
        "remotes of rclone",
        &[
            ("home/kim/.config/rclone/rclone.conf", REMOTES),
            ("home/kim/go.sh", "#!/bin/sh\nrclone copy /srv/d store:in\nrclone copy /srv/d cloud:in\n"),
        ],
        &["ftp ann/potato@f.example:21 from home/kim/.config/rclone/rclone.conf:1, put in/**"],
    ),
    (
        "remotes of no configuration that is at hand",
        &[
            ("home/kim/go.sh", "#!/bin/sh\nrclone copy /srv/d cloud:in\n"),
            ("home/kim/n.txt", "rclone copy /d web:in\n"),
        ],
        &[],
    ),
    (
        "sessions of PuTTY",
        &[
            ("Users/kim/putty.reg", PUTTY),
            ("Users/kim/a.txt", "put a.zip\nquit\n"),
            ("Users/kim/go.bat", "psftp \"my box\" -b a.txt\r\npsftp -load \"my box\" -b a.txt\r\n"),
        ],
        &["sftp ann/-@s.example:2222 from Users/kim/putty.reg:3, put a.zip"],
    ),
    ("sessions of PuTTY that nothing of file transfer uses", &[("Users/kim/putty.reg", PUTTY)], &[]),
];

/// The sessions of a case that are no entries of a store.
fn told(case: &Case) -> Vec<String> {
    let scripts = case
        .scripts
        .iter()
        .filter(|script| !matches!(script.form, Form::Netrc | Form::ClientConfig | Form::ClientOptions));
    scripts
        .flat_map(|script| &script.sessions)
        .map(|session| said(session).replace('\\', "/").replace("C:/", ""))
        .collect()
}

fn said(session: &Session) -> String {
    let scheme = session.scheme.name();
    let login = session.credentials.first();
    let password = login.and_then(|login| login.password.as_ref()).map_or("-", |password| password.reveal());
    let name = login.map_or("-".to_owned(), |login| format!("{}/{password}", login.username.as_deref().unwrap_or("-")));
    let source = session.site.as_ref().or(login.and_then(|login| login.source.as_ref()));
    let source = source.map(|from| format!(" from {}:{}", from.path, from.line)).unwrap_or_default();
    let doubt = if session.uncertain.is_empty() { "" } else { " ?" };
    let host = session.host.as_deref().unwrap_or("-");
    let moved = session.transfers.iter().map(|transfer| {
        let verb = if transfer.direction == Direction::Download { "get" } else { "put" };
        format!(", {verb} {}", transfer.remote_path.as_deref().unwrap_or("-"))
    });
    format!("{scheme} {name}@{host}:{}{source}{doubt}{}", session.port.unwrap_or(0), moved.collect::<String>())
}

#[test]
fn logins_and_sites_in_store_are_tied_to_their_use() {
    let mut wrong = Vec::new();
    for (about, files, expected) in NETRCS.iter().chain(SITES) {
        let said = told(&case(files.iter().copied()));
        if said != *expected {
            wrong.push(format!("{about}\n  must say {expected:#?}\n  says     {said:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_order_in_which_files_are_met_does_not_matter() {
    let told_in_threads = |threads| {
        NETRCS.iter().chain(SITES).map(move |(_, files, _)| {
            let host: Memory = files.iter().copied().collect();
            let request = ScanRequest { threads, ..ScanRequest::default() };
            told(&scan::run_over(Box::new(host.clone()), "host", &request, &Progress::default()))
        })
    };
    assert!(told_in_threads(1).eq(told_in_threads(4)));
}

#[test]
fn a_text_that_only_an_unknown_remote_speaks_for_is_not_reported() {
    let case = case([("home/kim/go.sh", "#!/bin/sh\nrclone copy /srv/d cloud:in\n"), ("putty.reg", PUTTY)]);
    assert!(case.scripts.is_empty() && case.launches.is_empty());
}

/// A program that writes such a file to test itself was called likely, and its own words a finding.
#[test]
fn a_program_that_writes_what_only_looks_like_a_netrc_is_no_finding() {
    let source = "import netrc\nfn = 'netrc_test'\ndef test():\n    with open(fn, 'w') as fp:\n        \
                  fp.write('machine foo.example.com login anonymous password pass\\n')\n    netrc.netrc(fn)\n";
    let found = case([("lib/test_netrc.py", source)]);
    assert!(found.scripts.iter().all(|script| script.confidence == Confidence::Possible), "{:?}", found.scripts);
    assert!(found.findings.is_empty(), "{:?}", found.findings);
    let dropper = source.replace("'netrc_test'", "'/home/kim/.netrc'");
    let found = case([("drop.py", dropper.as_str())]);
    assert!(found.scripts.iter().any(|script| script.form == Form::Netrc && script.confidence == Confidence::Certain));
}
