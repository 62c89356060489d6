//! The whole program's tests: one module for each floor or promise.

mod architecture;
mod callers;
mod collections;
mod command_line;
mod configuration;
mod correlate;
mod determinism;
mod explained;
#[cfg(target_os = "linux")]
mod footprint;
mod histories;
mod host_scenes;
mod hostile;
#[cfg(unix)]
mod images;
mod json_names;
mod judgement;
mod other_clients;
mod padding;
mod payloads;
mod placement;
mod real_clients;
mod real_lftp;
mod real_shells;
mod recorded_clients;
#[cfg(unix)]
mod release;
mod reports;
mod resolution;
mod resolved;
mod secrets;
mod signatures;
mod starts;
mod stores;
mod support;
mod triage;
mod unread;
mod variants;
