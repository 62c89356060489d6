//! What records say of the signatures of clients: Sysmon 7, where a process loads its own file.

use super::paths::Place;
use super::run::Runs;
use crate::artifact::event::Event;

/// Tells of each run what a record says of its program's signature.
pub(super) fn tie(events: &[(&Event, &str, &str)], runs: &mut Runs) {
    for (event, id, _) in events.iter().filter(|(event, ..)| event.source == "sysmon-7") {
        let (Some(file), Some(process)) = (&event.file, &event.process) else { continue };
        let Some(draft) = runs.owner(event, process).and_then(|at| runs.drafts.get_mut(at)) else { continue };
        let program = draft.run.program.path.as_deref().and_then(Place::of);
        let is_own = program.zip(Place::of(&file.path)).is_some_and(|(own, loaded)| own.is(&loaded));
        let status = file.signature_status.as_deref().map(str::to_lowercase);
        if let (true, Some(status), None) = (is_own, status, &draft.run.program.signature) {
            let signer = file.signer.as_deref().map(|signer| format!(", {signer}")).unwrap_or_default();
            draft.run.program.signature = Some(format!("{status}{signer}, by the word of Sysmon"));
            draft.run.events.insert((*id).to_owned());
        }
    }
}
