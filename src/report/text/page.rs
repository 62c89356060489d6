//! Lines on a page of some width: escaped, wrapped with a hanging indent, coloured where that is allowed.

use super::Layout;
use crate::base::escape;
use crate::finding::Severity;
use anstyle::{AnsiColor, Style};
use std::borrow::Cow;
use std::io::{self, Write};
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

/// How a line is set off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Strong,
    Alarm,
    Warning,
    Faint,
}

impl Tone {
    pub(super) fn of(severity: Severity) -> Self {
        match severity {
            Severity::Critical | Severity::High => Self::Alarm,
            Severity::Medium => Self::Warning,
            Severity::Low => Self::Strong,
            Severity::Informational => Self::Faint,
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Alarm => Style::new().bold().fg_color(Some(AnsiColor::Red.into())),
            Self::Warning => Style::new().bold().fg_color(Some(AnsiColor::Yellow.into())),
            Self::Faint => Style::new().dimmed(),
        }
    }
}

/// Cells beside a flowing text: each with its width in columns.
pub(super) struct Row {
    pub(super) cells: Vec<(String, usize)>,
    pub(super) tone: Tone,
}

/// Column in which the values of fields begin, from the field's indent.
const VALUES: usize = 10;

/// A page in the making.
pub(super) struct Page<'a> {
    layout: Layout,
    out: &'a mut dyn Write,
}

impl<'a> Page<'a> {
    pub(super) fn new(layout: Layout, out: &'a mut dyn Write) -> Self {
        Self { layout, out }
    }

    /// A heading after a blank line.
    pub(super) fn heading(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(b"\n")?;
        self.toned(0, Tone::Strong, text)
    }

    /// A line; what does not fit goes on below, a little further in.
    pub(super) fn line(&mut self, indent: usize, text: &str) -> io::Result<()> {
        self.toned(indent, Tone::Plain, text)
    }

    /// A line that is set off.
    pub(super) fn toned(&mut self, indent: usize, tone: Tone, text: &str) -> io::Result<()> {
        self.wrapped(indent, indent.saturating_add(2), tone, text)
    }

    /// A name and its value; further lines stand below the value.
    pub(super) fn field(&mut self, indent: usize, name: &str, value: &str) -> io::Result<()> {
        let column = indent.saturating_add(VALUES);
        let gap = if name.len() < VALUES { "" } else { " " };
        let text = format!("{name:<VALUES$}{gap}{value}");
        self.wrapped(indent, column, Tone::Plain, &text)
    }

    /// A text on the left that flows down beside rows of cells; a bar stands between the columns.
    pub(super) fn beside(&mut self, left: (&str, usize), rows: &[Row]) -> io::Result<()> {
        let mut flowing = wrapped_cell(left.0, left.1).into_iter();
        for row in rows {
            let columns: Vec<Vec<String>> = row.cells.iter().map(|(text, width)| wrapped_cell(text, *width)).collect();
            for number in 0..columns.iter().map(Vec::len).max().unwrap_or(0) {
                let cells = columns.iter().map(|column| column.get(number).cloned().unwrap_or_default());
                self.columns(&flowing.next().unwrap_or_default(), left.1, row, cells)?;
            }
        }
        flowing.try_for_each(|line| writeln!(self.out, "{line}"))
    }

    fn columns(&mut self, left: &str, width: usize, row: &Row, cells: impl Iterator<Item = String>) -> io::Result<()> {
        let style = if self.layout.color { row.tone.style() } else { Style::new() };
        let mut line = padded(left, width);
        for (cell, (_, width)) in cells.zip(&row.cells) {
            line.push_str(&format!(" | {style}{}{style:#}", padded(&cell, *width)));
        }
        writeln!(self.out, "{}", line.trim_end())
    }

    /// Columns of the page.
    pub(super) fn width(&self) -> usize {
        self.layout.width
    }

    fn wrapped(&mut self, indent: usize, hanging: usize, tone: Tone, text: &str) -> io::Result<()> {
        let (first, next) = (" ".repeat(indent), " ".repeat(hanging));
        let options = Options::new(self.layout.width)
            .initial_indent(&first)
            .subsequent_indent(&next)
            .break_words(false)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(WrapAlgorithm::FirstFit);
        let text = shortened(text);
        let style = if self.layout.color { tone.style() } else { Style::new() };
        for line in textwrap::wrap(&escape::terminal(&text), options) {
            writeln!(self.out, "{style}{line}{style:#}")?;
        }
        Ok(())
    }
}

fn padded(text: &str, width: usize) -> String {
    let blanks = " ".repeat(width.saturating_sub(textwrap::core::display_width(text)));
    format!("{text}{blanks}")
}

fn wrapped_cell(text: &str, width: usize) -> Vec<String> {
    let options = Options::new(width.max(1))
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::wrap(&escape::terminal(&shortened(text)), options).into_iter().map(Cow::into_owned).collect()
}

/// Characters of one line of the report that are shown; the JSON report holds the rest.
const LONGEST: usize = 1000;

fn shortened(text: &str) -> Cow<'_, str> {
    let cut = text.char_indices().nth(LONGEST).and_then(|(at, _)| text.get(..at));
    cut.map_or(Cow::Borrowed(text), |start| format!("{start}… ({} characters)", text.chars().count()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(color: bool, write: impl Fn(&mut Page<'_>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut Page::new(Layout { width: 30, color }, &mut out)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn long_lines_hang_and_paths_stay_whole() {
        let text = shown(false, |page| page.field(1, "path", r"C:\a\very\long\path\that\does\not\fit and more words"));
        assert_eq!(
            text,
            " path\n           C:\\a\\very\\long\\path\\that\\does\\not\\fit\n           and more words\n"
        );
    }

    #[test]
    fn evidence_cannot_steer_the_terminal() {
        let text = shown(true, |page| page.toned(0, Tone::Alarm, "a\u{1b}]0;title\u{7}b"));
        assert!(text.contains("a\\u{1b}]0;title\\u{7}b"), "{text:?}");
        assert!(text.starts_with("\u{1b}[1m\u{1b}[31m") && text.ends_with("\u{1b}[0m\n"), "{text:?}");
    }
}
