//! `Scripting.FileSystemObject` (Microsoft's reference of the Scripting Runtime).

use super::stream::TextStream;
use super::value::Value;
use super::{Automation, Object};
use crate::script::local_path;

impl Automation<'_, '_> {
    pub(super) fn file_system(&mut self, member: &str, arguments: &[Value]) -> Value {
        let first = arguments.first().cloned().unwrap_or_default();
        let second = arguments.get(1).cloned().unwrap_or_default();
        match member {
            "createtextfile" => self.open_text(&first, false, is_set(arguments.get(2))),
            "opentextfile" => match arguments.get(1).and_then(Value::integer) {
                Some(2) => self.open_text(&first, false, is_unicode(arguments.get(3))),
                Some(8) => self.open_text(&first, true, is_unicode(arguments.get(3))),
                _ if arguments.get(1).is_none_or(Value::is_known) => self.read_text(&first),
                // The constant's name may not be at hand: ForWriting, ForAppending.
                _ => {
                    let appends = second.name_or("").to_ascii_lowercase().contains("append");
                    self.open_text(&first, appends, is_unicode(arguments.get(3)))
                }
            },
            "getspecialfolder" => match first.integer() {
                Some(0) => Value::Partial("%SystemRoot%".into()),
                Some(1) => Value::Partial("%SystemRoot%\\System32".into()),
                Some(2) => self.environment_variable(&[Value::Text("TEMP".into())]),
                _ => Value::unknown("GetSpecialFolder"),
            },
            "buildpath" => {
                let separator = if first.text().ends_with(['\\', '/', ':']) { "" } else { "\\" };
                self.join(&[first, second], separator)
            }
            "gettempname" => self.temporary_name(),
            "deletefile" => {
                self.delete(&first);
                Value::Empty
            }
            "copyfile" => {
                self.copy(&first, &second, false);
                Value::Empty
            }
            "movefile" => {
                self.copy(&first, &second, true);
                Value::Empty
            }
            "fileexists" => match self.is_written(&first) {
                true => Value::Flag(true),
                false => Value::unknown("FileExists"),
            },
            "getfile" | "getfolder" | "createfolder" => first,
            "getparentfoldername" => first.directory(),
            "getfilename" => first.file_name(),
            "getbasename" => first.mapped(|path| {
                let name = local_path::file_name(path);
                name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
            }),
            "getextensionname" => first.mapped(|path| {
                local_path::file_name(path).rsplit_once('.').map_or("", |(_, extension)| extension).to_owned()
            }),
            "getabsolutepathname" => {
                let directory = self.emulation.directory.clone();
                first.mapped(|path| match (path, directory) {
                    ("." | "", Some(directory)) => directory,
                    (path, Some(directory)) => local_path::join(&directory, path),
                    (path, None) => path.to_owned(),
                })
            }
            _ => Value::unknown(member),
        }
    }

    /// A member of a file or a folder, which is the text of its path.
    pub(super) fn file_member(&mut self, path: &Value, member: &str, arguments: &[Value]) -> Value {
        match member {
            "path" | "shortpath" | "self" => path.clone(),
            "name" | "shortname" => path.file_name(),
            "parentfolder" => path.directory(),
            "createtextfile" => {
                let inside = arguments.first().cloned().unwrap_or_default();
                let joined = self.join(&[path.clone(), inside], "\\");
                let unicode = is_set(arguments.get(2));
                self.open_text(&joined, false, unicode)
            }
            "openastextstream" => match arguments.first().and_then(Value::integer) {
                Some(2) => self.open_text(path, false, is_unicode(arguments.get(1))),
                Some(8) => self.open_text(path, true, is_unicode(arguments.get(1))),
                _ => self.read_text(path),
            },
            "delete" => {
                self.delete(path);
                Value::Empty
            }
            "copy" | "move" => {
                let target = arguments.first().cloned().unwrap_or_default();
                self.copy(path, &target, member == "move");
                Value::Empty
            }
            _ => Value::unknown(member),
        }
    }

    pub(super) fn open_text(&mut self, path: &Value, append: bool, unicode: bool) -> Value {
        let path = path.text();
        if path.is_empty() {
            return Value::unknown("file");
        }
        let directory = self.emulation.directory.clone();
        self.emulation.files.open(&path, directory.as_deref(), append);
        if let Some(file) = self.emulation.files.get_mut(&path, directory.as_deref()) {
            file.is_utf16 |= unicode;
        }
        self.add(Object::TextStream(TextStream { path, directory, content: None }))
    }

    /// Opens a file to be read: its content where the text has written it, or a neighbour holds it.
    fn read_text(&mut self, path: &Value) -> Value {
        let path = path.text();
        let directory = self.emulation.directory.clone();
        let content = match self.emulation.files.get(&path, directory.as_deref()) {
            Some(file) => Some(file.content()),
            None => self.emulation.neighbours.text(&path, directory.as_deref()),
        };
        let content = content.filter(|content| self.produce(content.len()));
        self.add(Object::TextStream(TextStream { path: String::new(), directory, content }))
    }

    /// Whether the text itself has written the file.
    #[must_use]
    pub fn is_written(&self, path: &Value) -> bool {
        let directory = self.emulation.directory.as_deref();
        self.emulation.files.get(&path.text(), directory).is_some()
    }

    /// Deletes a file; what was written is left for the report.
    pub fn delete(&mut self, path: &Value) {
        let directory = self.emulation.directory.clone();
        if let Some(file) = self.emulation.files.remove(&path.text(), directory.as_deref()) {
            self.emulation.outcome.left.push(file);
        }
    }

    /// Copies or moves a file; a target that ends with a separator is a folder.
    pub fn copy(&mut self, source: &Value, target: &Value, moves: bool) {
        let directory = self.emulation.directory.clone();
        let (source, mut target) = (source.text(), target.text());
        if target.ends_with(['\\', '/']) {
            target.push_str(local_path::file_name(&source));
        }
        let file = if moves {
            self.emulation.files.remove(&source, directory.as_deref())
        } else {
            self.emulation.files.get(&source, directory.as_deref()).cloned()
        };
        if let Some(file) = file.filter(|file| !target.is_empty() && self.produce(file.content().len())) {
            self.emulation.files.put(&target, directory.as_deref(), file.pieces);
        }
    }

    /// A name that the real object makes up: two of them differ.
    fn temporary_name(&mut self) -> Value {
        self.temporary_names = self.temporary_names.saturating_add(1);
        match self.temporary_names {
            1 => Value::unknown("GetTempName"),
            number => Value::unknown(&format!("GetTempName{number}")),
        }
    }
}

/// The last argument of `CreateTextFile`.
fn is_set(argument: Option<&Value>) -> bool {
    argument.and_then(Value::number).is_some_and(|number| number != 0.0)
}

/// The last argument of `OpenTextFile`: `TristateTrue` is Unicode.
fn is_unicode(argument: Option<&Value>) -> bool {
    argument.and_then(Value::integer) == Some(-1)
}
