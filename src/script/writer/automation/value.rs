//! Values as both languages know them (`VARIANT`), and what is not known of them.

use crate::script::local_path;
use std::rc::Rc;

/// An object, by its place among all objects of one emulation.
pub type ObjectId = usize;

/// A value.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Nothing was assigned yet.
    #[default]
    Empty,
    /// No value, or no object.
    Null,
    /// A truth.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A text. A file or a folder of the file system object is the text of its path, its default property.
    Text(Rc<str>),
    /// A text in which unknown parts stand by their names between percent signs: `C:\%strDir%\a.txt`.
    Partial(Rc<str>),
    /// Nothing is known of it but the name by which the text calls it.
    Unknown(Rc<str>),
    /// An object.
    Object(ObjectId),
}

impl Value {
    /// A value of which the text tells no more than a name.
    #[must_use]
    pub fn unknown(name: &str) -> Self {
        let end = name.floor_char_boundary(64);
        Self::Unknown(name.get(..end).unwrap_or(name).into())
    }

    /// A text as it stands, known where it names no environment variable.
    #[must_use]
    pub fn expanded(text: &str) -> Self {
        if text.contains('%') { Self::Partial(text.into()) } else { Self::Text(text.into()) }
    }

    /// Whether all of it is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Partial(_) | Self::Unknown(_))
    }

    /// Whether it is a text, known or in part.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Partial(_))
    }

    /// The value as text; an unknown one by its name between percent signs.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Empty | Self::Null => String::new(),
            Self::Flag(true) => "True".to_owned(),
            Self::Flag(false) => "False".to_owned(),
            Self::Number(number) => number_text(*number),
            Self::Text(text) | Self::Partial(text) => text.to_string(),
            Self::Unknown(name) => format!("%{name}%"),
            Self::Object(_) => String::new(),
        }
    }

    /// The value as a number; nothing where it is none or not known.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Empty | Self::Null => Some(0.0),
            Self::Flag(flag) => Some(if *flag { -1.0 } else { 0.0 }),
            Self::Number(number) => Some(*number),
            Self::Text(text) => text_number(text.trim()),
            Self::Partial(_) | Self::Unknown(_) | Self::Object(_) => None,
        }
    }

    /// The value as a whole number.
    #[must_use]
    pub fn integer(&self) -> Option<i64> {
        self.number().and_then(integer)
    }

    /// The value as a count or an index.
    #[must_use]
    pub fn index(&self) -> Option<usize> {
        self.integer().and_then(|number| usize::try_from(number).ok())
    }

    /// The name under which a value derived from this one is unknown: its own, or `otherwise`.
    #[must_use]
    pub fn name_or<'v>(&'v self, otherwise: &'v str) -> &'v str {
        match self {
            Self::Unknown(name) => name,
            _ => otherwise,
        }
    }

    /// The last name of the path that the value is.
    #[must_use]
    pub fn file_name(&self) -> Self {
        self.mapped(|text| local_path::file_name(text).to_owned())
    }

    /// The directory of the path that the value is.
    #[must_use]
    pub fn directory(&self) -> Self {
        self.mapped(|text| local_path::directory(text).unwrap_or_default().to_owned())
    }

    /// The text changed by a function that also does right on a text whose parts are unknown.
    #[must_use]
    pub fn mapped(&self, change: impl FnOnce(&str) -> String) -> Self {
        match self {
            Self::Unknown(_) | Self::Object(_) => self.clone(),
            Self::Partial(text) => Self::Partial(change(text).into()),
            other => Self::Text(change(&other.text()).into()),
        }
    }
}

/// The whole part of a number; nothing beyond 2^53, where numbers have none of their own.
#[must_use]
pub fn integer(number: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "the whole part fits as the bound is below that of the type")]
    let whole = |number: f64| number.trunc() as i64;
    (number.abs() < 9_007_199_254_740_992.0).then(|| whole(number))
}

/// A count as a number.
#[must_use]
pub fn counted(count: usize) -> Value {
    Value::Number(u32::try_from(count).map_or(f64::from(u32::MAX), f64::from))
}

/// The number that a text is, `&H1F` and `&O17` among them.
fn text_number(text: &str) -> Option<f64> {
    let radix = match text.get(..2) {
        Some("&H" | "&h") => 16,
        Some("&O" | "&o") => 8,
        _ => return text.parse().ok().filter(|number: &f64| number.is_finite()),
    };
    u32::from_str_radix(text.get(2..)?.trim_end_matches('&'), radix).ok().map(f64::from)
}

fn number_text(number: f64) -> String {
    if number.is_finite() { format!("{number}") } else { String::new() }
}

/// `unescape` of JScript and VBScript: `%41` and `%u0041` are an A.
#[must_use]
pub fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let (digits, length) = match after.strip_prefix(['u', 'U']) {
            Some(digits) => (digits.get(..4), 5usize),
            None => (after.get(..2), 2),
        };
        let character = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
        match character {
            Some(character) => {
                out.push(character);
                rest = after.get(length..).unwrap_or_default();
            }
            None => {
                out.push('%');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}
