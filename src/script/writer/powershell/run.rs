//! The interpreter of PowerShell: statements, pipelines, functions.
//!
//! What the text cannot tell stays as written; of a condition that it does not decide both branches are run, and a loop
//! over values that it does not tell runs once.

use super::classes::Object;
use super::parse;
use super::syntax::{Block, Element, Pipeline, Redirect, Statement, StatementKind};
use super::value::{Text, Value};
use crate::script::launch::Client;
use crate::script::session::Session;
use crate::script::writer::emulation::{Emulation, Input};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Deepest nesting of expressions, statements and calls.
const DEPTH: usize = 48;

/// Rounds of a loop that are run.
const ROUNDS: usize = 2000;

/// Bytes of values that one script may make, as a multiple of what it may write.
const GROWTH: usize = 64;

/// Why the statements that follow are not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Jump {
    Break,
    Continue,
    Return,
    Exit,
}

/// A function of the script.
#[derive(Debug, Clone)]
pub(super) struct Function {
    pub(super) block: Rc<Block>,
    pub(super) line: u32,
    pub(super) called: bool,
}

/// The interpreter of one script.
pub(super) struct Interpreter<'e, 'a> {
    pub(super) emulation: &'e mut Emulation<'a>,
    pub(super) scopes: Vec<BTreeMap<String, Value>>,
    pub(super) functions: BTreeMap<String, Function>,
    pub(super) aliases: BTreeMap<String, String>,
    pub(super) objects: Vec<Object>,
    /// Sessions by class libraries, in the order of their requests.
    pub(super) sessions: Vec<Session>,
    /// The line that stands for all lines of a text that stands on one line itself: a command line, encoded text.
    pub(super) fixed_line: Option<u32>,
    /// Whether it is PowerShell 6 or later, which writes UTF-8 where Windows PowerShell writes UTF-16.
    pub(super) is_core: bool,
    pub(super) jump: Option<Jump>,
    /// How many undecided conditions surround the statement that is run.
    pub(super) doubt: usize,
    /// Names that Windows made up so far.
    pub(super) made_names: usize,
    /// The class library of the sessions.
    pub(super) library: Client,
    depth: usize,
    made: usize,
}

impl<'e, 'a> Interpreter<'e, 'a> {
    pub(super) fn new(emulation: &'e mut Emulation<'a>, is_core: bool) -> Self {
        Self {
            emulation,
            scopes: vec![BTreeMap::new()],
            functions: BTreeMap::new(),
            aliases: BTreeMap::new(),
            objects: Vec::new(),
            sessions: Vec::new(),
            fixed_line: None,
            is_core,
            jump: None,
            doubt: 0,
            made_names: 0,
            library: Client::Dotnet,
            depth: 0,
            made: 0,
        }
    }

    /// Runs a whole text; functions that it never calls are run in the end, with what they are given unknown.
    pub(super) fn run_script(mut self, source: &str) {
        let (head, statements) = parse::statement_by_statement(source);
        self.bind(&head, Vec::new(), Vec::new());
        let mut output = Vec::new();
        for statement in statements {
            self.statement(&statement, &mut output);
            if self.jump.is_some() || self.emulation.is_capped() {
                break;
            }
        }
        self.print(&output);
        self.run_uncalled();
        self.finish();
    }

    fn run_uncalled(&mut self) {
        while let Some((name, function)) =
            self.functions.iter().find(|(_, function)| !function.called).map(|(n, f)| (n.clone(), f.clone()))
        {
            if self.emulation.is_capped() {
                return;
            }
            self.jump = None;
            self.emulation.line = function.line;
            let known = self.sessions.len();
            self.call_function(&name, Vec::new(), Vec::new(), Vec::new());
            // A function of a library names no host by itself; one that does is worth showing.
            let kept = self.sessions.split_off(known);
            self.sessions.extend(kept.into_iter().filter(|session| session.unresolved.is_empty()).map(
                |mut session| {
                    session.uncertain.push(format!("the function {name} is never called by this text"));
                    session
                },
            ));
        }
    }

    /// Hands the sessions over.
    fn finish(mut self) {
        for session in std::mem::take(&mut self.sessions) {
            self.emulation.outcome.library = Some(self.library);
            self.emulation.open_session(session);
        }
    }

    /// Runs a text inside the script: `Invoke-Expression`.
    pub(super) fn run_text(&mut self, source: &str) -> Vec<Value> {
        let mut output = Vec::new();
        if source.trim().is_empty() || !self.emulation.enter() {
            return output;
        }
        let outer = self.fixed_line.replace(self.emulation.line);
        let block = parse::script(source);
        self.statements(&block.statements, &mut output);
        self.fixed_line = outer;
        self.emulation.leave();
        output
    }

    /// Goes a level deeper; false where that is too deep or a cap was reached. Each true wants a [`Self::leave`].
    pub(super) fn enter(&mut self) -> bool {
        let may = self.depth < DEPTH && !self.emulation.is_capped();
        if may {
            self.depth = self.depth.saturating_add(1);
        }
        may
    }

    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Counts bytes of a value that is made; ends the emulation where they grow too many.
    pub(super) fn charge(&mut self, bytes: usize) {
        self.made = self.made.saturating_add(bytes).saturating_add(1);
        if self.made > self.emulation.limits.batch_output.saturating_mul(GROWTH) {
            self.emulation.cap("the values of this script grew beyond the limit and its emulation was ended");
        }
    }

    /// The line that stands for a line of the text that is run.
    pub(super) fn line_of(&self, line: u32) -> u32 {
        self.fixed_line.unwrap_or(line)
    }

    pub(super) fn statements(&mut self, statements: &[Statement], output: &mut Vec<Value>) {
        for statement in statements {
            self.statement(statement, output);
            if self.jump.is_some() || self.emulation.is_capped() {
                return;
            }
        }
    }

    pub(super) fn statement(&mut self, statement: &Statement, output: &mut Vec<Value>) {
        if !self.enter() {
            return;
        }
        self.emulation.line = self.line_of(statement.line);
        if self.emulation.step() {
            self.kind(statement, output);
        }
        self.leave();
    }

    fn kind(&mut self, statement: &Statement, output: &mut Vec<Value>) {
        match &statement.kind {
            StatementKind::Nothing => {}
            StatementKind::Pipeline(pipeline) => output.extend(self.pipeline(pipeline)),
            StatementKind::If { clauses, otherwise } => {
                self.branches(clauses, otherwise.as_ref(), output);
            }
            StatementKind::While { condition, body } => {
                self.looped(output, |shell, output| {
                    let truth = shell.condition(condition);
                    if truth != Some(false) {
                        shell.statements(&body.statements, output);
                    }
                    truth == Some(true)
                });
            }
            StatementKind::Do { body } => self.looped(output, |shell, output| {
                shell.statements(&body.statements, output);
                false
            }),
            StatementKind::For { first, condition, step, body } => {
                let mut unused = Vec::new();
                self.statement(first, &mut unused);
                self.looped(output, |shell, output| {
                    let truth = if condition.elements.is_empty() { None } else { shell.condition(condition) };
                    if truth != Some(false) {
                        shell.statements(&body.statements, output);
                        if shell.jump == Some(Jump::Continue) {
                            shell.jump = None;
                        }
                        let mut unused = Vec::new();
                        if shell.jump.is_none() {
                            shell.statement(step, &mut unused);
                        }
                    }
                    truth == Some(true)
                });
            }
            StatementKind::ForEach { variable, items, body } => {
                let items = Value::collected(self.pipeline(items)).items();
                let mut items = items.into_iter();
                self.looped(output, |shell, output| {
                    let Some(item) = items.next() else { return false };
                    shell.set(variable, item);
                    shell.statements(&body.statements, output);
                    true
                });
            }
            StatementKind::Switch { subject, clauses } => self.switch(subject, clauses, output),
            StatementKind::Function { name, block } => {
                let function = Function { block: Rc::clone(block), line: self.emulation.line, called: false };
                self.functions.insert(name.clone(), function);
            }
            StatementKind::Try { body, rest } => {
                self.statements(&body.statements, output);
                for block in rest {
                    if matches!(self.jump, Some(Jump::Exit)) {
                        break;
                    }
                    let jump = self.jump.take();
                    self.doubtful(|shell| shell.statements(&block.statements, output));
                    self.jump = jump;
                }
            }
            StatementKind::Return(value) => {
                if let Some(value) = value {
                    self.statement(value, output);
                }
                self.end(Jump::Return);
            }
            StatementKind::Exit => self.end(Jump::Exit),
            StatementKind::Break => self.end(Jump::Break),
            StatementKind::Continue => self.end(Jump::Continue),
        }
    }

    /// A jump under a condition that the text does not decide is not taken.
    fn end(&mut self, jump: Jump) {
        if self.doubt == 0 {
            self.jump = Some(jump);
        }
    }

    /// Runs something under a condition that the text does not decide.
    pub(super) fn doubtful(&mut self, run: impl FnOnce(&mut Self)) {
        self.doubt = self.doubt.saturating_add(1);
        run(self);
        self.jump = None;
        self.doubt = self.doubt.saturating_sub(1);
    }

    fn condition(&mut self, pipeline: &Pipeline) -> Option<bool> {
        Value::collected(self.pipeline(pipeline)).truth()
    }

    /// Runs the branches that may be taken; says where what the first of several puts out ends.
    pub(super) fn branches(
        &mut self,
        clauses: &[(Pipeline, Block)],
        otherwise: Option<&Block>,
        output: &mut Vec<Value>,
    ) -> Option<usize> {
        let mut first = None;
        for (condition, body) in clauses {
            let undecided = first.is_some();
            match self.condition(condition) {
                Some(false) => {}
                Some(true) if !undecided => {
                    self.statements(&body.statements, output);
                    return None;
                }
                Some(true) => {
                    self.doubtful(|shell| shell.statements(&body.statements, output));
                    return first;
                }
                None => {
                    self.doubtful(|shell| shell.statements(&body.statements, output));
                    first.get_or_insert(output.len());
                }
            }
        }
        let Some(block) = otherwise else { return first };
        if first.is_some() {
            self.doubtful(|shell| shell.statements(&block.statements, output));
        } else {
            self.statements(&block.statements, output);
        }
        first
    }

    fn switch(&mut self, subject: &Pipeline, clauses: &[(super::syntax::Expression, Block)], output: &mut Vec<Value>) {
        let subject = Value::collected(self.pipeline(subject));
        let mut matched = false;
        for (label, body) in clauses {
            let label = self.evaluate(label);
            let is_default = matches!(&label, Value::Text(text) if text.content.eq_ignore_ascii_case("default"));
            let truth = match (&label, &subject) {
                _ if is_default && subject.is_unknown() => None,
                _ if is_default => Some(!matched),
                (Value::Block(_), _) => None,
                (label, subject) => super::operators::binary("-like", subject, label, 0, 1).and_then(|v| v.truth()),
            };
            match truth {
                Some(true) => {
                    matched = true;
                    self.statements(&body.statements, output);
                }
                None => self.doubtful(|shell| shell.statements(&body.statements, output)),
                Some(false) => {}
            }
            if self.jump == Some(Jump::Break) {
                self.jump = None;
                return;
            }
            if self.jump.is_some() {
                return;
            }
        }
    }

    /// Rounds of a loop, until one says that it was the last.
    fn looped(&mut self, output: &mut Vec<Value>, mut round: impl FnMut(&mut Self, &mut Vec<Value>) -> bool) {
        let running = self.emulation.begin_loop();
        for _ in 0..ROUNDS {
            if !self.emulation.step() {
                break;
            }
            let goes_on = round(self, output);
            match self.jump {
                Some(Jump::Break) => {
                    self.jump = None;
                    break;
                }
                Some(Jump::Continue) => self.jump = None,
                Some(_) => break,
                None => {}
            }
            if !goes_on || !self.emulation.another_round(&running) {
                break;
            }
        }
        self.emulation.end_loop(running);
    }

    /// The values that come out of a pipeline.
    pub(super) fn pipeline(&mut self, pipeline: &Pipeline) -> Vec<Value> {
        if !self.enter() {
            return Vec::new();
        }
        let mut values = Vec::new();
        for (index, element) in pipeline.elements.iter().enumerate() {
            let input = (index > 0).then(|| std::mem::take(&mut values));
            let redirects;
            values = match element {
                Element::Expression(expression, targets) => {
                    redirects = targets;
                    let kind = &expression.kind;
                    let value = self.evaluate(expression);
                    let silent = matches!(kind, super::syntax::Kind::Assign { .. });
                    if silent { Vec::new() } else { self.contents(value).items() }
                }
                Element::Command(command) => {
                    redirects = &command.redirects;
                    self.command(command, input)
                }
            };
            values = self.redirected(values, redirects);
        }
        self.leave();
        values
    }

    /// `>` writes all that comes out, as `Out-File` does.
    fn redirected(&mut self, values: Vec<Value>, redirects: &[Redirect]) -> Vec<Value> {
        let Some(redirect) = redirects.iter().find(|redirect| redirect.is_output) else { return values };
        let Some(target) = &redirect.target else { return values };
        let target = self.evaluate(target);
        if !matches!(target, Value::Nothing) {
            let path = self.spelled(&target);
            self.out_file(&path, &values, redirect.append, None, false);
        }
        Vec::new()
    }

    /// The values as lines of a text, each with the line of the script that it comes from.
    pub(super) fn lines(&mut self, values: &[Value]) -> Vec<(String, u32)> {
        let line = self.emulation.line;
        let mut lines = Vec::new();
        for value in values {
            if matches!(value, Value::Object(_)) {
                continue;
            }
            let text = self.text_of(value);
            for (piece, piece_line) in Text::concat(&[text, Text::new("\r\n", line)]).pieces() {
                lines.push((piece.to_owned(), piece_line));
            }
        }
        // The end of a line belongs to the line before it.
        let mut last = line;
        for (text, line) in &mut lines {
            if text == "\r\n" {
                *line = last;
            }
            last = *line;
        }
        lines
    }

    /// Prints what comes out in the end to wherever the script's output goes.
    pub(super) fn print(&mut self, values: &[Value]) {
        let line = self.emulation.line;
        if let [Value::Unknown(unknown)] = values
            && let super::value::Source::Content(path) = &unknown.source
        {
            let path = path.clone();
            self.emulation.type_file(&path);
            return;
        }
        if super::received::is_received(values) {
            return;
        }
        for (text, piece_line) in self.lines(values) {
            self.emulation.line = piece_line;
            self.emulation.print(&text);
        }
        self.emulation.line = line;
    }

    /// What values are as the input of a program.
    pub(super) fn as_input(&mut self, values: &[Value]) -> Input {
        if let [Value::Unknown(unknown)] = values
            && let super::value::Source::Content(path) = &unknown.source
        {
            return Input::File(path.clone());
        }
        let capture = self.emulation.begin_capture();
        self.print(values);
        self.emulation.end_capture(capture)
    }

    /// What a program printed, as values.
    pub(super) fn printed(&mut self, output: Input) -> Vec<Value> {
        match output {
            Input::Keyboard => Vec::new(),
            Input::File(path) => {
                vec![Value::unknown_from(path.clone(), super::value::Source::Content(path))]
            }
            Input::Text(pieces) => {
                let parts: Vec<(String, u32)> = pieces.into_iter().map(|piece| (piece.text, piece.line)).collect();
                split_lines(&parts)
            }
        }
    }
}

/// Pieces of a text as one value for each of its lines.
pub(super) fn split_lines(pieces: &[(String, u32)]) -> Vec<Value> {
    let mut values = Vec::new();
    let mut current: Vec<Text> = Vec::new();
    for (text, line) in pieces {
        for part in text.split_inclusive('\n') {
            let bare = part.strip_suffix('\n').map(|bare| bare.strip_suffix('\r').unwrap_or(bare));
            current.push(Text::new(bare.unwrap_or(part), *line));
            if bare.is_some() {
                values.push(Value::Text(Text::concat(&std::mem::take(&mut current))));
            }
        }
    }
    if !current.is_empty() {
        values.push(Value::Text(Text::concat(&current)));
    }
    values
}
