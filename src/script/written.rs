//! The scripts that an emulation leaves, as texts whose lines know where they come from.

use super::reading::{Confidence, Provenance, Written};
use super::writer::batch;
use super::writer::files::VirtualFile;
use crate::base::text::{Encoding, Text};

/// Where the lines of a writer lie in its bytes: offsets of the first byte, and of the first byte behind it.
#[derive(Debug, Default)]
pub(super) struct Places(Vec<[u64; 2]>);

impl Places {
    pub(super) fn of(writer: &Text) -> Self {
        Self(writer.lines().map(|line| [line.offset, line.offset.saturating_add(line.length)]).collect())
    }

    fn of_line(&self, number: u32) -> Option<[u64; 2]> {
        self.0.get(usize::try_from(number.checked_sub(1)?).ok()?).copied()
    }
}

/// The file as a text, each line with the line of the writer that begins it.
pub(super) fn written_text(file: &VirtualFile, places: &Places) -> Written {
    let mut provenance: Vec<Provenance> = Vec::new();
    let (mut line, mut at_start) = (1u32, true);
    for piece in &file.pieces {
        for part in piece.text.split_inclusive('\n') {
            if at_start {
                provenance.push(Provenance {
                    line,
                    written_by_line: piece.line,
                    written_by_bytes: if piece.file.is_none() { places.of_line(piece.line) } else { None },
                    file: piece.file.as_deref().map(str::to_owned),
                });
            }
            at_start = part.ends_with('\n');
            if at_start {
                line = line.saturating_add(1);
            }
        }
    }
    let content = file.content();
    let first = file.pieces.first().map_or(0, |piece| piece.line);
    let mut text = Text::from_content(content);
    text.byte_order_mark = file.byte_order_mark;
    if file.is_utf16 {
        text.encoding = Encoding::Utf16Le;
    }
    Written {
        path: (!file.path.is_empty()).then(|| file.path.clone()),
        working_directory: file.directory.clone(),
        unresolved: batch::unresolved(&text.content),
        text,
        provenance,
        line: first,
        confidence: Confidence::Possible,
        active: !file.inactive,
    }
}
