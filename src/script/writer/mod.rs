//! Writers: texts that leave an FTP script behind and start a client with it. They are emulated, never executed.

pub mod batch;
pub mod command_lines;
