//! Batch files and command lines of cmd.exe, emulated over a file system of their own that is held in memory.
//!
//! What cmd.exe does with a line, in its order: variables between percent signs are put in; carets, quotes, redirections,
//! `&`, `|` and parentheses are read; `!variables!` are put in; the command runs. Of the commands those are emulated that
//! write, move or read files and those that decide what runs next; every other command is noted as started.
//!
//! What the text cannot tell stays as written: variables that it does not define, the outcome of conditions (both branches
//! are taken), the items of a loop over files. Source: Microsoft's command reference, and the experiments behind
//! `21>f` (text), ` 1>f` (a handle) and the blank before `>>` (kept).

mod commands;
mod expand;
mod parse;
mod run;

pub use expand::unresolved;
pub use run::Interpreter;

use super::emulation::Emulation;

/// Runs what `cmd /c …` is given; false where it is given nothing to run. `command_line` is the whole of it.
pub fn run_shell(emulation: &mut Emulation<'_>, command_line: &str) -> bool {
    let Some(inner) = commands::given_to_shell(command_line) else { return false };
    Interpreter::new(emulation, Vec::new()).run_text(inner);
    true
}
