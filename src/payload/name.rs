//! What a name does to deceive whoever reads it in a folder listing.

use crate::base::escape;
use schemars::JsonSchema;
use serde::Serialize;

/// A trick of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NameTrick {
    /// `invoice.pdf.exe`: a document's extension before one that runs; Windows hides the last by default.
    DoubleExtension,
    /// A bidirectional control turns part of the name around: `invoice\u{202e}fdp.exe` reads as `invoiceexe.pdf`.
    BidirectionalOverride,
    /// Blanks or dots before or after the extension push the true one out of sight, or end the name.
    Padding,
    /// A character that shows nothing.
    InvisibleCharacter,
}

/// Extensions that Windows runs when they are opened.
const RUNS: &[&str] = &[
    "exe", "com", "scr", "pif", "bat", "cmd", "ps1", "vbs", "vbe", "js", "jse", "wsf", "wsh", "hta", "msi", "cpl",
    "lnk", "jar", "reg", "url",
];

/// Extensions that a reader takes for something harmless.
const HARMLESS: &[&str] = &[
    "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "rtf", "txt", "jpg", "jpeg", "png", "gif", "bmp", "ico", "zip",
    "rar", "7z", "mp3", "mp4", "avi", "wav", "csv", "htm", "html", "xml", "log", "eml", "odt",
];

/// The tricks of a file's name, in the order of [`NameTrick`].
#[must_use]
pub fn tricks(name: &str) -> Vec<NameTrick> {
    let mut tricks = Vec::new();
    let mut parts = name.rsplit('.').map(|part| part.trim().to_ascii_lowercase());
    let (last, before) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    // Something must stand before the two: `.txt.exe` has one name and one extension.
    if parts.next().is_some() && RUNS.contains(&last.as_str()) && HARMLESS.contains(&before.as_str()) {
        tricks.push(NameTrick::DoubleExtension);
    }
    if name.chars().any(escape::turns_around) {
        tricks.push(NameTrick::BidirectionalOverride);
    }
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let padded = stem.ends_with("   ") || name.ends_with([' ', '\u{a0}']) || (name.ends_with('.') && name.len() > 2);
    if padded {
        tricks.push(NameTrick::Padding);
    }
    if hides_characters(name) {
        tricks.push(NameTrick::InvisibleCharacter);
    }
    tricks
}

/// Whether a name has a character that shows nothing, but for a selector behind what it may select the look of: no ASCII.
fn hides_characters(name: &str) -> bool {
    let mut before = None;
    name.chars().any(|character| {
        let selects = escape::selects_variation(character)
            && before.is_some_and(|before: char| !before.is_ascii() && !escape::shows_nothing(before));
        before = Some(character);
        escape::shows_nothing(character) && !selects
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tricks_of_names() {
        let cases: [(&str, &[NameTrick]); 18] = [
            ("invoice.pdf.exe", &[NameTrick::DoubleExtension]),
            ("photo.JPG.scr", &[NameTrick::DoubleExtension]),
            ("photo.jpg .exe", &[NameTrick::DoubleExtension]),
            ("archive.tar.gz", &[]),
            ("setup.v1.2.exe", &[]),
            ("jquery.min.js", &[]),
            ("notes.txt", &[]),
            ("invoice\u{202e}fdp.exe", &[NameTrick::BidirectionalOverride]),
            ("a.txt          .exe", &[NameTrick::DoubleExtension, NameTrick::Padding]),
            ("svchost.exe ", &[NameTrick::Padding]),
            ("con.", &[NameTrick::Padding]),
            ("svc\u{200b}host.exe", &[NameTrick::InvisibleCharacter]),
            ("svc\u{2063}host.exe", &[NameTrick::InvisibleCharacter]),
            ("a.hta\u{2800}\u{2800}.pdf", &[NameTrick::InvisibleCharacter]),
            ("a\u{fe0f}.txt", &[NameTrick::InvisibleCharacter]),
            ("\u{2764}\u{fe0f}.txt", &[]),
            ("葛\u{e0101}.txt", &[]),
            ("", &[]),
        ];
        for (name, expected) in cases {
            assert_eq!(tricks(name), expected, "{name:?}");
        }
    }

    /// A name that is told to deceive is not shown as it deceives.
    #[test]
    fn what_deceives_is_escaped() {
        for character in ('\0'..='\u{1ffff}').chain('\u{e0000}'..='\u{e0fff}') {
            let name = format!("a{character}b.txt");
            let told = tricks(&name);
            if told.contains(&NameTrick::InvisibleCharacter) || told.contains(&NameTrick::BidirectionalOverride) {
                assert!(!escape::terminal(&name).contains(character), "{name:?}");
            }
        }
    }
}
