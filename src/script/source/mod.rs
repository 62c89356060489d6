//! Source code of programming languages, read as far as droppers use it: literals, variables, concatenation, calls.
//!
//! One walker serves all languages. It takes the statements in their order, evaluates what is known from the text alone,
//! and tells an [`Actions`] of every call. Branches are all taken, a loop's body is taken once, or once an item of a list
//! that is known; a function is entered where it is called, or at the end if nothing calls it. What is not known stays as
//! it is written. No type, no scope beyond parameters, no evaluation of conditions.

mod arguments;
mod builtin;
mod expression;
mod fields;
mod format;
mod functions;
mod lexer;
mod members;
mod statements;
mod strings;
mod tongue;
mod value;
mod walker;

pub use format::{braces, percent};
pub use tongue::Tongue;
pub use value::{Value, Words};
pub use walker::{Actions, Argument, Call, Walker};

/// The literals of a text with their lines, in order, as far as all of them is known.
#[must_use]
pub fn literals(tongue: Tongue, content: &str) -> Vec<(u32, String)> {
    let (tokens, ..) = lexer::Lexer::new(tongue, content, 1).run();
    let known = tokens.into_iter().filter_map(|token| match token.kind {
        lexer::Kind::Text(parts) => match <[lexer::Part; 1]>::try_from(parts) {
            Ok([lexer::Part::Known(text)]) => Some((token.line, text)),
            _ => None,
        },
        _ => None,
    });
    known.collect()
}
