//! How sure it is that what a text says of FTP is a script, when the lines of no client's script speak for it.
//!
//! Script hosts run a file as it lies there; of the source of a program nothing tells that it was ever built or run, and a
//! text of no language may only talk about command lines. What these say is shown, as possible.

use crate::script::reading::{Confidence, Form, TextReading};
use crate::script::session::Session;

/// Of a text that writes scripts, starts clients, or opens sessions by a class library.
pub(super) fn of_text(reading: &TextReading) -> Confidence {
    let writes = reading.written.iter().any(|written| written.confidence != Confidence::Possible);
    match (reading.form.may_never_run(), reading.sessions.is_empty(), writes) {
        (true, _, false) => Confidence::Possible,
        (false, false, _) => Confidence::Certain,
        _ => Confidence::Likely,
    }
}

/// Of the sessions that a command line in a text asks for.
pub(super) fn of_command_line(form: Form, sessions: &[Session]) -> Confidence {
    let names_host = |session: &Session| {
        let host = session.host.as_deref().unwrap_or_default();
        host.contains(['.', ':']) && !session.unresolved.iter().any(|name| host.contains(name.as_str()))
    };
    if form.may_never_run() && !sessions.iter().all(names_host) { Confidence::Possible } else { Confidence::Certain }
}
