//! The clients of SFTP that are taken for FTP by their names: OpenSSH's `sftp` and `scp`, PuTTY's `psftp` and `pscp`. What
//! they move is reported as what it is, with the scheme `sftp`.
//!
//! Source: sftp(1), scp(1), and PuTTY's manual, chapters 5 and 6.

mod batch;
mod command_line;

pub use command_line::launch;

use crate::base::limits::Limits;
use crate::base::text::Text;
use crate::script::launch::Launch;
use crate::script::reading::Interpretation;
use batch::Machine;

/// Runs a client of SFTP as it was launched, with its script where it has one.
#[must_use]
pub fn run(script: Option<&Text>, launch: &Launch, limits: &Limits) -> Interpretation {
    let mut machine = Machine::new(launch.client, launch.switches.working_directory.clone());
    let line = u32::from(script.is_none());
    let program = launch.command_line.split([' ', '\t']).next().unwrap_or_default();
    if let Some(target) = command_line::read(program, launch.client, &launch.arguments) {
        machine.begin(&target, line);
    }
    if let Some(script) = script {
        let mut count = 0usize;
        for text in script.lines() {
            count = count.saturating_add(1);
            if count > limits.script_lines {
                let message = "the script has more lines than the limit; the rest was not run";
                machine.journal.note(text.number, "too-many-lines", message);
                break;
            }
            machine.command(
                text.number,
                text.text.get(..text.text.floor_char_boundary(limits.line_bytes)).unwrap_or_default(),
            );
        }
    }
    machine.journal.finish()
}

#[cfg(test)]
mod tests;
