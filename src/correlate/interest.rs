//! Which events are worth keeping of logs that hold millions.
