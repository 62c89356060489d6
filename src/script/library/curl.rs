//! PHP's curl: options gathered until the program ends.
//!
//! Source: the PHP manual, `curl_setopt`. `CURLOPT_USERPWD` is `name:password`; `CURLOPT_UPLOAD` and `CURLOPT_INFILE` make
//! an upload; a path that ends with a slash is listed.

use super::addresses;
use super::link::{Link, Operation};
use crate::script::launch::Client;
use crate::script::source::{Call, Words};

/// A handle of curl.
#[derive(Debug, Clone, Default)]
pub struct Curl {
    address: Words,
    login: Option<Words>,
    user: Option<Words>,
    password: Option<Words>,
    upload: bool,
    file: Option<Words>,
    last: Option<Call>,
}

impl Curl {
    /// A handle for an address, or for one that comes later.
    #[must_use]
    pub fn new(address: Words, call: &Call) -> Self {
        Self { address, last: Some(call.clone()), ..Self::default() }
    }

    /// Sets an option.
    pub fn set(&mut self, option: &str, value: Words, call: &Call) {
        match option {
            "CURLOPT_URL" => {
                self.address = value;
                self.last = Some(call.clone());
            }
            "CURLOPT_USERPWD" => self.login = Some(value),
            "CURLOPT_USERNAME" => self.user = Some(value),
            "CURLOPT_PASSWORD" => self.password = Some(value),
            "CURLOPT_UPLOAD" | "CURLOPT_PUT" => self.upload = true,
            "CURLOPT_INFILE" => {
                self.upload = true;
                self.file = Some(value);
            }
            "CURLOPT_FILE" => self.file = Some(value),
            _ => {}
        }
    }

    /// The link that it makes; nothing where the address is none of FTP.
    #[must_use]
    pub fn finish(self) -> Option<Link> {
        let call = self.last?;
        let (link, path) = addresses::link(Client::PhpFtp, &self.address, &call)?;
        let login = match self.login {
            Some(words) => {
                let (user, password) = words.text.split_once(':').unwrap_or((&words.text, ""));
                let put = |text: &str| Words {
                    text: text.to_owned(),
                    fields: words.fields.iter().filter(|field| text.contains(field.as_str())).cloned().collect(),
                };
                Some(Operation::Login(Some(put(user)), Some(put(password)), None))
            }
            None => self.user.map(|user| Operation::Login(Some(user), self.password, None)),
        };
        let file = self.file.filter(|words| !words.text.is_empty());
        let transfer = if self.upload {
            Operation::Put(file, path, None)
        } else if path.text.is_empty() || path.text.ends_with('/') {
            Operation::List("LIST", Some(path))
        } else {
            Operation::Get(path, Some(file.unwrap_or_default()), None)
        };
        Some(link.with(&call, login.into_iter().chain([transfer])))
    }
}
