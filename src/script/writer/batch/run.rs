//! The emulation: lines are run in order, jumps are followed once, both branches of a condition are taken.

use super::expand::{self, Variables};
use super::files::{Files, VirtualFile};
use super::parse::{Node, Operator, Parser, Redirect, RedirectKind};
use crate::base::limits::Limits;
use crate::script::launch::Launch;
use crate::script::reading::{Feed, Run};
use crate::script::session::Diagnostic;
use std::collections::BTreeSet;

/// Where the text comes from, as far as is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Origin<'a> {
    /// The directory that holds it, written as the host would.
    pub directory: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
}

/// What an emulation leaves.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The files that it feeds to a client, as they were at that moment.
    pub fed: Vec<VirtualFile>,
    /// The files that are left and were never fed.
    pub left: Vec<VirtualFile>,
    /// The clients that it starts; a fed file is named by its index in `fed`.
    pub launches: Vec<(Launch, Feed)>,
    /// The programs that it starts.
    pub runs: Vec<Run>,
    /// What a reader should know.
    pub diagnostics: Vec<Diagnostic>,
}

/// Where a command's output goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Output {
    /// The screen.
    Screen,
    /// A file, by its path and the directory in force when it was opened.
    File(String, Option<String>),
    /// The pipe to the next command.
    Pipe,
}

/// Where a command's input comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Input {
    /// The keyboard.
    Keyboard,
    /// A file.
    File(String),
    /// What the command before wrote into the pipe.
    Pipe(Vec<(String, u32)>),
    /// A file that the command before typed into the pipe and that is not known.
    Typed(String),
}

/// Deepest nesting of `call :label` and `cmd /c` that is followed.
const DEPTH: usize = 8;

/// Items of a loop that are run one by one; longer loops are run once with the variable as written.
const LOOP_ITEMS: usize = 16;

/// Programs noted as started.
const RUNS: usize = 1000;

/// The emulator of one text.
pub struct Emulator<'a> {
    pub(super) lines: Vec<(u32, &'a str)>,
    pub(super) origin: Origin<'a>,
    pub(super) limits: &'a Limits,
    pub(super) variables: Variables,
    pub(super) delayed: bool,
    pub(super) directory: Option<String>,
    pub(super) directories: Vec<Option<String>>,
    pub(super) files: Files,
    pub(super) output: Output,
    pub(super) input: Input,
    pub(super) pipe: Vec<(String, u32)>,
    pub(super) typed: Option<String>,
    pub(super) line: u32,
    pub(super) outcome: Outcome,
    pub(super) doubtful: usize,
    pub(super) jump: Option<Jump>,
    visited: BTreeSet<usize>,
    arguments: Vec<String>,
    depth: usize,
    steps: usize,
    capped: bool,
}

/// Where the control goes after a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Jump {
    /// To a label.
    Label(String),
    /// Out of the file or the subroutine.
    End,
}

impl<'a> Emulator<'a> {
    /// An emulator for a text of the given lines.
    #[must_use]
    pub fn new(lines: Vec<(u32, &'a str)>, origin: Origin<'a>, limits: &'a Limits) -> Self {
        Self {
            lines,
            origin,
            limits,
            variables: Variables::new(),
            delayed: false,
            directory: None,
            directories: Vec::new(),
            files: Files::default(),
            output: Output::Screen,
            input: Input::Keyboard,
            pipe: Vec::new(),
            typed: None,
            line: 0,
            outcome: Outcome::default(),
            doubtful: 0,
            jump: None,
            visited: BTreeSet::new(),
            arguments: Vec::new(),
            depth: 0,
            steps: 0,
            capped: false,
        }
    }

    /// Runs the text as a batch file: from its first line on, then whatever was not reached.
    #[must_use]
    pub fn run_file(mut self) -> Outcome {
        self.run_from(0);
        for start in 0..self.lines.len() {
            if !self.visited.contains(&start) && !self.capped {
                self.jump = None;
                self.run_from(start);
            }
        }
        self.finish()
    }

    /// Runs each line as a command line of its own, as notes, logs and other languages hold them.
    #[must_use]
    pub fn run_command_lines(mut self) -> Outcome {
        for (number, line) in std::mem::take(&mut self.lines) {
            self.line = number;
            self.jump = None;
            self.run_text(line);
        }
        self.finish()
    }

    fn finish(self) -> Outcome {
        let mut outcome = self.outcome;
        outcome.left.extend(self.files.into_files().filter(|file| !file.pieces.is_empty()));
        outcome.left.retain(|file| !outcome.fed.iter().any(|fed| fed.pieces == file.pieces));
        outcome
    }

    fn run_from(&mut self, start: usize) {
        let mut at = start;
        while let Some((number, line)) = self.lines.get(at).copied() {
            if !self.visited.insert(at) || !self.step() {
                return;
            }
            self.line = number;
            let expanded = self.expanded(line);
            let mut taken = at;
            let node = {
                let lines = &self.lines;
                let (variables, directory, arguments) = (&self.variables, self.origin.directory, &self.arguments);
                let visited = &mut self.visited;
                let mut more = || {
                    taken = taken.saturating_add(1);
                    let (_, text) = lines.get(taken)?;
                    visited.insert(taken);
                    Some((taken, expand::percent(text, variables, directory, arguments)))
                };
                Parser::new(&expanded, at, &mut more).line()
            };
            self.execute(&node);
            at = match self.jump.take() {
                None => taken.saturating_add(1),
                Some(Jump::End) => return,
                Some(Jump::Label(label)) => match self.label(&label) {
                    Some(target) => target,
                    None => taken.saturating_add(1),
                },
            };
        }
    }

    /// Runs a command line inside another: `cmd /c "…"`, or one that a text quotes.
    pub(super) fn run_text(&mut self, text: &str) {
        if self.depth >= DEPTH || !self.step() {
            return;
        }
        self.depth = self.depth.saturating_add(1);
        let expanded = self.expanded(text);
        let node = Parser::new(&expanded, usize::MAX, &mut || None).line();
        self.execute(&node);
        self.depth = self.depth.saturating_sub(1);
    }

    /// Runs a subroutine of the file with its own arguments.
    pub(super) fn call_label(&mut self, label: &str, arguments: Vec<String>) {
        let Some(target) = self.label(label) else { return };
        if self.depth >= DEPTH {
            return;
        }
        self.depth = self.depth.saturating_add(1);
        let outer = std::mem::replace(&mut self.arguments, arguments);
        let visited = std::mem::take(&mut self.visited);
        let line = self.line;
        self.run_from(target);
        self.visited.extend(visited);
        self.line = line;
        self.arguments = outer;
        self.jump = None;
        self.depth = self.depth.saturating_sub(1);
    }

    fn label(&self, label: &str) -> Option<usize> {
        self.lines.iter().position(|(_, line)| {
            line.trim_start().strip_prefix(':').is_some_and(|rest| {
                let name = rest.trim_start().split([' ', '\t', ':', '&']).next().unwrap_or_default();
                !name.is_empty() && name.eq_ignore_ascii_case(label)
            })
        })
    }

    fn expanded(&self, text: &str) -> String {
        let expanded = expand::percent(text, &self.variables, self.origin.directory, &self.arguments);
        let cap = self.limits.line_bytes.saturating_mul(8);
        match expanded.get(..expanded.floor_char_boundary(cap)) {
            Some(cut) if expanded.len() > cap => cut.to_owned(),
            _ => expanded,
        }
    }

    /// Counts a step; false once there were too many, which is reported once.
    pub(super) fn step(&mut self) -> bool {
        self.steps = self.steps.saturating_add(1);
        if self.steps > self.limits.batch_steps {
            self.cap("the emulation of this text took more steps than the limit and was ended");
        }
        !self.capped
    }

    pub(super) fn cap(&mut self, message: &str) {
        if !self.capped {
            self.capped = true;
            self.outcome.diagnostics.push(Diagnostic::new(self.line, "emulation-capped", message));
        }
    }

    fn execute(&mut self, node: &Node) {
        if !self.step() {
            return;
        }
        match node {
            Node::Nothing => {}
            Node::Simple { text, redirects } => self.redirected(redirects, |emulator| emulator.simple(text)),
            Node::Block { body, redirects } => self.redirected(redirects, |emulator| {
                for (at, node) in body {
                    if let Some((number, _)) = emulator.lines.get(*at) {
                        emulator.line = *number;
                    }
                    emulator.execute(node);
                    if emulator.jump.is_some() {
                        break;
                    }
                }
            }),
            Node::Chain { left, operator: Operator::Then, right } => {
                self.execute(left);
                if self.jump.is_none() {
                    self.execute(right);
                }
            }
            Node::Chain { left, operator: Operator::Pipe, right } => self.piped(left, right),
            Node::If { condition, body, otherwise } => self.branch(condition, body, otherwise.as_deref()),
            Node::For { options, variable, list, body } => self.repeat(options, variable, list, body),
        }
    }

    fn piped(&mut self, left: &Node, right: &Node) {
        let outer =
            (std::mem::replace(&mut self.output, Output::Pipe), std::mem::take(&mut self.pipe), self.typed.take());
        self.execute(left);
        self.output = outer.0;
        let written = std::mem::replace(&mut self.pipe, outer.1);
        let input = match std::mem::replace(&mut self.typed, outer.2) {
            Some(file) if written.is_empty() => Input::Typed(file),
            _ => Input::Pipe(written),
        };
        let keyboard = std::mem::replace(&mut self.input, input);
        self.execute(right);
        self.input = keyboard;
    }

    /// The outcome is unknown unless the text itself decides it; a jump under a condition is not followed.
    fn branch(&mut self, condition: &str, body: &Node, otherwise: Option<&Node>) {
        match known_truth(condition) {
            Some(true) => self.execute(body),
            Some(false) => {
                if let Some(node) = otherwise {
                    self.execute(node);
                }
            }
            None => {
                self.doubtful = self.doubtful.saturating_add(1);
                for node in [Some(body), otherwise].into_iter().flatten() {
                    self.execute(node);
                    self.jump = None;
                }
                self.doubtful = self.doubtful.saturating_sub(1);
            }
        }
    }

    fn repeat(&mut self, options: &str, variable: &str, list: &str, body: &Node) {
        let name = variable.trim_start_matches('%');
        let items: Vec<&str> = list.split([' ', '\t', ',', ';']).filter(|item| !item.is_empty()).collect();
        let literal = options.is_empty() && !list.contains(['*', '?', '%', '\'', '`']) && items.len() <= LOOP_ITEMS;
        if !literal || items.is_empty() {
            self.execute(body);
            self.jump = None;
            return;
        }
        for item in items {
            let replaced = with_loop_variable(body, name, item);
            self.execute(&replaced);
            if self.jump.is_some() {
                break;
            }
        }
    }

    fn redirected(&mut self, redirects: &[Redirect], run: impl FnOnce(&mut Self)) {
        let (output, input) = (self.output.clone(), self.input.clone());
        for redirect in redirects {
            let target =
                if self.delayed { expand::delayed(&redirect.target, &self.variables) } else { redirect.target.clone() };
            match redirect.kind {
                RedirectKind::Input if !target.eq_ignore_ascii_case("nul") => self.input = Input::File(target),
                RedirectKind::Input => self.input = Input::Pipe(Vec::new()),
                RedirectKind::Duplicate => {}
                RedirectKind::Overwrite | RedirectKind::Append if target.eq_ignore_ascii_case("nul") => {
                    if redirect.handle == 1 {
                        self.output = Output::Screen;
                    }
                }
                RedirectKind::Overwrite | RedirectKind::Append => {
                    self.files.open(&target, self.directory.as_deref(), redirect.kind == RedirectKind::Append);
                    if redirect.handle == 1 {
                        self.output = Output::File(target, self.directory.clone());
                    }
                }
            }
        }
        run(self);
        self.output = output;
        self.input = input;
    }

    /// Writes to wherever the output goes.
    pub(super) fn print(&mut self, text: &str) {
        let line = self.line;
        match self.output.clone() {
            Output::Screen => {}
            Output::Pipe => self.pipe.push((text.to_owned(), line)),
            Output::File(path, directory) => {
                if !self.files.write(&path, directory.as_deref(), text, line, self.limits.batch_output) {
                    self.cap("the emulation of this text wrote more than the limit and was ended");
                }
            }
        }
    }

    /// Notes a program as started.
    pub(super) fn note_run(&mut self, command_line: &str) {
        if self.outcome.runs.len() < RUNS {
            self.outcome.runs.push(Run {
                line: self.line,
                command_line: command_line.trim().to_owned(),
                working_directory: self.directory.clone(),
            });
        }
    }
}

/// Whether the text alone decides a comparison.
fn known_truth(condition: &str) -> Option<bool> {
    let words: Vec<&str> = condition.split(' ').collect();
    let (negated, words) = match words.as_slice() {
        [not, rest @ ..] if not.eq_ignore_ascii_case("not") => (true, rest),
        words => (false, words),
    };
    match words {
        [left, "==", right] if !left.contains(['%', '!']) && !right.contains(['%', '!']) => {
            Some((left == right) != negated)
        }
        _ => None,
    }
}

/// The command with the loop's variable put in, with the modifiers that need no disk.
fn with_loop_variable(node: &Node, name: &str, item: &str) -> Node {
    let put = |text: &str| {
        let bare = item.trim_matches('"');
        let file = crate::script::local_path::file_name(bare);
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        text.replace(&format!("%~nx{name}"), file)
            .replace(&format!("%~n{name}"), stem)
            .replace(&format!("%~{name}"), bare)
            .replace(&format!("%{name}"), item)
    };
    let redirected = |redirects: &[Redirect]| {
        redirects.iter().map(|redirect| Redirect { target: put(&redirect.target), ..redirect.clone() }).collect()
    };
    let boxed = |node: &Node| Box::new(with_loop_variable(node, name, item));
    match node {
        Node::Nothing => Node::Nothing,
        Node::Simple { text, redirects } => Node::Simple { text: put(text), redirects: redirected(redirects) },
        Node::Block { body, redirects } => Node::Block {
            body: body.iter().map(|(at, node)| (*at, with_loop_variable(node, name, item))).collect(),
            redirects: redirected(redirects),
        },
        Node::Chain { left, operator, right } => {
            Node::Chain { left: boxed(left), operator: *operator, right: boxed(right) }
        }
        Node::If { condition, body, otherwise } => {
            Node::If { condition: put(condition), body: boxed(body), otherwise: otherwise.as_deref().map(boxed) }
        }
        Node::For { options, variable, list, body } => {
            Node::For { options: options.clone(), variable: variable.clone(), list: put(list), body: boxed(body) }
        }
    }
}
