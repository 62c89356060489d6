//! Batch files and command lines of cmd.exe, emulated over a file system of their own that is held in memory.
//!
//! What cmd.exe does with a line, in its order: variables between percent signs are put in (`expand`); carets, quotes,
//! redirections, `&`, `|` and parentheses are read (`parse`); the variables of loops and `!variables!` are put in; the
//! command runs (`run`). Of the commands those are emulated that write, move or read files and those that decide what runs
//! next; every other command is noted as started.
//!
//! What the text cannot tell stays as written: variables that it does not define, the items of a loop over files. Where a
//! condition depends on the host, both branches are taken from the same state; a file that they leave with different
//! contents has all of them, and a client that reads it is launched with each.
//!
//! Sources: Microsoft's command reference; "How does the Windows Command Interpreter (CMD.EXE) parse scripts?" (Stack
//! Overflow, question 4094699), whose phases are meant where the code speaks of one; and the experiments behind `21>f` (text),
//! ` 1>f` (a handle) and the blank before `>>` (kept).

mod arithmetic;
mod batch_files;
mod branches;
mod commands;
mod condition;
#[cfg(test)]
mod droppers;
mod expand;
mod file_commands;
mod filters;
mod parse;
mod repeat;
mod run;
mod shell;
#[cfg(test)]
mod tests;
mod tree;
mod variables;

pub use expand::unresolved;
pub use run::Interpreter;
pub use shell::{reads_input, run_shell};
