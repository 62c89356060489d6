//! The statements of files: `Open`, `Print #`, `Write #`, `Put #`, `Close` ([MS-VBAL], section 5.4.5).

use super::run::Interpreter;
use super::syntax::Expression;
use crate::script::writer::automation::value::Value;

/// Columns of a print zone.
const ZONE: usize = 14;

/// A file that is open.
#[derive(Debug, Clone)]
pub(super) struct OpenFile {
    path: String,
    directory: Option<String>,
    writes: bool,
}

impl Interpreter<'_, '_> {
    pub(super) fn open(&mut self, path: &Expression, append: bool, writes: bool, number: &Expression) {
        let (path, number) = (self.evaluate(path).text(), self.evaluate(number).text());
        if path.is_empty() || self.files.len() > 511 {
            return;
        }
        let directory = self.automation.emulation.directory.clone();
        if writes {
            self.automation.emulation.files.open(&path, directory.as_deref(), append);
        }
        self.files.insert(number, OpenFile { path, directory, writes });
    }

    pub(super) fn close(&mut self, numbers: &[Expression]) {
        if numbers.is_empty() {
            self.files.clear();
        }
        for number in numbers {
            let number = self.evaluate(number).text();
            self.files.remove(&number);
        }
    }

    /// The lowest number that is free.
    pub(super) fn free_file(&self) -> Value {
        let free = (1u32..=512).find(|number| !self.files.contains_key(&number.to_string())).unwrap_or(512);
        Value::Number(f64::from(free))
    }

    pub(super) fn print(&mut self, number: &Expression, items: &[(Expression, Option<char>)], quotes: bool) {
        let number = self.evaluate(number).text();
        let mut text = String::new();
        for (at, (item, separator)) in items.iter().enumerate() {
            let value = self.print_item(item, text.chars().count());
            match (&value, quotes) {
                (Value::Number(_), true) => text.push_str(&value.text()),
                (_, true) => {
                    text.push('"');
                    text.push_str(&value.text());
                    text.push('"');
                }
                // A number has room for its sign, and a blank behind it.
                (Value::Number(amount), false) => {
                    let sign = if *amount < 0.0 { "" } else { " " };
                    text.push_str(&format!("{sign}{} ", value.text()));
                }
                _ => text.push_str(&value.text()),
            }
            match separator {
                Some(_) if quotes && at.saturating_add(1) < items.len() => text.push(','),
                Some(',') if !quotes => {
                    let column = text.chars().count();
                    let rest = ZONE.saturating_sub(column.checked_rem(ZONE).unwrap_or(0));
                    text.push_str(&" ".repeat(rest));
                }
                _ => {}
            }
            if !self.automation.produce(text.len()) {
                return;
            }
        }
        if items.last().is_none_or(|(_, separator)| separator.is_none()) {
            text.push_str("\r\n");
        }
        self.write(&number, &text);
    }

    /// An item; `Spc(n)` and `Tab(n)` are blanks.
    fn print_item(&mut self, item: &Expression, column: usize) -> Value {
        use super::syntax::Step;
        if let Expression::Access(Some(name), steps) = item
            && let [Step::Arguments(arguments)] = steps.as_slice()
            && let Some(argument) = arguments.first()
            && (name.is("spc") || name.is("tab"))
        {
            let count = self.evaluate(argument).index().unwrap_or(0).min(1000);
            let blanks = if name.is("spc") { count } else { count.saturating_sub(1).saturating_sub(column) };
            return Value::Text(" ".repeat(blanks).into());
        }
        self.evaluate(item)
    }

    /// `Put #n, , text`: the bytes alone.
    pub(super) fn put(&mut self, number: &Expression, value: &Expression) {
        let (number, value) = (self.evaluate(number).text(), self.evaluate(value));
        if value.is_text() {
            self.write(&number, &value.text());
        }
    }

    fn write(&mut self, number: &str, text: &str) {
        if let Some(file) = self.files.get(number).filter(|file| file.writes).cloned() {
            self.automation.write_to(file.path, file.directory, text);
        }
    }
}
