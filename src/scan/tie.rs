//! Ties launches to scripts: the text itself, a text that it writes, or a file of the evidence.

use super::stores::{self, Known, Stores};
use super::texts::{self, TextFile};
use super::variables;
use super::volume::VolumeView;
use crate::base::anomaly::Anomaly;
use crate::base::limits::Limits;
use crate::evidence::entry::EntryPath;
use crate::script::client::{self, world::World};
use crate::script::local_path;
use crate::script::reading::{Confidence, Feed};
use std::collections::{BTreeMap, BTreeSet};

/// Which text is meant: one of the evidence, or one that it writes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TextId {
    /// A file, by its path.
    File(EntryPath),
    /// What a file writes, by its index there.
    Written(EntryPath, usize),
    /// A command line that says it all, by the index of its launch in the file.
    CommandLine(EntryPath, usize),
}

impl TextId {
    /// The file of the evidence that holds it.
    pub(super) fn file(&self) -> &EntryPath {
        match self {
            Self::File(path) | Self::Written(path, _) | Self::CommandLine(path, _) => path,
        }
    }
}

/// A launch, by the file that holds it and its index there, and the scripts that it runs.
#[derive(Debug)]
pub(super) struct Tie {
    pub(super) file: EntryPath,
    pub(super) launch: usize,
    pub(super) scripts: Vec<TextId>,
}

/// The text of a file; the texts are in the order of their paths.
pub(super) fn text_of<'t>(texts: &'t [TextFile], file: &EntryPath) -> Option<&'t TextFile> {
    texts.binary_search_by(|text| text.path.cmp(file)).ok().and_then(|at| texts.get(at))
}

/// Settles the launches whose command line says nothing by itself of what is done and where: a login or a site in store
/// tells it. One that needs a store and finds none says nothing of FTP. False where nothing is left of the text.
fn settle(text: &mut TextFile, world: &dyn World, limits: &Limits) -> bool {
    let before = text.reading.launches.len();
    text.reading.launches.retain_mut(|(launch, feed)| {
        let is_open = *feed == Feed::Elsewhere && launch.script_path.is_none() && launch.host.is_some();
        if !launch.needs_store && !is_open {
            return true;
        }
        let sessions = client::run(None, launch, world, limits).sessions;
        let is_told = sessions
            .iter()
            .any(|session| session.site.is_some() || session.credentials.iter().any(|login| login.source.is_some()));
        if is_told {
            *feed = Feed::CommandLine;
        }
        is_told || !launch.needs_store
    });
    !(text.reading.says_nothing() && text.reading.launches.len() < before)
}

/// Ties every launch of the texts. Files that only a launch names are read now and added; what could not be read is said.
pub(super) fn tie(
    volume: &VolumeView<'_>,
    texts: &mut Vec<TextFile>,
    stores: &Stores,
    limits: &Limits,
    anomalies: &mut Vec<Anomaly>,
) -> Vec<Tie> {
    let settled = |text: &mut TextFile| {
        let script = text.path.clone();
        settle(text, &Known { stores, volume, script: &script, limits }, limits)
    };
    texts.retain_mut(|text| !stores::is_incidental(&text.reading) && settled(text));
    let mut known: BTreeSet<EntryPath> = texts.iter().map(|text| text.path.clone()).collect();
    let mut named: BTreeMap<EntryPath, Confidence> = BTreeMap::new();
    let mut ties = Vec::new();
    let mut done = 0usize;
    // A script that a launch brings in may start another client: at most as many rounds as there are texts.
    while let Some(text) = texts.get(done) {
        done = done.saturating_add(1);
        let mut wanted = Vec::new();
        for (index, (launch, feed)) in text.reading.launches.iter().enumerate() {
            let scripts = match feed {
                Feed::Itself => vec![TextId::File(text.path.clone())],
                Feed::Written(written) => vec![TextId::Written(text.path.clone(), *written)],
                Feed::CommandLine => vec![TextId::CommandLine(text.path.clone(), index)],
                Feed::Elsewhere => {
                    let script = launch.script_path.as_deref();
                    let found = script.map(|path| find(volume, path, launch.working_directory.as_deref(), &text.path));
                    let found = found.unwrap_or_default();
                    wanted.extend(found.iter().cloned());
                    found.into_iter().map(TextId::File).collect()
                }
            };
            ties.push(Tie { file: text.path.clone(), launch: index, scripts });
        }
        for path in wanted {
            if known.insert(path.clone()) {
                match texts::read_named(volume, &path, limits) {
                    Ok(Some(mut file)) => {
                        settled(&mut file);
                        if file.size > limits.script_bytes {
                            anomalies.push(texts::cut(volume.display(&path), limits));
                        }
                        texts.push(file);
                    }
                    Ok(None) => {
                        known.remove(&path);
                    }
                    Err(anomaly) => anomalies.push(anomaly),
                }
            }
            named.insert(path, Confidence::Certain);
        }
    }
    for text in texts.iter_mut().filter(|text| named.contains_key(&text.path)) {
        // A launch names it: whatever it looks like, the client runs it.
        text.reading.is_script = Some(Confidence::Certain);
        if text.text.content.is_empty()
            && let Ok(Some(again)) = texts::read_named(volume, &text.path, limits)
        {
            text.text = again.text;
        }
    }
    texts.sort_by(|a, b| a.path.cmp(&b.path));
    tie_written(volume, texts, &mut ties);
    for tie in &mut ties {
        tie.scripts.retain(|id| match id {
            TextId::File(path) => text_of(texts, path).is_some(),
            TextId::Written(..) | TextId::CommandLine(..) => true,
        });
    }
    ties
}

/// Ties launches whose script is nowhere to what another text writes under that path: a log tells of a dropper and of the
/// client that it starts in two records.
fn tie_written(volume: &VolumeView<'_>, texts: &[TextFile], ties: &mut [Tie]) {
    let folded = |path: String| path.replace('/', "\\").to_lowercase();
    let mut written: BTreeMap<String, TextId> = BTreeMap::new();
    for text in texts {
        for (index, file) in text.reading.written.iter().enumerate() {
            let directory = file.working_directory.clone().unwrap_or_else(|| volume.directory(&text.path));
            if let Some(path) = file.path.as_ref().filter(|_| file.active) {
                let id = TextId::Written(text.path.clone(), index);
                written.entry(folded(local_path::join(&directory, path))).or_insert(id);
            }
        }
    }
    for tie in ties.iter_mut().filter(|tie| tie.scripts.is_empty()) {
        let launch = text_of(texts, &tie.file).and_then(|text| Some((text, &text.reading.launches.get(tie.launch)?.0)));
        let Some((text, launch)) = launch else { continue };
        let directory = launch.working_directory.clone().unwrap_or_else(|| volume.directory(&text.path));
        let path = launch.script_path.as_ref().map(|script| folded(local_path::join(&directory, script)));
        tie.scripts.extend(path.and_then(|path| written.get(&path)).cloned());
    }
}

/// The file that a launch names: in its working directory if that is known, else beside the text that starts it.
fn find(volume: &VolumeView<'_>, script: &str, working_directory: Option<&str>, text: &EntryPath) -> Vec<EntryPath> {
    let near = volume.directory(text);
    let base = working_directory.unwrap_or(&near);
    let path = if local_path::is_absolute(script) { script.to_owned() } else { local_path::join(base, script) };
    let expanded = variables::expand(&path, &near, volume);
    expanded.iter().flat_map(|path| volume.find(path)).map(|(path, _)| path).take(1).collect()
}
