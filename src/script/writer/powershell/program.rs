//! `powershell.exe` and `pwsh` on a command line (Microsoft, about_PowerShell_exe and about_Pwsh).

use super::encoding;
use super::run::Interpreter;
use crate::base::base64;
use crate::script::local_path;
use crate::script::writer::emulation::{Emulation, Input, program_name};

/// What PowerShell is given to run.
enum Given {
    Text(String),
    File(String),
    /// Its input.
    Input,
}

/// Switches that take a value, by the shortest form and the whole name.
const VALUED: &[(&str, &str)] = &[
    ("ex", "executionpolicy"),
    ("ep", "ep"),
    ("w", "windowstyle"),
    ("v", "version"),
    ("o", "outputformat"),
    ("of", "of"),
    ("in", "inputformat"),
    ("if", "if"),
    ("ps", "psconsolefile"),
    ("config", "configurationname"),
    ("cu", "custompipename"),
    ("set", "settingsfile"),
    ("wd", "wd"),
    ("wo", "workingdirectory"),
    ("encodeda", "encodedarguments"),
];

/// Runs what `powershell …` is given on its command line; false where that is nothing that can be run.
pub(super) fn run(emulation: &mut Emulation<'_>, words: &[String]) -> bool {
    let Some((program, arguments)) = words.split_first() else { return false };
    let is_core = program_name(program) == "pwsh";
    let Some(given) = given(arguments, is_core) else { return false };
    let text = match given {
        Given::Text(text) => text,
        Given::Input => match &emulation.input {
            Input::Text(pieces) => pieces.iter().map(|piece| piece.text.as_str()).collect(),
            _ => return false,
        },
        Given::File(path) => {
            let directory = emulation.directory.clone();
            match emulation.files.get(&path, directory.as_deref()) {
                Some(file) => file.content(),
                None => return false,
            }
        }
    };
    if text.trim().is_empty() || !emulation.enter() {
        return false;
    }
    let line = emulation.line;
    let mut interpreter = Interpreter::new(emulation, is_core);
    interpreter.fixed_line = Some(line);
    interpreter.run_script(&text);
    emulation.line = line;
    emulation.leave();
    true
}

/// Whether `powershell …` is given no commands but its input.
pub(super) fn reads_input(words: &[String]) -> bool {
    let Some((program, arguments)) = words.split_first() else { return false };
    matches!(given(arguments, program_name(program) == "pwsh"), Some(Given::Input))
}

/// What the arguments say; nothing where that cannot be read.
fn given(arguments: &[String], is_core: bool) -> Option<Given> {
    let mut rest = arguments;
    while let Some((first, after)) = rest.split_first() {
        let Some(name) = first.strip_prefix(['-', '/', '\u{2013}', '\u{2014}', '\u{2015}']) else {
            // Without a switch Windows PowerShell takes commands, PowerShell 6 and later a file.
            return Some(if is_core && local_path::file_name(first).contains('.') {
                Given::File(first.clone())
            } else {
                Given::Text(rest.join(" "))
            });
        };
        let name = name.trim_start_matches('-').to_ascii_lowercase();
        if name.is_empty() {
            return Some(Given::Input);
        }
        let (name, joined) = match name.split_once(':') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (name, None),
        };
        let is = |whole: &str| whole.starts_with(&name);
        if is("command") || name == "cwa" || is("commandwithargs") {
            if after.first().map(String::as_str) == Some("-") {
                return Some(Given::Input);
            }
            return Some(Given::Text(after.join(" ")));
        }
        if is("encodedcommand") || name == "ec" || name == "enc" {
            let encoded = after.first()?;
            let bytes = base64::decode(encoded.trim_matches(['"', '\'']))?;
            return Some(Given::Text(encoding::text(&bytes, true)));
        }
        if is("file") {
            return Some(match after.first()?.as_str() {
                "-" => Given::Input,
                file => Given::File(file.to_owned()),
            });
        }
        let takes_value =
            joined.is_none() && VALUED.iter().any(|(least, whole)| name.starts_with(least) && whole.starts_with(&name));
        rest = if takes_value { after.get(1..).unwrap_or_default() } else { after };
    }
    // Where the keyboard is redirected, it is that what PowerShell is given.
    Some(Given::Input)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::client::switches::split_arguments;

    fn text(line: &str) -> Option<String> {
        match given(&split_arguments(line), false)? {
            Given::Text(text) => Some(text),
            Given::File(path) => Some(format!("file {path}")),
            Given::Input => Some("input".to_owned()),
        }
    }

    #[test]
    fn switches_of_powershell() {
        let cases = [
            ("-c \"ftp -s:a\"", Some("ftp -s:a")),
            ("-NoP -W Hidden -Exec Bypass -Command ftp -s:a", Some("ftp -s:a")),
            ("ftp -s:a", Some("ftp -s:a")),
            ("-nop -e ZgB0AHAA", Some("ftp")),
            ("-EnC ZgB0AHAA", Some("ftp")),
            ("-encodedcommand ZgB0AHAA", Some("ftp")),
            ("/c ftp", Some("ftp")),
            ("-ExecutionPolicy Bypass -File C:\\a.ps1", Some("file C:\\a.ps1")),
            ("-ep bypass -f a.ps1 x", Some("file a.ps1")),
            ("-", Some("input")),
            ("-Command -", Some("input")),
            ("-NoExit", Some("input")),
            ("-v 2", Some("input")),
            ("-e *", None),
        ];
        for (line, expected) in cases {
            assert_eq!(text(line).as_deref(), expected, "{line}");
        }
    }
}
