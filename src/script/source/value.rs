//! What an expression amounts to, as far as the text alone tells.

/// Longest text that is put together, bytes.
const LONGEST: usize = 256 << 10;

/// A text of known parts and of fields that stay as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// The text.
    pub text: String,
    /// The fields in it that are not known, as they stand in the text: `%s`, `{host}`, `$host`.
    pub fields: Vec<String>,
}

impl Words {
    /// A text that is known altogether.
    #[must_use]
    pub fn known(text: impl Into<String>) -> Self {
        Self { text: text.into(), fields: Vec::new() }
    }

    /// A text that is one field.
    #[must_use]
    pub fn field(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { fields: vec![text.clone()], text }
    }

    /// Adds another text at the end; what grows too long is cut.
    pub fn append(&mut self, other: &Self) {
        let room = LONGEST.saturating_sub(self.text.len());
        self.text.push_str(other.text.get(..other.text.floor_char_boundary(room)).unwrap_or_default());
        for field in &other.fields {
            if !self.fields.contains(field) && self.fields.len() < 64 {
                self.fields.push(field.clone());
            }
        }
    }

    /// Whether all of it is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.fields.is_empty()
    }
}

/// A value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Value {
    /// None, or none that matters.
    #[default]
    Nothing,
    /// A text or a number.
    Text(Words),
    /// Several values.
    List(Vec<Value>),
    /// Values by their keys.
    Map(Vec<(String, Value)>),
    /// An object of the [`super::Actions`], by its number.
    Object(usize),
    /// An expression that the text does not decide, as written.
    Unknown(String),
}

/// The key that marks an object of a class that the text itself defines.
const INSTANCE: &str = "\0instance";

impl Value {
    /// An object of a class that the text itself defines: its fields are those of all such objects.
    #[must_use]
    pub fn instance() -> Self {
        Self::Map(vec![(INSTANCE.to_owned(), Self::Nothing)])
    }

    /// Whether the value is such an object.
    #[must_use]
    pub fn is_instance(&self) -> bool {
        matches!(self, Self::Map(pairs) if pairs.first().is_some_and(|(key, _)| key == INSTANCE))
    }

    /// A known text.
    #[must_use]
    pub fn known(text: impl Into<String>) -> Self {
        Self::Text(Words::known(text))
    }

    /// The value as a text; what is not known is a field.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Text(words) => words.clone(),
            Self::Unknown(source) => Words::field(source.clone()),
            Self::List(items) => {
                let mut joined = Words::default();
                for item in items {
                    joined.append(&item.words());
                }
                joined
            }
            Self::Nothing | Self::Map(_) | Self::Object(_) => Words::default(),
        }
    }

    /// The text, where it is one, known or in part.
    #[must_use]
    pub fn text(&self) -> Option<&Words> {
        match self {
            Self::Text(words) => Some(words),
            _ => None,
        }
    }

    /// The value under a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value),
            Self::List(items) => items.get(key.parse::<usize>().ok()?),
            _ => None,
        }
    }

    /// How much it costs to copy it.
    pub(super) fn cost(&self) -> usize {
        match self {
            Self::Text(words) => words.text.len() / 32,
            Self::List(items) => items.iter().map(|item| item.cost().saturating_add(1)).sum(),
            Self::Map(entries) => entries.iter().map(|(_, value)| value.cost().saturating_add(1)).sum(),
            _ => 0,
        }
    }
}
