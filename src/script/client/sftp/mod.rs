//! The clients of SFTP that are taken for FTP by their names: OpenSSH's `sftp` and `scp`, PuTTY's `psftp` and `pscp`. What
//! they move is reported as what it is, with the scheme `sftp`.
//!
//! Source: sftp(1), scp(1), and PuTTY's manual, chapters 5 and 6.

mod batch;
mod command_line;

pub use command_line::launch;

use super::world::{StoredSite, World};
use crate::base::limits::Limits;
use crate::base::text::Text;
use crate::script::launch::{Client, Launch};
use crate::script::reading::Interpretation;
use batch::Machine;
use command_line::Target;

/// Runs a client of SFTP as it was launched, with its script where it has one.
#[must_use]
pub fn run(script: Option<&Text>, launch: &Launch, world: &dyn World, limits: &Limits) -> Interpretation {
    let mut machine = Machine::new(launch.client, launch.switches.working_directory.clone());
    let line = u32::from(script.is_none());
    let program = launch.command_line.split([' ', '\t']).next().unwrap_or_default();
    if let Some(mut target) = command_line::read(program, launch.client, &launch.arguments) {
        target.stored = stored(&target, launch.client, world);
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

/// The session of PuTTY that a command line names, by `-load` or in place of the host.
fn stored(target: &Target, client: Client, world: &dyn World) -> Option<StoredSite> {
    if client != Client::Psftp {
        return None;
    }
    let name = target.load.as_deref().or(target.host.as_deref())?;
    world.site(client, name, None)
}

#[cfg(test)]
mod tests;
