//! SQL that runs command lines, in scripts, traces and the logs of web servers.
//!
//! Source: Microsoft's reference of Transact-SQL: `xp_cmdshell`, `sp_OAMethod`, `sp_add_jobstep`. An injection stands in an
//! address with its blanks as `+` or `%20`; each request of a log is a batch of its own, all of them share the disk.

use super::super::emulation::Emulation;
use super::run_source;
use crate::base::text::Text;
use crate::script::source::Tongue;
use crate::script::url;

pub(super) fn run_file(emulation: &mut Emulation<'_>, text: &Text) {
    if is_log(text) {
        run_lines(emulation, text);
    } else {
        run_source(emulation, Tongue::Sql, &text.content, None);
        if emulation.outcome.launches.is_empty() && emulation.outcome.runs.is_empty() {
            run_lines(emulation, text);
        }
    }
}

/// Whether the statements stand inside lines of something else.
fn is_log(text: &Text) -> bool {
    let (mut inside, mut whole) = (0u32, 0u32);
    for line in text.lines() {
        let Some(statement) = statement(line.text) else { continue };
        let before = line.text.len().saturating_sub(statement.len());
        let encoded = ["%20", "%27", "xp_cmdshell+", "XP_CMDSHELL+"].iter().any(|sign| line.text.contains(sign));
        let head = line.text.get(..before).unwrap_or_default().trim();
        if encoded || !head.is_empty() && !head.ends_with([';', ')', '\'']) && !begins_like_sql(head) {
            inside = inside.saturating_add(1);
        } else {
            whole = whole.saturating_add(1);
        }
    }
    inside > whole
}

fn begins_like_sql(head: &str) -> bool {
    let word = head.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default().to_ascii_lowercase();
    ["if", "begin", "else", "use", "go", "declare", "set", "select", "insert", "as"].contains(&word.as_str())
}

/// From the statement's first word on; nothing where the line runs no command.
fn statement(line: &str) -> Option<&str> {
    let lower = line.to_ascii_lowercase();
    let procedure = ["xp_cmdshell", "sp_oamethod"].iter().filter_map(|name| lower.find(name)).min()?;
    let head = lower.get(..procedure)?;
    let begin = ["declare", "exec"].iter().filter_map(|word| head.find(word)).min();
    // Without EXEC the procedure's name begins the statement, behind the database that holds it.
    let begin = begin.unwrap_or_else(|| head.find("master").unwrap_or(procedure));
    line.get(begin..)
}

fn run_lines(emulation: &mut Emulation<'_>, text: &Text) {
    for line in text.lines() {
        if statement(line.text).is_none() || !emulation.step() {
            continue;
        }
        let decoded = decoded(line.text);
        if let Some(statement) = statement(&decoded) {
            run_source(emulation, Tongue::Sql, statement, Some(line.number));
        }
    }
}

/// The line with the escapes of an address worked off, where it has any.
fn decoded(line: &str) -> String {
    let lower = line.to_ascii_lowercase();
    let plus = ["exec+", "xp_cmdshell+", "xp_cmdshell%20", "exec%20", "%27"].iter().any(|sign| lower.contains(sign));
    if !plus {
        return line.to_owned();
    }
    let spaced = line.replace('+', " ");
    url::percent_decoded(&spaced)
}
