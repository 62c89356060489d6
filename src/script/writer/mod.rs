//! Writers: texts that leave an FTP script behind and start a client with it. They are emulated, never executed.
//!
//! Each language is an interpreter over one [`emulation::Emulation`]; what it does not understand it passes over.

pub mod automation;
pub mod basic;
pub mod batch;
pub mod budget;
pub mod command_lines;
pub mod containers;
pub mod embedded;
pub mod emulation;
pub mod files;
pub mod jcl;
pub mod jscript;
pub mod literals;
pub mod outcome;
pub mod page;
pub mod piped;
pub mod powershell;
pub mod shell;
pub mod written;
