//! What a script fetches and runs without a file: `iex (iwr …)`, `curl … | iex`, an assembly that is loaded from memory.

use super::evaluate::source;
use super::run::Interpreter;
use super::value::{Source, Value};

/// Whether values are nothing but what is fetched.
pub(super) fn is_received(values: &[Value]) -> bool {
    let is_one = |value: &Value| matches!(source(value), Source::Received(_) | Source::Printed(_));
    !values.is_empty() && values.iter().all(is_one)
}

impl Interpreter<'_, '_> {
    /// The line on which what a value holds is fetched.
    pub(super) fn received_on(&self, value: &Value) -> Option<u32> {
        match source(value) {
            Source::Received(session) => self.sessions.get(session).map(|session| session.line),
            Source::Printed(line) => Some(line),
            Source::Nowhere | Source::Content(_) | Source::Path(_) => None,
        }
    }

    /// Notes that what a value holds is run by something, where it is fetched.
    pub(super) fn runs_received(&mut self, value: &Value, by: &str) {
        let parts = match value {
            Value::List(items) => items.as_slice(),
            value => std::slice::from_ref(value),
        };
        for part in parts {
            if let (Some(line), Value::Unknown(unknown)) = (self.received_on(part), part) {
                self.emulation.note_run_of_output(&format!("{by} {}", unknown.raw), line);
            }
        }
    }
}
