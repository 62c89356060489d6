//! Host addresses.
