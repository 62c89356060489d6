//! The side-by-side manifest: which rights the program asks for.
//!
//! The attributes are looked up in the text as it stands, comments taken out: a manifest that no XML reader takes still
//! tells what its author wanted.

use crate::base::wide;
use schemars::JsonSchema;
use serde::Serialize;

/// What the manifest says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Manifest {
    /// Rights that the program asks for: `asInvoker`, `highestAvailable`, `requireAdministrator`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_level: Option<String>,
    /// Whether it asks to steer windows of higher rights.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ui_access: bool,
    /// Whether it asks to be raised without a question, which Windows grants to its own programs.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub auto_elevate: bool,
    /// The name of the assembly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it says it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

const LONGEST: usize = 64 << 10;

/// Reads UTF-8, or UTF-16 with its mark; nothing from bytes that hold no element.
pub(super) fn read(bytes: &[u8]) -> Option<Manifest> {
    let bytes = bytes.get(..LONGEST).unwrap_or(bytes);
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => wide::text(wide::units(rest)),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    let text = without_comments(&text);
    if !text.contains('<') {
        return None;
    }
    let level = element(&text, "requestedExecutionLevel");
    let identity = element(&text, "assemblyIdentity");
    Some(Manifest {
        execution_level: level.and_then(|tag| attribute(tag, "level")),
        ui_access: level.and_then(|tag| attribute(tag, "uiAccess")).is_some_and(|value| is_true(&value)),
        auto_elevate: content(&text, "autoElevate").is_some_and(is_true),
        name: identity.and_then(|tag| attribute(tag, "name")),
        description: content(&text, "description").map(shortened).filter(|text| !text.is_empty()),
    })
}

fn without_comments(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::with_capacity(text.len());
    while let Some((before, after)) = rest.split_once("<!--") {
        kept.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, rest)| rest);
    }
    kept.push_str(rest);
    kept
}

/// What stands between the name of an element, whatever its prefix, and the end of its tag.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.split('<').skip(1).find_map(|tag| {
        let (full, rest) = tag.split_at(tag.find(|c: char| c.is_whitespace() || c == '>' || c == '/')?);
        let local = full.rsplit(':').next().unwrap_or(full);
        (local == name).then(|| rest.split('>').next().unwrap_or(rest))
    })
}

/// The text of an element.
fn content<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.split('<').skip(1).find_map(|tag| {
        let (start, rest) = tag.split_once('>')?;
        let full = start.split(char::is_whitespace).next().unwrap_or(start);
        let local = full.rsplit(':').next().unwrap_or(full);
        (local == name && !full.starts_with('/')).then(|| rest.trim())
    })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag;
    while let Some((before, after)) = rest.split_once('=') {
        let value = after.trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, next) = value.strip_prefix(quote)?.split_once(quote)?;
        if before.trim().rsplit(|c: char| c.is_whitespace() || c == ':').next() == Some(name) {
            return Some(shortened(value));
        }
        rest = next;
    }
    None
}

fn shortened(text: &str) -> String {
    text.chars().take(256).collect()
}

fn is_true(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests() {
        let full = "<assembly><assemblyIdentity version='1.0' name=\"Tool.Setup\"/><!-- <autoElevate>true</autoElevate> -->\
            <description>Sets up</description><asmv3:requestedExecutionLevel\n level='requireAdministrator' uiAccess = \"TRUE\"/></assembly>";
        let expected = Manifest {
            execution_level: Some("requireAdministrator".to_owned()),
            ui_access: true,
            auto_elevate: false,
            name: Some("Tool.Setup".to_owned()),
            description: Some("Sets up".to_owned()),
        };
        assert_eq!(read(full.as_bytes()), Some(expected.clone()));
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(full.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(read(&wide), Some(expected));
        assert!(read(b"<a><x:autoElevate>true</x:autoElevate></a>").unwrap().auto_elevate);
        for damaged in
            ["", "no element", "<", "<requestedExecutionLevel level=", "<requestedExecutionLevel level='x", "<!--"]
        {
            assert_eq!(read(damaged.as_bytes()).and_then(|manifest| manifest.execution_level), None, "{damaged}");
        }
    }
}
