//! The emulation: commands run in order over files and variables that are held in memory.
//!
//! Where the outcome of a condition is not known, one of its branches is taken, and another one when the text is run
//! again ([`Interpreter::choices`]): a script that picks its host by an argument is read with every host.

use super::expand::{Doubt, Value};
use super::parse::split_assignment;
use super::syntax::{Assignment, Junction, List, Node, Redirect, RedirectKind, Word};
use super::test::Operand;
use crate::script::writer::emulation::{Emulation, Input, Output};
use crate::script::writer::files::Piece;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Rounds of one loop that are run.
const ROUNDS: usize = 256;

/// Descriptors beyond standard input and output that are kept.
const DESCRIPTORS: usize = 32;

/// Branches that can never be reached and are looked into all the same.
const DEAD: usize = 32;

/// Readings of a text that differ in the branches taken.
pub(super) const CHOICES: usize = 8;

/// The make of a shell, as far as it changes what comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Flavour {
    /// `sh`, `dash`, `ash`: `echo` works escapes off.
    #[default]
    Posix,
    /// `bash`.
    Bash,
    /// `ksh`, `mksh`, `zsh`.
    Korn,
    /// `csh`, `tcsh`.
    C,
}

impl Flavour {
    /// Whether `{a,b}` makes two words.
    pub(super) fn has_braces(self) -> bool {
        self != Self::Posix
    }

    /// Whether `echo` without a switch works escapes off.
    pub(super) fn echoes_escapes(self) -> bool {
        matches!(self, Self::Posix | Self::Korn)
    }
}

/// Where the control goes after a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Break(usize),
    Continue(usize),
    Return,
    Exit,
}

/// The interpreter of one text.
pub(super) struct Interpreter<'e, 'a> {
    pub(super) emulation: &'e mut Emulation<'a>,
    pub(super) flavour: Flavour,
    pub(super) functions: BTreeMap<String, Rc<Node>>,
    pub(super) called: BTreeSet<String>,
    /// `$1` and so on; nothing where the caller's are not known.
    pub(super) arguments: Option<Vec<Value>>,
    /// `$0`, where the text itself gives it.
    pub(super) own_name: Option<Value>,
    /// The variables whose value is not all known.
    pub(super) doubts: BTreeMap<String, Doubt>,
    pub(super) arrays: BTreeMap<String, Vec<Value>>,
    pub(super) aliases: BTreeMap<String, String>,
    pub(super) locals: Vec<(String, Option<Value>)>,
    pub(super) directories: Vec<Option<String>>,
    /// What the last command told: 0 for success; nothing where that is not known.
    pub(super) status: Option<u8>,
    pub(super) flow: Option<Flow>,
    /// Depth of branches of which nobody knows whether they are taken.
    pub(super) doubtful: usize,
    /// A program whose output is not known printed into a pipe.
    pub(super) opaque: bool,
    /// Something was printed that is not all known.
    pub(super) printed_doubt: bool,
    /// Number of processes that stand in place of a file.
    pub(super) processes: usize,
    /// Which branch is taken where nothing tells.
    pub(super) choice: usize,
    /// How many branches the choice is between, at most.
    pub(super) choices: usize,
    /// Named pipes that the text makes.
    pub(super) fifos: BTreeSet<String>,
    /// Commands that read from a named pipe or are a coprocess: they run last, when their input is known.
    deferred: Vec<(Node, String)>,
    pub(super) coprocess: Option<String>,
    outputs: BTreeMap<u32, Output>,
    inputs: BTreeMap<u32, Input>,
    journal: Vec<(String, Option<Value>)>,
    overwrote: bool,
    waived: usize,
    dead: usize,
}

impl<'e, 'a> Interpreter<'e, 'a> {
    pub(super) fn new(emulation: &'e mut Emulation<'a>, flavour: Flavour) -> Self {
        Self {
            emulation,
            flavour,
            functions: BTreeMap::new(),
            called: BTreeSet::new(),
            arguments: None,
            own_name: None,
            doubts: BTreeMap::new(),
            arrays: BTreeMap::new(),
            aliases: BTreeMap::new(),
            locals: Vec::new(),
            directories: Vec::new(),
            status: Some(0),
            flow: None,
            doubtful: 0,
            opaque: false,
            printed_doubt: false,
            processes: 0,
            choice: 0,
            choices: 1,
            fifos: BTreeSet::new(),
            deferred: Vec::new(),
            coprocess: None,
            outputs: BTreeMap::new(),
            inputs: BTreeMap::new(),
            journal: Vec::new(),
            overwrote: false,
            waived: 0,
            dead: 0,
        }
    }

    /// Runs a whole text: what an `exit` cuts off is read as never reached; functions that nobody calls are run at the end.
    pub(super) fn program(&mut self, program: &[Node]) {
        for (number, node) in program.iter().enumerate() {
            if let Node::Function { name, body } = node {
                // A function may be called before the line that defines it is passed in another branch.
                self.functions.entry(name.clone()).or_insert_with(|| Rc::clone(body));
            }
            self.node(node);
            if self.flow.take().is_some_and(|flow| flow == Flow::Exit) {
                let rest: List = program.iter().skip(number.saturating_add(1)).cloned().collect();
                self.dead("never reached: the script ends before it", |shell| shell.program(&rest));
                break;
            }
        }
        self.finish();
    }

    /// Runs what waited for its input, and the functions that nobody called.
    fn finish(&mut self) {
        for (node, name) in std::mem::take(&mut self.deferred) {
            let file = self.emulation.files.remove(&name, None);
            let file = file.or_else(|| {
                let directory = self.emulation.directory.clone();
                self.emulation.files.remove(&name, directory.as_deref())
            });
            self.fifos.remove(&name);
            let pieces = file.map(|file| file.pieces).unwrap_or_default();
            let keyboard = std::mem::replace(&mut self.emulation.input, Input::Text(pieces));
            self.node(&without_reading(&node));
            self.emulation.input = keyboard;
        }
        let uncalled: Vec<Rc<Node>> = self
            .functions
            .iter()
            .filter(|(name, _)| !self.called.contains(*name))
            .map(|(_, body)| Rc::clone(body))
            .collect();
        self.functions.clear();
        for body in uncalled {
            let note = self.emulation.note.clone();
            self.emulation.note.get_or_insert("in a function that this text does not call".to_owned());
            self.arguments = None;
            self.doubtful = self.doubtful.saturating_add(1);
            self.subshell(|shell| shell.node(&body));
            self.doubtful = self.doubtful.saturating_sub(1);
            self.flow = None;
            self.emulation.note = note;
        }
    }

    /// Runs what is commented out or never reached: only the clients that it would start and their scripts are kept.
    pub(super) fn dead(&mut self, note: &str, run: impl FnOnce(&mut Self)) {
        if self.dead >= DEAD || self.emulation.dead || self.emulation.is_capped() {
            return;
        }
        self.dead = self.dead.saturating_add(1);
        let files = self.emulation.files.clone();
        let (output, input) = (self.emulation.output.clone(), self.emulation.input.clone());
        let launches = self.emulation.outcome.launches.len();
        let (runs, left) = (self.emulation.outcome.runs.len(), self.emulation.outcome.left.len());
        let diagnostics = self.emulation.outcome.diagnostics.len();
        let old = self.emulation.note.replace(note.to_owned());
        let (functions, choices, flow) = (self.functions.clone(), self.choices, self.flow.take());
        let (status, opaque, doubt) = (self.status, self.opaque, self.printed_doubt);
        self.emulation.dead = true;
        self.emulation.output = Output::Screen;
        self.emulation.input = Input::Keyboard;
        self.subshell(run);
        self.emulation.dead = false;
        self.emulation.note = old;
        (self.functions, self.choices, self.flow) = (functions, choices, flow);
        (self.status, self.opaque, self.printed_doubt) = (status, opaque, doubt);
        (self.emulation.output, self.emulation.input) = (output, input);
        self.emulation.files = files;
        self.emulation.outcome.runs.truncate(runs);
        self.emulation.outcome.left.truncate(left);
        self.emulation.outcome.diagnostics.truncate(diagnostics);
        self.emulation.keep_fed_launches(launches);
    }

    /// Runs commands whose variables and directory do not outlive them.
    pub(super) fn subshell(&mut self, run: impl FnOnce(&mut Self)) {
        let mark = self.journal.len();
        let directory = self.emulation.directory.clone();
        let arguments = self.arguments.clone();
        run(self);
        self.roll_back(mark);
        self.arguments = arguments;
        self.emulation.directory = directory;
        if matches!(self.flow, Some(Flow::Exit | Flow::Return)) {
            self.flow = None;
        }
    }

    fn roll_back(&mut self, mark: usize) {
        while self.journal.len() > mark {
            let Some((name, old)) = self.journal.pop() else { break };
            self.put(&name, old);
        }
    }

    fn put(&mut self, name: &str, value: Option<Value>) {
        self.doubts.remove(name);
        match value {
            None => {
                self.emulation.environment.remove(name);
            }
            Some(Value { doubt: Doubt::Wholly, .. }) => {
                self.emulation.environment.remove(name);
                self.doubts.insert(name.to_owned(), Doubt::Wholly);
            }
            Some(Value { text, doubt }) => {
                self.emulation.environment.insert(name.to_owned(), text);
                if doubt == Doubt::Partly {
                    self.doubts.insert(name.to_owned(), doubt);
                }
            }
        }
    }

    /// Gives a variable a value.
    pub(super) fn assign(&mut self, name: &str, value: Value) {
        if let Some((array, index)) = name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            self.assign_item(array, index, value);
            return;
        }
        let old = self.variable(name);
        self.overwrote |= old.as_ref().is_some_and(|old| *old != value);
        self.arrays.remove(name);
        self.journal.push((name.to_owned(), old));
        self.put(name, Some(value));
    }

    fn assign_item(&mut self, array: &str, index: &str, value: Value) {
        let Some(index) = index.parse::<usize>().ok().filter(|index| *index < ROUNDS) else { return };
        let items = self.arrays.entry(array.to_owned()).or_default();
        while items.len() <= index {
            items.push(Value::default());
        }
        if let Some(item) = items.get_mut(index) {
            *item = value;
        }
    }

    fn assignment(&mut self, assignment: &Assignment) {
        if let Some(words) = &assignment.array {
            let items = self.fields(words);
            let array = self.arrays.entry(assignment.name.clone()).or_default();
            if !assignment.append {
                array.clear();
            }
            array.extend(items);
            return;
        }
        let mut value = self.joined(&assignment.value);
        if assignment.append
            && let Some(old) = self.variable(&assignment.name)
        {
            let doubt = if old.doubt == value.doubt { old.doubt } else { Doubt::Partly };
            value = Value { text: format!("{}{}", old.text, value.text), doubt };
        }
        self.assign(&assignment.name, value);
    }

    pub(super) fn list(&mut self, list: &[Node]) {
        for node in list {
            self.node(node);
            if self.flow.is_some() || self.emulation.is_capped() {
                break;
            }
        }
    }

    /// Runs one command.
    pub(super) fn node(&mut self, node: &Node) {
        if !self.emulation.step() {
            return;
        }
        match node {
            Node::Simple { line, assignments, words, redirects } => {
                self.emulation.line = *line;
                if !self.wait_for_pipe(node, redirects) {
                    self.simple(assignments, words, redirects);
                }
            }
            Node::Pipeline { stages, negated } => {
                self.pipeline(stages);
                if *negated {
                    self.status = self.status.map(|status| u8::from(status == 0));
                }
            }
            Node::Chain { first, rest } => self.chain(first, rest),
            Node::Group { body, redirects } => self.redirected(redirects, |shell| shell.list(body)),
            Node::Subshell { body, redirects } => {
                self.redirected(redirects, |shell| shell.subshell(|shell| shell.list(body)));
            }
            Node::If { arms, otherwise, redirects } => {
                self.redirected(redirects, |shell| shell.condition(arms, otherwise.as_deref()));
            }
            Node::Loop { until, condition, body, redirects } => {
                self.redirected(redirects, |shell| shell.repeat(*until, condition, body));
            }
            Node::For { variable, items, body, redirects } => {
                self.redirected(redirects, |shell| shell.each(variable, items.as_deref(), body));
            }
            Node::Count { clauses, body, redirects } => {
                self.redirected(redirects, |shell| shell.count(clauses, body));
            }
            Node::Case { subject, arms, redirects } => {
                self.redirected(redirects, |shell| shell.case(subject, arms));
            }
            Node::Function { name, body } => {
                self.functions.insert(name.clone(), Rc::clone(body));
                self.status = Some(0);
            }
            Node::Test { line, words } => {
                self.emulation.line = *line;
                self.status = self.extended_test(words);
            }
            Node::Arithmetic(expression) => {
                let value = self.joined(expression);
                let number = if value.is_known() { self.arithmetic(&value.text) } else { None };
                self.status = number.map(|number| u8::from(number == 0));
            }
            Node::Coprocess(inner) => {
                let name = format!("/dev/coprocess/{}", self.deferred.len());
                self.emulation.files.open(&name, None, false);
                self.deferred.push((inner.as_ref().clone(), name.clone()));
                self.coprocess = Some(name);
            }
            Node::Background(inner) => {
                self.subshell(|shell| shell.node(inner));
                self.status = Some(0);
            }
        }
    }

    /// A command that reads from a named pipe waits until all has been written to it.
    fn wait_for_pipe(&mut self, node: &Node, redirects: &[Redirect]) -> bool {
        if self.fifos.is_empty() {
            return false;
        }
        for redirect in redirects.iter().filter(|redirect| matches!(redirect.kind, RedirectKind::Read)) {
            let path = self.joined(&redirect.target).text;
            if self.fifos.contains(&path) && self.deferred.len() < DEAD {
                self.deferred.push((node.clone(), path));
                return true;
            }
        }
        false
    }

    fn pipeline(&mut self, stages: &[Node]) {
        let keyboard = self.emulation.input.clone();
        for (number, stage) in (1usize..).zip(stages) {
            if number == stages.len() {
                self.subshell(|shell| shell.node(stage));
            } else {
                let capture = self.emulation.begin_capture();
                self.subshell(|shell| shell.node(stage));
                self.emulation.input = self.emulation.end_capture(capture);
            }
        }
        self.emulation.input = keyboard;
    }

    fn chain(&mut self, first: &Node, rest: &[(Junction, Node)]) {
        self.node(first);
        for (junction, node) in rest {
            if self.flow.is_some() {
                return;
            }
            let runs = match (junction, self.status) {
                (Junction::And, Some(status)) => status == 0,
                (Junction::Or, Some(status)) => status != 0,
                (_, None) => {
                    self.in_doubt(|shell| shell.node(node));
                    self.status = None;
                    continue;
                }
            };
            if runs {
                self.node(node);
            } else if *junction == Junction::And && matches!(first, Node::Simple { .. }) {
                self.dead("never reached: its condition is false", |shell| shell.node(node));
            }
        }
    }

    /// Runs what may or may not run: it does not end the script.
    fn in_doubt(&mut self, run: impl FnOnce(&mut Self)) {
        self.doubtful = self.doubtful.saturating_add(1);
        run(self);
        self.doubtful = self.doubtful.saturating_sub(1);
        if self.flow.take().is_some() {
            self.waived = self.waived.saturating_add(1);
        }
    }

    fn condition(&mut self, arms: &[(List, List)], otherwise: Option<&[Node]>) {
        let mut branches: Vec<Option<&[Node]>> = Vec::new();
        let mut decided = false;
        for (condition, body) in arms {
            self.list(condition);
            if self.flow.is_some() {
                return;
            }
            match self.status {
                Some(0) => {
                    branches.push(Some(body));
                    decided = true;
                    break;
                }
                Some(_) => self.dead("never reached: its condition is false", |shell| shell.list(body)),
                None => branches.push(Some(body)),
            }
        }
        if !decided {
            branches.push(otherwise);
        } else if branches.len() == 1
            && let Some(body) = otherwise
        {
            self.dead("never reached: the condition is true", |shell| shell.list(body));
        }
        self.status = Some(0);
        self.branch(&branches);
    }

    /// Takes one of the branches; an empty one only matters where another changes what a later command sees.
    fn branch(&mut self, branches: &[Option<&[Node]>]) {
        if let [branch] = branches {
            if let Some(body) = branch {
                self.list(body);
            }
            return;
        }
        let last = branches.len().saturating_sub(1);
        let overwrote = std::mem::take(&mut self.overwrote);
        let taken: Vec<usize> = if self.choice.saturating_add(1) >= CHOICES && last >= CHOICES {
            (self.choice..=last).collect()
        } else {
            vec![self.choice.min(last)]
        };
        for number in taken {
            if let Some(Some(body)) = branches.get(number) {
                self.in_doubt(|shell| shell.list(body));
            }
        }
        let empty_last = branches.last().is_some_and(Option::is_none);
        let count = if empty_last && !self.overwrote { last } else { branches.len() };
        self.choices = self.choices.max(count.min(CHOICES));
        self.overwrote |= overwrote;
        self.status = None;
    }

    fn repeat(&mut self, until: bool, condition: &[Node], body: &[Node]) {
        for round in 0..ROUNDS {
            self.list(condition);
            if self.flow.is_some() {
                break;
            }
            let goes_on = match self.status {
                Some(status) => (status == 0) != until,
                None => {
                    if round == 0 {
                        self.in_doubt(|shell| shell.list(body));
                    }
                    self.status = None;
                    return;
                }
            };
            if !goes_on {
                if round == 0 {
                    self.dead("never reached: the condition of the loop is false", |shell| shell.list(body));
                }
                break;
            }
            let (waived, changes, steps) =
                (self.waived, self.journal.len(), matches!(self.emulation.input, Input::Text(_)));
            self.list(body);
            if self.ends_loop() || self.emulation.is_capped() {
                break;
            }
            // An endless loop, or one that only an unknown condition ends.
            if self.waived > waived || self.journal.len() == changes && !steps {
                break;
            }
        }
        self.status = Some(0);
    }

    /// Takes a `break` or `continue` off; true where the loop ends.
    fn ends_loop(&mut self) -> bool {
        match self.flow {
            None => false,
            Some(Flow::Break(levels)) => {
                self.flow = levels.checked_sub(1).filter(|levels| *levels > 0).map(Flow::Break);
                true
            }
            Some(Flow::Continue(levels)) => {
                self.flow = levels.checked_sub(1).filter(|levels| *levels > 0).map(Flow::Continue);
                self.flow.is_some()
            }
            Some(Flow::Return | Flow::Exit) => true,
        }
    }

    fn each(&mut self, variable: &str, items: Option<&[Word]>, body: &[Node]) {
        let items = match items {
            Some(words) => self.fields(words),
            None => {
                self.arguments.clone().unwrap_or_else(|| vec![Value { text: "$@".to_owned(), doubt: Doubt::Wholly }])
            }
        };
        for item in items.into_iter().take(ROUNDS) {
            self.assign(variable, item);
            self.list(body);
            if self.ends_loop() || self.emulation.is_capped() {
                break;
            }
        }
    }

    fn count(&mut self, clauses: &[Word], body: &[Node]) {
        let clause = |shell: &mut Self, number: usize| -> Option<i64> {
            let value = shell.joined(clauses.get(number)?);
            if value.text.trim().is_empty() {
                return Some(1);
            }
            if value.is_known() { shell.arithmetic(&value.text) } else { None }
        };
        clause(self, 0);
        for _ in 0..ROUNDS {
            match clause(self, 1) {
                Some(0) => break,
                Some(_) => self.list(body),
                None => {
                    self.in_doubt(|shell| shell.list(body));
                    break;
                }
            }
            if self.ends_loop() || self.emulation.is_capped() {
                break;
            }
            if clause(self, 2).is_none() {
                break;
            }
        }
    }

    fn case(&mut self, subject: &Word, arms: &[(Vec<Word>, List)]) {
        let value = self.joined(subject);
        if !value.is_known() {
            let branches: Vec<Option<&[Node]>> = arms.iter().map(|(_, body)| Some(body.as_slice())).collect();
            self.branch(&branches);
            return;
        }
        self.status = Some(0);
        for (patterns, body) in arms {
            for pattern in patterns {
                let (pattern, known) = self.pattern(pattern);
                if known && pattern.matches(&value.text) == Some(true) {
                    self.list(body);
                    return;
                }
            }
        }
    }

    fn extended_test(&mut self, words: &[Word]) -> Option<u8> {
        let mut operands = Vec::new();
        let mut after_comparison = false;
        for word in words {
            let value = self.joined(word);
            let pattern = if after_comparison { Some(self.pattern(word).0) } else { None };
            after_comparison = matches!(value.text.as_str(), "=" | "==" | "!=");
            operands.push(Operand { value, pattern });
        }
        self.evaluate_test(&operands).map(|truth| u8::from(!truth))
    }

    fn simple(&mut self, assignments: &[Assignment], words: &[Word], redirects: &[Redirect]) {
        let declares = words.first().and_then(Word::plain).is_some_and(|word| {
            matches!(word.as_str(), "export" | "local" | "readonly" | "declare" | "typeset" | "setenv")
        });
        let fields = if declares { words.iter().map(|word| self.declared(word)).collect() } else { self.fields(words) };
        let Some((name, arguments)) = fields.split_first() else {
            self.status = Some(0);
            for assignment in assignments {
                self.assignment(assignment);
                if self.variable(&assignment.name).is_some_and(|value| value.doubt == Doubt::Wholly) {
                    self.status = None;
                }
            }
            if !redirects.is_empty() {
                self.redirected(redirects, |_| {});
            }
            return;
        };
        if name.text == "exec" && arguments.is_empty() {
            for redirect in redirects {
                self.redirect(redirect);
            }
            self.status = Some(0);
            return;
        }
        let mark = self.journal.len();
        for assignment in assignments {
            self.assignment(assignment);
        }
        let own = self.journal.len();
        self.redirected(redirects, |shell| shell.command(name, arguments));
        if own > mark && !declares && self.journal.len() == own {
            self.roll_back(mark);
        }
    }

    /// A word of a command that declares variables: of `name=value` the doubt is that of the value.
    fn declared(&mut self, word: &Word) -> Value {
        match split_assignment(word) {
            Some((name, _, value)) => {
                let Value { text, doubt } = self.joined(&value);
                Value { text: format!("{name}={text}"), doubt }
            }
            None => self.joined(word),
        }
    }

    /// Runs something with its output and input turned elsewhere.
    pub(super) fn redirected(&mut self, redirects: &[Redirect], run: impl FnOnce(&mut Self)) {
        if redirects.is_empty() {
            run(self);
            return;
        }
        let (output, input) = (self.emulation.output.clone(), self.emulation.input.clone());
        let (outputs, inputs) = (self.outputs.clone(), self.inputs.clone());
        for redirect in redirects {
            self.redirect(redirect);
        }
        run(self);
        (self.outputs, self.inputs) = (outputs, inputs);
        (self.emulation.output, self.emulation.input) = (output, input);
    }

    fn redirect(&mut self, redirect: &Redirect) {
        let line = self.emulation.line;
        match &redirect.kind {
            RedirectKind::Document(body) => {
                let mut pieces = Vec::new();
                for word in body.get().map(Vec::as_slice).unwrap_or_default() {
                    self.emulation.line = word.line;
                    let value = self.joined(word);
                    self.printed_doubt |= !value.is_known();
                    pieces.push(Piece { text: value.text, line: word.line, file: self.emulation.file.clone() });
                }
                self.emulation.line = line;
                self.set_input(redirect.descriptor, Input::Text(pieces));
            }
            RedirectKind::Text => {
                let value = self.joined(&redirect.target);
                let text = format!("{}\n", value.text);
                let piece = Piece { text, line: redirect.target.line.max(1), file: self.emulation.file.clone() };
                self.set_input(redirect.descriptor, Input::Text(vec![piece]));
            }
            RedirectKind::Read => {
                let path = self.joined(&redirect.target).text;
                let input = if path == "/dev/null" {
                    Input::Text(Vec::new())
                } else if path.starts_with("/dev/fd/") {
                    let file = self.emulation.files.remove(&path, None);
                    Input::Text(file.map(|file| file.pieces).unwrap_or_default())
                } else {
                    Input::File(path)
                };
                self.set_input(redirect.descriptor, input);
            }
            RedirectKind::DuplicateInput => {
                let from = self.joined(&redirect.target).text;
                let input = from.parse::<u32>().ok().and_then(|number| self.inputs.get(&number).cloned());
                if let Some(input) = input {
                    self.set_input(redirect.descriptor, input);
                }
            }
            RedirectKind::Write { append } => {
                let path = self.joined(&redirect.target).text;
                let output = self.open(path, *append);
                self.set_output(redirect.descriptor.unwrap_or(1), output);
            }
            RedirectKind::WriteBoth { append } => {
                let path = self.joined(&redirect.target).text;
                let output = self.open(path, *append);
                self.set_output(1, output.clone());
                self.set_output(2, output);
            }
            RedirectKind::DuplicateOutput => {
                let to = self.joined(&redirect.target).text;
                let to = to.strip_suffix('-').filter(|to| !to.is_empty()).unwrap_or(&to).to_owned();
                let descriptor = redirect.descriptor.unwrap_or(1);
                let output = match (to.parse::<u32>(), &self.coprocess) {
                    (Ok(1), _) => self.emulation.output.clone(),
                    (Ok(number), _) => self.outputs.get(&number).cloned().unwrap_or(Output::Screen),
                    (_, Some(name)) if to == "p" || to.contains("COPROC[1]") => Output::File(name.clone(), None),
                    (Err(_), _) if to == "-" => Output::Screen,
                    (Err(_), _) => {
                        let output = self.open(to, false);
                        self.set_output(2, output.clone());
                        output
                    }
                };
                self.set_output(descriptor, output);
            }
        }
    }

    fn open(&mut self, path: String, append: bool) -> Output {
        if path.is_empty() || path.starts_with("/dev/") && !path.starts_with("/dev/shm/") {
            return match path.as_str() {
                "/dev/stdout" => self.emulation.output.clone(),
                _ => Output::Screen,
            };
        }
        let directory = self.emulation.directory.clone();
        // A pipe is not emptied when it is opened again.
        self.emulation.files.open(&path, directory.as_deref(), append || self.fifos.contains(&path));
        Output::File(path, directory)
    }

    fn set_output(&mut self, descriptor: u32, output: Output) {
        if descriptor == 1 {
            self.emulation.output = output;
        } else if self.outputs.len() < DESCRIPTORS {
            self.outputs.insert(descriptor, output);
        }
    }

    fn set_input(&mut self, descriptor: Option<u32>, input: Input) {
        match descriptor {
            None | Some(0) => self.emulation.input = input,
            Some(number) if self.inputs.len() < DESCRIPTORS => {
                self.inputs.insert(number, input);
            }
            Some(_) => {}
        }
    }

    /// Turns the output to another descriptor while something runs (`print -u4`).
    pub(super) fn to_descriptor(&mut self, descriptor: u32, run: impl FnOnce(&mut Self)) {
        let output = self.outputs.get(&descriptor).cloned();
        let output = if descriptor == 1 { self.emulation.output.clone() } else { output.unwrap_or(Output::Screen) };
        let old = std::mem::replace(&mut self.emulation.output, output);
        run(self);
        self.emulation.output = old;
    }

    /// Sets a variable for the time of the function that is running.
    pub(super) fn make_local(&mut self, name: &str) {
        let old = self.variable(name);
        self.locals.push((name.to_owned(), old));
    }

    /// Calls a function of the text.
    pub(super) fn call(&mut self, name: &str, body: &Rc<Node>, arguments: &[Value]) {
        if !self.emulation.enter() {
            return;
        }
        self.called.insert(name.to_owned());
        let outer = self.arguments.replace(arguments.to_vec());
        let (locals, line) = (std::mem::take(&mut self.locals), self.emulation.line);
        self.node(body);
        for (name, old) in std::mem::replace(&mut self.locals, locals).into_iter().rev() {
            let now = self.variable(&name);
            self.journal.push((name.clone(), now));
            self.put(&name, old);
        }
        self.arguments = outer;
        self.emulation.line = line;
        if self.flow == Some(Flow::Return) {
            self.flow = None;
        }
        self.emulation.leave();
    }
}

/// The command without the redirections that read: its input is at hand already.
fn without_reading(node: &Node) -> Node {
    match node {
        Node::Simple { line, assignments, words, redirects } => Node::Simple {
            line: *line,
            assignments: assignments.clone(),
            words: words.clone(),
            redirects: redirects
                .iter()
                .filter(|redirect| !matches!(redirect.kind, RedirectKind::Read))
                .cloned()
                .collect(),
        },
        other => other.clone(),
    }
}
