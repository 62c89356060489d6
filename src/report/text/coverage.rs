//! What was examined and how far it reaches, and what was not, for people.

use super::counted;
use super::page::Page;
use crate::base::number::to_u64;
use crate::case::{Case, Coverage};
use std::io;

/// Logs that are told one by one; of more, only the sum.
const LOGS: usize = 12;

pub(super) fn write(case: &Case, page: &mut Page<'_>) -> io::Result<()> {
    examined(case, page)?;
    let unread: Vec<&str> = case.coverage.iter().filter(|source| !source.examined).map(|s| s.source.as_str()).collect();
    if unread.is_empty() {
        return Ok(());
    }
    page.heading("NOT EXAMINED")?;
    page.line(1, &unread.join(", "))?;
    let inside = case.coverage.iter().filter(|source| source.source == Coverage::UNOPENED);
    inside.filter_map(|source| source.why.as_deref()).try_for_each(|why| page.line(1, why))
}

fn examined(case: &Case, page: &mut Page<'_>) -> io::Result<()> {
    let is_setting = |row: &Coverage| row.source.starts_with("policy:") || row.source == "time-bounds";
    let rows: Vec<&Coverage> = case.coverage.iter().filter(|row| row.examined && !is_setting(row)).collect();
    if rows.is_empty() {
        return Ok(());
    }
    page.heading("EXAMINED")?;
    let has_reach = |row: &Coverage| row.from.is_some() || row.to.is_some();
    let plain: Vec<String> = rows.iter().filter(|row| !has_reach(row)).map(|row| named(row)).collect();
    if !plain.is_empty() {
        page.line(1, &plain.join(", "))?;
    }
    let is_log = |row: &&&Coverage| row.source.starts_with("event-log:");
    let logs = rows.iter().filter(is_log).count();
    for row in rows.iter().filter(|row| has_reach(row) && (logs <= LOGS || !is_log(row))) {
        page.line(1, &format!("{}{}", named(row), reach(row)))?;
    }
    if logs > LOGS {
        page.line(1, &format!("{}; the JSON report has each", counted(to_u64(logs), "event log")))?;
    }
    Ok(())
}

fn named(row: &Coverage) -> String {
    let records = row.records.map(|records| format!(" ({records})")).unwrap_or_default();
    format!("{}{records}", row.source)
}

fn reach(row: &Coverage) -> String {
    match (row.from, row.to) {
        (Some(from), Some(to)) if from == to => format!(", {from} alone"),
        (Some(from), Some(to)) => format!(", from {from} to {to}"),
        (Some(from), None) => format!(", from {from}"),
        (None, Some(to)) => format!(", to {to}"),
        (None, None) => String::new(),
    }
}
