//! Redirections: where the output and the input of a command go, descriptor by descriptor.

use super::run::Interpreter;
use super::syntax::{Redirect, RedirectKind};
use crate::script::writer::emulation::{Input, Output};
use crate::script::writer::files::Piece;

/// Descriptors beyond standard input and output that are kept.
const DESCRIPTORS: usize = 32;

impl Interpreter<'_, '_> {
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

    pub(super) fn redirect(&mut self, redirect: &Redirect) {
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
    pub(super) fn through_descriptor(&mut self, descriptor: u32, run: impl FnOnce(&mut Self)) {
        let output = self.outputs.get(&descriptor).cloned();
        let output = if descriptor == 1 { self.emulation.output.clone() } else { output.unwrap_or(Output::Screen) };
        let old = std::mem::replace(&mut self.emulation.output, output);
        run(self);
        self.emulation.output = old;
    }
}
