//! Runs statements.

use super::files::OpenFile;
use super::syntax::{Case, Condition, Declared, Exit, Expression, Line, Procedure, Program, Statement, Step, Test};
use super::token::Name;
use crate::script::writer::automation::value::{Value, integer};
use crate::script::writer::automation::{Automation, Object};
use crate::script::writer::budget::Loop;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Rounds of a loop that has no end of its own.
const ENDLESS: usize = 256;

/// Items of an array that is declared or grown at once.
const ITEMS: usize = 1 << 14;

/// Procedures of one text, those in strings that it executes among them.
const PROCEDURES: usize = 4096;

/// Where the control goes after a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Exit(Exit),
}

/// The interpreter of one text.
pub(super) struct Interpreter<'e, 'a> {
    pub(super) automation: Automation<'e, 'a>,
    pub(super) procedures: Vec<Rc<Procedure>>,
    pub(super) by_name: BTreeMap<String, usize>,
    pub(super) declared: BTreeMap<String, String>,
    pub(super) called: BTreeSet<usize>,
    pub(super) globals: BTreeMap<String, Value>,
    pub(super) frames: Vec<Frame>,
    pub(super) withs: Vec<Value>,
    pub(super) files: BTreeMap<String, OpenFile>,
    /// Branches at hand of which it is not known whether they are taken.
    doubt: usize,
    /// Whether the loop at hand may have been left.
    left_in_doubt: bool,
}

/// The variables of a procedure that runs.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub(super) procedure: usize,
    pub(super) variables: BTreeMap<String, Value>,
}

impl<'e, 'a> Interpreter<'e, 'a> {
    pub(super) fn new(automation: Automation<'e, 'a>) -> Self {
        Self {
            automation,
            procedures: Vec::new(),
            by_name: BTreeMap::new(),
            declared: BTreeMap::new(),
            called: BTreeSet::new(),
            globals: BTreeMap::new(),
            frames: Vec::new(),
            withs: Vec::new(),
            files: BTreeMap::new(),
            doubt: 0,
            left_in_doubt: false,
        }
    }

    /// Runs a program, then the procedures that were never called: first those that no other one names.
    pub(super) fn run(&mut self, program: Program) {
        let lines = self.take_over(program);
        self.block(&lines);
        let named_by_others = self.named_by_others();
        for named in [false, true] {
            for index in 0..self.procedures.len() {
                let Some(procedure) = self.procedures.get(index).cloned() else { continue };
                let waits = !named && named_by_others.contains(&index);
                if waits || self.called.contains(&index) || self.automation.emulation.is_capped() {
                    continue;
                }
                let parameters = &procedure.parameters;
                let arguments: Vec<Value> =
                    parameters.iter().map(|parameter| Value::unknown(&parameter.name.written)).collect();
                self.automation.emulation.line = procedure.line;
                self.call_procedure(index, &arguments);
            }
        }
    }

    pub(super) fn finish(self) {
        self.automation.finish();
    }

    /// Makes a program's procedures known; its lines are left to be run.
    pub(super) fn take_over(&mut self, program: Program) -> Vec<Line> {
        self.declared.extend(program.declared);
        for procedure in program.procedures {
            if self.procedures.len() < PROCEDURES {
                self.by_name.insert(procedure.name.folded.to_string(), self.procedures.len());
                self.procedures.push(Rc::new(procedure));
            }
        }
        program.lines
    }

    /// The procedures that others name.
    fn named_by_others(&self) -> BTreeSet<usize> {
        let named = self.procedures.iter().flat_map(|procedure| {
            procedure
                .words
                .iter()
                .filter(|word| **word != procedure.name.folded)
                .filter_map(|word| self.by_name.get(&**word))
        });
        named.copied().collect()
    }

    pub(super) fn block(&mut self, lines: &[Line]) -> Flow {
        if !self.automation.descend() {
            return Flow::Next;
        }
        let mut flow = Flow::Next;
        for line in lines {
            if !self.automation.tick() {
                flow = Flow::Exit(Exit::Program);
                break;
            }
            self.automation.emulation.line = line.number;
            flow = self.statement(&line.statement);
            if std::mem::take(&mut self.automation.ended) {
                flow = Flow::Exit(Exit::Program);
            }
            if flow != Flow::Next {
                break;
            }
        }
        self.automation.ascend();
        flow
    }

    fn statement(&mut self, statement: &Statement) -> Flow {
        match statement {
            Statement::Declare(variables) => variables.iter().for_each(|variable| self.declare(variable)),
            Statement::Assign(target, value) => {
                self.begin(target);
                let value = self.evaluate(value);
                self.assign(target, value);
            }
            Statement::Call(expression) => {
                self.evaluate(expression);
            }
            Statement::If(branches, otherwise) => return self.branch(branches, otherwise.as_deref()),
            Statement::Select(subject, cases, otherwise) => return self.select(subject, cases, otherwise.as_deref()),
            Statement::For { variable, from, to, step, body } => {
                return self.count(variable, from, to, step.as_ref(), body);
            }
            Statement::ForEach { variable, list, body } => return self.each(variable, list, body),
            Statement::Loop { before, after, body } => return self.repeat(before.as_ref(), after.as_ref(), body),
            Statement::With(object, body) => {
                let object = self.evaluate(object);
                self.withs.push(object);
                let flow = self.block(body);
                self.withs.pop();
                return flow;
            }
            Statement::Exit(exit) => return Flow::Exit(*exit),
            Statement::Open { path, append, writes, number } => self.open(path, *append, *writes, number),
            Statement::Print { number, items, quotes } => self.print(number, items, *quotes),
            Statement::Put(number, value) => self.put(number, value),
            Statement::Read(targets) => {
                for target in targets {
                    let name = match target {
                        Expression::Access(Some(name), _) => name.written.to_string(),
                        _ => "input".to_owned(),
                    };
                    self.assign(target, Value::unknown(&name));
                }
            }
            Statement::Close(numbers) => self.close(numbers),
            Statement::Rename(from, to) => {
                let (from, to) = (self.evaluate(from), self.evaluate(to));
                self.automation.copy(&from, &to, true);
            }
        }
        Flow::Next
    }

    fn declare(&mut self, variable: &Declared) {
        let value = match (&variable.bound, &variable.class) {
            (Some(bound), _) => {
                let size = self.evaluate(bound).index().map_or(0, |bound| bound.saturating_add(1)).min(ITEMS);
                let mut items = match (variable.preserves, self.variable(&variable.name.folded).cloned()) {
                    (true, Some(old)) => self.automation.items(&old).cloned().unwrap_or_default(),
                    _ => Vec::new(),
                };
                items.resize(size.max(if variable.preserves { items.len() } else { 0 }), Value::Empty);
                self.automation.list(items)
            }
            (None, Some(class)) if variable.creates => self.automation.create(&class.written),
            (None, _) if variable.is_number => Value::Number(0.0),
            (None, _) => Value::Empty,
        };
        let variables = match self.frames.last_mut() {
            // What is redimensioned may be the module's.
            Some(frame) if !(variable.preserves && self.globals.contains_key(&*variable.name.folded)) => {
                &mut frame.variables
            }
            _ => &mut self.globals,
        };
        variables.insert(variable.name.folded.to_string(), value);
    }

    /// The variable of a folded name.
    pub(super) fn variable(&self, folded: &str) -> Option<&Value> {
        let local = self.frames.last().and_then(|frame| frame.variables.get(folded));
        local.or_else(|| self.globals.get(folded))
    }

    pub(super) fn assign_variable(&mut self, folded: &str, value: Value) {
        // A branch that may not be taken takes nothing away that is known.
        let keeps = self.doubt > 0
            && matches!(value, Value::Unknown(_))
            && self.variable(folded).is_some_and(|old| !matches!(old, Value::Unknown(_) | Value::Empty | Value::Null));
        if keeps {
            return;
        }
        let variables = match self.frames.last_mut() {
            Some(frame) if frame.variables.contains_key(folded) || !self.globals.contains_key(folded) => {
                &mut frame.variables
            }
            _ => &mut self.globals,
        };
        variables.insert(folded.to_owned(), value);
    }

    /// A variable that nothing declares is empty when it is first assigned: `r = r & "x"` is `x`.
    fn begin(&mut self, target: &Expression) {
        if let Expression::Access(Some(name), steps) = target
            && steps.is_empty()
            && self.variable(&name.folded).is_none()
            && !self.by_name.contains_key(&*name.folded)
        {
            self.assign_variable(&name.folded, Value::Empty);
        }
    }

    pub(super) fn assign(&mut self, target: &Expression, value: Value) {
        let Expression::Access(name, steps) = target else { return };
        match (name, steps.as_slice()) {
            (Some(name), []) => self.assign_variable(&name.folded, value),
            (Some(name), [Step::Arguments(arguments)]) => {
                let indices: Vec<Value> = arguments.iter().map(|argument| self.evaluate(argument)).collect();
                let list = self.variable(&name.folded).cloned().unwrap_or_default();
                self.assign_item(&list, &indices, value);
            }
            (_, [head @ .., Step::Member(member)]) => {
                let base = self.base_of(name.as_ref(), head);
                self.automation.set(&base, &member.written, &[], value);
            }
            (_, [head @ .., Step::Member(member), Step::Arguments(arguments)]) => {
                let base = self.base_of(name.as_ref(), head);
                let arguments: Vec<Value> = arguments.iter().map(|argument| self.evaluate(argument)).collect();
                self.automation.set(&base, &member.written, &arguments, value);
            }
            // `shell.Environment("PROCESS")("NAME") = value`.
            (_, [head @ .., Step::Arguments(arguments)]) if !head.is_empty() => {
                let base = self.base_of(name.as_ref(), head);
                let indices: Vec<Value> = arguments.iter().map(|argument| self.evaluate(argument)).collect();
                self.assign_item(&base, &indices, value);
            }
            _ => {}
        }
    }

    fn base_of(&mut self, name: Option<&Name>, steps: &[Step]) -> Value {
        match (name, steps) {
            (None, []) => self.withs.last().cloned().unwrap_or_default(),
            (Some(name), []) => self.variable(&name.folded).cloned().unwrap_or_else(|| Value::unknown(&name.written)),
            (name, steps) => self.access(name, steps),
        }
    }

    fn assign_item(&mut self, list: &Value, indices: &[Value], value: Value) {
        let Some(index) = indices.first() else { return };
        match self.automation.object_mut(list) {
            Some(Object::List(items)) => {
                let Some(index) = index.index().filter(|index| *index < ITEMS) else { return };
                if items.len() <= index {
                    items.resize(index.saturating_add(1), Value::Empty);
                }
                if let Some(item) = items.get_mut(index) {
                    *item = value;
                }
            }
            _ => self.automation.set(list, "", indices, value),
        }
    }

    fn branch(&mut self, branches: &[(Expression, Vec<Line>)], otherwise: Option<&[Line]>) -> Flow {
        let mut bodies: Vec<&[Line]> = Vec::new();
        let mut decided = false;
        for (condition, body) in branches {
            let condition = self.evaluate(condition);
            match super::operators::truth(&condition) {
                Some(false) => {}
                Some(true) => {
                    bodies.push(body);
                    decided = true;
                    break;
                }
                None => bodies.push(body),
            }
        }
        if !decided {
            bodies.extend(otherwise);
        }
        let certain = decided || otherwise.is_some();
        self.one_of(&bodies, certain)
    }

    /// Runs the bodies one of which is run; `certain` where one of them surely is.
    fn one_of(&mut self, bodies: &[&[Line]], certain: bool) -> Flow {
        if let ([body], true) = (bodies, certain) {
            return self.block(body);
        }
        self.doubt = self.doubt.saturating_add(1);
        let mut flows = Vec::new();
        for body in bodies {
            flows.push(self.block(body));
        }
        self.doubt = self.doubt.saturating_sub(1);
        match flows.split_first() {
            Some((first, rest)) if certain && rest.iter().all(|flow| flow == first) => *first,
            _ => {
                self.left_in_doubt |= flows.iter().any(|flow| *flow != Flow::Next);
                Flow::Next
            }
        }
    }

    fn select(&mut self, subject: &Expression, cases: &[Case], otherwise: Option<&[Line]>) -> Flow {
        let subject = self.evaluate(subject);
        let mut bodies: Vec<&[Line]> = Vec::new();
        let mut decided = false;
        for case in cases {
            let mut fits = Some(false);
            for test in &case.tests {
                match self.test(&subject, test) {
                    Some(true) => fits = Some(true),
                    None if fits != Some(true) => fits = None,
                    _ => {}
                }
            }
            match fits {
                Some(false) => {}
                None => bodies.push(&case.body),
                Some(true) => {
                    bodies.push(&case.body);
                    decided = true;
                    break;
                }
            }
        }
        if !decided {
            bodies.extend(otherwise);
        }
        self.one_of(&bodies, decided || otherwise.is_some())
    }

    fn test(&mut self, subject: &Value, test: &Test) -> Option<bool> {
        use super::operators::{compare, truth};
        use super::syntax::Operator;
        match test {
            Test::Equal(value) => {
                let value = self.evaluate(value);
                truth(&compare(Operator::Equal, subject, &value))
            }
            Test::Range(from, to) => {
                let (from, to) = (self.evaluate(from), self.evaluate(to));
                let above = truth(&compare(Operator::AtLeast, subject, &from))?;
                Some(above && truth(&compare(Operator::AtMost, subject, &to))?)
            }
            Test::Compared(operator, value) => {
                let value = self.evaluate(value);
                truth(&compare(*operator, subject, &value))
            }
        }
    }

    fn count(
        &mut self,
        variable: &Name,
        from: &Expression,
        to: &Expression,
        step: Option<&Expression>,
        body: &[Line],
    ) -> Flow {
        let (from, to) = (self.evaluate(from).number(), self.evaluate(to).number());
        let step = step.map_or(Some(1.0), |step| self.evaluate(step).number());
        let (Some(mut at), Some(to), Some(step)) = (from, to, step.filter(|step| *step != 0.0)) else {
            self.assign_variable(&variable.folded, Value::unknown(&variable.written));
            return self.once(body);
        };
        let outer = std::mem::take(&mut self.left_in_doubt);
        let mut flow = Flow::Next;
        let running = self.automation.emulation.begin_loop();
        while (if step > 0.0 { at <= to } else { at >= to }) && self.automation.tick() {
            self.assign_variable(&variable.folded, Value::Number(at));
            flow = self.block(body);
            if flow != Flow::Next || self.left_in_doubt || !self.automation.emulation.another_round(&running) {
                break;
            }
            // The body may set the variable forward.
            at = self.variable(&variable.folded).and_then(Value::number).unwrap_or(at) + step;
            self.assign_variable(&variable.folded, Value::Number(at));
        }
        self.automation.emulation.end_loop(running);
        self.left_in_doubt = outer;
        out_of_loop(flow)
    }

    /// Runs the body of a loop of which it is not known how often it runs.
    fn once(&mut self, body: &[Line]) -> Flow {
        let outer = std::mem::take(&mut self.left_in_doubt);
        let flow = self.block(body);
        self.left_in_doubt = outer;
        out_of_loop(flow)
    }

    fn each(&mut self, variable: &Name, list: &Expression, body: &[Line]) -> Flow {
        let list = self.evaluate(list);
        let Some(items) = self.automation.items(&list).cloned() else {
            self.assign_variable(&variable.folded, Value::unknown(&variable.written));
            return self.once(body);
        };
        let outer = std::mem::take(&mut self.left_in_doubt);
        let mut flow = Flow::Next;
        let running = self.automation.emulation.begin_loop();
        for item in items {
            self.assign_variable(&variable.folded, item);
            flow = self.block(body);
            if flow != Flow::Next || self.left_in_doubt || !self.another_round(&running) {
                break;
            }
        }
        self.automation.emulation.end_loop(running);
        self.left_in_doubt = outer;
        out_of_loop(flow)
    }

    fn repeat(&mut self, before: Option<&Condition>, after: Option<&Condition>, body: &[Line]) -> Flow {
        let outer = std::mem::take(&mut self.left_in_doubt);
        let mut flow = Flow::Next;
        let is_constant = [before, after].into_iter().flatten().all(|condition| is_constant(&condition.expression));
        let mut rounds = 0usize;
        let started = |interpreter: &Self| {
            let outcome = &interpreter.automation.emulation.outcome;
            outcome.launches.len().saturating_add(outcome.runs.len())
        };
        let running = self.automation.emulation.begin_loop();
        loop {
            let goes_on = before.map_or(Some(true), |condition| self.holds(condition));
            if goes_on == Some(false) {
                break;
            }
            let starts = started(self);
            flow = self.block(body);
            rounds = rounds.saturating_add(1);
            let again = after.map_or(Some(true), |condition| self.holds(condition));
            // A loop without an end that starts programs does the same in every round.
            let repeats_itself = is_constant && (rounds >= ENDLESS || started(self) > starts);
            if flow != Flow::Next
                || goes_on.is_none()
                || again != Some(true)
                || self.left_in_doubt
                || repeats_itself
                || !self.another_round(&running)
            {
                break;
            }
        }
        self.automation.emulation.end_loop(running);
        self.left_in_doubt = outer;
        out_of_loop(flow)
    }

    fn another_round(&mut self, running: &Loop) -> bool {
        self.automation.tick() && self.automation.emulation.another_round(running)
    }

    fn holds(&mut self, condition: &Condition) -> Option<bool> {
        let value = self.evaluate(&condition.expression);
        super::operators::truth(&value).map(|truth| truth != condition.until)
    }

    /// The value as an index of a function that counts from 1; nothing below.
    pub(super) fn position(value: &Value) -> Option<usize> {
        let number = value.number().and_then(integer)?;
        usize::try_from(number.checked_sub(1)?).ok()
    }
}

fn out_of_loop(flow: Flow) -> Flow {
    if flow == Flow::Exit(Exit::Loop) { Flow::Next } else { flow }
}

fn is_constant(expression: &Expression) -> bool {
    match expression {
        Expression::Literal(_) => true,
        Expression::Chain(first, rest) => is_constant(first) && rest.iter().all(|(_, operand)| is_constant(operand)),
        Expression::Not(inner) | Expression::Negated(inner) => is_constant(inner),
        _ => false,
    }
}
