//! The emulation: commands run in order over files and variables that are held in memory.
//!
//! Where the outcome of a condition is not known, one of its branches is taken, and another one when the text is run
//! again ([`Interpreter::choices`]): a script that picks its host by an argument is read with every host.

use super::control::ROUNDS;
use super::expand::{Doubt, Value};
use super::parse::split_assignment;
use super::syntax::{Assignment, Node, Redirect, RedirectKind, Word};
use crate::script::writer::emulation::{Emulation, Input, Output};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

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
    pub(super) outputs: BTreeMap<u32, Output>,
    pub(super) inputs: BTreeMap<u32, Input>,
    pub(super) journal: Vec<(String, Option<Value>)>,
    pub(super) overwrote: bool,
    pub(super) waived: usize,
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
    pub(super) fn program(&mut self, commands: &mut dyn Iterator<Item = Node>) {
        while let Some(node) = commands.next() {
            if let Node::Function { name, body } = &node {
                // A function may be called before the line that defines it is passed in another branch.
                self.functions.entry(name.clone()).or_insert_with(|| Rc::clone(body));
            }
            self.node(&node);
            if self.flow.take().is_some_and(|flow| flow == Flow::Exit) {
                self.dead("never reached: the script ends before it", |shell| shell.program(commands));
                break;
            }
            if self.emulation.is_capped() {
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
        let (diagnostics, renames) = (self.emulation.outcome.diagnostics.len(), self.emulation.outcome.renames.len());
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
        self.emulation.outcome.renames.truncate(renames);
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
        let outer = self.emulation.piped_from.take();
        for (number, stage) in (1usize..).zip(stages) {
            if number == stages.len() {
                self.subshell(|shell| shell.node(stage));
            } else {
                let before = self.emulation.fetches();
                let capture = self.emulation.begin_capture();
                self.subshell(|shell| shell.node(stage));
                self.emulation.input = self.emulation.end_capture(capture);
                self.emulation.piped_from = self.emulation.piped_from.or(self.emulation.fetched_since(before));
            }
        }
        self.emulation.piped_from = outer;
        self.emulation.input = keyboard;
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
