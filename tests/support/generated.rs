//! Scripts that nobody wrote: a grammar of what scripts do and of the mistakes that are made in them, walked by a generator
//! of pseudo-random numbers whose seed is fixed.
//!
//! Three things are left out. `!` and `lcd` alone or upwards would leave the case's directory (clients take the user's home
//! from the system, whatever `HOME` says). `put - x` sends the rest of the script, of which buffers decide how much that is.

use super::client_run::Case;
use super::random::Random;

/// What decides which words a script has.
pub(crate) struct Numbers(Random);

impl Numbers {
    /// From a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(Random::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1))
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.0.number() >> 11).unwrap_or(0) % bound
    }

    /// One of several.
    pub(crate) fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// True once in `of` times.
    pub(crate) fn chance(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }
}

const OPEN: &str = "open @HOST@ @PORT@\n";
const REMOTE: [&str; 10] = [
    "a.txt",
    "b.txt",
    "payload.exe",
    "UPPER.TXT",
    "\"with space.txt\"",
    "sub/inner.dat",
    "missing.bin",
    "inner.dat",
    "./a.txt",
    "with\\ space.txt",
];
const LOCAL: [&str; 9] =
    ["l1.txt", "l2.txt", "secret.doc", "deep/n.txt", "nofile", "./l1.txt", "l*.txt", "a.txt", "\"secret.doc\""];
const PATTERNS: [&str; 8] = ["*.txt", "a.txt", "?.txt", "*", "[ab].txt", "no*", "*.exe", "sub/*"];
const ANSWERS: [&str; 14] = ["y", "n", "", "yes", "no", "q", "a", "p", "bin", "Y", "N", " n", "quit", "?"];
const NAMES: [&str; 6] = ["new.txt", "sub/x.txt", "nodir/x.txt", "deep/x.txt", "\"with blank.txt\"", "x"];
const HARMLESS: [&str; 26] = [
    "hash",
    "bell",
    "status",
    "help get",
    "? put",
    "pwd",
    "cdup",
    "system",
    "passive",
    "size a.txt",
    "modtime b.txt",
    "rhelp",
    "rhelp site x",
    "rstatus",
    "umask 022",
    "idle 60",
    "form",
    "mode",
    "struct",
    "cr",
    "trace",
    "glob",
    "case",
    "runique",
    "sunique",
    "reset",
];
const WRONG: [&str; 22] = [
    "foo",
    "b",
    "d a.txt",
    "m *",
    "s l1.txt",
    "GET a.txt",
    "BIN",
    "# remark",
    "; remark",
    "rem remark",
    ":: remark",
    "pass pw",
    "literal NOOP",
    "bin;get a.txt",
    "bin & get b.txt",
    "get",
    "put",
    "\"",
    "\\",
    "cd",
    "anonymous",
    "exit now",
];

/// A script, and how its client is started.
pub(crate) fn case(number: usize) -> Case {
    let numbers = &mut Numbers::new(number as u64 + 1);
    let mut case = Case { name: format!("generated {number}"), system: "UNIX Type: L8".to_owned(), ..Case::default() };
    if numbers.chance(8) {
        case.system = "Windows_NT".to_owned();
    }
    if numbers.chance(3) {
        case.arguments.push("-i".to_owned());
    }
    if numbers.chance(10) {
        case.arguments.push("-g".to_owned());
    }
    let mut script = String::new();
    while numbers.chance(4) {
        script.push_str(&format!(
            "{}\n",
            numbers.one(&["prompt", "lcd deep", "", "get a.txt", "user x y", "hash", "bin"])
        ));
    }
    login(numbers, &mut case, &mut script);
    let commands = 4 + numbers.below(10);
    for _ in 0..commands {
        command(numbers, &mut script);
    }
    match numbers.below(5) {
        0 => {}
        1 => script.push_str("quit"),
        2 => script.push_str("close\nbye\n"),
        3 => script.push_str("by\nget b.txt\n"),
        _ => script.push_str("quit\n"),
    }
    case.script = script;
    case
}

/// Connecting and logging in, rightly or not.
fn login(numbers: &mut Numbers, case: &mut Case, script: &mut String) {
    let user = numbers.one(&["bob", "anonymous", "\"bob smith\"", "bo\"b sm\"ith", "user1"]);
    let password = numbers.one(&["pw", "\"p w\"", "me@example.com", "p\\w", "secret1"]);
    let named = numbers.one(&["bob", "USER bob", "  bob", "bob ", "", "anonymous"]);
    let told = numbers.one(&["pw", "PASS pw", " lead and trail ", "", "quit"]);
    match numbers.below(9) {
        0 | 1 => {
            case.arguments.push("-n".to_owned());
            script.push_str(&format!("{OPEN}user {user} {password}\n"));
        }
        2 => {
            case.arguments.push("-n".to_owned());
            script.push_str(&format!("{OPEN}user {user}\n{told}\n"));
        }
        3 => {
            case.arguments.push("-n".to_owned());
            script.push_str(&format!("{OPEN}user\n{user} {password}\n"));
        }
        4 => {
            case.arguments.push("-n".to_owned());
            script.push_str(&format!("{OPEN}quote USER qbob\nquote PASS qpw\n"));
        }
        5 => {
            case.arguments.extend(["-n", "@HOST@", "@PORT@"].map(str::to_owned));
            script.push_str(numbers.one(&["user bob pw\n", "user bob pw acct\n", "user bob\npass pw\n", "bob\npw\n"]));
        }
        6 => {
            case.arguments.extend(["@HOST@", "@PORT@"].map(str::to_owned));
            script.insert_str(0, &format!("{named}\n{told}\n"));
        }
        7 => {
            let mut netrc = "machine @HOST@ login nuser password npass\n".to_owned();
            if numbers.chance(2) {
                netrc = format!("machine other.example.com login x password y\n{netrc}");
            }
            if numbers.chance(2) {
                netrc.push_str(&format!(
                    "macdef init\n{}\nget payload.exe\n\n",
                    numbers.one(&["binary", "ascii", "cd sub"])
                ));
            }
            case.netrc = Some(netrc);
            script.push_str(OPEN);
        }
        _ => script.push_str(&format!("{OPEN}{named}\n{told}\n")),
    }
}

fn command(numbers: &mut Numbers, script: &mut String) {
    let (remote, local, name) = (numbers.one(&REMOTE), numbers.one(&LOCAL), numbers.one(&NAMES));
    let (pattern, other) = (numbers.one(&PATTERNS), numbers.one(&PATTERNS));
    let line = match numbers.below(35) {
        0 | 1 => format!("{} {remote}", short(numbers, "get")),
        2 => format!("{} {remote} {name}", short(numbers, "recv")),
        3 => format!("get\n{remote}\n{name}"),
        4 => format!("get\n{remote} {name}"),
        5 => format!("get {remote} {}", numbers.one(&["-", "|cat", "a b", "> x", "\"x y.txt\""])),
        6 | 7 => format!("{} {local}", short(numbers, "put")),
        8 => format!("send {local} {name}"),
        9 => format!("put\n{local}\n{name}"),
        10 | 11 => format!("mget {pattern}{}", answers(numbers)),
        12 => format!("mget {pattern} {other}{}", answers(numbers)),
        13 => format!("mput {}{}", numbers.one(&["l*.txt", "*.doc", "l1.txt nofile", "*", "no*"]), answers(numbers)),
        14 => format!("mdelete {pattern}{}", answers(numbers)),
        15 => numbers.one(&["prompt", "prompt off", "prompt on", "prom"]).to_owned(),
        16 => format!("cd {}", numbers.one(&["sub", "..", "/", "nosuch", "\\sub", "\"sub\"", "sub x"])),
        17 => format!("lcd {}", numbers.one(&["deep", ".", "nosuch", "deep x", "de*", "deep/.."])),
        18 => numbers.one(&["ascii", "binary", "bin", "as", "image", "tenex", "type ascii", "type binary"]).to_owned(),
        19 => {
            numbers.one(&["type", "type I", "type image", "type BINARY", "type a b", "type ebcdic", "tenex"]).to_owned()
        }
        20 => numbers.one(&["ls", "dir", "ls sub", "nlist", "ls *.txt", "dir -la", "ls nosuch", "ls a b c"]).to_owned(),
        21 => format!(
            "{} . {}\n{}",
            numbers.one(&["ls", "dir", "nlist"]),
            numbers.one(&["list.txt", "-"]),
            numbers.one(&ANSWERS)
        ),
        22 => format!("{} . sub out.txt\n{}", numbers.one(&["mls", "mdir"]), numbers.one(&ANSWERS)),
        23 => format!("delete {remote}"),
        24 => numbers
            .one(&["rename a.txt z.txt", "rename\nb.txt\ny.txt", "rename b.txt\ny.txt", "rename nosuch q"])
            .to_owned(),
        25 => numbers.one(&["mkdir d1", "rmdir d1", "mkdir sub", "rmdir sub", "mkdir", "mkdir a b"]).to_owned(),
        26 => numbers
            .one(&["append l1.txt a.txt", "append l2.txt", "append\nl1.txt\nnew.app", "append nofile"])
            .to_owned(),
        27 => numbers
            .one(&[
                "quote SITE HELP",
                "quote NOOP",
                "quote CWD sub",
                "quote\nDELE b.txt",
                "site chmod 644 a.txt",
                "quote TYPE A",
            ])
            .to_owned(),
        28 => numbers.one(&["chmod 600 a.txt", "chmod", "account secret", "user eve pw2", "user a b c d"]).to_owned(),
        29 => numbers.one(&WRONG).to_owned(),
        30 => numbers.one(&HARMLESS).to_owned(),
        31 => format!("close\n{OPEN}{}", numbers.one(&["user eve pw2", "eve\npw2", "get a.txt"])),
        32 => format!("{OPEN}user eve pw2"),
        33 => format!("macdef k\n{}\npwd\n\n$k", numbers.one(&["foo", "b", "pwd"])),
        _ => format!(
            "macdef {}\n{}\n{}\n\n{}",
            numbers.one(&["m", "m", "longmacroname"]),
            numbers.one(&["bin", "ascii", "cd $2", "  type tenex"]),
            numbers.one(&["get $1", "get $i", "put $1 $2", "delete \\$1", "  ls"]),
            numbers.one(&["$m a.txt b.txt", "$m a.txt", "$\nm b.txt", "$none", "$m", "$ m payload.exe sub"]),
        ),
    };
    script.push_str(&line);
    script.push('\n');
    if numbers.chance(9) {
        script.push_str(numbers.one(&["\n", "   \n", "\t\n"]));
    }
}

/// A command's name, sometimes cut short, sometimes with blanks before it.
fn short(numbers: &mut Numbers, name: &str) -> String {
    let length = if numbers.chance(3) { 1 + numbers.below(name.len()) } else { name.len() };
    format!("{}{}", numbers.one(&["", "", "", " ", "\t"]), &name[..length])
}

/// Lines that may answer the questions of a multiple transfer, too few or too many.
fn answers(numbers: &mut Numbers) -> String {
    (0..numbers.below(6)).map(|_| format!("\n{}", numbers.one(&ANSWERS))).collect()
}
