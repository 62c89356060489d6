//! The actions of a scheduled task, as the registry keeps them.
//!
//! Source: cyber.wtf, "Windows Registry Analysis – Today's Episode: Tasks" (2022): a version; from version 2 on the context
//! that they run in; then for each action its kind, its identity and what belongs to the kind. Texts are UTF-16 after their
//! length in bytes.

use crate::base::fields::Fields;
use crate::base::wide;

/// Actions that are read; Windows allows 32.
const ACTIONS: usize = 32;

/// One action.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Action {
    pub(super) command: Option<String>,
    pub(super) arguments: Option<String>,
    pub(super) working_directory: Option<String>,
    /// The class that is called where there is no command, in braces.
    pub(super) class: Option<String>,
}

/// The actions, and the context that they run in. Where the bytes are damaged, those before the damage.
pub(super) fn actions(bytes: &[u8]) -> (Vec<Action>, Option<String>) {
    let mut rest = bytes;
    let mut found = Vec::new();
    let Some(version @ 1..=3) = number(&mut rest) else { return (found, None) };
    let context = if version > 1 { text(&mut rest) } else { None };
    while found.len() < ACTIONS {
        let Some(action) = action(&mut rest, version) else { break };
        found.extend(action);
    }
    (found, context.filter(|context| !context.is_empty()))
}

/// An action; an inner nothing for one that starts no program.
fn action(rest: &mut &[u8], version: u16) -> Option<Option<Action>> {
    let kind = number(rest)?;
    text(rest)?;
    match kind {
        0x6666 => {
            let [command, arguments, directory] = [text(rest)?, text(rest)?, text(rest)?];
            if version == 3 {
                number(rest);
            }
            let told = |text: String| Some(text).filter(|text| !text.is_empty());
            let action = Action {
                command: told(command),
                arguments: told(arguments),
                working_directory: told(directory),
                class: None,
            };
            Some(Some(action))
        }
        0x7777 => {
            let (class, behind) = rest.split_at_checked(16)?;
            *rest = behind;
            text(rest)?;
            Some(Some(Action { class: Some(guid(class)), ..Action::default() }))
        }
        // A message: its title and its text.
        0x9999 => {
            text(rest)?;
            text(rest)?;
            Some(None)
        }
        // Mail, and what is not known: how long it is cannot be told.
        _ => None,
    }
}

fn number(rest: &mut &[u8]) -> Option<u16> {
    let (number, behind) = rest.split_at_checked(2)?;
    *rest = behind;
    Some(Fields(number).u16(0))
}

fn text(rest: &mut &[u8]) -> Option<String> {
    let (length, behind) = rest.split_at_checked(4)?;
    let (text, behind) = behind.split_at_checked(usize::try_from(Fields(length).u32(0)).ok()?)?;
    *rest = behind;
    Some(wide::until_nul(text))
}

/// A GUID as Windows writes it.
fn guid(bytes: &[u8]) -> String {
    let fields = Fields(bytes);
    let [a, b, c, d, e, f, g, h]: [u8; 8] = fields.array(8);
    format!(
        "{{{:08X}-{:04X}-{:04X}-{a:02X}{b:02X}-{c:02X}{d:02X}{e:02X}{f:02X}{g:02X}{h:02X}}}",
        fields.u32(0),
        fields.u16(4),
        fields.u16(6)
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The bytes of actions: what is no text is given as it is.
    pub(in super::super) fn written(version: u16, actions: &[[&str; 3]]) -> Vec<u8> {
        let text = |text: &str| {
            let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            [(units.len() as u32).to_le_bytes().to_vec(), units].concat()
        };
        let mut bytes = version.to_le_bytes().to_vec();
        if version > 1 {
            bytes.extend(text("Author"));
        }
        for action in actions {
            bytes.extend([0x66, 0x66]);
            bytes.extend(text(""));
            action.iter().for_each(|part| bytes.extend(text(part)));
            if version == 3 {
                bytes.extend([0, 0]);
            }
        }
        bytes
    }

    #[test]
    fn actions_are_read_until_the_damage() {
        let exec = [["cmd.exe", "/c ftp -s:a.txt", "C:\\x"], ["b.exe", "", ""]];
        for version in 1..=3 {
            let bytes = written(version, &exec);
            let (read, context) = actions(&bytes);
            assert_eq!(context.as_deref(), (version > 1).then_some("Author"));
            let lines: Vec<_> =
                read.iter().map(|action| (action.command.as_deref(), action.arguments.as_deref())).collect();
            assert_eq!(lines, [(Some("cmd.exe"), Some("/c ftp -s:a.txt")), (Some("b.exe"), None)], "{version}");
            assert_eq!(read[0].working_directory.as_deref(), Some("C:\\x"));
            assert_eq!(actions(&bytes[..bytes.len() - 12]).0.len(), 1);
        }
        let mut class = vec![3, 0, 0, 0, 0, 0, 0x77, 0x77, 0, 0, 0, 0];
        class.extend(0..16);
        class.extend([0; 4]);
        let read = actions(&class).0;
        assert_eq!(read[0].class.as_deref(), Some("{03020100-0504-0706-0809-0A0B0C0D0E0F}"));
        for damaged in [&b""[..], b"\x09\0", b"\x01\0\x66\x66\xff\xff\xff\xff", b"\x01\0\x88\x88\0\0\0\0"] {
            assert!(actions(damaged).0.is_empty(), "{damaged:x?}");
        }
    }
}
