//! What lftp makes of command lines and scripts.

use super::*;
use crate::script::client::shell_words;
use crate::script::client::world::Unknown;
use crate::script::session::{Role, Session};
use crate::script::transfer::{Direction, Mode};

/// A session in one line: `scheme user:password@host:port`, then `<remote local` and `>remote local` for each transfer; the
/// local name is the whole path where that is known.
fn said(session: &Session) -> String {
    let scheme = session.scheme.name();
    let logins: Vec<String> = session
        .credentials
        .iter()
        .map(|credential| {
            let password = credential.password.as_ref().map(|secret| format!(":{}", secret.reveal()));
            format!("{}{}", credential.username.clone().unwrap_or_default(), password.unwrap_or_default())
        })
        .collect();
    let host = session.host.clone().unwrap_or_default();
    let mut text = format!("{scheme} {}@{host}:{}", logins.join(","), session.port.unwrap_or(0));
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
    let words = shell_words(command_line);
    let launch = launch(&words).expect(command_line);
    let launch = Launch { command_line: command_line.to_owned(), arguments: words[1..].to_vec(), ..launch };
    run(script.map(Text::from_content).as_ref(), &launch, &Unknown, &Limits::default())
}

fn script(text: &str) -> Interpretation {
    let launch = Launch { client: Client::Lftp, ..Launch::default() };
    run(Some(&Text::from_content(text)), &launch, &Unknown, &Limits::default())
}

#[test]
fn command_lines() {
    let cases: [(&str, &[&str]); 16] = [
        ("lftp -f '\nopen h.example\nuser bob pw\nmirror -R /a /b\nbye\n'", &["ftp bob:pw@h.example:21 >/b/** /a/**"]),
        ("lftp -u bob,pw '$PROTOCOL://h.example' -e 'get a'", &["ftp bob:pw@h.example:21 <a a"]),
        (
            "lftp -c 'open -u bob,pw -p 2100 192.0.2.63; lcd /d; mirror -R . up; get k -o /tmp/k'",
            &["ftp bob:pw@192.0.2.63:2100 >up/** /d/** <k /tmp/k"],
        ),
        ("lftp -u bob,pw -p 2121 -e 'put a.zip; bye' 192.0.2.1", &["ftp bob:pw@192.0.2.1:2121 >a.zip a.zip"]),
        ("lftp ftp://bob:p%40w@192.0.2.1/in -e 'mput -O x *.doc;bye'", &["ftp bob:p@w@192.0.2.1:21 >in/x/*.doc *.doc"]),
        (
            "lftp --norc -d -e \"mirror --reverse --delete /var/www /www\" -u 'bob','p w' h.example",
            &["ftp bob:p w@h.example:21 >/www/** /var/www/**"],
        ),
        ("lftp -u bob,pw h.example", &["ftp bob:pw@h.example:21"]),
        ("lftp -c 'get ftp://192.0.2.1/pub/x.sh'", &["ftp anonymous:lftp@@192.0.2.1:21 <pub/x.sh x.sh"]),
        ("lftp -c mirror ftp://bob:pw@192.0.2.1/a /tmp/b", &["ftp bob:pw@192.0.2.1:21 <a/** /tmp/b/**"]),
        ("lftp -e 'get a' sftp://bob:pw@192.0.2.1", &["sftp bob:pw@192.0.2.1:22 <a a"]),
        ("lftp -e 'set ftp:ssl-force true; get a' -u b,p 192.0.2.1", &["ftps b:p@192.0.2.1:21 <a a"]),
        ("lftp -u b,p ftps://192.0.2.1 -e 'get a'", &["ftps b:p@192.0.2.1:990 <a a"]),
        ("lftp -u b,p 192.0.2.1 -c 'get a; bye'", &["ftp b:p@192.0.2.1:21 <a a"]),
        ("lftpget ftp://bob:pw@192.0.2.1/a.txt", &["ftp bob:pw@192.0.2.1:21 <a.txt a.txt"]),
        ("lftp -c 'open http://192.0.2.1; get x'", &[""]),
        ("lftp -c 'put -O ftp://b:p@192.0.2.9/in x y'", &["ftp b:p@192.0.2.9:21 >in/x x >in/y y"]),
    ];
    for (line, expected) in cases {
        let run = launched(line, None);
        let said: Vec<String> = all(&run).into_iter().filter(|line| !line.starts_with("ftp @:0")).collect();
        let expected: Vec<&str> = expected.iter().copied().filter(|line| !line.is_empty()).collect();
        assert_eq!(said, expected, "{line}");
    }
}

#[test]
fn what_is_launched() {
    let cases: [(&str, Option<(Option<&str>, bool, bool)>); 11] = [
        ("lftp -f /tmp/x.lftp", Some((Some("/tmp/x.lftp"), false, true))),
        ("/usr/bin/lftp --norc -f x", Some((Some("x"), false, true))),
        ("lftp -c 'get x'", Some((None, true, true))),
        ("lftp -u a,b h", Some((None, true, true))),
        ("lftp", Some((None, false, true))),
        ("lftp ftp.example.com", Some((None, true, true))),
        ("lftp supports many", Some((None, false, true))),
        ("lftp -u a,b h -c 'get x'", Some((None, true, false))),
        ("lftpget http://h/x", None),
        ("lftpd -f x", None),
        ("echo lftp -f x", None),
    ];
    for (line, expected) in cases {
        let found = launch(&shell_words(line));
        let have = found.as_ref().map(|launch| (launch.script_path.as_deref(), launch.tells_all, launch.would_run));
        assert_eq!(have, expected, "{line}");
    }
}

#[test]
fn commands_from_the_standard_input_follow_those_of_the_command_line() {
    let run = launched("lftp -u bob,pw 192.0.2.1", Some("cd in\nput a.zip\nbye\nput b.zip\n"));
    assert_eq!(all(&run), ["ftp bob:pw@192.0.2.1:21 >in/a.zip a.zip"]);
    let fates: Vec<_> = run.sessions[0].commands.iter().map(|command| (command.line, command.role)).collect();
    assert_eq!(fates, [(1, Role::Command), (2, Role::Command), (3, Role::Command), (4, Role::Unread)]);
}

#[test]
fn scripts() {
    let cases: [(&str, &[&str]); 26] = [
        ("open ftp://bob:pw@192.0.2.64\nput a.tgz -o b.tgz; bye", &["ftp bob:pw@192.0.2.64:21 >b.tgz a.tgz"]),
        (
            "open 192.0.2.1 -p 2121 -u 'bob smith','p w'\nget \"with space.txt\" -o 'loc al.txt'",
            &["ftp bob smith:p w@192.0.2.1:2121 <with space.txt loc al.txt"],
        ),
        ("open h.example; user bob pw; get a", &["ftp bob:pw@h.example:21 <a a"]),
        ("open -u x,y h.example; user bob pw; get a", &["ftp bob:pw@h.example:21 <a a"]),
        ("open -u x,y h.example; get a; user bob pw; get b", &["ftp x:y,bob:pw@h.example:21 <a a <b b"]),
        (
            "open bob:pw@h.example:2121; cd sub; cd deep; get d.bin; cd ../..; get a",
            &["ftp bob:pw@h.example:2121 <sub/deep/d.bin d.bin <a a"],
        ),
        (
            "open -u b,p h; lcd /d; lcd x; get a; lcd ..; get -O y b; lcd -; get /z/c -o q/",
            &["ftp b:p@h:21 <a /d/x/a <b /d/y/b </z/c /d/x/q/c"],
        ),
        (
            "open -u b,p h; mget -d sub/*.dat; mget -O /t *.txt x; get *.txt",
            &["ftp b:p@h:21 <sub/*.dat sub/*.dat <*.txt /t/*.txt <x /t/x <*.txt *.txt"],
        ),
        (
            "open -u b,p h; mput l*.txt y -O in/; mput -d d/*; put -a t",
            &["ftp b:p@h:21 >in/l*.txt l*.txt >in/y y >d/* d/* >t t a"],
        ),
        (
            "open -u b,p h; mirror sub; mirror sub x/; mirror -R d in/; mirror -R; mirror / d; mirror -R d /abs",
            &["ftp b:p@h:21 <sub/** sub/** <sub/** x/sub/** >in/d/** d/** >** ** </** d/** >/abs/** d/**"],
        ),
        (
            "open -u b,p h; mirror -c --use-pget-n=3 -P 2 --parallel=3 -vvv -X '*.bin' sub v; mirror --rev -Ln d up",
            &["ftp b:p@h:21 <sub/** v/** >up/** d/**"],
        ),
        (
            "open -u b,p h; mirror -f a.txt -O d; mirror -R -f l1.txt; mirror --just-print a",
            &["ftp b:p@h:21 <a.txt d/a.txt >l1.txt l1.txt"],
        ),
        (
            "open -u b,p h; pget -n 3 p.exe -o p2; reget a; get1 -o q b; pget -c -n2 c -o d",
            &["ftp b:p@h:21 <p.exe p2 <a a <b q <c d"],
        ),
        ("open -u b,p h; (cd sub; lcd /x; get i); get a", &["ftp b:p@h:21 <sub/i /x/i <a a"]),
        ("(open -u b,p h; get a)\nget b", &["ftp b:p@h:21 <a a"]),
        ("alias xx \"open -u b,p h\"\nxx; alias g get; g a -o z", &["ftp b:p@h:21 <a z"]),
        ("open -e \"get a; get b\" -u b,p h\nget c", &["ftp b:p@h:21 <a a <b b <c c"]),
        (
            "open -u b,p h; queue get a; queue \"get b; get c\"; repeat -c 2 -d 1s get d; at now + 1 hour -- get e; command get f; glob -f get *.g; eval get h",
            &["ftp b:p@h:21 <a a <b b <c c <d d <e e <f f <*.g *.g <h h"],
        ),
        ("open -u b,p h\nget a & get b &\nwait all", &["ftp b:p@h:21 <a a <b b"]),
        ("open -u b,p h; get a && get b || get c; cd x || exit; get d", &["ftp b:p@h:21 <a a <b b <c c <x/d d"]),
        ("open -u b,p h; cat a > /t/x; cat b | sh; more c", &["ftp b:p@h:21 <a /t/x <b |sh <c -"]),
        ("OPEN -u b,p h\nGet a", &["ftp b:p@h:21 <a a"]),
        (
            "open -u b,p one.example; get a; open ftp://c:q@two.example; get a",
            &["ftp b:p@one.example:21 <a a", "ftp c:q@two.example:21 <a a"],
        ),
        (
            "open -s 1 -u b,p one.example; open -s 2 -u c,q two.example; slot 1; get a; slot 2; get b",
            &["ftp b:p@one.example:21 <a a", "ftp c:q@two.example:21 <b b"],
        ),
        (
            "bookmark add foo ftp://b:p@h/sub\nopen foo\nget x\nget bm:foo/deep/d",
            &["ftp b:p@h:21 <sub/x x <sub/deep/d d"],
        ),
        ("set cmd:default-protocol sftp\nopen -u b,p h\nget a", &["sftp b:p@h:22 <a a"]),
    ];
    for (text, expected) in cases {
        assert_eq!(all(&script(text)), expected, "{text}");
    }
}

#[test]
fn what_changes_on_the_server_and_on_the_host() {
    let run = script(
        "!touch x; y\nopen -u b,p h; mkdir -p x/y; rmdir z; rm a.txt b.txt; rm -r sub; mrm *.exe; mv \"a b\" c; mmv d e in\n\
         quote DELE q; site CHMOD 755 s; chmod 644 t; get -E k; mirror --Move m; ls > l1; cls | tee l2; put -E u\n",
    );
    let session = &run.sessions[0];
    assert_eq!(session.executes, ["touch x; y", "tee l2"]);
    assert_eq!(session.makes_directories, ["x/y"]);
    assert_eq!(session.removes_directories, ["z"]);
    assert_eq!(session.deletes, ["a.txt", "b.txt", "sub", "*.exe", "k", "m/**"]);
    let renames: Vec<_> = session.renames.iter().map(|[from, to]| format!("{from}>{to}")).collect();
    assert_eq!(renames, ["a b>c", "d>in/d", "e>in/e"]);
    assert_eq!(session.raw, ["DELE q", "SITE CHMOD 755 s", "SITE CHMOD 644 t"]);
    assert_eq!(session.local_writes, ["l1"]);
    assert_eq!(session.commands[0].verb.as_deref(), Some("!"));
}

#[test]
fn what_is_refused() {
    let run =
        script("get early\nopen -u b,p h\nbinary\nge x\nuser a b c\nget\nget -o x y\nmv a\nmirror --no-such a\nbob\n");
    let refused: Vec<u32> = run.sessions[0]
        .commands
        .iter()
        .filter(|command| command.role == Role::Error)
        .map(|command| command.line)
        .collect();
    assert_eq!(refused, [1, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert!(run.sessions[0].transfers.is_empty());
}

#[test]
fn what_goes_over_the_wire() {
    let cases = [
        ("open -u b,p h; get a", "USER b|PASS p|TYPE I|RETR a|QUIT"),
        (
            "open ftp://b:p@h/sub; get a; put x; get -a c",
            "USER b|PASS p|CWD sub|TYPE I|RETR a|STOR x|TYPE A|RETR c|QUIT",
        ),
        ("open -u b,p h; cd s; cd ..; get a; cd s; get b", "USER b|PASS p|CWD s|CWD ~|TYPE I|RETR a|CWD s|RETR b|QUIT"),
        ("open -u b,p h; (cd s; get i); get a", "USER b|PASS p|CWD s|TYPE I|RETR i|CWD ~|RETR a|QUIT"),
        (
            "open -u b,p h; mkdir -p x/y; rm a b; mv c d; quote NOOP",
            "USER b|PASS p|MKD x|MKD x/y|DELE a|DELE b|RNFR c|RNTO d|NOOP|QUIT",
        ),
        ("open h; get a", "USER anonymous|PASS lftp@|TYPE I|RETR a|QUIT"),
        ("open -u b,p h; get a; close; get b", "USER b|PASS p|TYPE I|RETR a|QUIT|USER b|PASS p|TYPE I|RETR b|QUIT"),
        ("open -u b,p h; bye; get a", ""),
    ];
    for (text, expected) in cases {
        let run = script(text);
        let wire: Vec<&str> =
            run.sessions[0].commands.iter().flat_map(|command| &command.wire).map(String::as_str).collect();
        assert_eq!(wire.join("|"), expected, "{text}");
    }
}

#[test]
fn nothing_grows_without_bounds() {
    let limits = Limits { script_lines: 500, script_bytes: 1 << 12, batch_output: 1 << 12, ..Limits::default() };
    let launch = Launch { client: Client::Lftp, ..Launch::default() };
    for text in [
        "alias a \"b;b;b;b;b;b;b;b\"\nalias b \"c;c;c;c;c;c;c;c\"\nalias c \"d;d;d;d;d;d\"\nalias d \"a;a;echo x\"\na\n".to_owned(),
        "open -u b,p h; ".to_owned() + &"(".repeat(5000),
        "queue queue queue ".repeat(3000),
        "eval -f \"$@ $@ $@\" ".repeat(200) + "x",
        "open -u b,p h\n".repeat(3000),
    ] {
        let run = run(Some(&Text::from_content(text)), &launch, &Unknown, &limits);
        assert!(run.sessions.iter().map(|session| session.commands.len()).sum::<usize>() <= 1100);
    }
}
