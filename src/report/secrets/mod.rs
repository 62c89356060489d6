//! Passwords in reports that travel: masked, or fingerprinted with the examiner's key.

mod strings;
mod words;

use crate::base::escape::hex;
use crate::base::secret::{Key, Protected, Secret};
use crate::case::Case;
use crate::script::obscured;
use crate::script::session::Session;
use crate::script::url;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::BTreeSet;
use strings::Strings;
use words::{MASK, Words};

/// How passwords are shown.
#[derive(Debug, Clone, Default)]
pub enum Secrets {
    /// As they are: the report is evidence.
    #[default]
    Show,
    /// Only that there is one.
    Mask,
    /// As HMAC-SHA-256 with this key: the same for the same password.
    Fingerprint(Key),
}

/// Takes the passwords out of a case as the mode asks: out of their own fields, and out of every text of the case that holds
/// them; also out of other texts that are shown beside it, lines of a script.
pub fn protect(case: &mut Case, beside: &mut [String], mode: &Secrets) {
    if matches!(mode, Secrets::Show) {
        return;
    }
    let words = Words::new(&known(case), users(case));
    beside.iter_mut().for_each(|line| words.hide_line(line));
    for session in case.scripts.iter_mut().flat_map(|script| &mut script.sessions) {
        protect_session(session, mode);
    }
    for used in &mut case.credentials {
        used.protected = replace(&mut used.password, mode);
    }
    case.hide(&words);
}

/// The names that passwords belong to.
fn users(case: &Case) -> BTreeSet<String> {
    let sessions = case.scripts.iter().flat_map(|script| &script.sessions);
    let of_session = |session: &Session| -> Vec<String> {
        let meant = session.intended.iter().filter_map(|meant| meant.username.clone());
        session.credentials.iter().filter_map(|credential| credential.username.clone()).chain(meant).collect()
    };
    sessions.flat_map(of_session).map(|user| user.trim().to_owned()).filter(|user| !user.is_empty()).collect()
}

/// Every password and account of the case, in each of its forms.
fn known(case: &Case) -> BTreeSet<String> {
    let sessions = case.scripts.iter().flat_map(|script| &script.sessions);
    let mut words = BTreeSet::new();
    for session in sessions {
        for credential in &session.credentials {
            words.extend(credential.password.iter().map(|secret| secret.reveal().to_owned()));
            words.extend(credential.account.clone());
        }
        words.extend(session.intended.iter().filter_map(|meant| Some(meant.password.as_ref()?.reveal().to_owned())));
        for argument in session.commands.iter().flat_map(|command| &command.wire) {
            words.extend(argument.strip_prefix("PASS ").or(argument.strip_prefix("ACCT ")).map(str::to_owned));
        }
    }
    let encoded = encoded(case, &words);
    words.extend(encoded);
    words
}

/// What stands on command lines for a password: its form in an address, its form for rclone.
fn encoded(case: &Case, words: &BTreeSet<String>) -> Vec<String> {
    let sessions = case.scripts.iter().flat_map(|script| &script.sessions);
    let commands = sessions.flat_map(|session| &session.commands);
    let of_commands = commands.flat_map(|command| command.arguments.iter().chain([&command.text]));
    let texts = case.launches.iter().flat_map(|launch| &launch.arguments).chain(of_commands);
    let mut found = Vec::new();
    for text in texts {
        let mut from = 0usize;
        while let Some(at) = url::find(text, from) {
            from = at.saturating_add(1);
            let authority = text.get(at..).and_then(|rest| rest.split_once("://")).map_or("", |(_, rest)| rest);
            let authority = authority.split(['/', ' ', '"']).next().unwrap_or_default();
            let login = authority.rsplit_once('@').map_or("", |(login, _)| login);
            let password = login.split_once(':').map_or("", |(_, password)| password);
            if password.contains('%') && words.contains(&url::percent_decoded(password)) {
                found.push(password.to_owned());
            }
        }
        // Base64 of sixteen bytes and more.
        let pieces = text.split([' ', '=', ',', ':', '"', '\'']).filter(|piece| piece.len() >= 22 && piece.len() < 512);
        let hides = |piece: &&str| obscured::rclone(piece).is_some_and(|secret| words.contains(secret.reveal()));
        found.extend(pieces.filter(hides).map(str::to_owned));
    }
    found
}

fn protect_session(session: &mut Session, mode: &Secrets) {
    for credential in &mut session.credentials {
        credential.protected = replace(&mut credential.password, mode);
        credential.account = credential.account.take().map(|_| MASK.to_owned());
    }
    if let Some(meant) = &mut session.intended {
        meant.protected = replace(&mut meant.password, mode);
    }
    for command in &mut session.commands {
        for line in &mut command.wire {
            if line.starts_with("PASS ") || line.starts_with("ACCT ") {
                line.truncate(5);
                line.push_str(MASK);
            }
        }
    }
}

fn replace(password: &mut Option<Secret>, mode: &Secrets) -> Protected {
    let Some(secret) = password.take() else { return Protected::default() };
    match mode {
        Secrets::Show => {
            *password = Some(secret);
            Protected::default()
        }
        Secrets::Mask => Protected { password_masked: Some(MASK.to_owned()), ..Protected::default() },
        Secrets::Fingerprint(key) => {
            // A key of HMAC may have any length: there is no key that is refused.
            let digest = Hmac::<Sha256>::new_from_slice(key.reveal()).ok().map(|mut mac| {
                mac.update(secret.reveal().as_bytes());
                hex(&mac.finalize().into_bytes())
            });
            Protected { password_sha256: digest, ..Protected::default() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_equal_for_equal_passwords_and_keys_only() {
        let of = |password: &str, key: &str| {
            let protected = replace(&mut Some(Secret::new(password)), &Secrets::Fingerprint(Key::new(key)));
            protected.password_sha256.unwrap()
        };
        // RFC 4231, test case 2.
        let known = of("what do ya want for nothing?", "Jefe");
        assert_eq!(known, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert_ne!(of("x", "key"), of("y", "key"));
        assert_ne!(of("x", "key"), of("x", "other"));
    }
}
