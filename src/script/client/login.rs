//! The login: what its author meant, and which reading holds together where no launch tells the switches.

use super::dialect::Dialect;
use super::shape::{self, Shape};
use super::world::World;
use crate::base::limits::Limits;
use crate::base::secret::Secret;
use crate::base::text::Text;
use crate::script::launch::{Client, Switches};
use crate::script::reading::{Interpretation, LoginAssumed};
use crate::script::session::{Command, Intended, Role, Session};

/// What the author plainly meant where it differs from what is sent.
///
/// `USER x` and `PASS y` typed as answers to the prompts, blanks that `echo x >> f` leaves behind, bare names under `-n`,
/// `user` before `open`. `strays` are the lines that the client refused before any login.
#[must_use]
pub fn intended(session: &Session, strays: &[String]) -> Option<Intended> {
    if let Some(intended) = shifted_by_blank_lines(session) {
        return Some(intended);
    }
    let sent = session.credentials.last();
    if sent.is_some_and(|credential| credential.anonymous && session.credentials.len() == 1) && strays.is_empty() {
        return trimmed(sent?.username.as_deref()?, sent?.password.as_ref().map(Secret::reveal));
    }
    let (username, password) = match sent {
        Some(credential) if !is_automatic(credential.password.as_ref()) => {
            (credential.username.clone(), credential.password.as_ref().map(|secret| secret.reveal().to_owned()))
        }
        _ => {
            let mut bare = strays.iter().filter(|line| !shape::is_remark(line));
            (bare.next().cloned(), bare.next().cloned())
        }
    };
    let meant_name = username.as_deref().map(|text| without_word(text, &["user", "username", "login"]));
    let meant_password =
        password.as_deref().map(|text| without_word(text, &["pass", "password", "passwd", "passw", "pwd"]));
    let differs = meant_name.as_deref() != sent.and_then(|c| c.username.as_deref())
        || meant_password.as_deref() != sent.and_then(|c| c.password.as_ref()).map(Secret::reveal);
    differs.then(|| Intended { username: meant_name, password: meant_password.map(Secret::new), ..Intended::default() })
}

/// A blank line after each line: the client takes the first for the user's name and the name for the password, and refuses
/// the password.
fn shifted_by_blank_lines(session: &Session) -> Option<Intended> {
    let mut lines = session.commands.iter();
    lines.find(|line| {
        line.verb.as_deref() == Some("User") && line.role == Role::Answer && line.text.trim().is_empty()
    })?;
    let name = lines.next().filter(|line| line.verb.as_deref() == Some("Password") && !line.text.trim().is_empty())?;
    let refused = lines.find(|line| line.role != Role::Ignored)?;
    let is_word = !refused.text.trim().contains([' ', '\t']) && !shape::is_remark(refused.text.trim());
    (refused.role == Role::Error && refused.verb.is_none() && is_word).then(|| Intended {
        username: Some(name.text.trim().to_owned()),
        password: Some(Secret::new(refused.text.trim())),
        ..Intended::default()
    })
}

/// Runs a script whose launch was not seen: every reading of the login is tried, and the one that leaves the fewest lines
/// without sense is taken.
#[must_use]
pub fn interpret_unlaunched(text: &Text, client: Client, world: &dyn World, limits: &Limits) -> Interpretation {
    let dialect = super::dialect(client).unwrap_or(&super::windows_ftp::DIALECT);
    let readings = [
        (LoginAssumed::UserCommand, Switches { no_auto_login: true, ..Switches::default() }),
        (LoginAssumed::Auto, Switches::default()),
        (LoginAssumed::Anonymous, Switches { anonymous: true, ..Switches::default() }),
    ];
    let mut best: Option<(u32, Interpretation)> = None;
    for host_unknown in [false, true] {
        for (assumed, switches) in &readings {
            let switches = Switches { host_unknown, ..switches.clone() };
            let mut run = super::interpret(text, client, &switches, world, limits);
            run.login_assumed = Some(*assumed);
            let strain = strain(&run, dialect, *assumed);
            if best.as_ref().is_none_or(|(least, _)| strain < *least) {
                best = Some((strain, run));
            }
        }
    }
    best.map(|(_, run)| run).unwrap_or_default()
}

/// The most that commands before a connection count, however many of them there are.
const EARLY: u32 = 400;

/// How much of the script a reading leaves without sense; smaller is better.
fn strain(run: &Interpretation, dialect: &Dialect, assumed: LoginAssumed) -> u32 {
    let base = u32::from(assumed == LoginAssumed::Anonymous).saturating_mul(10);
    run.sessions.iter().fold(base, |sum, session| {
        let is_early = |command: &&Command| command.message.as_deref() == Some("Not connected.");
        let sum_of = |early: bool| {
            let lines = session.commands.iter().filter(|command| is_early(command) == early);
            lines.map(|command| line_strain(command, dialect)).fold(0, u32::saturating_add)
        };
        let lines = sum_of(false).saturating_add(sum_of(true).min(EARLY));
        let no_login = session.port.is_some() && session.credentials.is_empty();
        sum.saturating_add(lines).saturating_add(if no_login { 20 } else { 0 })
    })
}

fn line_strain(command: &Command, dialect: &Dialect) -> u32 {
    let shape = shape::of(&command.text, dialect);
    let is_login = matches!(command.verb.as_deref(), Some("User" | "Password" | "Username"));
    match (command.role, shape) {
        (Role::Error, Shape::Remark) => 2,
        // Nobody writes `open` for a client that is connected by its command line.
        (Role::Error, _) if command.verb.as_deref() == Some("open") => EARLY.saturating_mul(2),
        (Role::Error, _) => 20,
        (Role::Answer, Shape::Command(_)) if is_login => {
            if command.text.trim().contains([' ', '\t']) {
                30
            } else if command.verb.as_deref() == Some("User") {
                10
            } else {
                20
            }
        }
        (Role::Answer, Shape::Blank) if is_login => {
            if command.verb.as_deref() == Some("User") {
                20
            } else {
                10
            }
        }
        (Role::Answer, Shape::Remark) if is_login => 10,
        // `prompt i` is a command that somebody wrote wrongly rather than a password.
        (Role::Answer, Shape::Misfit) if is_login && command.text.trim().contains([' ', '\t']) => 15,
        (Role::Answer, Shape::Misfit) if is_login => 3,
        (Role::Answer, _) if command.verb.as_deref() == Some("Username") => 2,
        _ => 0,
    }
}

fn is_automatic(password: Option<&Secret>) -> bool {
    password.is_some_and(|secret| secret.reveal().starts_with("<localuser>"))
}

fn trimmed(username: &str, password: Option<&str>) -> Option<Intended> {
    let meant = |text: &str| text.trim().to_owned();
    let differs = username.trim() != username || password.is_some_and(|text| text.trim() != text);
    differs.then(|| Intended {
        username: Some(meant(username)),
        password: password.map(|text| Secret::new(meant(text))),
        ..Intended::default()
    })
}

/// The text without the word of the protocol that its author put in front, and without outer blanks.
fn without_word(text: &str, words: &[&str]) -> String {
    let trimmed = text.trim();
    match trimmed.split_once([' ', '\t']) {
        Some((first, rest)) if words.iter().any(|word| first.eq_ignore_ascii_case(word)) => rest.trim().to_owned(),
        _ => trimmed.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::client::world::Unknown;

    /// The login that is sent and the one that was meant, of a script whose launch nobody saw.
    fn read(script: &str) -> (String, String) {
        let run = interpret_unlaunched(&Text::from_content(script), Client::WindowsFtp, &Unknown, &Limits::default());
        let pair = |name: Option<&String>, password: Option<&Secret>| {
            format!("{}/{}", name.map_or("", String::as_str), password.map_or("", Secret::reveal))
        };
        let session = &run.sessions[0];
        let sent = session.credentials.last().map(|c| pair(c.username.as_ref(), c.password.as_ref()));
        let meant = session.intended.as_ref().map(|i| pair(i.username.as_ref(), i.password.as_ref()));
        (sent.unwrap_or_default(), meant.unwrap_or_default())
    }

    #[test]
    fn logins_are_read_as_they_hold_together() {
        let cases = [
            ("open h.example\nbob\npw1\nbin\nget a\nbye\n", "bob/pw1", ""),
            ("open h.example\nuser bob pw\nget a\nbye\n", "bob/pw", ""),
            ("open h.example\nuser bob\npw\nget a\nbye\n", "bob/pw", ""),
            ("open h.example\nuser\nbob\nsecret\nget a\nbye\n", "bob/secret", ""),
            ("open h.example\nuser\npass\nprompt i\nbin\nmput *.html\nbye\n", "user/pass", ""),
            ("open h.example\n\nuser1\n\ndemo\n\nput a.txt\n\nquit\n", "/user1", "user1/demo"),
            ("open h.example\nUSER bob\nPASS pw\nget a\nbye\n", "bob/PASS pw", "bob/pw"),
            ("open h.example\nbob \npw \nget a\nbye\n", "bob /pw ", "bob/pw"),
        ];
        for (script, sent, meant) in cases {
            assert_eq!(read(script), (sent.to_owned(), meant.to_owned()), "{script}");
        }
    }
}
