//! The whole program's tests: one module for each floor or promise.

mod recorded_clients;
mod support;
