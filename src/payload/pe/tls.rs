//! Thread-local storage: its callbacks run before the entry point, which debuggers like to overlook.

use super::image::Image;
use crate::payload::oddity::Oddities;

/// Callbacks that are listed.
const MOST: usize = 64;

/// The addresses of the callbacks, relative to the image base where they lie in the image.
pub(super) fn callbacks(image: &Image<'_>, directory: Option<(u32, u32)>, oddities: &mut Oddities) -> Vec<u64> {
    let mut callbacks = Vec::new();
    let list = directory
        .and_then(|(address, _)| address.checked_add(image.width().saturating_mul(3)))
        .and_then(|at| image.word_at(at))
        .filter(|list| *list != 0);
    let Some(list) = list else { return callbacks };
    let Some(mut at) = image.relative(list) else {
        oddities.add("tls-callbacks-outside", format!("the list of TLS callbacks at {list:#x} lies outside the image"));
        return callbacks;
    };
    while let Some(callback) = image.word_at(at).filter(|callback| *callback != 0 && callbacks.len() < MOST) {
        match image.relative(callback).filter(|callback| image.offset(*callback).is_some()) {
            Some(relative) => callbacks.push(u64::from(relative)),
            None => {
                oddities.add("tls-callback-outside", format!("a TLS callback at {callback:#x} lies outside the image"));
                callbacks.push(callback);
            }
        }
        at = at.saturating_add(image.width());
    }
    callbacks
}
