//! Evidence as images and archives: the same host in every form gives the same scripts, payloads and findings.
//!
//! Real tools make the images; where one is not installed its rows say that they were skipped.

mod deletions;
mod hostile;
mod kept;
mod makers;
mod same_report;
