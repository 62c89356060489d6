//! What the interpreter of lftp predicts against what lftp does, where it is installed, run against a loopback server: the
//! control lines that arrive, and the local files that appear.
//!
//! Compared are the commands that log in, move, delete, make and rename, each with its path as the server takes it in the
//! directory that it is in; not those by which lftp finds out about the server, nor types, which it changes for listings.
//! lftp learns the name of the login directory, `/` here; a script does not tell it.

use crate::support::client_run::{self, Case, LOCAL, REMOTE};
use crate::support::ftp_dialogue::meets;
use crate::support::random::Random;
use ftpsift::base::limits::Limits;
use ftpsift::base::text::Text;
use ftpsift::script::client::{self, world::World};
use ftpsift::script::launch::{Client, Launch, Platform};
use ftpsift::script::reading::Interpretation;
use ftpsift::script::transfer::Direction;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Share of the cases that must be predicted right; it only ever rises.
const FLOOR: f64 = 0.98;

/// Scripts that are generated, and threads that run clients.
const GENERATED: u64 = 120;
const THREADS: usize = 4;

/// What only shows how lftp finds its way, and what mirror sends besides.
const NOISE: [&str; 25] = [
    "FEAT", "OPTS", "CLNT", "PBSZ", "PROT", "AUTH", "MLSD", "LIST", "NLST", "PASV", "EPSV", "PORT", "EPRT", "SIZE",
    "MDTM", "MFMT", "PWD", "XPWD", "SYST", "NOOP", "ABOR", "REST", "ALLO", "TYPE", "QUIT",
];

/// Settings for a server without TLS that shall not be waited for.
const SETTINGS: &str = "set ftp:ssl-allow no; set net:max-retries 1; set net:timeout 3; set xfer:clobber yes\n";

/// Scripts, each after `open -u bob,pw` where it does not open a server itself.
const SCRIPTS: [&str; 48] = [
    "get a.txt",
    "get a.txt b.txt -o bb.txt \"with space.txt\"",
    "get a.txt -o 'x y'; get with\\ space.txt; get 'with space.txt' -o z",
    "cd sub; get inner.dat; cd ..; get a.txt",
    "cd sub && get inner.dat -o q && cd / && get b.txt",
    "get sub/inner.dat; get /a.txt; get ./b.txt; get sub/../a.txt -o c",
    "lcd deep; get a.txt; lcd ..; get b.txt; lcd deep; lcd -; get payload.exe",
    "get -O deep a.txt; get -c -O deep b.txt -o q; get sub/inner.dat -o deep/",
    "get nosuch; get a.txt; get b.txt -o x",
    "put l1.txt; put l2.txt -o up; put -O sub secret.doc; put deep/n.txt; put l1.txt -o sub/",
    "put nosuch; put l1.txt l2.txt -o two; put -E l1.txt; put -e l2.txt",
    "lcd deep; put n.txt; put l1.txt; put ../l1.txt",
    "cd sub; put l1.txt; put l2.txt -o ../up2; put l2.txt -o /up3",
    "mget *.txt",
    "mget *.TXT *.exe; mget nosuch*; mget a.txt",
    "mget sub/*; mget -d sub/*; mget -O deep *.exe; mget -d -O deep sub/*.dat",
    "mput l*.txt; mput -O sub *.doc l1.txt; mput deep/*; mput nosuch*",
    "get1 a.txt -o q; pget -n 3 payload.exe -o p2; reget b.txt; reput l1.txt",
    "get -a a.txt; put -a l1.txt; get -E a.txt",
    "mkdir x; mkdir -p y/z; mkdir p q; rmdir x; rmdir -f q",
    "rm a.txt b.txt; rm -f nosuch; mrm *.exe; glob rm *.TXT",
    "mv a.txt c; mv b.txt sub/; mv payload.exe sub/p2; mmv c sub; mmv -O sub UPPER.TXT",
    "quote DELE a.txt; site CHMOD 755 b.txt; chmod 644 b.txt",
    "cat a.txt > o1; cat a.txt b.txt > o2; cat sub/inner.dat | tee o3; more b.txt",
    "ls > o1; nlist > \"o 2\"; cls -1 > o3; ls | cat > o4; pwd > o5",
    "(cd sub; get inner.dat); get a.txt",
    "(cd sub; lcd deep; get inner.dat; (cd ..; get a.txt)); get b.txt; (put l1.txt)",
    "cd sub; cd ..; get a.txt; cd sub/..; cd; get b.txt; cd ~; cd ~/sub; get inner.dat",
    "!touch t1; touch t2\nget a.txt\n shell touch t3\n",
    "alias g get\ng a.txt; alias both \"get a.txt -o x; get b.txt\"\nboth; alias g\n g b.txt -o no",
    "queue get a.txt\nqueue \"get b.txt; get payload.exe\"\nwait all",
    "repeat -c 1 get a.txt; command get b.txt; eval get payload.exe; glob -f get *.TXT",
    "get a.txt; exit\nget b.txt",
    "bye; get a.txt",
    "Get a.txt; GET b.txt; mge *.exe; ge a.txt -o no; qui",
    "binary\nprompt\nuser\nget a.txt\nrename a b\ndelete b.txt\nsend l1.txt\n",
    "# remark\nget a.txt # b.txt\n;; ; get b.txt;# get payload.exe\n",
    "get a.txt\\\n b.txt\nget \"payload\\\n.exe\"",
    "get \"a\\\"b\" 'c\\'d' 'e\"f' \"g'h\" i\"j\"k l\\;m C:\\x\\y n\\!o p\\#q %T% $HOME",
    "close; get a.txt; close; get b.txt",
    "user eve pw2; get a.txt; user zed pw3; get b.txt",
    "open ftp://eve:p%40w@@HOST@:@PORT@/sub\nget inner.dat; get ../a.txt; cd ..; get b.txt",
    "open @HOST@:@PORT@\nget a.txt\nopen eve:x@@HOST@:@PORT@; get b.txt",
    "open -p @PORT@ @HOST@ -u 'bob smith','p w' -e \"get a.txt\"; get b.txt",
    "get ftp://eve:x@@HOST@:@PORT@/a.txt -o e1; get ftp://eve:x@@HOST@:@PORT@/sub/inner.dat; put l1.txt -o ftp://eve:x@@HOST@:@PORT@/sub/l1",
    "bookmark add foo ftp://eve:x@@HOST@:@PORT@/sub\nopen foo\nget inner.dat",
    "open -s one -u a,b @HOST@:@PORT@; open -s two -u c,d @HOST@:@PORT@; slot one; get a.txt; slot two; get b.txt",
    "get\nput\nget -o x a.txt\nget a.txt -O d\nmv a.txt\nrm\nopen -x y\nget b.txt",
];

#[test]
fn lftp_does_what_is_predicted() {
    let Some(program) = client_run::installed("lftp") else { return };
    let mut scripts: Vec<String> = SCRIPTS.iter().map(|text| (*text).to_owned()).collect();
    scripts.extend((0..GENERATED).map(generated));
    let (next, misses) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(script) = scripts.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if let Some(miss) = differs(&program, script) {
                        misses.lock().unwrap().push(miss);
                    }
                }
            });
        }
    });
    let misses = misses.into_inner().unwrap();
    for miss in &misses {
        println!("{miss}");
    }
    let good = scripts.len() - misses.len();
    let share = good as f64 / scripts.len() as f64;
    println!("lftp: {good}/{} cases predicted = {:.1} %", scripts.len(), share * 100.0);
    assert!(share >= FLOOR);
}

/// A mirror moves what lies below the directories that are predicted, and nothing else.
#[test]
fn mirrors_move_what_is_predicted() {
    let Some(program) = client_run::installed("lftp") else { return };
    for script in [
        "mirror sub",
        "mirror sub x",
        "mirror sub x/",
        "mirror . all",
        "cd sub; mirror . here",
        "mirror -c --parallel=2 -vv sub y",
        "mirror -O t -f a.txt",
        "mirror -R deep",
        "mirror -R deep up",
        "mirror -R deep sub/",
        "mirror --reverse --verbose=2 . all",
        "mirror -R -f l1.txt",
        "lcd deep; mirror -R . up",
        "mirror -R -X *.txt . some",
        "mirror --just-print sub",
    ] {
        let script = opened(script);
        let deeds = client_run::run(&program, &case(&script)).unwrap();
        let run = interpret(&client_run::addressed(&script, deeds.port));
        let transfers: Vec<_> = run.sessions.iter().flat_map(|session| &session.transfers).collect();
        let below = |name: &str, pattern: &str| match pattern.strip_suffix("**") {
            Some(directory) => name.starts_with(directory),
            None => name == pattern,
        };
        let downloads = transfers.iter().filter(|transfer| transfer.direction == Direction::Download);
        let places: Vec<&str> = downloads
            .filter_map(|transfer| transfer.resolved_path.as_deref().or(transfer.local_path.as_deref()))
            .collect();
        assert!(
            deeds.new_files.iter().all(|file| places.iter().any(|place| below(file, place))),
            "{script}: {deeds:?}"
        );
        assert!(
            places.iter().all(|place| deeds.new_files.iter().any(|file| below(file, place))),
            "{script}: {deeds:?}"
        );
        let stored = transfers.iter().filter(|transfer| transfer.direction == Direction::Upload).count() > 0;
        assert_eq!(deeds.control.iter().any(|line| line.starts_with("STOR ")), stored, "{script}");
        for transfer in transfers.iter().filter(|transfer| transfer.direction == Direction::Upload) {
            let remote = transfer.remote_path.as_deref().unwrap_or_default();
            let directory = remote.trim_end_matches("**").trim_end_matches('/');
            if remote.ends_with("**") && !directory.is_empty() {
                let made = format!("MKD {directory}");
                assert!(
                    deeds.control.iter().any(|line| line.trim_end_matches('/') == made),
                    "{script}: {:?}",
                    deeds.control
                );
            }
        }
    }
}

fn opened(script: &str) -> String {
    let opens = script.starts_with("open ") || script.starts_with("bookmark ");
    let open = if opens { "" } else { "open -u bob,pw @HOST@:@PORT@\n" };
    format!("{SETTINGS}{open}{script}\n")
}

fn case(script: &str) -> Case {
    Case {
        arguments: vec!["--norc".to_owned()],
        script: script.to_owned(),
        system: "UNIX Type: L8".to_owned(),
        ..Case::default()
    }
}

fn interpret(script: &str) -> Interpretation {
    let words = ["lftp".to_owned(), "--norc".to_owned()];
    let launch = client::launch(&words, "lftp --norc", Platform::Unix).unwrap();
    assert_eq!(launch.client, Client::Lftp);
    let launch = Launch { arguments: words[1..].to_vec(), ..launch };
    client::run(Some(&Text::from_content(script)), &launch, &Laboratory, &Limits::default())
}

/// The files that every case finds.
struct Laboratory;

impl World for Laboratory {
    fn remote_names(&self, pattern: &str) -> Option<Vec<String>> {
        Some(met(&REMOTE, pattern))
    }

    fn local_names(&self, pattern: &str) -> Option<Vec<String>> {
        Some(met(&LOCAL, pattern))
    }
}

/// The names that a pattern meets, in the order of the alphabet.
fn met(files: &[(&str, &[u8])], pattern: &str) -> Vec<String> {
    let pattern = on_server(pattern);
    let (directory, name) = pattern.rsplit_once('/').unwrap_or(("", &pattern));
    let mut names: Vec<String> = files
        .iter()
        .map(|(path, _)| path.rsplit_once('/').unwrap_or(("", path)))
        .filter(|(above, file)| *above == directory && meets(name, file))
        .map(|(_, file)| file.to_owned())
        .collect();
    names.sort();
    names
}

/// A path as a server takes it whose login directory is `/`.
fn on_server(path: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." | "~" => {}
            ".." => {
                names.pop();
            }
            _ => names.push(name),
        }
    }
    names.join("/")
}

/// The control lines that matter, with their paths below the root.
fn essential<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut directory = String::new();
    let mut essential = Vec::new();
    for line in lines {
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        let path = if argument.starts_with(['/', '~']) {
            on_server(argument)
        } else {
            on_server(&format!("{directory}/{argument}"))
        };
        match verb {
            "USER" => {
                directory.clear();
                essential.push(line.to_owned());
            }
            "CWD" => directory = path,
            "RETR" | "STOR" | "DELE" | "MKD" | "RMD" | "RNFR" | "RNTO" => essential.push(format!("{verb} {path}")),
            _ if NOISE.contains(&verb) || line.starts_with("SITE UTIME") => {}
            _ => essential.push(line.to_owned()),
        }
    }
    essential
}

fn differs(program: &Path, script: &str) -> Option<String> {
    let script = opened(script);
    let deeds = client_run::run(program, &case(&script)).unwrap();
    let run = interpret(&client_run::addressed(&script, deeds.port));
    let commands = run.sessions.iter().flat_map(|session| &session.commands);
    let mut predicted: Vec<(u32, String)> =
        commands.flat_map(|command| command.wire.iter().map(|line| (command.line, line.clone()))).collect();
    // Commands of one line stay in their order: sessions that take turns within a line are not told apart here.
    predicted.sort_by_key(|(line, _)| *line);
    let predicted = essential(predicted.iter().map(|(_, line)| line.as_str()));
    let done = essential(deeds.control.iter().map(String::as_str));
    let files = new_files(&run);
    (predicted != done || files != deeds.new_files || deeds.killed).then(|| {
        format!(
            "script    {script:?}\n  predicted {predicted:?} {files:?}\n  done      {done:?} {:?} {}",
            deeds.new_files,
            if deeds.killed { "KILLED" } else { "" }
        )
    })
}

/// The local files that the transfers of a run leave: what exists on the server.
fn new_files(run: &Interpretation) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    for session in &run.sessions {
        for transfer in session.transfers.iter().filter(|transfer| transfer.direction == Direction::Download) {
            let remote = transfer.remote_path.as_deref().unwrap_or_default();
            let full = match transfer.remote_directory.as_deref() {
                Some(directory) if !remote.starts_with('/') && !remote.starts_with('~') => {
                    format!("{directory}/{remote}")
                }
                _ => remote.to_owned(),
            };
            let local = transfer.resolved_path.as_deref().or(transfer.local_path.as_deref()).unwrap_or_default();
            let local = on_server(local);
            let names = met(&REMOTE, &full);
            if local == "-" || local.starts_with('|') || local.starts_with("nodir") {
            } else if transfer.pattern {
                let above = local.rsplit_once('/').map_or(String::new(), |(above, _)| format!("{above}/"));
                files.extend(names.iter().map(|name| format!("{above}{name}")));
            } else if !names.is_empty() || transfer.command == "cat" {
                files.insert(local);
            }
        }
        files.extend(session.local_writes.iter().cloned());
        for command in &session.executes {
            for part in command.split(';').map(str::trim) {
                let name = part.strip_prefix("touch ").or(part.strip_prefix("tee ")).or(part.strip_prefix("cat > "));
                files.extend(name.map(str::to_owned));
            }
        }
    }
    let there = |file: &String| LOCAL.iter().any(|(path, _)| path == file);
    files.retain(|file| !there(file));
    files
}

/// A script of commands that do not disturb each other, told by its number.
fn generated(number: u64) -> String {
    let seed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x1234_5678_9abc_def1);
    let mut numbers = Random::new(seed);
    let mut random = move |below: u64| (numbers.number() >> 11) % below;
    let (mut script, mut inside, mut deep) = (String::new(), false, false);
    for step in 0..3 + random(8) {
        let command = match random(20) {
            0 | 1 => {
                inside = !inside;
                if inside {
                    "cd sub".to_owned()
                } else {
                    ["cd ..", "cd /", "cd", "cd ~"][random(4) as usize].to_owned()
                }
            }
            2 => {
                deep = !deep;
                if deep { "lcd deep".to_owned() } else { "lcd ..".to_owned() }
            }
            3 => format!("get {}", ["a.txt", "b.txt", "inner.dat", "'with space.txt'"][random(4) as usize]),
            4 => format!("get a.txt -o g{step} b.txt"),
            5 => format!("get /sub/inner.dat -o h{step}"),
            6 => format!("get -c payload.exe -o i{step}"),
            7 => "mget *.exe *.dat".to_owned(),
            8 => "mget -d /sub/*.dat".to_owned(),
            9 => format!("put l1.txt -o up{step}"),
            10 => format!("put n.txt l2.txt -o /up{step}"),
            11 => "mput l*.txt".to_owned(),
            12 => format!("mkdir d{step}"),
            13 => format!("mkdir -p e{step}/f"),
            14 => format!("rm -f gone{step}"),
            15 => format!("cat a.txt > c{step}"),
            16 => format!("(cd /sub; get inner.dat -o j{step}; put l1.txt -o k{step})"),
            17 => "!true\n".to_owned(),
            18 => "close".to_owned(),
            _ => format!("user u{step} pw"),
        };
        script.push_str(&command);
        script.push_str(["\n", "; ", " ;\n"][random(3) as usize]);
    }
    script
}
