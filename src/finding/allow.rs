//! Known-good.
