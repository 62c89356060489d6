//! What an interpreter may ask of the world outside the script: in an investigation nobody answers.

/// The names that a wildcard meets. `None` says that it is not known, which is the rule when evidence is read.
pub trait World {
    /// Names that the server lists for a pattern, in its order.
    fn remote_names(&self, pattern: &str) -> Option<Vec<String>>;

    /// Names that a local pattern meets, in the client's order.
    fn local_names(&self, pattern: &str) -> Option<Vec<String>>;

    /// Whether the server calls itself a Unix, on which clients of Unix switch to binary by themselves.
    fn is_unix_server(&self) -> bool {
        true
    }

    /// Name of the local user, which clients of Unix offer as the default login.
    fn local_user(&self) -> Option<&str> {
        None
    }
}

/// The world of an investigation: nothing is known of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unknown;

impl World for Unknown {
    fn remote_names(&self, _: &str) -> Option<Vec<String>> {
        None
    }

    fn local_names(&self, _: &str) -> Option<Vec<String>> {
        None
    }
}
