//! Options that the command line leaves open: the environment gives them, and after it a file of configuration.
//!
//! Both become arguments before the verb's own, so that they are checked, explained and reported like those. Names are those
//! of the long options: `threads` of the file is `FTPSIFT_THREADS` of the environment is `--threads`. An option that stands on
//! the command line is taken from there alone, a list whole. A file is read only where `--config` or `FTPSIFT_CONFIG` names
//! it: whoever can write to the working folder configures nothing.

mod config;
mod environment;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// Options that are about the program itself, and are given on the command line alone.
const OWN: &[&str] = &["config", "help", "version"];

/// What a source says of one option.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Setting {
    given: Given,
    /// Where it says so, for messages: `ftpsift.toml:3:1`, `FTPSIFT_THREADS`.
    place: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Given {
    Flag(bool),
    Values(Vec<OsString>),
}

/// The arguments that the program runs with.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Completed {
    /// All arguments, the program's name first.
    pub(super) arguments: Vec<OsString>,
    /// Each option that came from elsewhere than the command line, as `--threads`, and the place that gave it.
    pub(super) origins: Vec<(String, String)>,
    /// What is odd about the environment, a sentence each.
    pub(super) remarks: Vec<String>,
}

/// Completes the arguments of the command line (the program's name first).
///
/// # Errors
/// What is wrong with the configuration or a variable, with its place.
pub(super) fn complete(
    command: &Command,
    line: Vec<OsString>,
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Completed, String> {
    let environment = environment::read(command, environment);
    let as_given = |line, remarks| Ok(Completed { arguments: line, origins: Vec::new(), remarks });
    let (Some(at), Some(on_line)) = (position_of_verb(command, &line), on_line(command, &line)) else {
        return as_given(line, environment.remarks);
    };
    let Some((verb, matches)) = on_line.subcommand() else { return as_given(line, environment.remarks) };
    let named = matches.get_one::<PathBuf>("config").cloned();
    let config = match named.or_else(|| environment.config.map(PathBuf::from)) {
        Some(path) => config::read(command, &path)?,
        None => config::Config::default(),
    };
    let Some(verb) = command.find_subcommand(verb) else { return as_given(line, environment.remarks) };
    let mut added = Vec::new();
    let mut origins = Vec::new();
    for option in options(verb) {
        let name = option.get_long().unwrap_or_default();
        if matches.value_source(option.get_id().as_str()) == Some(ValueSource::CommandLine) {
            continue;
        }
        let setting = match environment.variables.get(name) {
            Some(variable) => Some(environment::setting(option, variable)?),
            None => config.setting(verb.get_name(), name).cloned(),
        };
        let Some(setting) = setting else { continue };
        let before = added.len();
        match setting.given {
            Given::Flag(false) => {}
            Given::Flag(true) => added.push(format!("--{name}").into()),
            Given::Values(values) => added.extend(values.iter().map(|value| with_value(name, value))),
        }
        if added.len() > before {
            origins.push((format!("--{name}"), setting.place));
        }
    }
    let mut arguments = line;
    let behind = at.saturating_add(1);
    arguments.splice(behind..behind, added);
    Ok(Completed { arguments, origins, remarks: environment.remarks })
}

/// The places that gave an option that clap complains of.
pub(super) fn blamed(error: &clap::Error, origins: &[(String, String)]) -> Vec<String> {
    use clap::error::{ContextKind, ContextValue};
    let mut named: Vec<&str> = Vec::new();
    for (kind, value) in error.context() {
        match (kind, value) {
            (ContextKind::InvalidArg | ContextKind::PriorArg, ContextValue::String(text)) => named.push(text),
            (ContextKind::InvalidArg | ContextKind::PriorArg, ContextValue::Strings(texts)) => {
                named.extend(texts.iter().map(String::as_str));
            }
            _ => {}
        }
    }
    let is_named = |option: &str| named.iter().any(|text| text.split([' ', '=']).next() == Some(option));
    let blamed = origins.iter().filter(|(option, _)| is_named(option));
    blamed.map(|(option, place)| format!("{option} was given by {place}")).collect()
}

/// The options of a verb that may be given elsewhere.
fn options(verb: &Command) -> impl Iterator<Item = &Arg> {
    verb.get_arguments().filter(|option| option.get_long().is_some_and(|name| !OWN.contains(&name)))
}

fn verbs(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|verb| verb.get_name() != "help")
}

/// The option of that name, of the verb or (`None`) of any verb.
fn option<'c>(command: &'c Command, verb: Option<&str>, name: &str) -> Option<&'c Arg> {
    let mut verbs = verbs(command).filter(|one| verb.is_none_or(|verb| one.get_name() == verb));
    verbs.find_map(|verb| options(verb).find(|option| option.get_long() == Some(name)))
}

fn is_flag(option: &Arg) -> bool {
    matches!(option.get_action(), ArgAction::SetTrue)
}

fn is_list(option: &Arg) -> bool {
    matches!(option.get_action(), ArgAction::Append)
}

fn with_value(name: &str, value: &OsStr) -> OsString {
    let mut argument = OsString::from(format!("--{name}="));
    argument.push(value);
    argument
}

/// Where the verb stands. Before it there is nothing but `--config` and switches.
fn position_of_verb(command: &Command, line: &[OsString]) -> Option<usize> {
    let mut arguments = line.iter().enumerate().skip(1);
    while let Some((at, argument)) = arguments.next() {
        if argument == "--config" {
            arguments.next();
        } else if !argument.as_encoded_bytes().starts_with(b"-") {
            return command.find_subcommand(argument).map(|_| at);
        }
    }
    None
}

/// What stands on the command line, whatever else is wrong or missing; nothing where help or the version is asked for.
fn on_line(command: &Command, line: &[OsString]) -> Option<ArgMatches> {
    command.clone().ignore_errors(true).try_get_matches_from(line).ok()
}

#[cfg(test)]
mod tests;
