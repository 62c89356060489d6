//! Commands for `ncftp` on its standard input (manual page ncftp(1), "Commands"): what moves files and what decides where.

use super::call::Call;
use super::options::{self, Grammar, Item};
use super::visit::{Move, Visit, local_join, remote_join};
use crate::base::secret::Secret;
use crate::base::text::Text;
use crate::script::launch::Client;
use crate::script::local_path;
use crate::script::session::{Command, Role, Scheme, Session};
use crate::script::transfer::{Direction, Mode};
use crate::script::url;
use crate::script::writer::shell;

const OPEN: Grammar = Grammar { letters: "upjP", attached: "", names: &[], flags: &[] };
const MOVE: Grammar = Grammar { letters: "", ..OPEN };

/// Lines that are read.
const LINES: usize = 20_000;

/// A client between two commands.
struct State<'a> {
    call: &'a Call<'a>,
    visit: Option<Visit<'a>>,
    done: Vec<Session>,
    log: Vec<Command>,
    remote: String,
    local: String,
    mode: Mode,
}

/// Runs the commands of a text; `visit` is the connection that the command line opens.
pub(super) fn run<'a>(text: &Text, visit: Option<Visit<'a>>, call: &'a Call<'a>) -> Vec<Session> {
    let mut state = State {
        call,
        visit,
        done: Vec::new(),
        log: Vec::new(),
        remote: String::new(),
        local: String::new(),
        mode: Mode::Binary,
    };
    let mut ended = false;
    for line in text.lines().take(LINES).filter(|line| !line.text.trim().is_empty()) {
        let words = shell::words(line.text.trim());
        let (verb, arguments) = words.split_first().map_or(("", &[][..]), |(verb, rest)| (verb.as_str(), rest));
        let remark = line.text.trim_start().starts_with('#');
        let known = !remark && !ended;
        state.log.push(Command {
            line: line.number,
            role: match (ended, remark) {
                (true, _) => Role::Unread,
                (_, true) => Role::Ignored,
                _ => Role::Command,
            },
            verb: known.then(|| verb.to_ascii_lowercase()),
            arguments: if known { arguments.to_vec() } else { Vec::new() },
            wire: Vec::new(),
            text: line.text.to_owned(),
            message: None,
        });
        if known {
            ended = !state.command(line.number, &verb.to_ascii_lowercase(), arguments, line.text);
        }
    }
    state.close();
    state.done
}

impl State<'_> {
    /// Carries out a command; false where it ends the client.
    fn command(&mut self, line: u32, verb: &str, arguments: &[String], text: &str) -> bool {
        if let Some(visit) = &mut self.visit {
            visit.set_line(line);
        }
        let first = arguments.first().map(String::as_str).unwrap_or_default();
        match verb {
            "quit" | "exit" | "bye" => return false,
            "open" => self.open(line, arguments),
            "close" | "disconnect" => self.close(),
            "cd" if first.is_empty() => self.remote.clear(),
            "cd" => self.remote = local_path::remote_join(Some(self.remote.as_str()).filter(|d| !d.is_empty()), first),
            "lcd" if local_path::is_absolute(first) || self.local.is_empty() => self.local = first.to_owned(),
            "lcd" => self.local = local_path::join(&self.local, first),
            "ascii" => self.mode = Mode::Ascii,
            "binary" | "image" => self.mode = Mode::Binary,
            "type" => {
                self.mode = if first.eq_ignore_ascii_case("a") || first == "ascii" { Mode::Ascii } else { Mode::Binary }
            }
            "get" | "mget" | "bgget" => self.transfer(Direction::Download, arguments),
            "put" | "mput" | "bgput" => self.transfer(Direction::Upload, arguments),
            _ => self.other(verb, arguments, text),
        }
        true
    }

    fn other(&mut self, verb: &str, arguments: &[String], text: &str) {
        let Some(visit) = &mut self.visit else { return };
        let names = arguments.iter().filter(|word| !word.starts_with('-'));
        let place = |name: &String| if name.starts_with('/') { name.clone() } else { remote_join(&self.remote, name) };
        match verb {
            "rm" | "delete" | "mdelete" => visit.session.deletes.extend(names.map(place)),
            "mkdir" => visit.session.makes_directories.extend(names.map(place)),
            "rmdir" => visit.session.removes_directories.extend(names.map(place)),
            "rename" => {
                if let [from, to] = arguments {
                    visit.session.renames.push([place(from), place(to)]);
                }
            }
            "quote" | "literal" => visit.quote(&arguments.join(" ")),
            "site" => visit.quote(&format!("SITE {}", arguments.join(" "))),
            _ => {
                if let Some(command) = text.trim_start().strip_prefix('!') {
                    visit.session.executes.push(command.trim().to_owned());
                }
            }
        }
    }

    fn open(&mut self, line: u32, arguments: &[String]) {
        self.close();
        let (mut user, mut password, mut port, mut host) = (None, None, None, None);
        for item in options::items(arguments, OPEN) {
            match item {
                Item::Option("u", value) => user = value,
                Item::Option("p", value) => password = value,
                Item::Option("P", value) => port = value.and_then(|port| port.parse::<u16>().ok()),
                Item::Option(..) => {}
                Item::Operand(word) if host.is_none() => host = Some(word),
                Item::Operand(word) => port = word.parse().ok().or(port),
            }
        }
        let Some(host) = host else { return };
        let mut visit = match url::parse(host).filter(|url| url.scheme != Scheme::Sftp) {
            Some(url) => {
                self.remote.clone_from(&url.path);
                Visit::to(&url, self.call, line)
            }
            None => match self.call.world.and_then(|world| world.site(Client::Ncftp, host, None)) {
                Some(site) => {
                    self.remote = site.directory.clone().unwrap_or_default();
                    Visit::stored(&site, self.call, line)
                }
                None => Visit::at(Scheme::Ftp, host, port.unwrap_or(21), self.call, line),
            },
        };
        if let Some(user) = user {
            visit.login(user, password.map(Secret::new));
        }
        visit.login_or_anonymous("NcFTP@");
        self.visit = Some(visit);
    }

    fn close(&mut self) {
        let Some(visit) = self.visit.take() else { return };
        let mut session = visit.finish();
        session.commands = std::mem::take(&mut self.log);
        self.done.push(session);
        self.remote.clear();
    }

    /// `get [-R] [-z REMOTE LOCAL] [-a] NAME …`, and the same for `put`.
    fn transfer(&mut self, direction: Direction, arguments: &[String]) {
        let Some(visit) = &mut self.visit else { return };
        let (mut mode, mut whole, mut pair, mut append) = (self.mode, false, false, false);
        let mut names = Vec::new();
        for item in options::items(arguments, MOVE) {
            match item {
                Item::Option("a", _) => mode = Mode::Ascii,
                Item::Option("R" | "r", _) => whole = true,
                Item::Option("z", _) => pair = true,
                Item::Option("A", _) => append = true,
                Item::Option(..) => {}
                Item::Operand(word) => names.push(word),
            }
        }
        visit.enter(&self.remote, false);
        let here = |name: &str| {
            if self.local.is_empty() || local_path::is_absolute(name) {
                name.to_owned()
            } else {
                local_join(&self.local, name)
            }
        };
        let down = direction == Direction::Download;
        if let ([from, to, ..], true) = (names.as_slice(), pair) {
            let (remote, local) = if down { (*from, *to) } else { (*to, *from) };
            visit.transfer(Move { direction, mode, append, ..Move::get(remote, Some(here(local))) });
            return;
        }
        for name in names {
            let last = local_path::file_name(name.trim_end_matches(['/', '\\']));
            let (remote, local) = if down { (name, here(last)) } else { (last, here(name)) };
            let (remote, local) =
                if whole { (remote_join(remote, "**"), local_join(&local, "**")) } else { (remote.to_owned(), local) };
            let pattern = whole || name.contains(['*', '?', '[']);
            visit.transfer(Move { direction, mode, append, pattern, ..Move::get(remote, Some(local)) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::summary;
    use super::*;
    use crate::base::limits::Limits;
    use crate::script::client::{self, switches, world::Unknown};
    use crate::script::launch::Platform;

    #[test]
    fn commands_after_the_command_line_opens() {
        let line = "ncftp -u ann -p pw -P 2121 192.0.2.5";
        let launch = client::launch(&switches::split_arguments(line), line, Platform::Unix).expect("a launch");
        let text = "# nightly\ncd in\nlcd /d\nput -a a.txt\nput -z b c\nget -R logs\nrm old\n!ls\nquit\nput never\n";
        let run = client::run(Some(&Text::from_content(text)), &launch, &Unknown, &Limits::default());
        assert_eq!(
            run.sessions.iter().map(summary).collect::<Vec<_>>(),
            ["ftp ann:pw@192.0.2.5:2121 put in/a.txt <- /d/a.txt a, put in/c <- /d/b, get in/logs/** -> /d/logs/** *"]
        );
        let session = &run.sessions[0];
        assert_eq!(
            (session.deletes.as_slice(), session.executes.as_slice()),
            (["in/old".to_owned()].as_slice(), ["ls".to_owned()].as_slice())
        );
        assert_eq!(
            (session.transfers[0].line, session.commands.len(), session.commands[9].role),
            (4, 10, Role::Unread)
        );
    }

    #[test]
    fn the_text_opens() {
        let launch = client::launch(&["ncftp".to_owned()], "ncftp", Platform::Unix).expect("a launch");
        assert!(!launch.tells_all);
        let call = Call { program: "ncftp", script: None, ..Call::default() };
        let text = Text::from_content("open -u a -p b h.x\nget 1\nopen ftp://c:d@h.y/sub\nget 2\n");
        let call = Call { script: Some(&text), ..call };
        let sessions = run(&text, None, &call);
        assert_eq!(
            sessions.iter().map(summary).collect::<Vec<_>>(),
            ["ftp a:b@h.x:21 get 1 -> 1", "ftp c:d@h.y:21 get sub/2 -> 2"]
        );
    }
}
