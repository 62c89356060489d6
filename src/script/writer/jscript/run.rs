//! Runs statements.

use super::operators::truth;
use super::syntax::{Expression, Function, Line, Program, Statement};
use crate::script::writer::automation::value::Value;
use crate::script::writer::automation::{Automation, Object};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Rounds of a loop that has no end of its own.
const ENDLESS: usize = 256;

/// Where the control goes after a statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
    Return(Value),
    Throw,
    End,
}

/// The variables of a function that runs, or of the program.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub(super) variables: BTreeMap<Rc<str>, Value>,
    pub(super) outer: Option<usize>,
    pub(super) this: Value,
}

/// The interpreter of one text.
pub(super) struct Interpreter<'e, 'a> {
    pub(super) automation: Automation<'e, 'a>,
    pub(super) functions: Vec<Rc<Function>>,
    pub(super) called: BTreeSet<usize>,
    pub(super) scopes: Vec<Scope>,
    /// The scope at hand.
    pub(super) scope: usize,
    pub(super) calls: usize,
    /// Branches at hand of which it is not known whether they are taken.
    doubt: usize,
    /// Whether the loop at hand may have been left.
    left_in_doubt: bool,
}

impl<'e, 'a> Interpreter<'e, 'a> {
    pub(super) fn new(automation: Automation<'e, 'a>) -> Self {
        Self {
            automation,
            functions: Vec::new(),
            called: BTreeSet::new(),
            scopes: vec![Scope { this: Value::unknown("this"), ..Scope::default() }],
            scope: 0,
            calls: 0,
            doubt: 0,
            left_in_doubt: false,
        }
    }

    /// Runs a program, then the functions of its outermost level that were never called.
    pub(super) fn run(&mut self, program: Program) {
        let lines = self.take_over(program);
        self.body(&lines);
        let waiting: Vec<(usize, Value)> = self
            .scopes
            .first()
            .map(|scope| scope.variables.values().cloned().collect::<Vec<_>>())
            .unwrap_or_default()
            .into_iter()
            .filter_map(|value| match self.automation.object(&value) {
                Some(Object::Closure(function, _)) => Some((*function, value)),
                _ => None,
            })
            .collect();
        for (index, closure) in waiting {
            let Some(function) = self.functions.get(index).cloned() else { continue };
            if self.called.contains(&index) || self.automation.emulation.is_capped() {
                continue;
            }
            self.automation.emulation.line = function.line;
            let arguments: Vec<Value> = function.parameters.iter().map(|name| Value::unknown(name)).collect();
            self.call_value(&closure, &arguments, None);
        }
    }

    pub(super) fn finish(self) {
        self.automation.finish();
    }

    /// Makes a program's functions known; its lines are left to be run.
    pub(super) fn take_over(&mut self, program: Program) -> Vec<Line> {
        self.functions.extend(program.functions.into_iter().map(Rc::new));
        program.lines
    }

    /// The statements of a program or a function: its functions are there before anything runs.
    pub(super) fn body(&mut self, lines: &[Line]) -> Flow {
        for line in lines {
            if let Statement::Function(name, function) = &line.statement {
                let closure = self.automation.add(Object::Closure(*function, self.scope));
                self.declare(name.clone(), closure);
            }
        }
        self.block(lines)
    }

    fn block(&mut self, lines: &[Line]) -> Flow {
        if !self.automation.descend() {
            return Flow::Next;
        }
        let mut flow = Flow::Next;
        for line in lines {
            if !self.automation.tick() {
                flow = Flow::End;
                break;
            }
            self.automation.emulation.line = line.number;
            flow = self.statement(&line.statement);
            if std::mem::take(&mut self.automation.ended) {
                flow = Flow::End;
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
            Statement::Variables(variables) => {
                for (name, value) in variables {
                    let value = value.as_ref().map(|value| self.evaluate(value));
                    match value {
                        Some(value) => self.declare(name.clone(), value),
                        None if self.is_declared_here(name) => {}
                        None => self.declare(name.clone(), Value::Empty),
                    }
                }
                Flow::Next
            }
            Statement::Function(..) => Flow::Next,
            Statement::Expression(expression) => {
                self.evaluate(expression);
                Flow::Next
            }
            Statement::Block(lines) => self.block(lines),
            Statement::If(branches, otherwise) => self.branch(branches, otherwise.as_deref()),
            Statement::For { before, condition, after, body } => {
                self.block(before);
                self.repeat(condition.as_ref(), after.as_ref(), body, false)
            }
            Statement::ForIn { variable, list, items, body } => self.each(variable, list, *items, body),
            Statement::While { condition, body, body_first } => self.repeat(Some(condition), None, body, *body_first),
            Statement::Switch(subject, branches) => self.switch(subject, branches),
            Statement::Try { body, name, handler, last } => {
                let flow = self.block(body);
                if let Some(name) = name {
                    self.declare(name.clone(), Value::unknown(name));
                }
                let handled = if flow == Flow::Throw { self.block(handler) } else { self.in_doubt(handler) };
                let flow = if flow == Flow::Throw { handled } else { flow };
                match self.block(last) {
                    Flow::Next => flow,
                    other => other,
                }
            }
            Statement::Return(value) => {
                let value = value.as_ref().map(|value| self.evaluate(value));
                Flow::Return(value.unwrap_or_default())
            }
            Statement::Throw => Flow::Throw,
            Statement::Break => Flow::Break,
            Statement::Continue => Flow::Continue,
        }
    }

    fn is_declared_here(&self, name: &str) -> bool {
        self.scopes.get(self.scope).is_some_and(|scope| scope.variables.contains_key(name))
    }

    pub(super) fn declare(&mut self, name: Rc<str>, value: Value) {
        if let Some(scope) = self.scopes.get_mut(self.scope) {
            scope.variables.insert(name, value);
        }
    }

    /// The variable of a name, in the scope at hand or one around it.
    pub(super) fn variable(&self, name: &str) -> Option<&Value> {
        let mut at = Some(self.scope);
        while let Some(scope) = at.and_then(|at| self.scopes.get(at)) {
            if let Some(value) = scope.variables.get(name) {
                return Some(value);
            }
            at = scope.outer;
        }
        None
    }

    pub(super) fn assign_variable(&mut self, name: &Rc<str>, value: Value) {
        // A branch that may not be taken takes nothing away that is known.
        let keeps = self.doubt > 0
            && matches!(value, Value::Unknown(_))
            && self.variable(name).is_some_and(|old| !matches!(old, Value::Unknown(_) | Value::Empty | Value::Null));
        if keeps {
            return;
        }
        let mut at = self.scope;
        while let Some(scope) = self.scopes.get_mut(at) {
            if let Some(variable) = scope.variables.get_mut(name) {
                *variable = value;
                return;
            }
            match scope.outer {
                Some(outer) => at = outer,
                None => {
                    scope.variables.insert(name.clone(), value);
                    return;
                }
            }
        }
    }

    fn branch(&mut self, branches: &[(Expression, Vec<Line>)], otherwise: Option<&[Line]>) -> Flow {
        let mut bodies: Vec<&[Line]> = Vec::new();
        let mut decided = false;
        for (condition, body) in branches {
            let condition = self.evaluate(condition);
            match truth(&condition) {
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
        self.one_of(&bodies, decided || otherwise.is_some())
    }

    /// Runs the bodies one of which is run; `certain` where one of them surely is.
    fn one_of(&mut self, bodies: &[&[Line]], certain: bool) -> Flow {
        if let ([body], true) = (bodies, certain) {
            return self.block(body);
        }
        let flows: Vec<Flow> = bodies.iter().map(|body| self.in_doubt(body)).collect();
        match flows.split_first() {
            Some((first, rest)) if certain && rest.iter().all(|flow| flow == first) => first.clone(),
            _ => {
                self.left_in_doubt |= flows.iter().any(|flow| !matches!(flow, Flow::Next | Flow::Continue));
                // A result is better than none.
                flows
                    .into_iter()
                    .rev()
                    .find(|flow| matches!(flow, Flow::Return(value) if self.calls > 0 && *value != Value::Empty && certain))
                    .unwrap_or(Flow::Next)
            }
        }
    }

    /// Runs statements of which it is not known whether they run.
    pub(super) fn in_doubt(&mut self, lines: &[Line]) -> Flow {
        self.doubt = self.doubt.saturating_add(1);
        let flow = self.block(lines);
        self.doubt = self.doubt.saturating_sub(1);
        flow
    }

    fn switch(&mut self, subject: &Expression, branches: &[(Option<Expression>, Vec<Line>)]) -> Flow {
        let subject = self.evaluate(subject);
        let mut begin = None;
        for (at, (test, _)) in branches.iter().enumerate() {
            let Some(test) = test else { continue };
            let value = self.evaluate(test);
            let fits = super::operators::apply(&mut self.automation, "===", &subject, &value);
            match truth(&fits) {
                Some(true) => {
                    begin = Some(at);
                    break;
                }
                Some(false) => {}
                None => {
                    for (_, body) in branches {
                        self.in_doubt(body);
                    }
                    return Flow::Next;
                }
            }
        }
        let begin = begin.or_else(|| branches.iter().position(|(test, _)| test.is_none()));
        for (_, body) in branches.iter().skip(begin.unwrap_or(branches.len())) {
            match self.block(body) {
                Flow::Next => {}
                Flow::Break => return Flow::Next,
                other => return other,
            }
        }
        Flow::Next
    }

    fn each(&mut self, variable: &Rc<str>, list: &Expression, items: bool, body: &[Line]) -> Flow {
        let list = self.evaluate(list);
        let values: Option<Vec<Value>> = match self.automation.object(&list) {
            Some(Object::List(all)) if items => Some(all.clone()),
            Some(Object::List(all)) => {
                Some((0..all.len()).map(crate::script::writer::automation::value::counted).collect())
            }
            Some(Object::Record(record)) => Some(record.keys().map(|key| Value::Text(key.as_str().into())).collect()),
            _ => None,
        };
        let outer = std::mem::take(&mut self.left_in_doubt);
        let mut result = Flow::Next;
        let running = self.automation.emulation.begin_loop();
        for value in values.unwrap_or_else(|| vec![Value::unknown(variable)]) {
            self.assign_variable(variable, value);
            match self.block(body) {
                Flow::Next | Flow::Continue if !self.left_in_doubt => {}
                Flow::Next | Flow::Continue | Flow::Break => break,
                other => {
                    result = other;
                    break;
                }
            }
            if !self.automation.emulation.another_round(&running) {
                break;
            }
        }
        self.automation.emulation.end_loop(running);
        self.left_in_doubt = outer;
        result
    }

    fn repeat(
        &mut self,
        condition: Option<&Expression>,
        after: Option<&Expression>,
        body: &[Line],
        body_first: bool,
    ) -> Flow {
        let outer = std::mem::take(&mut self.left_in_doubt);
        let is_constant = condition.is_none_or(|condition| matches!(condition, Expression::Literal(_)));
        let (mut rounds, mut result) = (0usize, Flow::Next);
        let running = self.automation.emulation.begin_loop();
        loop {
            let holds = match condition {
                Some(condition) if rounds > 0 || !body_first => {
                    let value = self.evaluate(condition);
                    truth(&value)
                }
                _ => Some(true),
            };
            // Where it is not known whether there is another round, there was one.
            if holds == Some(false) || holds.is_none() && rounds > 0 {
                break;
            }
            let starts = self.starts();
            match self.block(body) {
                Flow::Next | Flow::Continue => {}
                Flow::Break => break,
                other => {
                    result = other;
                    break;
                }
            }
            if let Some(after) = after {
                self.evaluate(after);
            }
            rounds = rounds.saturating_add(1);
            let repeats_itself = is_constant && (rounds >= ENDLESS || self.starts() > starts);
            let another = self.automation.tick() && self.automation.emulation.another_round(&running);
            if holds.is_none() || self.left_in_doubt || repeats_itself || !another {
                break;
            }
        }
        self.automation.emulation.end_loop(running);
        self.left_in_doubt = outer;
        result
    }

    /// How many programs were started so far.
    fn starts(&self) -> usize {
        let outcome = &self.automation.emulation.outcome;
        outcome.launches.len().saturating_add(outcome.runs.len())
    }
}
