//! Programs that take what a pipe carries to them for their program: shells and interpreters that are given no other.

use super::emulation::program_name;
use super::{batch, powershell};

/// Whether a program runs its input. Shells of Unix are not among them: they are told where they are emulated.
#[must_use]
pub fn reads_program(words: &[String], command_line: &str) -> bool {
    let [program, arguments @ ..] = words else { return false };
    let name = program_name(program);
    match name.as_str() {
        "cmd" | "command" | "%comspec%" | "!comspec!" => batch::reads_input(command_line),
        "powershell" | "pwsh" => powershell::reads_input(words),
        name => {
            let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
            matches!(name, "python" | "py" | "perl" | "php" | "ruby" | "node" | "lua")
                && arguments.iter().all(|word| word == "-" || word.starts_with("-u"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::client::switches::split_arguments;

    #[test]
    fn who_runs_what_it_reads() {
        let cases = [
            ("cmd", true),
            ("C:\\Windows\\System32\\cmd.exe /q", true),
            ("cmd /c findstr x", false),
            ("powershell -", true),
            ("powershell -nop -c -", true),
            ("powershell.exe -NoProfile", true),
            ("powershell -c \"$input\"", false),
            ("powershell -enc *", false),
            ("pwsh -file a.ps1", false),
            ("python3.11 -", true),
            ("py", true),
            ("python -m json.tool", false),
            ("node", true),
            ("findstr x", false),
            ("sort", false),
            ("", false),
        ];
        for (line, runs) in cases {
            assert_eq!(reads_program(&split_arguments(line), line), runs, "{line}");
        }
    }
}
