//! `ncftpget`, `ncftpput`, `ncftpls` and `ncftp` (manual pages of ncftp 3.2.6; sequences recorded with it).

use super::call::{Call, Orders};
use super::ncftp_commands;
use super::options::{self, Grammar, Item};
use super::visit::{Move, Visit, local_join, remote_join};
use crate::base::secret::Secret;
use crate::base::text::Text;
use crate::script::launch::Client;
use crate::script::local_path;
use crate::script::session::{Scheme, Session};
use crate::script::transfer::{Direction, Mode};
use crate::script::url;

const GET: Grammar = Grammar { letters: "upPjdetfrBWXYo", attached: "", names: &[], flags: &[] };
const PUT: Grammar = Grammar { letters: "upPjdetUfTSrBWXYo", ..GET };
const LIST: Grammar = Grammar { letters: "ixupPjdtrWXYo", ..GET };

/// What the options ask for.
#[derive(Debug, Default)]
struct Wishes<'a> {
    operands: Vec<&'a str>,
    user: Option<&'a str>,
    password: Option<&'a str>,
    account: Option<&'a str>,
    port: Option<u16>,
    login_file: Option<&'a str>,
    after_login: Vec<&'a str>,
    before_end: Vec<&'a str>,
    ascii: bool,
    append: bool,
    recursive: bool,
    by_pair: bool,
    by_stream: bool,
    makes_directory: bool,
    deletes: bool,
}

/// The login that a file of `-f` holds: lines of `host`, `user` and `pass`, perhaps with `=`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) host: Option<String>,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) account: Option<String>,
    pub(super) port: Option<u16>,
}

pub(super) fn orders(call: &Call<'_>) -> Option<Orders> {
    // Without a call, or as `ncftp` itself, the client reads commands; the others read a login.
    let commands = call.script.filter(|_| matches!(call.program, "ncftp" | "ncftp3" | ""));
    if let (Some(text), true) = (commands, call.arguments.is_empty()) {
        return Orders::of(ncftp_commands::run(text, None, call));
    }
    if matches!(call.program, "ncftp" | "ncftp3") && call.script.is_none() && call.arguments.is_empty() {
        // It waits for commands.
        return Some(Orders::default());
    }
    let puts = call.program == "ncftpput";
    let lists = call.program == "ncftpls";
    let grammar = if puts {
        PUT
    } else if lists {
        LIST
    } else {
        GET
    };
    let wishes = wishes(call.arguments, grammar, lists);
    let login = call.script.filter(|_| commands.is_none()).map(login).unwrap_or_default();
    let mut operands = wishes.operands.iter().copied();
    let by_file = wishes.login_file.is_some();
    let host = if by_file { None } else { Some(operands.next()?) };
    let rest: Vec<&str> = operands.collect();
    let address = host.and_then(url::parse);
    // `ncftp` itself takes the name of a bookmark.
    let bookmark = host.filter(|_| matches!(call.program, "ncftp" | "ncftp3") && address.is_none());
    let stored = bookmark.and_then(|name| call.world.and_then(|world| world.site(Client::Ncftp, name, None)));
    let named_host = host.map(|host| host.rsplit_once('@').map_or(host, |(_, host)| host));
    let is_program = matches!(call.program, "ncftpget" | "ncftpput" | "ncftpls");
    if address.is_none()
        && stored.is_none()
        && !by_file
        && (lists || rest.is_empty() || !is_program)
        && wishes.user.is_none()
    {
        return None;
    }
    let mut visit = match (&address, &stored) {
        (Some(url), _) => Visit::to(url, call, 0),
        (None, Some(site)) => Visit::stored(site, call, 0),
        (None, None) => {
            let host = named_host.or(login.host.as_deref()).unwrap_or_default();
            Visit::at(Scheme::Ftp, host, wishes.port.or(login.port).unwrap_or(21), call, 0)
        }
    };
    if visit.session.scheme == Scheme::Sftp {
        return None;
    }
    if let (Some(port), Some(_)) = (wishes.port, &address) {
        visit.session.port = Some(port);
    }
    log_in(&wishes, &login, by_file && call.script.is_none(), &mut visit);
    if let Some(text) = commands {
        return Orders::of(ncftp_commands::run(text, Some(visit), call));
    }
    for command in &wishes.after_login {
        visit.quote(command);
    }
    match (&address, puts) {
        (Some(url), false) if !lists => fetch_address(&wishes, url.split_path(), url.mode, &mut visit),
        (_, true) => store(&wishes, &rest, &mut visit),
        (None, false) if call.program == "ncftpget" => fetch(&wishes, &rest, &mut visit),
        _ => {}
    }
    for command in &wishes.before_end {
        visit.quote(command);
    }
    visit.send("QUIT");
    let mut session = visit.finish();
    if let Some(text) = call.script {
        comment(&mut session, text);
    }
    let script_path = wishes.login_file.map(str::to_owned);
    Some(Orders { sessions: vec![session], script_path, ..Orders::default() })
}

fn wishes<'a>(arguments: &'a [String], grammar: Grammar, lists: bool) -> Wishes<'a> {
    let mut wishes = Wishes::default();
    for item in options::items(arguments, grammar) {
        match item {
            Item::Operand(word) => wishes.operands.push(word),
            Item::Option("u", value) => wishes.user = value,
            Item::Option("p", value) => wishes.password = value,
            Item::Option("j", value) => wishes.account = value,
            Item::Option("P", value) => wishes.port = value.and_then(|port| port.parse().ok()),
            Item::Option("f", value) => wishes.login_file = value,
            Item::Option("W", value) => wishes.after_login.extend(value),
            Item::Option("Y", value) => wishes.before_end.extend(value),
            Item::Option("a", _) => wishes.ascii = !lists,
            Item::Option("A", _) => wishes.append = true,
            Item::Option("R", _) => wishes.recursive = !lists,
            Item::Option("C", _) => wishes.by_pair = !lists,
            Item::Option("c", _) => wishes.by_stream = true,
            Item::Option("m", _) => wishes.makes_directory = !lists,
            Item::Option("D", _) => wishes.deletes = true,
            Item::Option(..) => {}
        }
    }
    wishes
}

fn log_in(wishes: &Wishes<'_>, login: &Login, unseen: bool, visit: &mut Visit<'_>) {
    let user = wishes.user.or(login.user.as_deref());
    let password = wishes.password.or(login.password.as_deref());
    match user {
        Some(user) => visit.login(user, password.map(Secret::new)),
        None if unseen => visit.doubt("the host and the login stand in the file that -f names"),
        None => visit.login_or_anonymous("NcFTP@"),
    }
    let account = wishes.account.or(login.account.as_deref()).map(str::to_owned);
    if let Some(credential) = visit.session.credentials.first_mut() {
        credential.account = account;
    }
    visit.send_login();
    visit.send("PWD");
}

fn mode(wishes: &Wishes<'_>) -> Mode {
    if wishes.ascii { Mode::Ascii } else { Mode::Binary }
}

fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?', '['])
}

/// `ncftpget ftp://host/path/name`: into the working directory.
fn fetch_address(wishes: &Wishes<'_>, (directory, name): (&str, &str), typed: Option<Mode>, visit: &mut Visit<'_>) {
    if name.is_empty() && !wishes.recursive {
        return;
    }
    let remote = remote_join(directory, name);
    let (remote, local) = if wishes.recursive {
        let top = remote.trim_end_matches('/');
        (remote_join(top, "**"), local_join(local_path::file_name(top), "**"))
    } else {
        (remote, name.to_owned())
    };
    let pattern = wishes.recursive || is_pattern(name);
    let local = Some(local).filter(|_| !wishes.by_stream);
    visit.transfer(Move { mode: typed.unwrap_or(mode(wishes)), pattern, ..Move::get(remote, local) });
}

fn fetch(wishes: &Wishes<'_>, rest: &[&str], visit: &mut Visit<'_>) {
    let mode = mode(wishes);
    match rest {
        [remote] if wishes.by_stream => visit.transfer(Move { mode, ..Move::get(*remote, None) }),
        [remote, local, ..] if wishes.by_pair => {
            visit.transfer(Move { mode, ..Move::get(*remote, Some((*local).to_owned())) });
        }
        [directory, files @ ..] => {
            for file in files {
                let name = local_path::file_name(file.trim_end_matches('/'));
                let local = local_join(directory, name);
                let moved = if wishes.recursive {
                    Move::get(remote_join(file, "**"), Some(local_join(&local, "**")))
                } else {
                    Move::get(*file, Some(local))
                };
                let pattern = wishes.recursive || is_pattern(file);
                visit.transfer(Move { mode, pattern, append: wishes.append, ..moved });
                if wishes.deletes {
                    visit.session.deletes.push((*file).to_owned());
                }
            }
        }
        [] => {}
    }
}

fn store(wishes: &Wishes<'_>, rest: &[&str], visit: &mut Visit<'_>) {
    let mode = mode(wishes);
    let append = wishes.append;
    match rest {
        [remote] if wishes.by_stream => {
            visit.transfer(Move { mode, append, ..Move::put(*remote, None) });
            visit.doubt("what is uploaded comes from standard input");
        }
        [local, remote, ..] if wishes.by_pair => {
            visit.transfer(Move { mode, append, ..Move::put(*remote, Some((*local).to_owned())) });
        }
        [directory, files @ ..] => {
            if wishes.makes_directory {
                visit.session.makes_directories.push((*directory).to_owned());
            }
            visit.enter(if *directory == "." { "" } else { directory }, false);
            for file in files {
                let name = local_path::file_name(file.trim_end_matches(['/', '\\']));
                let moved = if wishes.recursive {
                    Move::put(remote_join(name, "**"), Some(local_join(file, "**")))
                } else {
                    Move::put(name, Some((*file).to_owned()))
                };
                let pattern = wishes.recursive || is_pattern(file);
                visit.transfer(Move { direction: Direction::Upload, mode, append, pattern, ..moved });
            }
        }
        [] => {}
    }
}

/// Reads a file of `-f`.
pub(super) fn login(text: &Text) -> Login {
    let mut login = Login::default();
    for line in text.lines().take(100) {
        let line = line.text.trim();
        let Some((key, value)) = line.split_once([' ', '\t', '=', ',']) else { continue };
        let value = Some(value.trim_matches([' ', '\t', '=', '"']).to_owned()).filter(|value| !value.is_empty());
        match key.to_ascii_lowercase().as_str() {
            "host" | "hostname" => login.host = value,
            "user" | "username" => login.user = value,
            "pass" | "password" => login.password = value,
            "acct" | "account" => login.account = value,
            "port" => login.port = value.and_then(|port| port.parse().ok()),
            _ => {}
        }
    }
    login
}

fn comment(session: &mut Session, text: &Text) {
    for line in text.lines().take(100).filter(|line| !line.text.trim().is_empty()) {
        let (key, value) = line.text.trim().split_once([' ', '\t', '=']).unwrap_or((line.text.trim(), ""));
        let known = !key.starts_with('#');
        let value = Some(value.trim()).filter(|value| !value.is_empty());
        session.commands.push(super::command(line.number, known.then_some(key), value, line.text));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, sessions, summary};
    use super::*;
    use crate::base::limits::Limits;
    use crate::script::client::{self, switches, world::Unknown};
    use crate::script::launch::Platform;

    #[test]
    fn files_both_ways() {
        check(
            Platform::Unix,
            &[
                (
                    "ncftpget -u ann -p pw -P 2121 192.0.2.65 /tmp /x/a.bin",
                    &["ftp ann:pw@192.0.2.65:2121 get /x/a.bin -> /tmp/a.bin"],
                ),
                (
                    "ncftpput -u ann -p pw 192.0.2.65 /in /etc/passwd",
                    &["ftp ann:pw@192.0.2.65:21 put /in/passwd <- /etc/passwd"],
                ),
                ("ncftpput -u ann -p pw -d a.log -e b.log -V h.x . a", &["ftp ann:pw@h.x:21 put a <- a"]),
                ("ncftpput -aAuann -ppw h.x . a b", &["ftp ann:pw@h.x:21 put a <- a a, put b <- b a"]),
                ("ncftpget -u a -p b -C h.x /r/1 /tmp/2", &["ftp a:b@h.x:21 get /r/1 -> /tmp/2"]),
                ("ncftpput -u a -p b -C h.x /tmp/2 /r/1", &["ftp a:b@h.x:21 put /r/1 <- /tmp/2"]),
                ("ncftpget -u a -p b -c h.x /r/1", &["ftp a:b@h.x:21 get /r/1 -> ?"]),
                ("ncftpput -u a -p b -c h.x /r/1", &["ftp a:b@h.x:21 put /r/1 <- ?"]),
                ("ncftpget -R -T -u a -p b h.x . www", &["ftp a:b@h.x:21 get www/** -> www/** *"]),
                ("ncftpput -R -m -T tmp. -u a -p b h.x up /d/s", &["ftp a:b@h.x:21 put up/s/** <- /d/s/** *"]),
                ("ncftpget ftp://ann:pw@h.x:2121/p/a.gz", &["ftp ann:pw@h.x:2121 get p/a.gz -> a.gz"]),
                ("ncftpget h.x . /pub/*.txt", &["ftp anonymous:NcFTP@@h.x:21 get /pub/*.txt -> *.txt *"]),
                ("ncftpls -u a -p b ftp://h.x/d/", &["ftp a:b@h.x:21"]),
                ("ncftp -u a -p b h.x", &["ftp a:b@h.x:21"]),
                ("ncftp", &[]),
                ("ncftpget is a program", &["ftp anonymous:NcFTP@@is:21 get program -> a/program"]),
            ],
        );
        let session = &sessions("ncftpput -m -W \"SITE UMASK 022\" -u a -p b h.x new f", Platform::Unix)[0];
        assert_eq!(session.makes_directories, ["new"]);
        assert_eq!(
            session.commands[0].wire,
            ["USER a", "PASS b", "PWD", "SITE UMASK 022", "CWD new", "TYPE I", "STOR f", "QUIT"]
        );
    }

    #[test]
    fn logins_from_a_file() {
        let line = "ncftpput -f login.cfg /in a.zip";
        let words = switches::split_arguments(line);
        let launch = client::launch(&words, line, Platform::Unix).expect("a launch");
        assert_eq!(launch.script_path.as_deref(), Some("login.cfg"));
        let text = Text::from_content("# mine\nhost 192.0.2.9\nuser ann\npass pw\n");
        let run = client::run(Some(&text), &launch, &Unknown, &Limits::default());
        assert_eq!(summary(&run.sessions[0]), "ftp ann:pw@192.0.2.9:21 put /in/a.zip <- a.zip");
        assert_eq!(run.sessions[0].commands.len(), 4);
        let unseen = &client::run(None, &launch, &Unknown, &Limits::default()).sessions[0];
        assert_eq!((unseen.host.as_deref(), unseen.transfers.len(), unseen.uncertain.len()), (None, 1, 1));
    }
}
