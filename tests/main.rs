//! The whole program's tests: one module for each floor or promise.

mod architecture;
mod command_line;
mod correlate;
mod determinism;
mod host_scenes;
mod hostile;
#[cfg(unix)]
mod images;
mod judgement;
mod other_clients;
mod payloads;
mod real_clients;
mod real_lftp;
mod real_shells;
mod recorded_clients;
mod reports;
mod secrets;
mod signatures;
mod stores;
mod support;
mod variants;
