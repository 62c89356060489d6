//! Whose script a text is by its content alone, when nothing that starts a client names it.

use super::client::{fetch, lftp, winscp, zos_ftp};
use super::launch::Client;
use super::reading::{Confidence, Form};
use super::sniff;
use super::writer::jcl;
use crate::base::text::Text;

/// What a text is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The client that it is written for.
    pub client: Client,
    /// What kind of text a report calls it.
    pub form: Form,
    /// How sure that is.
    pub confidence: Confidence,
}

/// Tells the scripts of one client from other texts; the name of the file only supports what its content says.
type Test = fn(&Text, &str) -> Option<Confidence>;

/// The clients whose scripts have a face of their own, the most particular first.
const CLIENTS: &[(Client, Form, Test)] = &[
    (Client::Curl, Form::ClientOptions, fetch::curl_config_confidence),
    (Client::Winscp, Form::WinscpScript, |text, _| winscp::confidence(text)),
    (Client::Lftp, Form::LftpScript, lftp::confidence),
    (Client::ZosFtp, Form::FtpScript, |text, _| zos_ftp::confidence(text)),
    (Client::WindowsFtp, Form::FtpScript, |text, _| sniff::confidence(text)),
];

/// Whose script a text is; nothing where it is nobody's.
#[must_use]
pub fn of(text: &Text, name: &str) -> Option<Told> {
    // A job of z/OS holds a script and is none.
    if jcl::is_script(&text.content) {
        return None;
    }
    CLIENTS
        .iter()
        .find_map(|(client, form, test)| Some(Told { client: *client, form: *form, confidence: test(text, name)? }))
}
