//! Passwords in what the host recorded: command lines, script blocks, values, and what follows from them.

use crate::artifact::event::{Event, Process};
use crate::case::Case;
use crate::case::claim::{Claim, Persistence};
use crate::case::run::{ClientRun, Relative, Verdict};

/// Hides the known passwords in every text of the records.
pub(super) fn hide(case: &mut Case, hide: &dyn Fn(&mut String)) {
    case.events.iter_mut().for_each(|event| of_event(&mut event.fact, hide));
    case.runs.iter_mut().for_each(|run| of_run(run, hide));
    case.claims.iter_mut().for_each(|claim| of_claim(claim, hide));
    case.persistence.iter_mut().for_each(|one| of_persistence(one, hide));
    case.verdicts.iter_mut().for_each(|verdict| of_verdict(verdict, hide));
    case.timeline.iter_mut().for_each(|entry| {
        hide(&mut entry.text);
        entry.note.iter_mut().for_each(hide);
    });
    case.playbooks.iter_mut().flat_map(|step| &mut step.text).for_each(hide);
}

fn of_event(event: &mut Event, hide: &dyn Fn(&mut String)) {
    if let Some(process) = &mut event.process {
        of_process(process, hide);
    }
    if let Some(starts) = &mut event.starts {
        starts.command_line.iter_mut().chain(&mut starts.script).for_each(hide);
    }
    event.script_block.iter_mut().for_each(|block| hide(&mut block.text));
    event.registry.iter_mut().filter_map(|registry| registry.data.as_mut()).for_each(hide);
    event.file.iter_mut().filter_map(|file| file.contents.as_mut()).for_each(hide);
    event.network.iter_mut().filter_map(|network| network.url.as_mut()).for_each(hide);
}

fn of_process(process: &mut Process, hide: &dyn Fn(&mut String)) {
    process.command_line.iter_mut().for_each(hide);
    if let Some(parent) = &mut process.parent {
        of_process(parent, hide);
    }
}

fn of_run(run: &mut ClientRun, hide: &dyn Fn(&mut String)) {
    let relatives = run.parents.iter_mut().chain(&mut run.children);
    relatives.filter_map(|Relative { command_line, .. }| command_line.as_mut()).for_each(hide);
    let lists = [&mut run.script.commands, &mut run.notes, &mut run.network.contradictions];
    run.command_line.iter_mut().chain(lists.into_iter().flatten()).for_each(hide);
    run.verdicts.iter_mut().for_each(|verdict| of_verdict(verdict, hide));
}

fn of_verdict(verdict: &mut Verdict, hide: &dyn Fn(&mut String)) {
    hide(&mut verdict.why);
    verdict.against.iter_mut().for_each(hide);
}

fn of_claim(claim: &mut Claim, hide: &dyn Fn(&mut String)) {
    claim.states.iter_mut().map(|state| &mut state.why).chain(&mut claim.notes).for_each(hide);
    claim.executions.iter_mut().filter_map(|execution| execution.command_line.as_mut()).for_each(hide);
    claim.persistence.iter_mut().for_each(|one| of_persistence(one, hide));
}

fn of_persistence(one: &mut Persistence, hide: &dyn Fn(&mut String)) {
    one.command_line.iter_mut().for_each(hide);
}
