//! The JSON Schemas of the reports, made from the types that they are written from.

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
#[must_use]
pub fn schema(of: Of) -> Schema {
    match of {
        Of::Case => made::<Case>(),
        Of::Inspection => made::<Inspection>(),
        Of::Entry => made::<Listed>(),
    }
}

fn made<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}
