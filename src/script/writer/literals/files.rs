//! Which calls open files, and which write to them.

use crate::script::source::{Call, Tongue, Value, Words, percent};

/// How a file is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Opening {
    pub(super) path: Words,
    pub(super) writes: bool,
    pub(super) appends: bool,
}

/// A command whose input or output is opened like a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Opened {
    File(Opening),
    /// A command line that is fed what is written.
    Pipe(Words),
}

/// What is written, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// To a value that is a file, or that the text does not tell.
    Handle(Value),
    /// To a path, at its end or instead of what is there.
    Path(Words, bool),
}

/// The file or pipe that a call opens.
pub(super) fn opened(tongue: Tongue, call: &Call) -> Option<Opened> {
    let folded = call.name.to_ascii_lowercase();
    let open = |path: Words, mode: Option<Words>| {
        let mode = mode.map(|mode| mode.text).unwrap_or_default();
        let appends = mode.starts_with('a');
        Some(Opened::File(Opening { path, writes: appends || mode.contains(['w', 'x', '+', 'c']), appends }))
    };
    match (tongue, folded.as_str()) {
        (Tongue::Perl, "open") => return perl(call),
        (Tongue::C, "fopen" | "_wfopen" | "_tfopen" | "_fsopen") | (Tongue::Php, "fopen") => {
            return open(call.words(0)?, call.words(1));
        }
        (Tongue::C, "fopen_s" | "_wfopen_s" | "_tfopen_s") => return open(call.words(1)?, call.words(2)),
        (Tongue::C, "createfile" | "createfilea" | "createfilew") => {
            return open(call.words(0)?, Some(Words::known("w")));
        }
        (Tongue::C, "ofstream" | "wofstream" | "fstream" | "wfstream") if call.constructs => {
            let appends = call.arguments.iter().skip(1).any(|argument| argument.value.words().text.contains("app"));
            return open(call.words(0)?, Some(Words::known(if appends { "a" } else { "w" })));
        }
        (Tongue::C, "popen" | "_popen" | "_wpopen" | "_tpopen") | (Tongue::Php, "popen") => {
            return call
                .words(1)
                .filter(|mode| mode.text.starts_with('w'))
                .and_then(|_| call.words(0))
                .map(Opened::Pipe);
        }
        (Tongue::Python, "popen") if call.path == "os.popen" => {
            return call
                .words(1)
                .filter(|mode| mode.text.starts_with('w'))
                .and_then(|_| call.words(0))
                .map(Opened::Pipe);
        }
        (Tongue::Python, "open")
            if call.receiver.is_none() || call.path.starts_with("io.") || call.path.starts_with("codecs.") =>
        {
            let mode = call.arguments.iter().find(|argument| argument.name.as_deref() == Some("mode"));
            return open(call.words(0)?, mode.map(|argument| argument.value.words()).or_else(|| call.words(1)));
        }
        (Tongue::Ruby, "open" | "new") if call.path.starts_with("File") => return open(call.words(0)?, call.words(1)),
        (Tongue::Ruby, "popen") => {
            return call.words(1).filter(|mode| mode.text.contains('w')).and_then(|_| call.words(0)).map(Opened::Pipe);
        }
        (Tongue::Go, "create") if call.path == "os.Create" => return open(call.words(0)?, Some(Words::known("w"))),
        (Tongue::Go, "openfile") => {
            let appends = call.words(1).is_some_and(|flags| flags.text.contains("APPEND"));
            return open(call.words(0)?, Some(Words::known(if appends { "a" } else { "w" })));
        }
        (Tongue::Go, "open") if call.path == "os.Open" => return open(call.words(0)?, None),
        (Tongue::Rust, "create") if call.path.starts_with("File::") => {
            return open(call.words(0)?, Some(Words::known("w")));
        }
        (Tongue::Delphi, "assignfile" | "assign") => return open(call.words(1)?, Some(Words::known("w"))),
        (Tongue::AutoIt, "fileopen") => {
            let mode = call.words(1).map(|mode| mode.text).unwrap_or_default();
            return open(call.words(0)?, Some(Words::known(if mode.starts_with('1') { "a" } else { "w" })));
        }
        (Tongue::JavaScript, "createwritestream") => return open(call.words(0)?, Some(Words::known("w"))),
        (Tongue::JavaScript, "createreadstream") => return open(call.words(0)?, None),
        (Tongue::Sql, "sp_oamethod") => {
            let method = call.words(1)?.text.to_ascii_lowercase();
            return matches!(method.as_str(), "createtextfile" | "opentextfile")
                .then(|| open(call.words(3)?, Some(Words::known("w"))))
                .flatten();
        }
        _ => {}
    }
    let class = folded.as_str();
    let writes = ["filewriter", "printwriter", "fileoutputstream", "printstream", "streamwriter"];
    let reads = ["fileinputstream", "filereader", "streamreader"];
    if call.constructs
        && matches!(tongue, Tongue::Java | Tongue::CSharp)
        && matches!(call.value(0), Some(Value::Text(_) | Value::Unknown(_)))
    {
        let appends = call.words(1).is_some_and(|flag| flag.text == "true");
        if writes.contains(&class) {
            return open(call.words(0)?, Some(Words::known(if appends { "a" } else { "w" })));
        }
        if reads.contains(&class) {
            return open(call.words(0)?, None);
        }
    }
    match (tongue, call.path.as_str()) {
        (Tongue::CSharp, "File.CreateText" | "File.Create" | "File.OpenWrite") => {
            open(call.words(0)?, Some(Words::known("w")))
        }
        (Tongue::CSharp, "File.AppendText") => open(call.words(0)?, Some(Words::known("a"))),
        (Tongue::CSharp, "File.OpenRead") => open(call.words(0)?, None),
        _ => None,
    }
}

/// Perl's `open(H, ">f")`, `open(my $h, '>', 'f')`, `open(H, "|command")`, `open(H, '|-', 'command')`.
fn perl(call: &Call) -> Option<Opened> {
    let mode = call.words(1)?;
    if let Some(path) = call.words(2) {
        return match mode.text.split(':').next().unwrap_or_default().trim() {
            ">" | "+>" => Some(Opened::File(Opening { path, writes: true, appends: false })),
            ">>" => Some(Opened::File(Opening { path, writes: true, appends: true })),
            "<" => Some(Opened::File(Opening { path, writes: false, appends: false })),
            "|-" => Some(Opened::Pipe(path)),
            _ => None,
        };
    }
    let text = mode.text.trim();
    let rest = |tail: &str| Words { text: tail.trim().to_owned(), fields: mode.fields.clone() };
    if let Some(command) = text.strip_prefix('|') {
        return Some(Opened::Pipe(rest(command)));
    }
    if text.ends_with('|') {
        return None;
    }
    let (path, writes, appends) = match (text.strip_prefix(">>"), text.strip_prefix('>')) {
        (Some(path), _) => (path, true, true),
        (None, Some(path)) => (path, true, false),
        (None, None) => (text.trim_start_matches('<'), false, false),
    };
    Some(Opened::File(Opening { path: rest(path), writes, appends }))
}

/// What a call writes; `is_file` tells whether a value is an open file or pipe.
pub(super) fn written(tongue: Tongue, call: &Call, is_file: &dyn Fn(&Value) -> bool) -> Option<(Target, Words)> {
    let folded = call.name.to_ascii_lowercase();
    let values: Vec<Value> = call
        .arguments
        .iter()
        .filter(|argument| argument.name.is_none())
        .map(|argument| argument.value.clone())
        .collect();
    let from = |index: usize| values.get(index..).unwrap_or_default();
    let all = |index: usize, separator: &str, end: &str| {
        let mut words = Words::default();
        for (at, value) in from(index).iter().enumerate() {
            if at > 0 {
                words.append(&Words::known(separator));
            }
            words.append(&value.words());
        }
        words.append(&Words::known(end));
        words
    };
    let formatted = |index: usize| Some(percent(values.get(index)?.text()?, from(index.saturating_add(1))));
    let handle = |index: usize| values.get(index).map(|value| Target::Handle(value.clone()));
    // Handles that are no files of the program: what goes there is for people.
    let is_console = |value: &Value| {
        let text = value.words().text.to_ascii_lowercase();
        [
            "stderr",
            "stdout",
            "std::cout",
            "std::cerr",
            "cout",
            "cerr",
            "os.stderr",
            "os.stdout",
            "sys.stderr",
            "sys.stdout",
            "console",
        ]
        .contains(&text.as_str())
    };
    let found = match (tongue, folded.as_str()) {
        (Tongue::C, "fprintf" | "fwprintf" | "_ftprintf" | "fprintf_s") => (handle(0)?, formatted(1)?),
        (Tongue::C, "fputs" | "fputws" | "_fputts" | "fputc") => (handle(1)?, values.first()?.words()),
        (Tongue::C, "fwrite") => (handle(3)?, values.first()?.text()?.clone()),
        (Tongue::C, "writefile") => (handle(0)?, values.get(1)?.text()?.clone()),
        (Tongue::Php, "fwrite" | "fputs") => (handle(0)?, values.get(1)?.words()),
        (Tongue::Php, "fprintf") => (handle(0)?, formatted(1)?),
        (Tongue::Php, "file_put_contents") => {
            let appends = values.get(2).is_some_and(|flags| flags.words().text.contains("FILE_APPEND"));
            (Target::Path(call.words(0)?, appends), values.get(1)?.words())
        }
        (Tongue::Perl, "print" | "say" | "printf") => {
            let to = call.arguments.iter().find(|argument| argument.name.as_deref() == Some("handle"))?;
            let words = match folded.as_str() {
                "printf" => formatted(0)?,
                "say" => all(0, "", "\n"),
                _ => all(0, "", ""),
            };
            (Target::Handle(to.value.clone()), words)
        }
        (Tongue::Perl, "write_file") => (Target::Path(call.words(0)?, false), all(1, "", "")),
        (Tongue::Python, "print") => {
            let to = call.arguments.iter().find(|argument| argument.name.as_deref() == Some("file"))?;
            (Target::Handle(to.value.clone()), all(0, " ", "\n"))
        }
        (Tongue::Go, "fprintf") => (handle(0)?, formatted(1)?),
        (Tongue::Go, "fprintln") => (handle(0)?, all(1, " ", "\n")),
        (Tongue::Go, "fprint") if call.path.starts_with("fmt") => (handle(0)?, all(1, "", "")),
        (Tongue::Go, "writestring") if call.path == "io.WriteString" => (handle(0)?, values.get(1)?.words()),
        (Tongue::Go, "writefile") => (Target::Path(call.words(0)?, false), values.get(1)?.words()),
        (Tongue::Rust, "write") if call.path.starts_with("fs::") || call.path.starts_with("std::fs::") => {
            (Target::Path(call.words(0)?, false), values.get(1)?.words())
        }
        (Tongue::JavaScript, "writefilesync" | "writefile") => {
            (Target::Path(call.words(0)?, false), values.get(1)?.words())
        }
        (Tongue::JavaScript, "appendfilesync" | "appendfile") => {
            (Target::Path(call.words(0)?, true), values.get(1)?.words())
        }
        (Tongue::Ruby, "write") if matches!(call.path.as_str(), "File.write" | "IO.write") => {
            (Target::Path(call.words(0)?, false), values.get(1)?.words())
        }
        (Tongue::CSharp, "writealltext") => (Target::Path(call.words(0)?, false), values.get(1)?.words()),
        (Tongue::CSharp, "appendalltext") => (Target::Path(call.words(0)?, true), values.get(1)?.words()),
        (Tongue::CSharp | Tongue::Java, "writealllines" | "appendalllines") => {
            let Some(Value::List(items)) = values.get(1) else { return None };
            let mut words = Words::default();
            for item in items {
                words.append(&item.words());
                words.append(&Words::known("\r\n"));
            }
            (Target::Path(call.words(0)?, folded.starts_with("append")), words)
        }
        (Tongue::Delphi, "writeln") => (handle(0)?, all(1, "", "\r\n")),
        (Tongue::Delphi, "write") => (handle(0)?, all(1, "", "")),
        (Tongue::AutoIt, "filewriteline" | "filewrite") => {
            let end = if folded == "filewriteline" { "\r\n" } else { "" };
            let target = match values.first()? {
                Value::Object(object) => Target::Handle(Value::Object(*object)),
                path => Target::Path(path.words(), true),
            };
            (target, all(1, "", end))
        }
        (Tongue::Sql, "sp_oamethod") => {
            let end = match call.words(1)?.text.to_ascii_lowercase().as_str() {
                "writeline" => "\r\n",
                "write" => "",
                _ => return None,
            };
            (handle(0)?, all(3, "", end))
        }
        _ => return method(call, &folded, &values, is_file),
    };
    let to_person = matches!(&found.0, Target::Handle(value) if is_console(value));
    (!to_person).then_some(found)
}

/// Methods of an open file: `write`, `println`, `WriteLine`, `writelines`.
fn method(call: &Call, name: &str, values: &[Value], is_file: &dyn Fn(&Value) -> bool) -> Option<(Target, Words)> {
    let receiver = call.receiver.clone().filter(|value| is_file(value))?;
    let mut words = Words::default();
    match name {
        "write" | "print" | "writestring" | "append" | "put" | "communicate" | "writebytes" | "write_all" | "end" => {
            words.append(&values.first()?.words());
        }
        "println" | "writeline" | "puts" | "sendline" | "newline" => {
            for value in values {
                words.append(&value.words());
            }
            let ended = name == "puts" && words.text.ends_with('\n');
            words.append(&Words::known(if ended { "" } else { "\n" }));
        }
        "printf" | "format" => words = percent(values.first()?.text()?, values.get(1..).unwrap_or_default()),
        "writelines" => words.append(&values.first()?.words()),
        _ => return None,
    }
    Some((Target::Handle(receiver), words))
}
