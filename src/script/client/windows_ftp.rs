//! `ftp.exe` of Windows.
//!
//! Sources: Microsoft's command reference (windows-commands/ftp), the program's own `help` and `ftp -?` (10.0.14393 and
//! 10.0.18362), Microsoft's knowledge base, public transcripts. It has 42 commands, compares them without case, takes a
//! backslash as it stands, knows no passive mode, no macros and no `.netrc`, and stays in ASCII until told otherwise.

use super::dialect::{Confirmation, Dialect, Greets, LoginName, Verb};
use crate::script::launch::Client;

/// The semantics of `ftp.exe`.
pub static DIALECT: Dialect = Dialect {
    client: Client::WindowsFtp,
    commands: &[
        ("!", Verb::Shell),
        ("?", Verb::Local),
        ("append", Verb::Append),
        ("ascii", Verb::Ascii),
        ("bell", Verb::Local),
        ("binary", Verb::Binary),
        ("bye", Verb::Bye),
        ("cd", Verb::ChangeDirectory),
        ("close", Verb::Close),
        ("debug", Verb::Local),
        ("delete", Verb::Delete),
        ("dir", Verb::Dir),
        ("disconnect", Verb::Close),
        ("get", Verb::Get),
        ("glob", Verb::Glob),
        ("hash", Verb::Local),
        ("help", Verb::Local),
        ("lcd", Verb::LocalDirectory),
        ("literal", Verb::Quote),
        ("ls", Verb::List),
        ("mdelete", Verb::MultipleDelete),
        ("mdir", Verb::MultipleDir),
        ("mget", Verb::MultipleGet),
        ("mkdir", Verb::MakeDirectory),
        ("mls", Verb::MultipleList),
        ("mput", Verb::MultiplePut),
        ("open", Verb::Open),
        ("prompt", Verb::Prompt),
        ("put", Verb::Put),
        ("pwd", Verb::PrintDirectory),
        ("quit", Verb::Bye),
        ("quote", Verb::Quote),
        ("recv", Verb::Get),
        ("remotehelp", Verb::RemoteHelp),
        ("rename", Verb::Rename),
        ("rmdir", Verb::RemoveDirectory),
        ("send", Verb::Put),
        ("status", Verb::Local),
        ("trace", Verb::Local),
        ("type", Verb::Type),
        ("user", Verb::User),
        ("verbose", Verb::Local),
    ],
    case_sensitive: false,
    unix: false,
    automatic_binary: false,
    list_sends: "NLST",
    confirmation: Confirmation::NoQuitElseYes,
    keeps_directories: false,
    refuses_extra_names: false,
    eof_aborts_login: false,
    greeting: &["OPTS UTF8 ON"],
    greets: Greets::BeforeLogin,
    login_name: LoginName::Any,
    splits_login: false,
    reopens: false,
    looks_first: false,
};

#[cfg(test)]
mod tests {
    use super::super::dialect::Lookup;
    use super::*;

    #[test]
    fn there_are_42_commands() {
        assert_eq!(DIALECT.commands.len(), 42);
    }

    #[test]
    fn abbreviations_are_unique_or_refused() {
        let unique = [
            ("o", "open"),
            ("u", "user"),
            ("bi", "binary"),
            ("by", "bye"),
            ("ge", "get"),
            ("rec", "recv"),
            ("se", "send"),
            ("lc", "lcd"),
            ("pr", "prompt"),
            ("pu", "put"),
            ("pw", "pwd"),
            ("qui", "quit"),
            ("quo", "quote"),
            ("rem", "remotehelp"),
            ("ren", "rename"),
            ("rm", "rmdir"),
            ("del", "delete"),
            ("dis", "disconnect"),
            ("mk", "mkdir"),
            ("ml", "mls"),
            ("st", "status"),
            ("ty", "type"),
            ("v", "verbose"),
            ("li", "literal"),
            ("USER", "user"),
            ("BiNaRy", "binary"),
        ];
        for (word, name) in unique {
            assert!(matches!(DIALECT.lookup(word), Lookup::Command(found, _) if found == name), "{word}");
        }
        for word in "a b c d de di g h l m md p q qu r re s t".split(' ') {
            assert_eq!(DIALECT.lookup(word), Lookup::Ambiguous, "{word}");
        }
        for word in "pass exit passive cdup image site size nlist mv macdef $ reget echo # ; :: //".split(' ') {
            assert_eq!(DIALECT.lookup(word), Lookup::Invalid, "{word}");
        }
    }
}
