//! Options from a file of configuration: TOML whose keys are the names of the long options.
//!
//! ```toml
//! quiet = true                 # for every verb that has the option
//! [scan]                       # for one verb, instead of what stands above
//! format = "jsonl"
//! limit = { files = 100_000 }  # or ["files=100000"]
//! known = "hosts.txt"          # beside the file
//! ```

use super::{Given, OWN, Setting, is_flag, is_list, option, options, verbs};
use crate::cli::given;
use clap::{Arg, Command};
use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A longer file is none of configuration.
const MOST_BYTES: u64 = 1 << 20;

/// A file that was read.
#[derive(Debug, Default)]
pub(super) struct Config {
    for_all: BTreeMap<String, Setting>,
    for_verb: BTreeMap<String, BTreeMap<String, Setting>>,
}

impl Config {
    /// What the file says of an option of a verb.
    pub(super) fn setting(&self, verb: &str, name: &str) -> Option<&Setting> {
        self.for_verb.get(verb).and_then(|own| own.get(name)).or_else(|| self.for_all.get(name))
    }
}

/// Reads a file.
///
/// # Errors
/// It cannot be read, is no TOML, names what is no option, or gives a value of the wrong kind; with line and column.
pub(super) fn read(command: &Command, path: &Path) -> Result<Config, String> {
    let folder = path.parent().unwrap_or(Path::new(""));
    parse(command, &given::text(path, MOST_BYTES)?, &path.display().to_string(), folder)
}

/// Reads the text of a file in `folder` that messages call `file`.
pub(super) fn parse(command: &Command, text: &str, file: &str, folder: &Path) -> Result<Config, String> {
    let table = DeTable::parse(text).map_err(|error| format!("{file}: {error}"))?;
    let reader = Reader { command, text, file, folder };
    let mut config = Config::default();
    for (key, value) in table.get_ref() {
        let name = key.get_ref().as_ref();
        match value.get_ref() {
            DeValue::Table(own) if verbs(command).any(|verb| verb.get_name() == name) => {
                let own = own.iter().map(|(key, value)| reader.setting(Some(name), key, value));
                config.for_verb.insert(name.to_owned(), own.collect::<Result<_, _>>()?);
            }
            _ => {
                let (name, setting) = reader.setting(None, key, value)?;
                config.for_all.insert(name, setting);
            }
        }
    }
    Ok(config)
}

struct Reader<'a> {
    command: &'a Command,
    text: &'a str,
    file: &'a str,
    folder: &'a Path,
}

type Key<'i> = Spanned<std::borrow::Cow<'i, str>>;
type Value<'i> = Spanned<DeValue<'i>>;

impl Reader<'_> {
    fn setting(&self, verb: Option<&str>, key: &Key<'_>, value: &Value<'_>) -> Result<(String, Setting), String> {
        let name = key.get_ref().as_ref();
        let Some(option) = option(self.command, verb, name) else { return Err(self.unknown(verb, key)) };
        let mut given = self.given(option, value)?;
        if let Given::Values(values) = &mut given {
            values.iter_mut().for_each(|value| self.resolve(option, value));
        }
        Ok((name.to_owned(), Setting { given, place: self.place(&key.span()) }))
    }

    fn unknown(&self, verb: Option<&str>, key: &Key<'_>) -> String {
        let (place, name) = (self.place(&key.span()), key.get_ref().as_ref());
        if OWN.contains(&name) {
            return format!("{place}: {name} is given on the command line alone");
        }
        let of_verb = |one: &&Command| verb.is_none_or(|verb| one.get_name() == verb);
        let known: BTreeSet<&str> =
            verbs(self.command).filter(of_verb).flat_map(options).filter_map(Arg::get_long).collect();
        let known = known.into_iter().collect::<Vec<_>>().join(", ");
        match verb {
            Some(verb) if known.is_empty() => format!("{place}: {verb} has no option {name}, nor any other"),
            Some(verb) => format!("{place}: {verb} has no option {name}; there are {known}"),
            None => format!("{place}: no verb has an option {name}; there are {known}"),
        }
    }

    /// A path that is not in full starts from the folder of the file, wherever the program is started.
    fn resolve(&self, option: &Arg, value: &mut OsString) {
        let kind = option.get_value_parser().type_id();
        if kind == TypeId::of::<PathBuf>() {
            *value = self.folder.join(&value).into_os_string();
        } else if kind == TypeId::of::<(char, PathBuf)>()
            && let Some((letter, folder)) = value.to_str().and_then(|value| value.split_once('='))
            && !folder.is_empty()
        {
            let mut resolved = OsString::from(format!("{letter}="));
            resolved.push(self.folder.join(folder));
            *value = resolved;
        }
    }

    fn given(&self, option: &Arg, value: &Value<'_>) -> Result<Given, String> {
        let wanted = match (is_flag(option), is_list(option)) {
            (true, _) => "true or false is wanted",
            (_, true) => "a text, or a list of texts, is wanted",
            _ => "a text or a number is wanted",
        };
        let refuse = |value: &Value<'_>| Err(format!("{}: {wanted}", self.place(&value.span())));
        if is_flag(option) {
            return value.get_ref().as_bool().map_or_else(|| refuse(value), |given| Ok(Given::Flag(given)));
        }
        if let Some(one) = scalar(value.get_ref()) {
            return Ok(Given::Values(vec![one.into()]));
        }
        let mut values: Vec<OsString> = Vec::new();
        match value.get_ref() {
            DeValue::Array(list) if is_list(option) => {
                for one in list.iter() {
                    let Some(one) = scalar(one.get_ref()) else { return refuse(one) };
                    values.push(one.into());
                }
            }
            DeValue::Table(pairs) if takes_pairs(option) => {
                for (name, one) in pairs {
                    let Some(one) = scalar(one.get_ref()) else { return refuse(one) };
                    values.push(format!("{}={one}", name.get_ref()).into());
                }
            }
            _ => return refuse(value),
        }
        Ok(Given::Values(values))
    }

    /// `file:line:column`, both from one.
    fn place(&self, span: &Range<usize>) -> String {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count().saturating_add(1);
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
        format!("{}:{line}:{column}", self.file)
    }
}

/// Texts, whole numbers and times; `--threads` takes no fraction, and no other option does.
fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.clone().into_owned()),
        DeValue::Integer(number) => Some(i128::from_str_radix(number.as_str(), number.radix()).ok()?.to_string()),
        DeValue::Datetime(time) => Some(time.to_string()),
        _ => None,
    }
}

/// Whether the values of an option are of the form NAME=VALUE, so that a table may give them.
fn takes_pairs(option: &Arg) -> bool {
    is_list(option) && option.get_value_names().unwrap_or_default().iter().any(|name| name.contains('='))
}
