//! Text that must not appear but in the report that was asked for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A password or another secret. It has no `Display`, and `Debug` does not show it, so no log, error or panic can.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes the secret in.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the interpreter that sends it and the report that shows it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether the secret is the empty text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A key of the examiner's, of any bytes. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Vec<u8>);

impl Key {
    /// Takes the key in.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The key itself, for the digest that is made with it.
    #[must_use]
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[key]")
    }
}

/// What stands in a report for a secret that it does not show.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Protected {
    /// A mark of fixed length: there is a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_masked: Option<String>,
    /// HMAC-SHA-256 of the password with the examiner's key, hexadecimal: equal for equal passwords, and only for those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_sha256: Option<String>,
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_show_it() {
        assert_eq!(format!("{:?}", Secret::new("canary")), "[secret]");
        assert_eq!(format!("{:?}", Key::new("canary")), "[key]");
    }
}
