//! The emulation: lines are run in order, jumps are followed once, both branches of a condition are taken.

use super::expand;
use super::parse::{Node, Operator, Parser, Redirect, RedirectKind};
use crate::script::writer::emulation::{Emulation, Input, Output};
use std::collections::BTreeSet;

/// Items of a loop that are run one by one; longer loops are run once with the variable as written.
const LOOP_ITEMS: usize = 16;

/// The interpreter of one batch file, or of command lines.
pub struct Interpreter<'e, 'a> {
    pub(super) emulation: &'e mut Emulation<'a>,
    pub(super) lines: Vec<(u32, &'e str)>,
    pub(super) delayed: bool,
    pub(super) directories: Vec<Option<String>>,
    pub(super) doubtful: usize,
    pub(super) jump: Option<Jump>,
    visited: BTreeSet<usize>,
    arguments: Vec<String>,
}

/// Where the control goes after a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Jump {
    /// To a label.
    Label(String),
    /// Out of the file or the subroutine.
    End,
}

impl<'e, 'a> Interpreter<'e, 'a> {
    /// An interpreter for a text of the given lines.
    #[must_use]
    pub fn new(emulation: &'e mut Emulation<'a>, lines: Vec<(u32, &'e str)>) -> Self {
        Self {
            emulation,
            lines,
            delayed: false,
            directories: Vec::new(),
            doubtful: 0,
            jump: None,
            visited: BTreeSet::new(),
            arguments: Vec::new(),
        }
    }

    /// Runs the text as a batch file: from its first line on, then whatever was not reached.
    pub fn run_file(mut self) {
        self.run_from(0);
        for start in 0..self.lines.len() {
            if !self.visited.contains(&start) && !self.emulation.is_capped() {
                self.jump = None;
                self.run_from(start);
            }
        }
    }

    /// Runs each line as a command line of its own, as notes, logs and other languages hold them.
    pub fn run_command_lines(mut self) {
        for (number, line) in std::mem::take(&mut self.lines) {
            self.emulation.line = number;
            self.jump = None;
            self.run_text(line);
        }
    }

    fn run_from(&mut self, start: usize) {
        let mut at = start;
        while let Some((number, line)) = self.lines.get(at).copied() {
            if !self.visited.insert(at) || !self.emulation.step() {
                return;
            }
            self.emulation.line = number;
            let expanded = self.expanded(line);
            let mut taken = at;
            let node = {
                let lines = &self.lines;
                let (variables, directory, arguments) =
                    (&self.emulation.environment, self.emulation.origin.directory, &self.arguments);
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
        let expanded = self.expanded(text);
        let node = Parser::new(&expanded, usize::MAX, &mut || None).line();
        if self.emulation.enter() {
            self.execute(&node);
            self.emulation.leave();
        }
    }

    /// Runs a subroutine of the file with its own arguments.
    pub(super) fn call_label(&mut self, label: &str, arguments: Vec<String>) {
        let Some(target) = self.label(label) else { return };
        if !self.emulation.enter() {
            return;
        }
        let outer = std::mem::replace(&mut self.arguments, arguments);
        let visited = std::mem::take(&mut self.visited);
        let line = self.emulation.line;
        self.run_from(target);
        self.visited.extend(visited);
        self.emulation.line = line;
        self.arguments = outer;
        self.jump = None;
        self.emulation.leave();
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
        let expanded =
            expand::percent(text, &self.emulation.environment, self.emulation.origin.directory, &self.arguments);
        let cap = self.emulation.limits.line_bytes.saturating_mul(8);
        match expanded.get(..expanded.floor_char_boundary(cap)) {
            Some(cut) if expanded.len() > cap => cut.to_owned(),
            _ => expanded,
        }
    }

    fn execute(&mut self, node: &Node) {
        if !self.emulation.step() {
            return;
        }
        match node {
            Node::Nothing => {}
            Node::Simple { text, redirects } => self.redirected(redirects, |batch| batch.simple(text)),
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
        let capture = self.emulation.begin_capture();
        self.execute(left);
        let input = self.emulation.end_capture(capture);
        let keyboard = std::mem::replace(&mut self.emulation.input, input);
        self.execute(right);
        self.emulation.input = keyboard;
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
        let (output, input) = (self.emulation.output.clone(), self.emulation.input.clone());
        for redirect in redirects {
            let target = if self.delayed {
                expand::delayed(&redirect.target, &self.emulation.environment)
            } else {
                redirect.target.clone()
            };
            match redirect.kind {
                RedirectKind::Input if !target.eq_ignore_ascii_case("nul") => {
                    self.emulation.input = Input::File(target)
                }
                RedirectKind::Input => self.emulation.input = Input::Text(Vec::new()),
                RedirectKind::Duplicate => {}
                RedirectKind::Overwrite | RedirectKind::Append if target.eq_ignore_ascii_case("nul") => {
                    if redirect.handle == 1 {
                        self.emulation.output = Output::Screen;
                    }
                }
                RedirectKind::Overwrite | RedirectKind::Append => {
                    self.emulation.files.open(
                        &target,
                        self.emulation.directory.as_deref(),
                        redirect.kind == RedirectKind::Append,
                    );
                    if redirect.handle == 1 {
                        self.emulation.output = Output::File(target, self.emulation.directory.clone());
                    }
                }
            }
        }
        run(self);
        self.emulation.output = output;
        self.emulation.input = input;
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
