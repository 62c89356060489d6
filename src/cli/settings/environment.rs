//! Options from the environment: `FTPSIFT_` and the name of a long option in capitals, `-` as `_`.

use super::{Given, Setting, is_flag, is_list, options, verbs};
use clap::{Arg, Command};
use std::collections::BTreeMap;
use std::ffi::OsString;

const PREFIX: &str = "FTPSIFT_";

/// The variables that are the program's.
#[derive(Debug, Default)]
pub(super) struct Environment {
    /// The file of configuration.
    pub(super) config: Option<OsString>,
    /// Each option that is set, with the variable's name and value.
    pub(super) variables: BTreeMap<String, (String, OsString)>,
    /// Variables that mean nothing.
    pub(super) remarks: Vec<String>,
}

/// Takes the program's variables out of all. An empty variable is none, as is usual.
pub(super) fn read(command: &Command, all: impl Iterator<Item = (OsString, OsString)>) -> Environment {
    let mut read = Environment::default();
    let mut ours: Vec<(String, OsString)> = all
        .filter(|(_, value)| !value.is_empty())
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .filter(|(name, _)| own(name, cfg!(windows)).is_some())
        .collect();
    ours.sort();
    for (variable, value) in ours {
        let name = own(&variable, cfg!(windows)).unwrap_or_default().to_ascii_lowercase().replace('_', "-");
        if name == "config" {
            read.config = Some(value);
        } else if verbs(command).flat_map(options).any(|option| option.get_long() == Some(&name)) {
            read.variables.insert(name, (variable, value));
        } else {
            read.remarks.push(format!("the variable {variable} names no option and is not used"));
        }
    }
    read
}

/// What stands behind the prefix in the name of a variable that is the program's. To Windows names that differ in case alone are
/// one (`any_case`).
fn own(name: &str, any_case: bool) -> Option<&str> {
    let (prefix, own) = name.split_at_checked(PREFIX.len())?;
    (prefix == PREFIX || any_case && prefix.eq_ignore_ascii_case(PREFIX)).then_some(own)
}

/// What a variable says of an option. The parts of a list are separated as in PATH.
///
/// # Errors
/// A switch is set to neither yes nor no.
pub(super) fn setting(option: &Arg, (variable, value): &(String, OsString)) -> Result<Setting, String> {
    let given = if is_flag(option) {
        match value.to_string_lossy().to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Given::Flag(true),
            "0" | "false" | "no" | "off" => Given::Flag(false),
            _ => return Err(format!("{variable}: true or false is wanted")),
        }
    } else if is_list(option) {
        let parts = std::env::split_paths(value).map(|part| part.into_os_string());
        Given::Values(parts.filter(|part| !part.is_empty()).collect())
    } else {
        Given::Values(vec![value.clone()])
    };
    Ok(Setting { given, place: format!("the variable {variable}") })
}

#[cfg(test)]
mod tests {
    use super::own;

    #[test]
    fn names_of_variables_are_told_by_their_prefix() {
        let cases = [
            ("FTPSIFT_THREADS", Some("THREADS"), Some("THREADS")),
            ("FTPSIFT_threads", Some("threads"), Some("threads")),
            ("ftpsift_threads", None, Some("threads")),
            ("FtpSift_Trust_Root", None, Some("Trust_Root")),
            ("FTPSIFT_", Some(""), Some("")),
            ("FTPSIFTER", None, None),
            ("FTPSIF\u{e9}_X", None, None),
            ("", None, None),
        ];
        for (name, in_this_case, in_any) in cases {
            assert_eq!((own(name, false), own(name, true)), (in_this_case, in_any), "{name}");
        }
    }
}
