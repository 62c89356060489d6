//! The emulation: lines are run in order and jumps are followed; where a condition depends on the host, both of its branches
//! are taken from the same state.

use super::branches;
use super::expand::{self, LOOP_SIGN, LoopValues, Scope};
use super::parse::Parser;
use super::tree::{Node, Operator, Redirect, RedirectKind};
use super::variables::Variables;
use crate::script::reading::Feed;
use crate::script::writer::command_lines;
use crate::script::writer::emulation::{Emulation, Input, Output};
use crate::script::writer::files::{Files, VirtualFile};
use std::collections::{BTreeMap, BTreeSet};

/// Jumps under a condition that are remembered, to be followed from the state at hand.
const PENDING: usize = 64;

/// Rounds that a loop of jumps may make.
const ROUNDS: u32 = 1000;

/// The interpreter of one batch file, or of command lines.
pub struct Interpreter<'e, 'a> {
    pub(super) emulation: &'e mut Emulation<'a>,
    pub(super) lines: Vec<(u32, &'e str)>,
    pub(super) in_file: bool,
    /// Whether the lines are those of a batch file, also where one command of it is run by itself.
    pub(super) of_file: bool,
    pub(super) delayed: bool,
    pub(super) echoes: bool,
    pub(super) directories: Vec<Option<String>>,
    pub(super) drives: BTreeMap<char, String>,
    pub(super) locals: Vec<(Variables, bool, Option<String>)>,
    pub(super) loop_values: LoopValues,
    pub(super) doubtful: usize,
    pub(super) jump: Option<Jump>,
    /// The arguments of the subroutine or the file at hand; nothing where they are not known.
    pub(super) arguments: Option<Vec<String>>,
    pub(super) error_level: Option<i32>,
    /// Whether the last command succeeded, where that is known.
    pub(super) success: Option<bool>,
    /// A file that is typed in by the lines that follow (`copy con`).
    pub(super) typing: Option<String>,
    /// Whether a command ran whose output is not known.
    pub(super) blind: bool,
    /// Copies of programs, and macros of `doskey`: the command line that stands for a name.
    pub(super) aliases: BTreeMap<String, String>,
    /// Whether a jump was made whose target is not known, or one was not followed: what was not run may be reached by it.
    leads_anywhere: bool,
    labels: BTreeMap<String, Vec<usize>>,
    visited: BTreeSet<usize>,
    jumped: BTreeMap<usize, (u32, u64)>,
    decisions: u64,
    pending: Vec<Option<Pending>>,
}

/// A jump whose condition is not known, with the state that it starts from.
struct Pending {
    target: usize,
    environment: Variables,
    directory: Option<String>,
    delayed: bool,
    files: Files,
}

/// Where the control goes after a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Jump {
    /// To a label.
    Label(String),
    /// Out of the file or the subroutine.
    End,
    /// Out of cmd.exe itself.
    Quit,
    /// Away under a condition that is not known: the branch ends here.
    Away,
}

impl<'e, 'a> Interpreter<'e, 'a> {
    /// An interpreter for a text of the given lines.
    #[must_use]
    pub fn new(emulation: &'e mut Emulation<'a>, lines: Vec<(u32, &'e str)>) -> Self {
        let mut labels: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, (_, line)) in lines.iter().enumerate() {
            if let Some(name) = label_of(line) {
                labels.entry(name).or_default().push(at);
            }
        }
        Self {
            emulation,
            lines,
            in_file: false,
            of_file: false,
            delayed: false,
            echoes: true,
            directories: Vec::new(),
            drives: BTreeMap::new(),
            locals: Vec::new(),
            loop_values: LoopValues::new(),
            doubtful: 0,
            jump: None,
            arguments: None,
            error_level: None,
            success: None,
            typing: None,
            blind: false,
            aliases: BTreeMap::new(),
            leads_anywhere: false,
            labels,
            visited: BTreeSet::new(),
            jumped: BTreeMap::new(),
            decisions: 0,
            pending: Vec::new(),
        }
    }

    /// Runs the text as a batch file: from its first line on, then whatever was not reached.
    pub fn run_file(mut self) {
        self.in_file = true;
        self.of_file = true;
        self.run_from(0, false);
        let mut next = 0usize;
        while let Some(pending) = self.pending.get_mut(next).and_then(Option::take) {
            if !self.visited.contains(&pending.target) {
                self.follow(pending);
            }
            next = next.saturating_add(1);
        }
        // What a batch file that is its own script never reaches are commands for the client.
        if self.emulation.outcome.launches.iter().any(|(_, feed)| *feed == Feed::Itself) {
            return;
        }
        if self.leads_anywhere {
            self.run_unvisited();
        } else {
            self.run_dead();
        }
    }

    /// Runs the lines that no jump came to.
    fn run_unvisited(&mut self) {
        for start in 0..self.lines.len() {
            if !self.visited.contains(&start) && !self.emulation.is_capped() {
                self.jump = None;
                self.run_from(start, true);
            }
        }
    }

    /// Runs the lines that are never reached: only the clients that they would start and their scripts are kept.
    fn run_dead(&mut self) {
        let outcome = &self.emulation.outcome;
        let (launches, runs, sessions) = (outcome.launches.len(), outcome.runs.len(), outcome.sessions.len());
        let renames = outcome.renames.len();
        let now = self.emulation.files.clone();
        let main = self.emulation.files.go_on_from(now);
        let note = self.emulation.note.replace("never reached: the batch file ends before it".to_owned());
        self.emulation.dead = true;
        self.run_unvisited();
        self.emulation.dead = false;
        self.emulation.note = note;
        let left = self.emulation.files.return_to(main);
        let outcome = &mut self.emulation.outcome;
        outcome.left.extend(left.into_iter().map(|file| VirtualFile { inactive: true, ..file }));
        outcome.runs.truncate(runs);
        outcome.renames.truncate(renames);
        outcome.sessions.iter_mut().skip(sessions).for_each(|session| session.active = false);
        self.emulation.keep_fed_launches(launches);
    }

    /// Follows a jump whose condition is not known, from the state that it starts from. What it comes to anew is kept.
    fn follow(&mut self, pending: Pending) {
        let outcome = &self.emulation.outcome;
        let (launches, runs) = (outcome.launches.len(), outcome.runs.len());
        self.emulation.environment = pending.environment;
        self.emulation.directory = pending.directory;
        self.delayed = pending.delayed;
        self.jump = None;
        self.jumped.clear();
        let main = self.emulation.files.go_on_from(pending.files);
        self.run_from(pending.target, false);
        let left = self.emulation.files.return_to(main);
        let outcome = &mut self.emulation.outcome;
        outcome.left.extend(left);
        let added = outcome.launches.split_off(launches);
        for launch in added {
            if !outcome.launches.contains(&launch) {
                outcome.launches.push(launch);
            }
        }
        let added = outcome.runs.split_off(runs);
        for run in added {
            if !outcome.runs.contains(&run) {
                outcome.runs.push(run);
            }
        }
    }

    /// Runs the text as a batch file that another one calls, with its arguments: only what is reached.
    pub(super) fn run_called(&mut self, arguments: Vec<String>) {
        self.in_file = true;
        self.of_file = true;
        self.arguments = Some(arguments);
        self.run_from(0, false);
    }

    /// Runs each line as a command line of its own, as notes, logs and other languages hold them.
    pub fn run_command_lines(mut self) {
        let mut at = 0usize;
        while let Some((number, line)) = self.lines.get(at).copied() {
            self.emulation.line = number;
            self.jump = None;
            self.run_text(line);
            at = match self.typing.take() {
                Some(target) => self.take_typed(&target, at),
                None => at,
            }
            .saturating_add(1);
        }
    }

    /// Runs from a line on; `once` ends where a line comes that has run before.
    fn run_from(&mut self, start: usize, once: bool) {
        let mut at = start;
        while let Some((number, line)) = self.lines.get(at).copied() {
            if once && self.visited.contains(&at) || !self.emulation.step() {
                return;
            }
            self.visited.insert(at);
            self.emulation.line = number;
            let line = command_lines::after_prompt(line).unwrap_or(line);
            let mut taken = at;
            let node = {
                let scope = self.scope();
                let (lines, visited) = (&self.lines, &mut BTreeSet::new());
                let mut more = || {
                    let next = taken.saturating_add(1);
                    let (_, text) = lines.get(next)?;
                    taken = next;
                    visited.insert(next);
                    Some((next, expand::percent(text, &scope)))
                };
                let node = Parser::new(&expand::percent(line, &scope), at, &mut more).line();
                self.visited.append(visited);
                node
            };
            self.execute(&node);
            if let Some(target) = self.typing.take() {
                taken = self.take_typed(&target, taken);
            }
            let next = taken.saturating_add(1);
            at = match self.jump.take() {
                None | Some(Jump::Away) => next,
                Some(Jump::End) => return,
                Some(Jump::Quit) => {
                    self.jump = Some(Jump::Quit);
                    return;
                }
                Some(Jump::Label(label)) => match self.label(&label, next) {
                    Some(target) if self.may_jump(at, target) => target,
                    Some(_) => return,
                    None => next,
                },
            };
        }
    }

    /// Whether a jump leads on: one to where nothing was decided since the last time goes round for ever.
    fn may_jump(&mut self, from: usize, target: usize) -> bool {
        let decisions = self.decisions;
        let (rounds, before) = self.jumped.entry(target).or_insert((0, u64::MAX));
        let changed = *before != decisions;
        *before = decisions;
        *rounds = rounds.saturating_add(1);
        if *rounds > ROUNDS || target <= from && !self.emulation.may_go_back(from.saturating_sub(target)) {
            self.emulation.diagnose("loop-capped", "a loop went round more often than the limit and was left");
            self.leads_anywhere = true;
            return false;
        }
        changed
    }

    /// The lines that are typed into a file, up to Ctrl-Z; without one nothing is known to be typed.
    fn take_typed(&mut self, target: &str, taken: usize) -> usize {
        let first = taken.saturating_add(1);
        let ends = |line: &str| line.contains('\u{1a}') || line.trim().eq_ignore_ascii_case("^Z");
        let Some(count) = self.lines.iter().skip(first).position(|(_, line)| ends(line)) else { return taken };
        self.emulation.write_file(target, "", false);
        let typed: Vec<(u32, &str)> = self.lines.iter().skip(first).take(count).copied().collect();
        for (number, line) in typed {
            self.emulation.line = number;
            self.emulation.write_file(target, &format!("{line}\r\n"), true);
        }
        let last = first.saturating_add(count);
        self.visited.extend(first..=last);
        last
    }

    /// Runs a command line inside another: `cmd /c "…"`, or one that a text quotes.
    pub(super) fn run_text(&mut self, text: &str) {
        let node = Parser::new(&expand::percent(text, &self.scope()), usize::MAX, &mut || None).line();
        if self.emulation.enter() {
            self.execute(&node);
            self.emulation.leave();
        }
    }

    /// Runs a subroutine of the file with its own arguments.
    pub(super) fn call_label(&mut self, label: &str, arguments: Vec<String>) {
        self.leads_anywhere |= label.contains([LOOP_SIGN, '%', '!']);
        let Some(target) = self.label(label, 0) else { return };
        if !self.emulation.enter() {
            self.leads_anywhere = true;
            return;
        }
        let outer = self.arguments.replace(arguments);
        let (jumped, doubtful) = (std::mem::take(&mut self.jumped), std::mem::take(&mut self.doubtful));
        let (loops, line) = (std::mem::take(&mut self.loop_values), self.emulation.line);
        let locals = self.locals.len();
        self.run_from(target, false);
        while self.locals.len() > locals {
            self.end_local();
        }
        (self.arguments, self.jumped, self.doubtful) = (outer, jumped, doubtful);
        (self.loop_values, self.emulation.line) = (loops, line);
        self.jump = match self.jump.take() {
            Some(Jump::Quit) if doubtful > 0 => Some(Jump::Away),
            Some(Jump::Quit) => Some(Jump::Quit),
            _ => None,
        };
        self.emulation.leave();
    }

    fn label(&self, label: &str, from: usize) -> Option<usize> {
        let places = self.labels.get(&label.to_lowercase())?;
        places.iter().find(|at| **at >= from).or_else(|| places.first()).copied()
    }

    /// Goes to a label; under a condition that is not known, later and from the state at hand.
    pub(super) fn go(&mut self, label: &str) {
        self.leads_anywhere |= label.contains([LOOP_SIGN, '%', '!']);
        if self.doubtful == 0 {
            self.jump = Some(Jump::Label(label.to_owned()));
            return;
        }
        self.leads_anywhere |= self.pending.len() >= PENDING;
        if let Some(target) = self.label(label, 0)
            && self.pending.len() < PENDING
        {
            self.emulation.spend(self.emulation.environment.len());
            self.emulation.spend(self.emulation.files.size());
            self.pending.push(Some(Pending {
                target,
                environment: self.emulation.environment.clone(),
                directory: self.emulation.directory.clone(),
                delayed: self.delayed,
                files: self.emulation.files.clone(),
            }));
        }
        self.jump = Some(Jump::Away);
    }

    fn scope(&self) -> Scope<'_> {
        Scope {
            variables: &self.emulation.environment,
            arguments: self.arguments.as_deref(),
            origin: self.emulation.origin,
            directory: self.emulation.directory.as_deref(),
            in_file: self.in_file,
            cap: self.emulation.limits.line_bytes.saturating_mul(8),
        }
    }

    /// What is put in as late as a command runs: the loops' variables, then `!variables!`.
    pub(super) fn late(&self, text: &str) -> String {
        let scope = self.scope();
        let text = expand::loops(text, &self.loop_values, scope.directory, scope.cap);
        let text = if self.delayed { expand::delayed(&text, &scope) } else { text };
        if text.contains(LOOP_SIGN) { text.replace(LOOP_SIGN, "%") } else { text }
    }

    /// A text with its percent variables put in once more, as `call` does.
    pub(super) fn again(&self, text: &str) -> Node {
        Parser::new(&expand::percent(text, &self.scope()), usize::MAX, &mut || None).called()
    }

    pub(super) fn execute(&mut self, node: &Node) {
        if *node == Node::Nothing || !self.emulation.step() {
            return;
        }
        match node {
            Node::Nothing => {}
            Node::Simple { text, redirects } => self.redirected(redirects, |batch| {
                let text = batch.late(text);
                batch.simple(&text);
            }),
            Node::Block { body, redirects } => self.redirected(redirects, |batch| {
                for (at, node) in body {
                    if let Some((number, _)) = batch.lines.get(*at) {
                        batch.emulation.line = *number;
                    }
                    batch.execute(node);
                    if batch.jump.is_some() {
                        break;
                    }
                }
            }),
            Node::Chain { operator: Operator::Pipe, nodes } => self.piped(nodes),
            Node::Chain { operator, nodes } => self.chained(*operator, nodes),
            Node::If { condition, body, otherwise } => match self.truth(condition) {
                Some(truth) => {
                    self.decisions = self.decisions.saturating_add(1);
                    if truth {
                        self.execute(body);
                    } else if let Some(node) = otherwise {
                        self.execute(node);
                    }
                }
                None => self.either(body, otherwise.as_deref()),
            },
            Node::For { options, variable, list, body } => self.repeat(options, variable, list, body),
        }
    }

    fn chained(&mut self, operator: Operator, nodes: &[Node]) {
        for (position, node) in nodes.iter().enumerate() {
            let runs = match (operator, self.success) {
                _ if position == 0 => Some(true),
                (Operator::Then, _) => Some(true),
                (Operator::AndThen, success) => success,
                (_, success) => success.map(|success| !success),
            };
            match runs {
                Some(true) => self.execute(node),
                Some(false) => {}
                None => self.either(node, None),
            }
            if self.jump.is_some() {
                return;
            }
        }
    }

    /// Each side of a pipe is a cmd.exe of its own, whose variables are gone afterwards.
    fn piped(&mut self, nodes: &[Node]) {
        let keyboard = self.emulation.input.clone();
        let outer = self.emulation.piped_from.take();
        let environment = self.emulation.environment.clone();
        self.emulation.spend(environment.len());
        let directory = self.emulation.directory.clone();
        for (position, node) in nodes.iter().enumerate() {
            if position.saturating_add(1) == nodes.len() {
                self.execute(node);
            } else {
                let before = self.emulation.fetches();
                let capture = self.emulation.begin_capture();
                self.execute(node);
                let input = self.emulation.end_capture(capture);
                self.emulation.input = input;
                self.emulation.piped_from = self.emulation.piped_from.or(self.emulation.fetched_since(before));
            }
            self.emulation.environment.clone_from(&environment);
            self.emulation.directory.clone_from(&directory);
        }
        self.emulation.piped_from = outer;
        self.emulation.input = keyboard;
        self.jump = None;
    }

    /// Two ways that may be gone, each from the state at hand. Where one of them leads away, what follows is reached by the
    /// other.
    fn either(&mut self, first: &Node, second: Option<&Node>) {
        self.emulation.spend(self.emulation.environment.len());
        let before = (self.emulation.environment.clone(), self.emulation.directory.clone());
        self.doubtful = self.doubtful.saturating_add(1);
        let mut ends = Vec::with_capacity(2);
        for node in [Some(first), second] {
            self.emulation.environment.clone_from(&before.0);
            self.emulation.directory.clone_from(&before.1);
            self.emulation.files.begin_branch();
            if let Some(node) = node {
                self.execute(node);
            }
            let leaves = self.jump.take().is_some();
            let state = (std::mem::take(&mut self.emulation.environment), self.emulation.directory.take());
            ends.push((state, self.emulation.files.end_branch(), leaves));
        }
        self.doubtful = self.doubtful.saturating_sub(1);
        self.success = None;
        self.error_level = None;
        let (Some(mut other), Some(mut main)) = (ends.pop(), ends.pop()) else { return };
        if main.2 && !other.2 {
            std::mem::swap(&mut main, &mut other);
        }
        let ((environment, directory), changes, leaves) = main;
        let ((other_environment, other_directory), other_changes, other_leaves) = other;
        let kept = self.emulation.files.join_branches(changes, other_changes);
        let work = self.emulation.files.take_work();
        self.emulation.spend(work);
        if !kept {
            self.emulation.diagnose(
                "branches-capped",
                "a file has more contents, depending on conditions that are not known, than are followed",
            );
        }
        if other_leaves != leaves {
            (self.emulation.environment, self.emulation.directory) = (environment, directory);
        } else {
            let (joined, lost) = branches::join(&before.0, environment, other_environment);
            self.emulation.environment = joined;
            for (name, value) in lost {
                self.emulation.diagnose(
                    "branch-value",
                    format!("depending on a condition that is not known, {name} may also be {value}"),
                );
            }
            self.emulation.directory = if other_directory == before.1 { directory } else { other_directory };
        }
        if other_leaves && leaves {
            self.jump = Some(if self.doubtful > 0 { Jump::Away } else { Jump::End });
        }
    }

    pub(super) fn redirected(&mut self, redirects: &[Redirect], run: impl FnOnce(&mut Self)) {
        if redirects.is_empty() {
            run(self);
            return;
        }
        let (output, input) = (self.emulation.output.clone(), self.emulation.input.clone());
        // Where the handles other than standard output lead; nothing printed by the emulated commands goes there.
        let mut handles: BTreeMap<u8, Output> = BTreeMap::new();
        for redirect in redirects {
            let target = self.late(&redirect.target);
            let folded = target.to_ascii_lowercase();
            let opened = match redirect.kind {
                RedirectKind::Input if is_nothing(&folded) => {
                    self.emulation.input = Input::Text(Vec::new());
                    continue;
                }
                RedirectKind::Input if folded == "con" => {
                    self.emulation.input = Input::Keyboard;
                    continue;
                }
                RedirectKind::Input => {
                    self.emulation.input = Input::File(target);
                    continue;
                }
                RedirectKind::Duplicate => match target.parse::<u8>() {
                    Ok(1) => self.emulation.output.clone(),
                    Ok(other) => handles.get(&other).cloned().unwrap_or(Output::Screen),
                    Err(_) => continue,
                },
                _ if is_nothing(&folded) || folded == "con" || target.is_empty() => Output::Screen,
                RedirectKind::Overwrite | RedirectKind::Append => {
                    let directory = self.emulation.directory.clone();
                    let append = redirect.kind == RedirectKind::Append;
                    self.emulation.files.open(&target, directory.as_deref(), append);
                    Output::File(target, directory)
                }
            };
            if redirect.handle == 1 {
                self.emulation.output = opened;
            } else {
                handles.insert(redirect.handle, opened);
            }
        }
        run(self);
        self.emulation.output = output;
        self.emulation.input = input;
    }
}

/// Whether a folded path is the device that swallows everything.
pub(super) fn is_nothing(path: &str) -> bool {
    matches!(path.trim_matches('"').trim_end_matches(':'), "nul" | "\\\\.\\nul" | "/dev/null" | "nul.txt")
}

/// The folded name of the label that a line is.
fn label_of(line: &str) -> Option<String> {
    let rest = line.trim_start_matches([' ', '\t', '@', ',', ';', '=']).strip_prefix(':')?;
    let name = rest.trim_start().split([' ', '\t', ':', '&', ',', ';', '=', '|', '<', '>']).next()?;
    (!name.is_empty()).then(|| name.to_lowercase())
}
