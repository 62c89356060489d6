//! `ftpget` and `ftpput` of BusyBox and toybox: `ftpget [-cv] [-u USER] [-p PASS] [-P PORT] HOST [LOCAL] REMOTE`,
//! `ftpput [-v] [-u USER] [-p PASS] [-P PORT] HOST [REMOTE] LOCAL` (networking/ftpgetput.c). Two names stand in opposite
//! orders; one serves on both sides.

use super::call::{Call, Orders};
use super::options::{self, Grammar, Item};
use super::visit::{Move, Visit};
use crate::base::secret::Secret;
use crate::script::address;
use crate::script::session::{AddressClass, Scheme};

const GRAMMAR: Grammar = Grammar { letters: "upP", attached: "", names: &["username", "password", "port"], flags: &[] };

pub(super) fn orders(call: &Call<'_>) -> Option<Orders> {
    let (mut user, mut password, mut port) = (None, None, 21u16);
    let mut operands = Vec::new();
    for item in options::items(call.arguments, GRAMMAR) {
        match item {
            Item::Option("u" | "username", value) => user = value,
            Item::Option("p" | "password", value) => password = value,
            Item::Option("P" | "port", value) => port = value.and_then(|port| port.parse().ok()).unwrap_or(port),
            Item::Option(..) => {}
            Item::Operand(word) => operands.push(word),
        }
    }
    let (host, first, second) = match operands.as_slice() {
        [host, both] => (*host, *both, *both),
        [host, first, second] => (*host, *first, *second),
        _ => return None,
    };
    // A sentence that begins with the program's name has a word here, a call an address or a variable.
    let is_plain_word = address::classify(host) == AddressClass::Name && !host.contains('.') && user.is_none();
    if is_plain_word && password.is_none() {
        return None;
    }
    let mut visit = Visit::at(Scheme::Ftp, host, port, call, 0);
    visit.login(user.unwrap_or("anonymous"), Some(Secret::new(password.unwrap_or("busybox"))));
    visit.send_login();
    if call.program == "ftpput" {
        visit.transfer(Move::put(first, Some(second.to_owned()).filter(|local| local != "-")));
    } else {
        visit.transfer(Move::get(second, Some(first.to_owned()).filter(|local| local != "-")));
    }
    visit.send("QUIT");
    Orders::of(vec![visit.finish()])
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::script::launch::Platform;

    #[test]
    fn names_stand_in_opposite_orders() {
        check(
            Platform::Unix,
            &[
                (
                    "ftpget -v -u anonymous -p anonymous -P 21 192.0.2.4 out.sh remote.sh",
                    &["ftp anonymous:anonymous@192.0.2.4:21 get remote.sh -> out.sh"],
                ),
                ("busybox ftpget 192.0.2.4 - r", &["ftp anonymous:busybox@192.0.2.4:21 get r -> ?"]),
                ("busybox ftpget -u ann -p pw -P 8021 h.x d/r", &["ftp ann:pw@h.x:8021 get d/r -> d/r"]),
                ("/tmp/busybox ftpput -u ann -p pw h.x r l", &["ftp ann:pw@h.x:21 put r <- l"]),
                ("ftpget --username=ann --password=pw --port=2121 h.x l r", &["ftp ann:pw@h.x:2121 get r -> l"]),
                ("ftpget $H l r", &["ftp anonymous:busybox@$H:21 get r -> l"]),
                ("ftpget the file", &[]),
                ("ftpget -V", &[]),
            ],
        );
    }
}
