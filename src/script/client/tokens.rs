//! The command scanner of the 4.3BSD family: blanks, quotes and, outside Windows, backslashes.

/// The words of a command line. A leading `!` or `$` is a word of its own; `"` toggles quoting anywhere inside a word; a
/// word that is empty after that is none (an empty argument cannot be expressed).
///
/// `backslash` tells whether a backslash outside quotes takes the next character literally, as on Unix. On Windows it is
/// an ordinary character: `lcd C:\dir1` (Microsoft's own example).
#[must_use]
pub fn split(line: &str, backslash: bool) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start_matches([' ', '\t']);
    if let Some(after) = rest.strip_prefix('!') {
        words.push("!".to_owned());
        rest = after;
    } else if let Some(after) = rest.strip_prefix('$').filter(|_| backslash) {
        words.push("$".to_owned());
        rest = after;
    }
    let mut word = String::new();
    let (mut quoted, mut characters) = (false, rest.chars());
    while let Some(character) = characters.next() {
        match character {
            '"' => quoted = !quoted,
            '\\' if backslash && !quoted => word.extend(characters.next()),
            ' ' | '\t' if !quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => word.push(character),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let cases: [(&str, bool, &[&str]); 11] = [
            ("get a.txt  b.txt", false, &["get", "a.txt", "b.txt"]),
            ("  get\ta.txt\t", false, &["get", "a.txt"]),
            ("user bo\"b sm\"ith pw", false, &["user", "bob smith", "pw"]),
            ("get a\"\".txt", false, &["get", "a.txt"]),
            ("get \"unterminated a.txt", false, &["get", "unterminated a.txt"]),
            ("user \"\" x", false, &["user", "x"]),
            ("lcd C:\\dir1", false, &["lcd", "C:\\dir1"]),
            ("get sub\\inner.dat", true, &["get", "subinner.dat"]),
            ("!touch x", false, &["!", "touch", "x"]),
            ("$grab x", true, &["$", "grab", "x"]),
            ("user bob 'p w'", false, &["user", "bob", "'p", "w'"]),
        ];
        for (line, backslash, words) in cases {
            assert_eq!(split(line, backslash), words, "{line}");
        }
    }
}
