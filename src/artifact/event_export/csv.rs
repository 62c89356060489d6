//! Rows of values under a header that names them.
//!
//! Source: RFC 4180, with `;` or tabs between the values as well, as Excel and PowerShell write them where the comma is a decimal
//! sign. A reader of our own: it cuts a value that is too long and goes on behind a quote that was never closed.

use super::Sink;
use super::shape::{self, Outcome};
use super::text::Window;
use super::tree::Node;

/// Columns of a header, and values of a row.
pub(super) const COLUMNS: usize = 1024;
/// Quotes that were never closed, behind which the next line is gone on with.
const UNCLOSED: usize = 64;

/// A row, and what was wrong with it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) values: Vec<String>,
    /// Whether values were cut.
    cut: bool,
    /// Whether a quote was not closed before the cap or the end.
    unclosed: bool,
}

/// Reads the records of a text.
pub(super) fn read(window: &mut Window<'_>, cap: usize, sink: &mut Sink<'_>) {
    let Some((delimiter, names)) = header(window, cap) else {
        return sink.damaged("a header that names no columns", 0);
    };
    let mut unclosed = 0;
    loop {
        let offset = window.offset();
        let Some(row) = row(window, delimiter, cap) else { return };
        if row.unclosed {
            sink.damaged("a quote that is not closed", offset);
            unclosed = 1usize.saturating_add(unclosed);
            if unclosed > UNCLOSED {
                return;
            }
            window.seek(offset);
            skip_line(window);
            continue;
        }
        if row.values.iter().all(String::is_empty) {
            continue;
        }
        if row.cut {
            sink.too_large(cap);
        }
        let node = Node::Map(fields(&names, row.values));
        let wanted = sink.wanted;
        shape::records(&node, wanted, &mut |outcome| match outcome {
            Outcome::Wanted(found) => {
                let log = if found.record.channel.is_empty() { &found.record.provider } else { &found.record.channel };
                sink.count(log, found.when);
                sink.give(*found, offset);
            }
            Outcome::Unwanted { log, when } => sink.count(&log, when),
            Outcome::NoEvent => sink.other(),
        });
    }
}

/// The values of a row by the names of their columns, without those that are empty.
fn fields(names: &[String], values: Vec<String>) -> Vec<(String, Node)> {
    let mut names = names.iter();
    let mut fields = Vec::new();
    for value in values {
        // Event Viewer writes the message behind the last column that it names.
        let name = names.next().map_or("Message", String::as_str);
        if !value.is_empty() {
            fields.push((name.to_owned(), Node::Text(value)));
        }
    }
    fields
}

/// The delimiter and the names of the columns; nothing where there are none.
pub(super) fn header(window: &mut Window<'_>, cap: usize) -> Option<(u8, Vec<String>)> {
    for _ in 0..3 {
        if !window.skip_to(0, |rest| rest.iter().position(|byte| !byte.is_ascii_whitespace())) {
            return None;
        }
        // PowerShell writes the type of what it exports before the header.
        if window.find(cap, |rest, _| (rest.len() > 4).then_some(0)) == super::text::Found::At(0)
            && window.rest().starts_with(b"#TYPE")
            || window.rest().starts_with(b"sep=")
        {
            skip_line(window);
            continue;
        }
        let end = window.find(cap, |rest, _| memchr::memchr(b'\n', rest));
        let line = match end {
            super::text::Found::At(end) => window.rest().get(..end)?,
            super::text::Found::End => window.rest(),
            super::text::Found::TooFar => return None,
        };
        let count = |delimiter: u8| memchr::memchr_iter(delimiter, line).count();
        let delimiter =
            [b',', b';', b'\t'].into_iter().max_by_key(|delimiter| (count(*delimiter), *delimiter == b','))?;
        let names = row(window, delimiter, cap)?.values;
        return (names.len() > 1).then(|| (delimiter, names.iter().map(|name| name.trim().to_owned()).collect()));
    }
    None
}

fn skip_line(window: &mut Window<'_>) {
    if window.skip_to(0, |rest| memchr::memchr(b'\n', rest)) {
        window.consume(1);
    }
}

/// The next row; nothing at the end.
fn row(window: &mut Window<'_>, delimiter: u8, cap: usize) -> Option<Row> {
    let field = cap / 4;
    let mut row = Row::default();
    let mut value: Vec<u8> = Vec::new();
    let mut kept = 0usize;
    let mut passed = 0usize;
    // Within quotes; behind a quote within quotes, which closes them unless another follows.
    let (mut quoted, mut closing) = (false, false);
    let mut any = false;
    loop {
        let mut used = 0usize;
        let mut ended = false;
        let rest = window.rest();
        while let Some(byte) = rest.get(used) {
            any = true;
            if quoted && !closing {
                let within = rest.get(used..).unwrap_or_default();
                let length = memchr::memchr(b'"', within).unwrap_or(within.len());
                add(&mut row, &mut value, &mut kept, within.get(..length).unwrap_or_default(), field, cap);
                closing = length < within.len();
                used = used.saturating_add(length).saturating_add(usize::from(closing));
                continue;
            }
            used = used.saturating_add(1);
            match *byte {
                b'"' if closing => {
                    add(&mut row, &mut value, &mut kept, b"\"", field, cap);
                    closing = false;
                }
                b'"' if value.is_empty() && !closing => quoted = true,
                b'\n' => {
                    ended = true;
                    break;
                }
                byte if byte == delimiter => {
                    (quoted, closing) = (false, false);
                    finish(&mut row, &mut value);
                }
                byte => add(&mut row, &mut value, &mut kept, &[byte], field, cap),
            }
        }
        passed = passed.saturating_add(used);
        window.consume(used);
        if ended {
            break;
        }
        // What is quoted for so long is not: the quote was never closed.
        if quoted && !closing && passed > cap.saturating_mul(16) {
            row.unclosed = true;
            return Some(row);
        }
        if !window.more() {
            row.unclosed = quoted && !closing;
            if !any {
                return None;
            }
            break;
        }
    }
    if value.last() == Some(&b'\r') {
        value.pop();
    }
    finish(&mut row, &mut value);
    Some(row)
}

/// Adds to a value what there is room for.
fn add(row: &mut Row, value: &mut Vec<u8>, kept: &mut usize, bytes: &[u8], field: usize, cap: usize) {
    let room = field.saturating_sub(value.len()).min(cap.saturating_sub(*kept));
    let part = bytes.get(..bytes.len().min(room)).unwrap_or_default();
    row.cut |= part.len() < bytes.len();
    *kept = kept.saturating_add(part.len());
    value.extend_from_slice(part);
}

fn finish(row: &mut Row, value: &mut Vec<u8>) {
    let bytes = std::mem::take(value);
    if row.values.len() < COLUMNS {
        row.values.push(Window::decode(&bytes).into_owned());
    } else {
        row.cut = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, cap: usize) -> Vec<Vec<String>> {
        let bytes = text.as_bytes().to_vec();
        let mut window = Window::open(&bytes);
        std::iter::from_fn(|| row(&mut window, b',', cap)).map(|row| row.values).collect()
    }

    #[test]
    fn values_of_rows() {
        assert_eq!(rows("a,\"b,\"\"c\"\"\nd\",\r\ne", 999), [vec!["a", "b,\"c\"\nd", ""], vec!["e"]]);
        assert_eq!(rows("a\"b,\"c\"d\n\n", 999), [vec!["a\"b", "cd"], vec![""]]);
        assert_eq!(rows("12345678,é\n", 16), [vec!["1234", "é"]]);
    }
}
