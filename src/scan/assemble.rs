//! Builds the case's records of one piece of evidence: numbers them, runs the scripts, ties starts to transfers.

use super::confidence;
use super::starts;
use super::stores::{Known, Stores};
use super::texts::TextFile;
use super::tie::{TextId, Tie, text_of};
use super::volume::VolumeView;
use crate::base::digest::Digests;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::text::Text;
use crate::base::time::FileTimes;
use crate::case::{Script, Source, WrittenBy};
use crate::script::client::{self, holes, login, world::World};
use crate::script::content;
use crate::script::launch::{Client, Launch};
use crate::script::local_path;
use crate::script::reading::{Confidence, Feed, Form, Interpretation, LoginAssumed, Written};
use crate::script::session::{Diagnostic, Session};
use crate::script::store::{self, Stored};
use std::collections::BTreeMap;

/// The records of one piece of evidence.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) scripts: Vec<Script>,
    pub(super) launches: Vec<Launch>,
    /// For each script the folder from which relative names are taken where nothing else tells.
    pub(super) near: Vec<String>,
    /// Which text each script is, by the script's identity.
    pub(super) texts: BTreeMap<String, TextId>,
}

/// Counters that run on from one piece of evidence to the next.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    pub(super) scripts: usize,
    pub(super) launches: usize,
}

/// What was found on one piece of evidence.
#[derive(Clone, Copy)]
pub(super) struct Found<'f> {
    pub(super) volume: &'f VolumeView<'f>,
    pub(super) texts: &'f [TextFile],
    pub(super) ties: &'f [Tie],
    pub(super) stores: &'f Stores,
}

/// Makes the records of the texts of one piece of evidence.
pub(super) fn assemble(evidence: &str, found: &Found<'_>, numbers: &mut Numbers, limits: &Limits) -> Records {
    let Found { volume, texts, ties, stores } = *found;
    let mut records = Records::default();
    let ids = number_scripts(texts, numbers);
    let launch_ids = number_launches(ties, numbers);
    let runs = runs_of_scripts(ties);
    let launches_of = |text: &TextId| launches_of(text, &runs, (texts, ties, &launch_ids));
    for text in texts {
        let id = ids.get(&TextId::File(text.path.clone())).cloned().unwrap_or_default();
        let world = Known { stores, volume, script: &text.path, limits };
        let mut script = file_script(&id, evidence, volume, text);
        if let (Some(confidence), false) = (text.reading.is_script, text.text.content.is_empty()) {
            let launches = launches_of(&TextId::File(text.path.clone()));
            script.confidence = confidence;
            run_into(&mut script, &text.text, text.reading.client, &launches, &world, limits);
        }
        if !text.reading.sessions.is_empty() {
            let sessions = text.reading.sessions.clone();
            let run = Interpretation { client: text.reading.client, sessions, ..Interpretation::default() };
            script.confidence = script.confidence.max(confidence::of_text(&text.reading));
            absorb(&mut script, run, None);
        }
        records.scripts.push(script);
        records.near.push(volume.directory(&text.path));
        for (index, written) in text.reading.written.iter().enumerate() {
            let text_id = TextId::Written(text.path.clone(), index);
            let launches = launches_of(&text_id);
            let written_id = ids.get(&text_id).cloned().unwrap_or_default();
            let mut script = written_script(&written_id, &id, evidence, volume, text, written);
            let name = written.path.as_deref().map_or("", local_path::file_name);
            let client = content::of(&written.text, name).map_or(Client::WindowsFtp, |told| told.client);
            match store::read(&written.text, name).filter(|stored| stored.form == Form::Netrc && launches.is_empty()) {
                Some(stored) => {
                    script.form = stored.form;
                    let Stored { client, sessions, .. } = stored;
                    absorb(&mut script, Interpretation { client, sessions, ..Interpretation::default() }, None);
                }
                None => {
                    let closed = holes::closed_text(&written.text, &written.unresolved);
                    let content = closed.as_ref().unwrap_or(&written.text);
                    run_into(&mut script, content, client, &launches, &world, limits);
                    if closed.is_some() {
                        holes::open_all(&mut script.sessions, &mut script.diagnostics);
                    }
                }
            }
            for session in &mut script.sessions {
                session.unresolved.clone_from(&written.unresolved);
                session.active &= written.active;
            }
            records.scripts.push(script);
            records.near.push(written.working_directory.clone().unwrap_or_else(|| volume.directory(&text.path)));
        }
        for (index, (launch, _)) in told_by_command_line(text) {
            let text_id = TextId::CommandLine(text.path.clone(), index);
            let launches = launches_of(&text_id);
            let own_id = ids.get(&text_id).cloned().unwrap_or_default();
            let mut script = command_line_script(&own_id, &id, evidence, volume, text, launch);
            script.launches = launches.iter().map(|(id, _)| id.clone()).collect();
            let run = run_command_line(launch, &world, limits);
            absorb(&mut script, run, launches.first().map(|(id, _)| id));
            script.sessions.iter_mut().for_each(|session| session.active &= launch.would_run);
            script.confidence = confidence::of_command_line(text.reading.form, &script.sessions);
            records.scripts.push(script);
            records.near.push(launch.working_directory.clone().unwrap_or_else(|| volume.directory(&text.path)));
        }
    }
    records.launches = launch_records(texts, ties, &ids, &launch_ids);
    number_sessions(&mut records.scripts);
    starts::tie(texts, ties, &ids, &mut records.scripts);
    records.texts = ids.into_iter().map(|(text, id)| (id, text)).collect();
    records
}

/// Runs what a command line says, with what its shell left open.
fn run_command_line(launch: &Launch, world: &dyn World, limits: &Limits) -> Interpretation {
    let holes: Vec<String> = launch.arguments.iter().flat_map(|argument| holes::substitutions(argument)).collect();
    if holes.is_empty() {
        return client::run(None, launch, world, limits);
    }
    let mut closed = launch.clone();
    for argument in &mut closed.arguments {
        if let Some(word) = holes::closed(argument, &holes) {
            *argument = word;
        }
    }
    let mut run = client::run(None, &closed, world, limits);
    holes::open_all(&mut run.sessions, &mut run.diagnostics);
    run
}

fn number_scripts(texts: &[TextFile], numbers: &mut Numbers) -> BTreeMap<TextId, String> {
    let mut ids = BTreeMap::new();
    let mut next = || {
        numbers.scripts = numbers.scripts.saturating_add(1);
        format!("s{}", numbers.scripts)
    };
    for text in texts {
        ids.insert(TextId::File(text.path.clone()), next());
        for index in 0..text.reading.written.len() {
            ids.insert(TextId::Written(text.path.clone(), index), next());
        }
        for (index, _) in told_by_command_line(text) {
            ids.insert(TextId::CommandLine(text.path.clone(), index), next());
        }
    }
    ids
}

/// The launches of a text whose command line says it all, with their index.
fn told_by_command_line(text: &TextFile) -> impl Iterator<Item = (usize, &(Launch, Feed))> {
    text.reading.launches.iter().enumerate().filter(|(_, (_, feed))| *feed == Feed::CommandLine)
}

fn number_launches(ties: &[Tie], numbers: &mut Numbers) -> Vec<String> {
    let mut order: Vec<usize> = (0..ties.len()).collect();
    order.sort_by_key(|index| ties.get(*index).map(|tie| (&tie.file, tie.launch)));
    let mut ids = vec![String::new(); ties.len()];
    for index in order {
        numbers.launches = numbers.launches.saturating_add(1);
        if let Some(id) = ids.get_mut(index) {
            *id = format!("l{}", numbers.launches);
        }
    }
    ids
}

/// Which launches run which texts, by the number of the tie, in the order of the texts.
fn runs_of_scripts(ties: &[Tie]) -> Vec<(&TextId, usize)> {
    let mut runs: Vec<(&TextId, usize)> =
        ties.iter().enumerate().flat_map(|(number, tie)| tie.scripts.iter().map(move |text| (text, number))).collect();
    runs.sort_unstable();
    // A launch that names a text twice runs it once.
    runs.dedup();
    runs
}

/// The launches that run a text, with their identities, those that would run first.
fn launches_of<'t>(
    text: &TextId,
    runs: &[(&TextId, usize)],
    (texts, ties, ids): (&'t [TextFile], &[Tie], &[String]),
) -> Vec<(String, &'t Launch)> {
    let begin = runs.partition_point(|(known, _)| *known < text);
    let own = runs.iter().skip(begin).take_while(|(known, _)| *known == text);
    let mut launches: Vec<(String, &Launch)> = own
        .filter_map(|(_, number)| Some((ids.get(*number)?.clone(), launch_of(ties.get(*number)?, texts)?.1)))
        .collect();
    launches.sort_by_key(|(_, launch)| !launch.would_run);
    launches
}

fn launch_of<'t>(tie: &Tie, texts: &'t [TextFile]) -> Option<(&'t TextFile, &'t Launch)> {
    let text = text_of(texts, &tie.file)?;
    text.reading.launches.get(tie.launch).map(|(launch, _)| (text, launch))
}

fn launch_records(texts: &[TextFile], ties: &[Tie], scripts: &BTreeMap<TextId, String>, ids: &[String]) -> Vec<Launch> {
    let mut records: Vec<(usize, Launch)> = Vec::new();
    for (tie, id) in ties.iter().zip(ids) {
        let Some((text, launch)) = launch_of(tie, texts) else { continue };
        let mut record = launch.clone();
        record.id.clone_from(id);
        record.found_in.event.clone_from(&text.event);
        record.found_in.script = scripts.get(&TextId::File(tie.file.clone())).cloned();
        record.scripts = tie.scripts.iter().filter_map(|text| scripts.get(text).cloned()).collect();
        let number = id.get(1..).and_then(|digits| digits.parse().ok()).unwrap_or(0);
        records.push((number, record));
    }
    records.sort_by_key(|(number, _)| *number);
    records.into_iter().map(|(_, record)| record).collect()
}

fn file_script(id: &str, evidence: &str, volume: &VolumeView<'_>, text: &TextFile) -> Script {
    let (source, recovery) = match text.event {
        Some(_) => (Source::Event, None),
        None => volume.source(&text.path),
    };
    let thrown = volume.thrown(&text.path);
    Script {
        id: id.to_owned(),
        evidence: evidence.to_owned(),
        volume: volume.id(&text.path),
        path: volume.display(&text.path),
        path_raw: text.path.raw(),
        source,
        recovery,
        deleted_at: thrown.as_ref().and_then(|thrown| thrown.deleted),
        original_path: thrown.map(|thrown| thrown.original),
        extents: if matches!(source, Source::File | Source::Event) { Vec::new() } else { volume.extents(&text.path) },
        form: text.reading.form,
        dialect: None,
        encoding: text.text.encoding,
        byte_order_mark: text.text.byte_order_mark,
        size: text.size,
        md5: text.digests.md5.clone(),
        sha1: text.digests.sha1.clone(),
        sha256: text.digests.sha256.clone(),
        bytes_examined: text.examined,
        times: text.times,
        written_by: None,
        provenance: Vec::new(),
        launches: Vec::new(),
        login_assumed: None,
        confidence: confidence::of_text(&text.reading),
        sessions: Vec::new(),
        starts: Vec::new(),
        diagnostics: text.reading.diagnostics.clone(),
    }
}

fn written_script(
    id: &str,
    writer: &str,
    evidence: &str,
    volume: &VolumeView<'_>,
    text: &TextFile,
    written: &Written,
) -> Script {
    let digests = Digests::of(written.text.content.as_bytes());
    let path = match (&written.path, &written.working_directory) {
        (None, _) => format!("{} (standard input)", volume.display(&text.path)),
        (Some(path), Some(directory)) => local_path::join(directory, path),
        (Some(path), None) => path.clone(),
    };
    Script {
        id: id.to_owned(),
        evidence: evidence.to_owned(),
        volume: volume.id(&text.path),
        path,
        path_raw: None,
        source: Source::WrittenByScript,
        recovery: None,
        original_path: None,
        deleted_at: None,
        extents: Vec::new(),
        form: Form::FtpScript,
        dialect: None,
        encoding: written.text.encoding,
        byte_order_mark: false,
        size: to_u64(written.text.content.len()),
        md5: digests.md5,
        sha1: digests.sha1,
        bytes_examined: None,
        sha256: digests.sha256,
        times: FileTimes::default(),
        written_by: Some(WrittenBy { script: writer.to_owned(), line: written.line }),
        provenance: written.provenance.clone(),
        launches: Vec::new(),
        login_assumed: None,
        confidence: written.confidence,
        sessions: Vec::new(),
        starts: Vec::new(),
        diagnostics: Vec::new(),
    }
}

fn command_line_script(
    id: &str,
    writer: &str,
    evidence: &str,
    volume: &VolumeView<'_>,
    text: &TextFile,
    launch: &Launch,
) -> Script {
    let digests = Digests::of(launch.command_line.as_bytes());
    Script {
        id: id.to_owned(),
        evidence: evidence.to_owned(),
        volume: volume.id(&text.path),
        path: format!("{} (command line)", volume.display(&text.path)),
        path_raw: None,
        source: Source::CommandLine,
        recovery: None,
        original_path: None,
        deleted_at: None,
        extents: Vec::new(),
        form: form_of(launch.client).unwrap_or(if launch.switches.host.is_some() {
            Form::FtpScript
        } else {
            Form::Url
        }),
        dialect: None,
        encoding: text.text.encoding,
        byte_order_mark: false,
        size: to_u64(launch.command_line.len()),
        md5: digests.md5,
        sha1: digests.sha1,
        bytes_examined: None,
        sha256: digests.sha256,
        times: FileTimes::default(),
        written_by: Some(WrittenBy { script: writer.to_owned(), line: launch.found_in.line.unwrap_or(0) }),
        provenance: Vec::new(),
        launches: Vec::new(),
        login_assumed: None,
        confidence: Confidence::Certain,
        sessions: Vec::new(),
        starts: Vec::new(),
        diagnostics: Vec::new(),
    }
}

/// The form of the scripts of clients that have a language of their own.
fn form_of(client: Client) -> Option<Form> {
    match client {
        Client::Lftp => Some(Form::LftpScript),
        Client::Winscp => Some(Form::WinscpScript),
        _ => None,
    }
}

/// Runs a text as each launch that names it does, or, without one, by the reading that holds together.
fn run_into(
    script: &mut Script,
    text: &Text,
    client: Client,
    launches: &[(String, &Launch)],
    world: &dyn World,
    limits: &Limits,
) {
    let mut running: Vec<_> = launches.iter().filter(|(_, launch)| launch.would_run).collect();
    if running.is_empty() {
        // Commented out or never reached: it is read as it would run.
        running = launches.iter().filter(|(_, launch)| launch.is_dead).collect();
    }
    script.launches = launches.iter().map(|(id, _)| id.clone()).collect();
    if running.is_empty() && client::dialect(client).is_none() {
        let launch = Launch { client, would_run: true, ..Launch::default() };
        absorb(script, client::run(Some(text), &launch, world, limits), None);
        return;
    }
    if running.is_empty() {
        let run = login::interpret_unlaunched(text, client, world, limits);
        let assumed = run.login_assumed;
        absorb(script, run, None);
        script.login_assumed = assumed;
        if assumed == Some(LoginAssumed::Anonymous) {
            note_assumption(script);
        }
        return;
    }
    for (id, launch) in running {
        absorb(script, client::run(Some(text), launch, world, limits), Some(id));
    }
}

fn note_assumption(script: &mut Script) {
    script.diagnostics.push(Diagnostic::new(
        0,
        "login-assumed-anonymous",
        "no line logs in and no launch was seen: the script makes sense with -A (anonymous) or with a stored login",
    ));
}

/// Takes a run over; one that differs in nothing from an earlier one adds nothing.
fn absorb(script: &mut Script, run: Interpretation, launch: Option<&String>) {
    script.dialect = Some(run.client.dialect().to_owned());
    if matches!(script.form, Form::FtpScript | Form::LftpScript | Form::WinscpScript) {
        script.form = form_of(run.client).unwrap_or(script.form);
    }
    let same =
        |a: &Session, b: &Session| a.commands == b.commands && a.host == b.host && a.credentials == b.credentials;
    let known = !run.sessions.is_empty()
        && run.sessions.iter().all(|session| script.sessions.iter().any(|other| same(session, other)));
    if known {
        return;
    }
    for mut session in run.sessions {
        session.launch = launch.cloned();
        script.sessions.push(session);
    }
    for diagnostic in run.diagnostics {
        if !script.diagnostics.contains(&diagnostic) {
            script.diagnostics.push(diagnostic);
        }
    }
}

fn number_sessions(scripts: &mut [Script]) {
    for script in scripts {
        for (number, session) in (1usize..).zip(&mut script.sessions) {
            session.id = format!("{}.{number}", script.id);
            for (number, transfer) in (1usize..).zip(&mut session.transfers) {
                transfer.id = format!("{}.t{number}", session.id);
            }
        }
    }
}
