//! The command line: verbs, arguments, exit codes. With `report`, the only floor that prints.

mod about;
mod args;
mod collect;
mod exit;
mod given;
mod inspect;
mod interrupt;
mod ls;
mod message;
mod progress;
mod scan;
mod script;
mod settings;
mod sink;
mod triage;
mod units;

use args::{Arguments, Verb};
use clap::{CommandFactory, FromArgMatches};
use exit::Exit;
use std::process::ExitCode;

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|info| {
        // The message may hold evidence; where it happened does not.
        if !crate::base::guard::is_guarded() {
            let place = info.location().map(|place| format!("{}:{}", place.file(), place.line())).unwrap_or_default();
            message::say(&format!("internal error at {place}; please report it"));
        }
    }));
    let command = Arguments::command();
    let completed = match settings::complete(&command, std::env::args_os().collect(), std::env::vars_os()) {
        Ok(completed) => completed,
        Err(error) => return refuse(&error),
    };
    for remark in &completed.remarks {
        message::say(&crate::base::escape::terminal(remark));
    }
    let parsed = command.try_get_matches_from(&completed.arguments);
    let arguments = match parsed.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors; clap prints them to standard output.
            let code = if error.use_stderr() { Exit::Usage } else { Exit::Complete };
            let _ = error.print();
            for place in settings::blamed(&error, &completed.origins) {
                message::say(&crate::base::escape::terminal(&place));
            }
            return code.into();
        }
    };
    args::note(completed.arguments);
    let done = match arguments.verb {
        Verb::Scan(arguments) => scan::run(&arguments),
        Verb::Triage(arguments) => triage::run(&arguments),
        Verb::Collect(arguments) => collect::run(&arguments),
        Verb::Inspect(arguments) => inspect::run(&arguments),
        Verb::Ls(arguments) => ls::run(&arguments),
        Verb::Script(arguments) => script::run(&arguments),
        Verb::Rules(arguments) => about::rules(arguments.format),
        Verb::Schema(arguments) => about::schema(arguments.of),
        Verb::Completions(arguments) => about::completions(arguments.shell),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(error) => refuse(&error),
    }
}

fn refuse(error: &str) -> ExitCode {
    message::say(&crate::base::escape::terminal(error));
    Exit::Usage.into()
}
