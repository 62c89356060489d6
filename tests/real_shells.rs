//! The emulation of the shell against real shells: scripts of our own that write files, and the bytes that both leave.

use ftpsift::base::limits::Limits;
use ftpsift::base::text::Text;
use ftpsift::script::launch::Platform;
use ftpsift::script::writer::emulation::{Alone, Emulation};
use ftpsift::script::writer::outcome::Origin;
use ftpsift::script::writer::shell;
use std::path::Path;
use std::process::{Command, Stdio};

/// Set before every case.
const VARIABLES: &str =
    "set -f\nV='a b  c'\nW=x.tar.gz\nE=\nP=/usr/local/lib/x.sh\nN=5\nQ='it'\"'\"'s \"q\" $x'\nset -- 'p q' r\n";

/// Words, each with the expansions that it tries.
const WORDS: [&str; 61] = [
    "plain",
    "$V",
    "\"$V\"",
    "${W%.*}",
    "${W%%.*}",
    "${W#*.}",
    "${W##*.}",
    "\"${P##*/}\"",
    "\"${P%/*}\"",
    "${P%\"/x.sh\"}",
    "${P#/*/}",
    "\"${W%\"${W#*.}\"}\"",
    "${W%[a-z]z}",
    "${W%%[!a-z]*}",
    "${E:-def}",
    "\"${E:-a  b}\"",
    "${E-none}",
    "${E:+yes}",
    "${V:+\"y  n\"}",
    "${U-unset}",
    "\"${U:-$V}\"",
    "${U:-\"$V\" $V}",
    "${U:='k l'}$U",
    "${#W}",
    "${#V}",
    "$((N*3-1))",
    "$((N>3?1:2))",
    "\"$((N % 3))\"",
    "$(( (N + 1) * 2 ))",
    "$((N == 5 && 0 || 1))",
    "$(echo \"$V\")",
    "\"$(echo \"$V\")\"",
    "`echo $V`",
    "\"$(printf '%s' \"$Q\")\"",
    "\"$Q\"",
    "'$V'",
    "\\$V",
    "\"\\$V\"",
    "\"a\\\nb\"",
    "a\\ \\ b",
    "\"$@\"",
    "$*",
    "\"$*\"",
    "$@",
    "$#",
    "$1",
    "\"${2}x\"",
    "\"$V\"'$V'\\$V",
    "\"\"$E\"\"",
    "\"x$E\"$E",
    "\"$(echo a; echo b)\"",
    "$(echo a; echo b)",
    "$(echo $(echo $(echo deep)))",
    "${N}$N$((N+1))",
    "\"{a,b}\"",
    "a#b",
    "\"a;b&c|d\"",
    "a=b",
    "$(basename $P .sh)-$(dirname $P)",
    "\"$(case $W in *.gz) echo gz;; *) echo no;; esac)\"",
    "\"$(cat <<X\n$V \\$V \"q\"\nX\n)\"",
];

/// Words of bash alone.
const BASH_WORDS: [&str; 23] = [
    "\"`echo \\\"$V\\\"`\"",
    "${W/tar/zip}",
    "${W//./_}",
    "${W/#x/y}",
    "${W/%gz/z}",
    "${W//[a-m]/-}",
    "${W:2:3}",
    "${W: -2}",
    "${W:3}",
    "\"${V^^}\"",
    "${V^}",
    "$'a\\tb\\x41\\102\\'q'",
    "$\"local\"",
    "{a,b}c",
    "x{1..3}y",
    "{a,b}{1,2}",
    "${A[1]}",
    "\"${A[@]}\"",
    "${#A[@]}",
    "${A[*]}",
    "\"$(cat <<< \"$V\")\"",
    "$(cat < <(echo from process))",
    "$((i=N+2))$i",
];

/// Commands that print the word `@`.
const PRINTERS: [&str; 13] = [
    "echo @",
    "echo -n @",
    "printf '%s\\n' @",
    "printf '%s-%s|' @ x",
    "printf '<%s>' @",
    "printf '%b\\n' @",
    "printf '%6s:%-4d;%03d\\n' @ 7 3",
    "printf 'no word\\n\\101\\t%%' @",
    "cat <<END\nhead @ tail\n\\$V `echo x` \\\\ \\x\nEND",
    "cat <<'END'\n@ $V\nEND",
    "cat <<-END\n\t@\n\t\tb \\\n\tc\n\tEND",
    "cat <<A - <<\"B\"\nfirst $N\nA\nsecond $N @\nB",
    "tr a-c A-C <<END\n$V $W\nEND",
];

/// Ways to write what the commands `@` print to the file `F`.
const WRITERS: [&str; 20] = [
    "{ @\n} > F",
    "( @\n) > F",
    "{ @\n} | cat > F",
    "X=$(@\n)\necho \"[$X]\" > F",
    "X=`printf '%s' y`$(@\n); printf '%s' \"$X\" >F",
    "f() {\n@\n}\nf > F\nf >> F",
    "for i in 1 2 3; do\n@\n[ $i = 2 ] && break\ndone > F",
    "exec 5>F; {\n@\n} >&5; echo more 1>&5; exec 5>&-",
    "if [ $N -gt 9 ]; then echo no; elif test -n \"$V\"; then\n@\nelse echo never; fi >F",
    "{ @\n} | while read -r a b; do echo \"<$b,$a>\"; done > F",
    "case $W in a*) echo no;; *.gz|*.z)\n@\n;; *) echo never;; esac >> F",
    "true && {\n@\n} >F || echo no > F",
    "false || { @\n} > F; ! false && echo end >> F",
    "( Z=1; V=changed; { @\n}; cd /; ) > F; echo \"$V\" >> F",
    "i=0; while [ $i -lt 3 ]; do i=$((i+1)); [ $i -eq 2 ] && continue; { @\n}; done > F",
    "{ { @\n} 3>&2 2>/dev/null >&3; } 2> F",
    "{ @\n} 2>&1 > F",
    "{ @\n} | tee F > /dev/null",
    "g() { local V=inner; set -- one; echo $# $1; return 0; echo no; }; { g; @\n} > F",
    "until [ -n \"$D\" ]; do D=1; { @\n}; done > F; unset D",
];

/// Whole scripts; the files that they leave are compared.
const SCRIPTS: [&str; 22] = [
    "echo open h >f; echo user a b >>f; echo bye>> f",
    "> e; : > e2; echo x > 'a b'; echo y >> \"a b\"",
    "cat >f <<E1; cat >g <<E2\none\nE1\ntwo\nE2\n",
    "cat >f <<E\nx \\\nE\ny\nE\necho z >> f",
    "cat >f <<-E\n\tx \\\n\tE\n\ty \\\n\t\tz\n\tE\necho z >> f",
    "cat >f <<E\n$(cat <<I\ninner\nI\n)\nE\n",
    "if true; then\ncat <<E\nin if\nE\nfi > f\n",
    "f() {\ncat <<E\n$1 $#\nE\n}\nf 'a b' > f; f c d >> f",
    "for i in 1 2; do cat <<E >> f$i\n$i\nE\ndone",
    "echo a b c > f; read x y < f; echo \"$y,$x\" > g; cat f g > h; mv f i; cp i j; rm g",
    "printf '%s %s\\n' a b c d e > f; while read -r x y; do echo \"$y $x\"; done < f > g",
    "IFS=:; set -- a:b; V=c:d:e; echo $V > f; echo \"$V\" >> f; for x in $V; do echo \"$x\"; done >> f",
    "printf 'u:p:x:y\\n' | { IFS=: read a b c; echo \"$a $b $c\"; } > f",
    "x=1; (x=2; echo $x > f); echo $x >> f; x=3 true; echo $x >> f; y=4 eval 'echo $y' >> f",
    "sh -c 'echo $1 $0 > f' zero one",
    "set -- own; echo 'echo $1 >> f' > s; sh s arg; . ./s; echo end >> f",
    "eval \"echo a\" '>' f; cmd='echo b'; $cmd >> f",
    "set -- a b c d; shift 2; echo $# \"$@\" > f; shift; echo $* >> f; while [ $# -gt 0 ]; do echo $1; shift; done >> f",
    "n() { [ $1 -le 0 ] && return; echo $1; n $(($1 - 1)); }; n 4 > f",
    "echo one two | { read a b; echo $b $a; } | tr a-z A-Z > f; echo a.b.c | cut -d. -f2 >> f; seq 1 3 | head -n 2 >> f",
    "exec 3> f 4> g; echo three >&3; echo four >&4; exec 3>&- 4>&-; echo done >> f",
    "a=x; b=$a$a; a=y; readonly c=$b; export d=\"$c $a\"; echo $a $b $c \"$d\" > f; echo \"${d#* }\" >> f # remark > g",
];

/// The files that a real shell leaves; nothing where the machine has no such shell.
fn real(program: &str, script: &str, directory: &Path) -> Option<Vec<(String, String)>> {
    std::fs::write(directory.join(".script"), script).expect("can be written");
    let status = Command::new(program)
        .arg(".script")
        .current_dir(directory)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.ok()?;
    std::fs::remove_file(directory.join(".script")).expect("was written");
    let mut files: Vec<(String, String)> = std::fs::read_dir(directory)
        .expect("a directory")
        .map(|entry| {
            let entry = entry.expect("readable");
            let text = std::fs::read_to_string(entry.path()).expect("text");
            (entry.file_name().into_string().expect("a plain name"), text)
        })
        .collect();
    files.sort();
    Some(files)
}

/// Compares the files of one script.
fn differences(program: &str, script: &str) -> Option<Vec<String>> {
    let directory = tempfile::tempdir().expect("a directory");
    let real = real(program, script, directory.path())?;
    let limits = Limits { batch_steps: 1_000_000, batch_output: 1 << 24, ..Limits::default() };
    let origin = Origin { directory: None, name: "x.sh" };
    let mut emulation = Emulation::new(origin, Platform::Unix, &Alone, &limits);
    let text = Text::from_content(format!("#!/bin/{program}\n# ftp\n{script}"));
    shell::run_file(&mut emulation, &text);
    let mut found = Vec::new();
    for (name, text) in &real {
        let ours = emulation.files.get(name, None).map(|file| file.content());
        if ours.as_deref() != Some(text.as_str()) {
            found.push(format!("{program}: {name}: {text:?}, not {ours:?}"));
        }
    }
    for file in emulation.files.into_files() {
        if !real.iter().any(|(name, _)| *name == file.path.trim_start_matches("./")) {
            found.push(format!("{program}: {} is left by the emulation alone", file.path));
        }
    }
    Some(found)
}

fn compare(program: &str, words: &[&str]) {
    let mut wrong = Vec::new();
    for script in SCRIPTS {
        match differences(program, script) {
            None => {
                println!("skipped: this machine has no {program}");
                return;
            }
            Some(found) => wrong.extend(found.into_iter().map(|found| format!("{script}\n  {found}"))),
        }
    }
    // Many cases in one process, each with files of its own.
    let mut number = 0usize;
    for (turn, word) in words.iter().enumerate() {
        let mut script = String::from("A=(zero 'one 1' two)\n");
        if program == "dash" {
            script.clear();
        }
        let mut cases = Vec::new();
        for (place, printer) in PRINTERS.iter().enumerate() {
            for (way, writer) in WRITERS.iter().enumerate() {
                // A quarter of the combinations, another one for each word.
                if (turn + place + way) % 4 != 0 {
                    continue;
                }
                number += 1;
                let case = writer.replace('@', &printer.replace('@', word)).replace('F', &format!("o{number}"));
                script += &format!("{VARIABLES}{case}\n");
                cases.push((format!("{program}: o{number}:"), case));
            }
        }
        let found = differences(program, &script).unwrap_or_default();
        // One for each word is enough to read.
        for found in found.into_iter().take(1) {
            let case = cases.iter().find(|(name, _)| found.starts_with(name.as_str()));
            wrong.push(format!("{}\n  {found}", case.map_or("", |(_, case)| case)));
        }
    }
    println!("{program}: {number} cases");
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.iter().take(25).cloned().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn dash_writes_the_same() {
    compare("dash", &WORDS);
}

#[test]
fn bash_writes_the_same() {
    let words: Vec<&str> = WORDS.iter().chain(&BASH_WORDS).copied().collect();
    compare("bash", &words);
}
