//! Shows a finished case, in the forms that people and machines read.
//!
//! Everything that comes from evidence is escaped for the form that it is shown in; nothing here reads evidence.

pub mod json;
pub mod jsonl;
pub mod output;
pub mod schema;
pub mod secrets;
pub mod text;
