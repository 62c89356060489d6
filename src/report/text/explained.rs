//! One text explained to people: what its client does with each line, and, for a text that writes scripts, side by side its
//! lines, the script that they make, and what the client does with that.

use super::Layout;
use super::page::{Page, Row, Tone};
use crate::case::{Case, Script};
use crate::script::reading::Provenance;
use crate::script::session::{Command, Role};
use std::io::{self, Write};

/// Writes the scripts of a case line by line. `source` holds the lines of the text that was given.
///
/// # Errors
/// What the output says.
pub fn write(case: &Case, source: &[String], layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(layout, out);
    for script in &case.scripts {
        if script.provenance.is_empty() {
            line_by_line(case, script, &mut page)?;
        } else {
            side_by_side(case, script, source, &mut page)?;
        }
    }
    super::write(case, layout, out)
}

fn line_by_line(case: &Case, script: &Script, page: &mut Page<'_>) -> io::Result<()> {
    let does = match script.dialect.as_deref() {
        Some(client) => format!("run as by {client}"),
        None => does_instead(case, script),
    };
    page.toned(0, Tone::Strong, &format!("{} ({}, {does})", script.path, script.id))?;
    for command in commands(script) {
        explain(command, page)?;
    }
    Ok(())
}

/// What a text does that no client runs.
fn does_instead(case: &Case, script: &Script) -> String {
    let written = case.scripts.iter().filter(|other| {
        !other.provenance.is_empty() && other.written_by.as_ref().is_some_and(|writer| writer.script == script.id)
    });
    let started = case.launches.iter().filter(|launch| launch.found_in.script.as_ref() == Some(&script.id));
    let list =
        |word: &str, ids: Vec<&str>| if ids.is_empty() { None } else { Some(format!("{word} {}", ids.join(" "))) };
    let deeds = [
        list("writes", written.map(|script| script.id.as_str()).collect()),
        list("starts", started.map(|launch| launch.id.as_str()).collect()),
    ];
    let deeds: Vec<String> = deeds.into_iter().flatten().collect();
    if deeds.is_empty() { "run by no client".to_owned() } else { deeds.join(", ") }
}

/// The lines of all sessions in the script's order.
fn commands(script: &Script) -> Vec<&Command> {
    let mut lines: Vec<&Command> = script.sessions.iter().flat_map(|session| &session.commands).collect();
    lines.sort_by_key(|command| command.line);
    lines
}

fn tone(role: Role) -> Tone {
    match role {
        Role::Command | Role::Answer => Tone::Plain,
        Role::Ignored | Role::Unread => Tone::Faint,
        Role::Error => Tone::Warning,
    }
}

fn word(role: Role) -> &'static str {
    match role {
        Role::Command => "command",
        Role::Answer => "answer",
        Role::Ignored => "ignored",
        Role::Error => "error",
        Role::Unread => "unread",
    }
}

fn explain(command: &Command, page: &mut Page<'_>) -> io::Result<()> {
    let head = format!("{:>4}  {:<8} {}", command.line, word(command.role), command.text);
    page.toned(0, tone(command.role), &head)?;
    for line in consequences(command) {
        page.line(15, &line)?;
    }
    Ok(())
}

/// What comes of a line: the question that it answers, what is sent, what the client says.
fn consequences(command: &Command) -> Vec<String> {
    let answered = command.verb.as_deref().filter(|_| command.role == Role::Answer);
    let answered = answered.map(|prompt| format!("answers {prompt}"));
    let sent = command.wire.iter().map(|line| format!("sends {line}"));
    answered.into_iter().chain(sent).chain(command.message.clone()).collect()
}

fn side_by_side(case: &Case, script: &Script, source: &[String], page: &mut Page<'_>) -> io::Result<()> {
    let client = script.dialect.as_deref().map(|client| format!(", run as by {client}")).unwrap_or_default();
    let writer = script.written_by.as_ref().map(|writer| writer.script.as_str()).unwrap_or_default();
    let path = case.scripts.iter().find(|script| script.id == writer).map_or(writer, |script| script.path.as_str());
    page.toned(0, Tone::Strong, &format!("{} ({}, written by {path}{client})", script.path, script.id))?;
    let room = page.width().saturating_sub(6);
    let (left, middle) = (room.saturating_mul(3) / 8, room.saturating_mul(5) / 16);
    let widths = [middle, room.saturating_sub(left).saturating_sub(middle)];
    let row =
        |makes: String, does: String, tone: Tone| Row { cells: vec![(makes, widths[0]), (does, widths[1])], tone };
    page.beside(
        ("the writer's line", left),
        &[row("makes the script's".into(), "with which the client does".into(), Tone::Faint)],
    )?;
    let commands = commands(script);
    let same = |a: &Provenance, b: &Provenance| (&a.file, a.written_by_line) == (&b.file, b.written_by_line);
    for lines in script.provenance.chunk_by(same) {
        let rows: Vec<Row> = lines.iter().flat_map(|line| made(line, &commands, &row)).collect();
        let written = lines.first().map(|line| written(line, source)).unwrap_or_default();
        page.beside((&written, left), &rows)?;
    }
    page.line(0, "")
}

/// The line of the writer.
fn written(line: &Provenance, source: &[String]) -> String {
    let number = line.written_by_line;
    let text = usize::try_from(number.saturating_sub(1)).ok().and_then(|index| source.get(index));
    match &line.file {
        None => format!("{number:>3} {}", text.map_or("", |text| text.trim())),
        Some(file) => format!("{number:>3} of {file}"),
    }
}

/// A line of the script, and what each session does with it.
fn made(line: &Provenance, commands: &[&Command], row: &dyn Fn(String, String, Tone) -> Row) -> Vec<Row> {
    let own = commands.iter().filter(|command| command.line == line.line);
    let rows: Vec<Row> = own
        .map(|command| {
            let mut does = consequences(command);
            if does.is_empty() || command.role == Role::Error {
                does.insert(0, word(command.role).to_owned());
            }
            row(format!("{:>3} {}", command.line, command.text), does.join("; "), tone(command.role))
        })
        .collect();
    if rows.is_empty() { vec![row(format!("{:>3}", line.line), String::new(), Tone::Faint)] } else { rows }
}
