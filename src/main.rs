//! The program: parse the arguments, run the verb, answer with its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ftpsift::cli::main()
}
