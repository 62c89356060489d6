//! What runs the commands of a script, as ATT&CK tells interpreters apart (T1059).

use super::Attack;
use super::rules::attack;
use crate::case::Script;
use crate::script::reading::Form;

/// What runs a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interpreter {
    CommandShell,
    UnixShell,
    Powershell,
    VisualBasic,
    Jscript,
    Python,
    /// One that has no technique of its own.
    Other,
}

const INGRESS: Attack = attack("T1105", "command-and-control");

/// What runs the commands of a script's own text.
pub(super) fn of(script: &Script) -> Interpreter {
    match script.form {
        Form::Shell | Form::Netrc => Interpreter::UnixShell,
        Form::Powershell => Interpreter::Powershell,
        Form::Vbscript => Interpreter::VisualBasic,
        Form::Jscript => Interpreter::Jscript,
        Form::Python => Interpreter::Python,
        Form::Perl | Form::Php | Form::Sql | Form::Jcl => Interpreter::Other,
        _ => of_client(script),
    }
}

/// What runs the commands that a client hands to the shell of its host: the shell of Unix where the client is one of Unix, or the
/// script lies where only Unix has paths.
pub(super) fn of_client(script: &Script) -> Interpreter {
    const UNIX: [&str; 6] = ["bsd", "inetutils", "tnftp", "lftp", "ncftp", "sftp"];
    let is_unix =
        script.path.starts_with('/') || script.dialect.as_deref().is_some_and(|client| UNIX.contains(&client));
    if is_unix { Interpreter::UnixShell } else { Interpreter::CommandShell }
}

/// The techniques of running a command.
pub(super) fn run(by: Interpreter) -> &'static [Attack] {
    match by {
        Interpreter::CommandShell => const { &[attack("T1059.003", "execution")] },
        Interpreter::UnixShell => const { &[attack("T1059.004", "execution")] },
        Interpreter::Powershell => const { &[attack("T1059.001", "execution")] },
        Interpreter::VisualBasic => const { &[attack("T1059.005", "execution")] },
        Interpreter::Jscript => const { &[attack("T1059.007", "execution")] },
        Interpreter::Python => const { &[attack("T1059.006", "execution")] },
        Interpreter::Other => const { &[attack("T1059", "execution")] },
    }
}

/// The techniques of running what was fetched.
pub(super) fn fetch_and_run(by: Interpreter) -> &'static [Attack] {
    match by {
        Interpreter::CommandShell => const { &[INGRESS, attack("T1059.003", "execution")] },
        Interpreter::UnixShell => const { &[INGRESS, attack("T1059.004", "execution")] },
        Interpreter::Powershell => const { &[INGRESS, attack("T1059.001", "execution")] },
        Interpreter::VisualBasic => const { &[INGRESS, attack("T1059.005", "execution")] },
        Interpreter::Jscript => const { &[INGRESS, attack("T1059.007", "execution")] },
        Interpreter::Python => const { &[INGRESS, attack("T1059.006", "execution")] },
        Interpreter::Other => const { &[INGRESS, attack("T1059", "execution")] },
    }
}
