//! The JSON Schemas of the reports, made from the types that they are written from.
//!
//! The program carries them as texts (`src/report/schema/`), packed, which take a twentieth of the room of the code that makes
//! them. A test makes them anew and compares.

use crate::base::packed;
use crate::case::Case;
use crate::case::listing::{Inspection, Listed};
use schemars::{JsonSchema, Schema, generate::SchemaSettings};

/// Which report a schema is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// `ftpsift scan` and `ftpsift script`.
    Case,
    /// `ftpsift inspect`.
    Inspection,
    /// One entry of `ftpsift ls`.
    Entry,
}

/// The schema (JSON Schema draft 2020-12).
///
/// # Errors
/// None: that the texts are JSON is tested.
pub fn schema(of: Of) -> Result<serde_json::Value, serde_json::Error> {
    serde_json::from_str(&packed::text(match of {
        Of::Case => include_bytes!(concat!(env!("OUT_DIR"), "/schema-scan")),
        Of::Inspection => include_bytes!(concat!(env!("OUT_DIR"), "/schema-inspect")),
        Of::Entry => include_bytes!(concat!(env!("OUT_DIR"), "/schema-ls")),
    }))
}

/// The schema, made from the types.
#[must_use]
pub fn made(of: Of) -> Schema {
    match of {
        Of::Case => made_of::<Case>(),
        Of::Inspection => made_of::<Inspection>(),
        Of::Entry => made_of::<Listed>(),
    }
}

fn made_of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schemas_that_are_carried_are_those_of_the_types() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/schema");
        let mut stale = Vec::new();
        for (of, name) in [(Of::Case, "scan.json"), (Of::Inspection, "inspect.json"), (Of::Entry, "ls.json")] {
            let made = format!("{}\n", serde_json::to_string(&made(of)).unwrap());
            if std::fs::read_to_string(folder.join(name)).unwrap() != made {
                let new = folder.join(format!("{name}.new"));
                std::fs::write(&new, made).unwrap();
                stale.push(format!("mv {} {}", new.display(), folder.join(name).display()));
            }
        }
        assert!(stale.is_empty(), "a type of the report has changed:\n{}", stale.join("\n"));
    }
}
