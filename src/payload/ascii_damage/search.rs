use super::proof::Format;
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
pub(super) enum Outcome {
    Found(Vec<(u64, u8)>),
    Counted(u64),
    Nothing,
}
pub(super) fn is_shortened_pe(_head: &[u8]) -> bool {
    false
}
pub(super) fn missing(
    _format: Format,
    _stream: &dyn ReadAt,
    _limits: &Limits,
    _note: &mut dyn FnMut(Cause),
) -> Outcome {
    Outcome::Nothing
}
