//! Files that the Packager put into a document, and objects of the first OLE. [MS-OLEDS] 2.2.5, 2.3.6.

use super::Object;
use crate::base::escape::lossless;
use crate::base::fields::Fields;

/// The longest name or path that is believed.
const NAME: usize = 1024;

/// The file in a stream `\x01Ole10Native`: the size, then what the Packager keeps. Nothing where it is no such file: other
/// programs keep their data under the same name.
pub(super) fn native(bytes: &[u8], found_in: &str) -> Option<Object> {
    package(bytes.get(4..)?, found_in)
}

/// What the Packager keeps: a mark, the label, the path, the path of the copy, the data.
pub(super) fn package(bytes: &[u8], found_in: &str) -> Option<Object> {
    if Fields(bytes).u16(0) != 2 {
        return None;
    }
    let mut rest = bytes.get(2..)?;
    let (label, path) = (zero_ended(&mut rest)?, zero_ended(&mut rest)?);
    let _mark = rest.split_off(..4)?;
    let length = usize::try_from(Fields(rest.split_off(..4)?).u32(0)).ok()?;
    let _copy = rest.split_off(..length)?;
    let size = Fields(rest.split_off(..4)?).u32(0);
    let head = rest.get(..usize::try_from(size).ok()?).unwrap_or(rest);
    let name = lossless(label);
    let path = lossless(path);
    let name = if name.is_empty() { path.clone() } else { name };
    let object = super::object(name, found_in, size.into(), head);
    Some(Object { source_path: (!path.is_empty()).then_some(path), ..object })
}

/// An object of OLE 1, as RTF holds them: the class and, where the Packager made it, the file. Also the data.
pub(super) fn object_of_ole1<'b>(bytes: &'b [u8], found_in: &str) -> Option<(Object, &'b [u8])> {
    let fields = Fields(bytes);
    if !matches!(fields.u32(4), 1 | 2) {
        return None;
    }
    let mut rest = bytes.get(8..)?;
    let class = counted(&mut rest)?;
    let (_topic, _item) = (counted(&mut rest)?, counted(&mut rest)?);
    let size = Fields(rest.split_off(..4)?).u32(0);
    let class = lossless(class);
    if class.eq_ignore_ascii_case("package")
        && let Some(object) = package(rest, found_in)
    {
        return Some((object, rest));
    }
    Some((super::object(class, found_in, size.into(), rest), rest))
}

fn zero_ended<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let end = memchr::memchr(0, rest).filter(|end| *end <= NAME)?;
    let text = rest.split_off(..end)?;
    let _end = rest.split_off(..1)?;
    Some(text)
}

/// A text with its length, which counts the zero at its end.
fn counted<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(Fields(rest.split_off(..4)?).u32(0)).ok().filter(|length| *length <= NAME)?;
    let text = rest.split_off(..length)?;
    Some(text.strip_suffix(b"\0").unwrap_or(text))
}
