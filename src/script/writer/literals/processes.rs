//! Which calls start programs, and how they are given the command line.

use crate::script::client::{self, switches};
use crate::script::launch::Platform;
use crate::script::source::{Call, Tongue, Value, Words};

/// A command line as a call gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Started {
    /// To the shell: `system`, `popen`.
    Shell(Words),
    /// As Windows takes it, in one piece: `WinExec`, `CreateProcess`.
    Line(Words),
    /// Word by word: `execl`, `ProcessBuilder`.
    Words(Vec<Words>),
}

/// What a call starts; nothing where it starts nothing.
pub(super) fn started(tongue: Tongue, call: &Call) -> Option<Started> {
    known(tongue, call).or_else(|| wrapped(call))
}

/// Functions of other modules that by their names run a command line: they do, where it is one of a client that is told all.
fn wrapped(call: &Call) -> Option<Started> {
    let name = call.name.to_ascii_lowercase().replace('_', "");
    let verb = ["run", "execute", "do", "call", "start", "launch"].iter().find_map(|verb| name.strip_prefix(verb))?;
    if !matches!(
        verb,
        "command" | "commandline" | "cmd" | "shell" | "shellcommand" | "shellcmd" | "process" | "program"
    ) {
        return None;
    }
    let line = call.words(0)?;
    let words = switches::split_arguments(&line.text);
    let launch = client::launch(&words, &line.text, Platform::Windows)?;
    (launch.tells_all || launch.script_path.is_some()).then_some(Started::Shell(line))
}

fn known(tongue: Tongue, call: &Call) -> Option<Started> {
    let folded = call.name.to_ascii_lowercase();
    let first = call.words(0);
    match tongue {
        Tongue::Sql => return sql(&folded, call),
        Tongue::Python => return python(call),
        Tongue::Php => {
            let known = ["system", "exec", "shell_exec", "passthru", "popen", "proc_open"];
            return (known.contains(&folded.as_str()) && call.receiver.is_none())
                .then(|| first.map(Started::Shell))
                .flatten();
        }
        Tongue::Perl | Tongue::Ruby => {
            let starts = matches!(
                call.path.as_str(),
                "system" | "exec" | "spawn" | "Kernel.system" | "IO.popen" | "Open3.capture2"
            );
            return starts
                .then(|| listed(&call.arguments.iter().map(|a| a.value.clone()).collect::<Vec<_>>(), true))
                .flatten();
        }
        Tongue::JavaScript => {
            return match folded.as_str() {
                "exec" | "execsync" => first.map(Started::Shell),
                "spawn" | "spawnsync" | "execfile" | "execfilesync" => spread(call),
                _ => None,
            };
        }
        Tongue::Go => return (call.path == "exec.Command").then(|| spread(call)).flatten(),
        Tongue::Java => {
            let runs = folded == "exec"
                && (call.path.contains("untime") || call.receiver_place.is_some() || call.path.contains("rt."));
            return runs.then(|| listed(&[call.value(0)?.clone()], false)).flatten().or_else(|| {
                (folded == "execute" && call.receiver.is_some() && matches!(call.receiver, Some(Value::Text(_))))
                    .then(|| call.receiver.as_ref().map(|value| Started::Line(value.words())))
                    .flatten()
            });
        }
        Tongue::CSharp => {
            let starts = call.path.ends_with("Process.Start");
            return starts.then(|| joined(first?, call.words(1))).flatten().map(Started::Line);
        }
        Tongue::Rust | Tongue::Json => return None,
        Tongue::C | Tongue::Delphi | Tongue::AutoIt => {}
    }
    let name = folded
        .strip_suffix(['a', 'w'])
        .filter(|name| name.ends_with("execute") || name.ends_with("process") || name.ends_with("user"));
    match name.unwrap_or(&folded) {
        "system" | "_wsystem" | "_tsystem" | "popen" | "_popen" | "_wpopen" | "_tpopen" | "fpsystem" => {
            first.map(Started::Shell)
        }
        "winexec" | "run" | "runwait" => first.map(Started::Line),
        "shellexecutewait" => joined(first?, call.words(1)).map(Started::Line),
        "shellexecute" if tongue == Tongue::AutoIt => joined(first?, call.words(1)).map(Started::Line),
        "shellexecute" => joined(call.words(2)?, call.words(3)).map(Started::Line),
        "createprocess" => call.words(1).or(first).map(Started::Line),
        "createprocessasuser" => call.words(2).or_else(|| call.words(1)).map(Started::Line),
        "execl" | "execlp" | "execle" | "_execl" | "_execlp" | "spawnl" | "_spawnl" | "_spawnlp" => {
            let skip = usize::from(folded.contains("spawn"));
            let words: Vec<Words> = call
                .arguments
                .iter()
                .skip(skip)
                .map(|a| a.value.words())
                .filter(|words| !words.text.is_empty())
                .collect();
            let (program, rest) = words.split_first()?;
            Some(Started::Words(std::iter::once(program.clone()).chain(rest.iter().skip(1).cloned()).collect()))
        }
        _ => None,
    }
}

fn sql(name: &str, call: &Call) -> Option<Started> {
    let named = |wanted: &str| {
        let argument = call.arguments.iter().find(|argument| argument.name.as_deref() == Some(wanted));
        argument.map(|argument| argument.value.words()).filter(|words| !words.text.is_empty())
    };
    match name {
        "xp_cmdshell" => call.words(0).or_else(|| named("@command_string")).map(Started::Shell),
        "sys_exec" | "sys_eval" => call.words(0).map(Started::Shell),
        "sp_oamethod" => {
            let method = call.words(1)?.text.to_ascii_lowercase();
            matches!(method.as_str(), "run" | "exec" | "shellexecute")
                .then(|| call.words(3))
                .flatten()
                .map(Started::Line)
        }
        "sp_add_jobstep" => {
            let command = named("@command")?;
            match named("@subsystem").map(|words| words.text.to_ascii_lowercase()).as_deref() {
                Some("cmdexec") => Some(Started::Shell(command)),
                Some("powershell") => {
                    Some(Started::Words(vec![Words::known("powershell"), Words::known("-Command"), command]))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn python(call: &Call) -> Option<Started> {
    match call.path.as_str() {
        "os.system"
        | "os.popen"
        | "commands.getoutput"
        | "subprocess.getoutput"
        | "subprocess.getstatusoutput"
        | "os.popen2" => {
            return call.words(0).map(Started::Shell);
        }
        "os.startfile" => return call.words(0).map(Started::Line),
        _ => {}
    }
    let of_subprocess = call.path.starts_with("subprocess.") || call.path == call.name && call.name == "Popen";
    let starts = matches!(call.name.as_str(), "call" | "run" | "Popen" | "check_call" | "check_output");
    if !of_subprocess || !starts {
        return None;
    }
    let command = call.either("args", 0)?;
    let shell = call.arguments.iter().any(|argument| argument.name.as_deref() == Some("shell"));
    match command {
        Value::List(items) => listed(items, false),
        value if shell => Some(Started::Shell(value.words())),
        value => Some(Started::Line(value.words())),
    }
}

/// A program and its arguments, where the arguments are a list of their own or follow.
fn spread(call: &Call) -> Option<Started> {
    let mut words = vec![call.words(0)?];
    for argument in call.arguments.iter().skip(1) {
        match &argument.value {
            Value::List(items) => words.extend(items.iter().map(Value::words)),
            Value::Text(text) => words.push(text.clone()),
            Value::Unknown(source) => words.push(Words::field(source.clone())),
            _ => {}
        }
    }
    Some(Started::Words(words))
}

/// One text is a command line, several are words.
fn listed(values: &[Value], shell: bool) -> Option<Started> {
    match values {
        [Value::List(items)] => listed(items, shell).map(|started| match started {
            Started::Shell(words) | Started::Line(words) => Started::Words(vec![words]),
            words => words,
        }),
        [value] if shell => Some(Started::Shell(value.words())),
        [value] => Some(Started::Line(value.words())),
        [] => None,
        values => Some(Started::Words(values.iter().map(Value::words).collect())),
    }
}

/// A program and its arguments in one line.
pub(super) fn joined(program: Words, arguments: Option<Words>) -> Option<Words> {
    let mut line = if program.text.contains(' ') && arguments.is_some() && !program.text.starts_with('"') {
        Words { text: format!("\"{}\"", program.text), fields: program.fields }
    } else {
        program
    };
    if let Some(arguments) = arguments {
        line.append(&Words::known(" "));
        line.append(&arguments);
    }
    (!line.text.trim().is_empty()).then_some(line)
}
