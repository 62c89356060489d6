//! The commands of PowerShell that are emulated: those that write, move and read files, run text, make objects, start
//! programs and fetch from addresses.

use super::operators;
use super::parameters::{self, Argument, Bound};
use super::received;
use super::requests::Asked;
use super::run::Interpreter;
use super::statics::{class_of, joined};
use super::syntax::Block;
use super::value::{Source, Text, Value};
use crate::script::local_path;
use std::rc::Rc;

impl Interpreter<'_, '_> {
    /// Runs a command of PowerShell.
    pub(super) fn built_in(&mut self, command: &'static str, bound: &Bound, input: Option<Vec<Value>>) -> Vec<Value> {
        let line = self.emulation.line;
        let piped = input.clone().unwrap_or_default();
        let path = bound.first_of(&["path", "literalpath", "pspath", "filepath"]).cloned();
        match command {
            "set-content" | "add-content" => {
                let values = bound.get("value").map_or(piped, Value::items);
                let encoding = self.word(bound, "encoding");
                for path in self.paths(path) {
                    let append = command == "add-content";
                    self.set_content(&path, &values, append, encoding.as_deref(), bound.has("nonewline"));
                }
                Vec::new()
            }
            "clear-content" => {
                for path in self.paths(path) {
                    self.set_content(&path, &[], false, None, true);
                }
                Vec::new()
            }
            "out-file" => {
                let values = bound.get("inputobject").map_or(piped, Value::items);
                let encoding = self.word(bound, "encoding");
                for path in self.paths(path) {
                    self.out_file(&path, &values, bound.has("append"), encoding.as_deref(), bound.has("nonewline"));
                }
                Vec::new()
            }
            "tee-object" => {
                let values = bound.get("inputobject").map_or(piped, Value::items);
                for path in self.paths(path) {
                    self.out_file(&path, &values, bound.has("append"), None, false);
                }
                if let Some(name) = self.word(bound, "variable") {
                    self.set(&name.to_ascii_lowercase(), Value::collected(values.clone()));
                }
                values
            }
            "new-item" => self.new_item(bound, path),
            "get-content" => {
                let mut lines = Vec::new();
                for path in self.paths(path.or_else(|| piped.first().cloned())) {
                    lines.extend(self.content_of(&path, bound.has("raw")).items());
                }
                lines
            }
            "remove-item" => {
                for path in self.paths(path.or_else(|| piped.first().cloned())) {
                    self.delete(&path);
                }
                Vec::new()
            }
            "copy-item" | "move-item" | "rename-item" => {
                let target = bound.first_of(&["destination", "newname"]).cloned().unwrap_or(Value::Nothing);
                let target = self.spelled(&target);
                for path in self.paths(path.or_else(|| piped.first().cloned())) {
                    let target = match (command, local_path::directory(&path)) {
                        ("rename-item", Some(directory)) if !local_path::is_absolute(&target) => {
                            joined(directory, &target)
                        }
                        _ => target.clone(),
                    };
                    self.emulation.note_renamed(&path, &target);
                    self.copy(&path, &target, command != "copy-item");
                }
                Vec::new()
            }
            "get-childitem" | "get-item" | "resolve-path" => self.listed(command, bound, path),
            "test-path" => vec![Value::unknown("Test-Path")],
            "set-location" | "push-location" => {
                if command == "push-location" {
                    let now = self.emulation.directory.clone().map_or(Value::Nothing, |at| Value::text(at, line));
                    let held = self.variable("*locations", "");
                    let held = if held.is_unknown() { Value::list(Vec::new()) } else { held };
                    let mut held = operators::as_list(&held);
                    held.push(now);
                    if held.len() < 100 {
                        self.set("*locations", Value::list(held));
                    }
                }
                if let Some(path) = path {
                    let path = self.spelled(&path);
                    if !path.is_empty() && !path.contains("::") && !path.to_ascii_uppercase().starts_with("HK") {
                        self.emulation.directory = Some(self.full_path(&path));
                    }
                }
                Vec::new()
            }
            "pop-location" => {
                let mut held = operators::as_list(&self.variable("*locations", ""));
                match held.pop() {
                    Some(Value::Text(at)) => self.emulation.directory = Some(at.content.to_string()),
                    Some(Value::Nothing) => self.emulation.directory = None,
                    _ => {}
                }
                self.set("*locations", Value::list(held));
                Vec::new()
            }
            "get-location" => vec![self.variable("pwd", "$pwd")],
            "join-path" => {
                let base = path.unwrap_or_else(|| Value::collected(piped));
                let parts = [bound.get("childpath"), bound.get("additionalchildpath")];
                let base = self.spelled(&base);
                let mut whole = base;
                for part in parts.into_iter().flatten().flat_map(operators::as_list) {
                    let part = self.spelled(&part);
                    whole = joined(&whole, &part);
                }
                vec![Value::text(whole, line)]
            }
            "split-path" => {
                let path = path.unwrap_or_else(|| Value::collected(piped));
                let path = self.spelled(&path);
                let file = local_path::file_name(&path);
                let part = if bound.has("leaf") {
                    file
                } else if bound.has("leafbase") {
                    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
                } else {
                    local_path::directory(&path).unwrap_or_default()
                };
                vec![Value::text(part, line)]
            }
            "write-output" => {
                let mut values = bound.get("inputobject").map_or(piped, Value::items);
                values.extend(bound.rest.iter().flat_map(Value::items));
                values
            }
            "write-host" | "out-null" => Vec::new(),
            "out-string" => {
                let values = bound.get("inputobject").map_or(piped, Value::items);
                if received::is_received(&values) {
                    return values;
                }
                let pieces = self.lines(&values);
                let parts: Vec<Text> = pieces.into_iter().map(|(text, line)| Text::new(text, line)).collect();
                vec![Value::Text(Text::concat(&parts))]
            }
            "invoke-expression" => {
                let text = bound.get("command").cloned().unwrap_or_else(|| Value::collected(piped));
                if text.is_unknown() {
                    self.runs_received(&text, "Invoke-Expression");
                    return Vec::new();
                }
                let text =
                    operators::as_list(&text).iter().map(|part| self.spelled(part)).collect::<Vec<_>>().join("\n");
                self.run_text(&text)
            }
            "invoke-command" | "start-job" => match bound.get("scriptblock") {
                Some(Value::Block(block)) => {
                    let block = Rc::clone(block);
                    let arguments = bound.get("argumentlist").map(operators::as_list).unwrap_or_default();
                    self.call_block(&block, Vec::new(), arguments, piped)
                }
                Some(block) => {
                    self.runs_received(&block.clone(), "Invoke-Command");
                    Vec::new()
                }
                None => Vec::new(),
            },
            "start-process" => self.start_process(bound),
            "invoke-item" => {
                for path in self.paths(path) {
                    self.start_program(&path, "", None, None);
                }
                Vec::new()
            }
            "foreach-object" => self.for_each_object(bound, piped),
            "where-object" => self.filtered(bound, piped),
            "select-object" => {
                if let Some(name) = bound.get("expandproperty") {
                    let name = self.spelled(name).to_ascii_lowercase();
                    return piped.iter().map(|item| self.property(item, &name, &format!("$_.{name}"))).collect();
                }
                let number = |name: &str| bound.get(name).and_then(Value::number).and_then(|n| usize::try_from(n).ok());
                let skipped = piped.into_iter().skip(number("skip").unwrap_or(0));
                match number("first") {
                    Some(first) => skipped.take(first).collect(),
                    None => skipped.collect(),
                }
            }
            "sort-object" => piped,
            "new-object" => vec![self.new_object_of(bound)],
            "invoke-webrequest" => self.web_request(bound),
            "start-bitstransfer" => self.bits_transfer(bound),
            "convertto-securestring" => {
                let text = bound.get("string").cloned().unwrap_or_else(|| Value::collected(piped));
                if bound.has("asplaintext") { vec![text] } else { vec![Value::unknown("ConvertTo-SecureString")] }
            }
            "convertfrom-securestring" => bound.get("securestring").cloned().into_iter().chain(piped).take(1).collect(),
            "get-credential" => vec![Value::unknown("Get-Credential")],
            "set-variable" => {
                if let (Some(name), value) = (self.word(bound, "name"), bound.get("value")) {
                    let value = value.cloned().unwrap_or_else(|| Value::collected(piped));
                    self.set(&name.to_ascii_lowercase(), value);
                }
                Vec::new()
            }
            "get-variable" => {
                let name = self.word(bound, "name").unwrap_or_default().to_ascii_lowercase();
                let value = self.variable(&name, &format!("${name}"));
                if bound.has("valueonly") {
                    return vec![value];
                }
                vec![Value::Table(Rc::new(vec![
                    ("Name".to_owned(), Value::text(name, line)),
                    ("Value".to_owned(), value),
                ]))]
            }
            "set-alias" => {
                if let (Some(name), Some(value)) = (self.word(bound, "name"), self.word(bound, "value")) {
                    self.aliases.insert(name.to_ascii_lowercase(), value.to_ascii_lowercase());
                }
                Vec::new()
            }
            "get-command" => {
                let Some(wanted) = self.word(bound, "name") else { return Vec::new() };
                let found = parameters::names().find(|name| super::pattern::is_like(name, &wanted));
                vec![found.map_or_else(|| Value::text(wanted, line), |name| Value::text(name, line))]
            }
            "new-scheduledtaskaction" => {
                let program = self.word(bound, "execute").unwrap_or_default();
                let rest = self.word(bound, "argument").unwrap_or_default();
                let directory = self.word(bound, "workingdirectory");
                self.start_program(&program, &rest, directory.as_deref(), None);
                Vec::new()
            }
            "invoke-wmimethod" => {
                let command = match bound.get("argumentlist") {
                    Some(Value::Table(pairs)) => pairs
                        .iter()
                        .find(|(key, _)| key.eq_ignore_ascii_case("CommandLine"))
                        .map(|(_, value)| value.clone()),
                    Some(value) => operators::as_list(value).first().cloned(),
                    None => None,
                };
                let class = self.word(bound, "class").unwrap_or_default();
                if let (Some(command), true) = (command, class.eq_ignore_ascii_case("win32_process")) {
                    let command = self.spelled(&command);
                    self.emulation.start(&command);
                }
                Vec::new()
            }
            "new-temporaryfile" => vec![self.temporary_file()],
            "get-date" => vec![Value::unknown("Get-Date")],
            _ => Vec::new(),
        }
    }

    /// A command of a module that is not emulated: what comes out of it is not known.
    pub(super) fn library_command(&mut self, name: &str, arguments: Vec<Argument>) -> Vec<Value> {
        if let Some(values) = self.module_command(name, arguments) {
            return values;
        }
        match name.split_once('-').map(|(verb, _)| verb) {
            Some(
                "get" | "select" | "measure" | "convertto" | "convertfrom" | "read" | "import" | "compare" | "test",
            ) => {
                vec![Value::unknown(name)]
            }
            _ => Vec::new(),
        }
    }

    fn word(&mut self, bound: &Bound, name: &str) -> Option<String> {
        let value = bound.get(name)?.clone();
        Some(self.spelled(&value))
    }

    fn paths(&mut self, value: Option<Value>) -> Vec<String> {
        let values = value.map(|value| operators::as_list(&value)).unwrap_or_default();
        values.iter().filter_map(|value| self.file_of(value)).collect()
    }

    fn new_item(&mut self, bound: &Bound, path: Option<Value>) -> Vec<Value> {
        let kind = bound.first_of(&["itemtype", "type"]).cloned().unwrap_or(Value::Nothing);
        let kind = self.spelled(&kind).to_ascii_lowercase();
        let name = self.word(bound, "name");
        let mut path = path.map(|path| self.spelled(&path)).unwrap_or_default();
        if let Some(name) = name {
            path = joined(&path, &name);
        }
        if !kind.starts_with('d') && !path.is_empty() {
            let value = bound.get("value").cloned().unwrap_or(Value::Nothing);
            let values = if matches!(value, Value::Nothing) { Vec::new() } else { vec![value] };
            self.set_content(&path, &values, false, None, true);
        }
        let line = self.emulation.line;
        vec![Value::unknown_from(path.clone(), Source::Path(path.clone()))]
            .into_iter()
            .map(|item| if path.is_empty() { item } else { Value::text(path.clone(), line) })
            .collect()
    }

    /// Files by their path or wildcard: one value stands for all of them.
    fn listed(&mut self, command: &str, bound: &Bound, path: Option<Value>) -> Vec<Value> {
        let mut path = match path {
            Some(path) => self.spelled(&path),
            None => self.emulation.directory.clone().unwrap_or_else(|| ".".to_owned()),
        };
        if command == "get-childitem" {
            let filter = match self.word(bound, "filter") {
                Some(filter) => Some(filter),
                None => self.word(bound, "include"),
            };
            let is_file = local_path::file_name(&path).contains('.') && path != ".";
            match filter {
                Some(filter) => path = joined(path.trim_end_matches(['*', '\\']), &filter),
                None if !path.contains(['*', '?']) && !is_file => path = joined(&path, "*"),
                None => {}
            }
        }
        vec![Value::unknown_from(path.clone(), Source::Path(path))]
    }

    fn start_process(&mut self, bound: &Bound) -> Vec<Value> {
        let program = self.word(bound, "filepath").unwrap_or_default();
        let list = bound.first_of(&["argumentlist", "args"]).cloned().unwrap_or(Value::Nothing);
        let mut rest: Vec<String> = operators::as_list(&list).iter().map(|item| self.spelled(item)).collect();
        for value in &bound.rest {
            let word = self.spelled(value);
            rest.push(word);
        }
        let directory = self.word(bound, "workingdirectory");
        let input = self.word(bound, "redirectstandardinput");
        self.start_program(&program, &rest.join(" "), directory.as_deref(), input);
        if bound.has("passthru") { vec![self.make("process.started", Vec::new())] } else { Vec::new() }
    }

    /// Runs a block for each value, which is `$_` in it.
    pub(super) fn each(&mut self, items: Vec<Value>, block: &Rc<Block>) -> Vec<Value> {
        let mut output = Vec::new();
        let before = self.scopes.last().and_then(|scope| scope.get("_").cloned());
        let running = self.emulation.begin_loop();
        for item in items {
            if !self.emulation.step() || self.jump.is_some() {
                break;
            }
            self.set("_", item.clone());
            self.set("psitem", item);
            let statements = &block.statements;
            self.statements(statements, &mut output);
            if !self.emulation.another_round(&running) {
                break;
            }
        }
        self.emulation.end_loop(running);
        if let Some(before) = before {
            self.set("_", before);
        }
        if matches!(self.jump, Some(super::run::Jump::Return | super::run::Jump::Continue)) {
            self.jump = None;
        }
        output
    }

    fn for_each_object(&mut self, bound: &Bound, piped: Vec<Value>) -> Vec<Value> {
        let mut output = Vec::new();
        let block = |name: &str| match bound.get(name) {
            Some(Value::Block(block)) => Some(Rc::clone(block)),
            _ => None,
        };
        if let Some(begin) = block("begin") {
            self.statements(&begin.statements, &mut output);
        }
        match bound.first_of(&["process", "parallel"]) {
            Some(Value::Block(block)) => {
                let block = Rc::clone(block);
                output.extend(self.each(piped, &block));
            }
            Some(Value::List(blocks)) => {
                for block in blocks.iter() {
                    if let Value::Block(block) = block {
                        let block = Rc::clone(block);
                        output.extend(self.each(piped.clone(), &block));
                    }
                }
            }
            Some(name) => {
                let name = self.spelled(name).to_ascii_lowercase();
                for item in &piped {
                    let raw = format!("$_.{name}");
                    let value = match bound.get("argumentlist") {
                        Some(arguments) => self.method(item, &name, &operators::as_list(arguments), &raw),
                        None => self.property(item, &name, &raw),
                    };
                    output.push(value);
                }
            }
            None => output.extend(piped),
        }
        if let Some(end) = block("end") {
            self.statements(&end.statements, &mut output);
        }
        output
    }

    /// Values for which the condition does not fail for certain.
    fn filtered(&mut self, bound: &Bound, piped: Vec<Value>) -> Vec<Value> {
        let Some(Value::Block(block)) = bound.get("filterscript") else { return piped };
        let block = Rc::clone(block);
        piped
            .into_iter()
            .filter(|item| {
                let result = self.each(vec![item.clone()], &block);
                Value::collected(result).truth() != Some(false)
            })
            .collect()
    }

    fn new_object_of(&mut self, bound: &Bound) -> Value {
        let arguments = bound.first_of(&["argumentlist", "args"]).map(operators::as_list).unwrap_or_default();
        let arguments =
            if arguments.is_empty() { bound.rest.clone() } else { [arguments, bound.rest.clone()].concat() };
        if let Some(name) = bound.get("comobject") {
            let name = self.spelled(name).to_ascii_lowercase();
            return self.make(name.trim_end_matches(".1"), Vec::new());
        }
        let Some(name) = bound.get("typename") else { return Value::Nothing };
        let object = self.new_object(&class_of(name), &arguments);
        if let (Value::Object(index), Some(Value::Table(pairs))) = (&object, bound.get("property")) {
            for (name, value) in pairs.iter() {
                self.set_property(*index, &name.to_ascii_lowercase(), value.clone());
            }
        }
        object
    }

    fn web_request(&mut self, bound: &Bound) -> Vec<Value> {
        let Some(address) = self.word(bound, "uri") else { return Vec::new() };
        let method = self.word(bound, "method").unwrap_or_default();
        let (sent, received) = (bound.get("infile").cloned(), bound.get("outfile").cloned());
        let local = sent.as_ref().or(received.as_ref()).and_then(|file| self.file_of(file));
        let asked = Asked {
            address,
            command: if sent.is_some() { "STOR".to_owned() } else { String::new() },
            credentials: bound.get("credential").cloned().unwrap_or(Value::Nothing),
            local,
            call: "Invoke-WebRequest".to_owned(),
            ..Asked::default()
        };
        let raw = format!("Invoke-WebRequest {}", asked.address);
        vec![self.invoke_web_request(asked, &method, &raw)]
    }

    fn bits_transfer(&mut self, bound: &Bound) -> Vec<Value> {
        let source = self.word(bound, "source").unwrap_or_default();
        let target = self.word(bound, "destination").unwrap_or_default();
        let uploads = target.contains("://");
        let (address, local) = if uploads { (target, source) } else { (source, target) };
        let asked = Asked {
            address,
            command: if uploads { "STOR".to_owned() } else { "RETR".to_owned() },
            credentials: bound.get("credential").cloned().unwrap_or(Value::Nothing),
            local: Some(local).filter(|local| !local.is_empty()),
            call: "Start-BitsTransfer".to_owned(),
            ..Asked::default()
        };
        if let Some(session) = self.request(asked).and_then(|index| self.sessions.get_mut(index)) {
            session.commands.iter_mut().for_each(|command| command.wire.clear());
            session.uncertain.push("BITS transfers by HTTP and SMB alone: the transfer would fail".to_owned());
        }
        Vec::new()
    }
}
