//! Sniff.
