//! `ftp` of the BSDs, macOS and NetBSD's tnftp with addresses on its command line: `ftp [-o output] ftp://…`,
//! `ftp -u ftp://… file …` (manual page ftp(1), "AUTO-FETCHING FILES"; sequences recorded with tnftp).

use super::call::{Call, Orders};
use super::options::{self, Grammar, Item};
use super::visit::{Move, SESSIONS, Visit};
use crate::script::launch::Client;
use crate::script::local_path;
use crate::script::session::Scheme;
use crate::script::transfer::Mode;
use crate::script::url;

const GRAMMAR: Grammar = Grammar { letters: "NoPqrsTDkSwcubH", attached: "", names: &[], flags: &[] };

pub(super) fn orders(call: &Call<'_>) -> Option<Orders> {
    let (mut output, mut target, mut addresses, mut files) = (None, None, Vec::new(), Vec::new());
    let mut suppresses_login = false;
    for item in options::items(call.arguments, GRAMMAR) {
        match item {
            Item::Option("n", _) => suppresses_login = true,
            Item::Option("o", value) => output = value,
            Item::Option("u", value) => target = value.and_then(url::parse),
            Item::Option(..) => {}
            Item::Operand(word) => match url::parse(word) {
                Some(url) => addresses.push(url),
                None => files.push(word),
            },
        }
    }
    // An address of a host alone, without a login: it stands for the host of a session that commands are typed into.
    if suppresses_login && matches!(addresses.as_slice(), [url] if url.path.is_empty() && url.username.is_none()) {
        return None;
    }
    let client = Some(Client::Tnftp);
    if let Some(url) = target.filter(|url| url.scheme != Scheme::Sftp) {
        let mut visit = Visit::to(&url, call, 0);
        visit.login_or_anonymous("anonymous@");
        visit.send_login();
        let mode = url.mode.unwrap_or(Mode::Binary);
        visit.set_mode(mode);
        let (directory, name) = url.split_path();
        visit.enter(directory, true);
        for file in files {
            let remote = if name.is_empty() { local_path::file_name(file) } else { name };
            visit.transfer(Move { mode, ..Move::put(remote, Some(file.to_owned())) });
        }
        return Some(Orders { client, sessions: vec![visit.finish()], ..Orders::default() });
    }
    let mut sessions = Vec::new();
    for url in addresses.iter().filter(|url| url.scheme != Scheme::Sftp).take(SESSIONS) {
        let mut visit = Visit::to(url, call, 0);
        visit.login_or_anonymous("anonymous@");
        visit.send_login();
        let mode = url.mode.unwrap_or(Mode::Binary);
        let (directory, name) = url.split_path();
        if name.is_empty() {
            // An address of a directory leads to the prompt there.
            visit.enter(directory, true);
            visit.doubt("the address is one of a directory: the client waits there for commands");
        } else {
            visit.set_mode(mode);
            visit.enter(directory, true);
            let local = output.map_or_else(|| Some(name.to_owned()), |output| Some(output.to_owned()));
            if let Some(command) = output.and_then(|output| output.strip_prefix('|')) {
                visit.session.executes.push(command.to_owned());
            }
            let local = local.filter(|local| local != "-").or_else(|| call.output.map(str::to_owned));
            let pattern = name.contains(['*', '?']) && output.is_none();
            visit.transfer(Move { mode, pattern, ..Move::get(name, local) });
            visit.send("QUIT");
        }
        sessions.push(visit.finish());
    }
    (!sessions.is_empty()).then(|| Orders { client, sessions, ..Orders::default() })
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::script::launch::Platform;

    #[test]
    fn addresses_on_the_command_line() {
        check(
            Platform::Unix,
            &[
                ("tnftp -V ftp://ann:pw@h.x:2121/sub/a.dat", &["ftp ann:pw@h.x:2121 get sub/a.dat -> a.dat"]),
                ("ftp -o /tmp/o.bin ftp://h.x/a.txt", &["ftp anonymous:anonymous@@h.x:21 get a.txt -> /tmp/o.bin"]),
                (
                    "ftp -V -u ftp://ann:pw@h.x/sub/ l1 d/l2",
                    &["ftp ann:pw@h.x:21 put sub/l1 <- l1, put sub/l2 <- d/l2"],
                ),
                ("ftp -u ftp://ann:pw@h.x/sub/n l1", &["ftp ann:pw@h.x:21 put sub/n <- l1"]),
                ("ftp ftp://ann:pw@h.x/d/", &["ftp ann:pw@h.x:21"]),
                ("ftp -n h.x", &[]),
                ("ftp -inv ftp://h.x", &[]),
            ],
        );
        check(Platform::Windows, &[("ftp ftp://ann:pw@h.x/d/a", &[])]);
    }
}
