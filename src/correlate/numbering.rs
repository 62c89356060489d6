//! The identities of events: those that nothing rests on are left out, the others are numbered as the report's reader expects.

use super::{Drafts, Pool};
use crate::case::claim::Persistence;
use crate::case::run::Verdict;
use crate::case::{Event, EventLinks};
use crate::script::launch::Launch;
use std::collections::{BTreeMap, BTreeSet};

/// Leaves out the new events that nothing names, numbers the others after those that the case holds, and says of each what it
/// bears on.
pub(super) fn settle(pool: Pool, drafts: &mut Drafts, launches: &mut [Launch]) -> Vec<Event> {
    let mut used = BTreeSet::new();
    each(drafts, launches, &mut |name| {
        used.insert(name.clone());
    });
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut kept: Vec<Event> = Vec::new();
    for (number, mut event) in pool.events.into_iter().enumerate() {
        let is_new = number >= pool.held;
        if is_new && !used.contains(&event.id) {
            continue;
        }
        if is_new {
            let name = format!("v{}", kept.len().saturating_add(1));
            names.insert(std::mem::replace(&mut event.id, name.clone()), name);
        }
        kept.push(event);
    }
    each(drafts, launches, &mut |name| {
        if let Some(new) = names.get(name) {
            name.clone_from(new);
        }
    });
    let links = links(drafts, launches);
    for event in &mut kept {
        let Some(found) = links.get(&event.id) else { continue };
        event.links.scripts.extend(found.scripts.iter().cloned());
        event.links.payloads.extend(found.payloads.iter().cloned());
        event.links.launches.extend(found.launches.iter().cloned());
        event.links.runs.extend(found.runs.iter().cloned());
    }
    kept
}

fn each(drafts: &mut Drafts, launches: &mut [Launch], visit: &mut dyn FnMut(&mut String)) {
    for run in &mut drafts.runs {
        run.parents
            .iter_mut()
            .chain(&mut run.children)
            .filter_map(|relative| relative.event.as_mut())
            .for_each(&mut *visit);
        run.script
            .written
            .iter_mut()
            .chain(&mut run.script.deleted)
            .flat_map(|deed| &mut deed.refs)
            .for_each(&mut *visit);
        let network = &mut run.network;
        network.connections.iter_mut().for_each(|connection| visit(&mut connection.event));
        network.destinations.iter_mut().flat_map(|destination| &mut destination.events).for_each(&mut *visit);
        network.questions.iter_mut().for_each(|question| visit(&mut question.event));
        run.files.iter_mut().for_each(|file| visit(&mut file.event));
        run.script_blocks.iter_mut().for_each(|block| visit(&mut block.event));
        run.logon.iter_mut().for_each(|logon| visit(&mut logon.event));
        verdicts(&mut run.verdicts, visit);
        set(&mut run.events, visit);
    }
    for claim in &mut drafts.claims {
        claim.states.iter_mut().for_each(|state| set(&mut state.refs, visit));
        claim.deliveries.iter_mut().flat_map(|delivery| &mut delivery.refs).for_each(&mut *visit);
        claim.executions.iter_mut().flat_map(|execution| &mut execution.refs).for_each(&mut *visit);
        persistence(&mut claim.persistence, visit);
    }
    persistence(&mut drafts.persistence, visit);
    verdicts(&mut drafts.verdicts, visit);
    drafts.restored.iter_mut().for_each(|restored| visit(&mut restored.recorded.event));
    drafts.marks.iter_mut().for_each(&mut *visit);
    launches.iter_mut().filter_map(|launch| launch.found_in.event.as_mut()).for_each(visit);
}

fn verdicts(verdicts: &mut [Verdict], visit: &mut dyn FnMut(&mut String)) {
    verdicts.iter_mut().flat_map(|verdict| &mut verdict.refs).for_each(visit);
}

fn persistence(persistence: &mut [Persistence], visit: &mut dyn FnMut(&mut String)) {
    persistence.iter_mut().flat_map(|start| &mut start.refs).for_each(visit);
}

fn set(names: &mut BTreeSet<String>, visit: &mut dyn FnMut(&mut String)) {
    *names = std::mem::take(names)
        .into_iter()
        .map(|mut name| {
            visit(&mut name);
            name
        })
        .collect();
}

fn links(drafts: &Drafts, launches: &[Launch]) -> BTreeMap<String, EventLinks> {
    let mut links: BTreeMap<String, EventLinks> = BTreeMap::new();
    for run in &drafts.runs {
        for event in &run.events {
            let link = links.entry(event.clone()).or_default();
            link.runs.insert(run.id.clone());
            link.scripts.extend(run.scripts.iter().cloned());
        }
        for event in run.script.written.iter().chain(&run.script.deleted).flat_map(|deed| &deed.refs) {
            links.entry(event.clone()).or_default().scripts.extend(run.scripts.iter().cloned());
            links.entry(event.clone()).or_default().runs.insert(run.id.clone());
        }
    }
    for claim in &drafts.claims {
        let deliveries = claim.deliveries.iter().flat_map(|delivery| &delivery.refs);
        let executions = claim.executions.iter().flat_map(|execution| &execution.refs);
        let persistence = claim.persistence.iter().flat_map(|start| &start.refs);
        let states = claim.states.iter().flat_map(|state| &state.refs);
        for event in deliveries.chain(executions).chain(persistence).chain(states).filter(|name| name.starts_with('v'))
        {
            links.entry(event.clone()).or_default().payloads.extend(claim.payload.iter().cloned());
        }
    }
    for restored in &drafts.restored {
        links.entry(restored.recorded.event.clone()).or_default().payloads.insert(restored.payload.clone());
    }
    for start in &drafts.persistence {
        for event in &start.refs {
            let scripts = start.subjects.iter().filter(|subject| subject.starts_with('s')).cloned();
            links.entry(event.clone()).or_default().scripts.extend(scripts);
        }
    }
    for launch in launches {
        if let Some(event) = &launch.found_in.event {
            links.entry(event.clone()).or_default().launches.insert(launch.id.clone());
        }
    }
    links
}
