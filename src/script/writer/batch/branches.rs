//! What the variables are after two branches of which one was taken.

use super::expand;
use super::variables::Variables;

/// The variables after both branches, and those values that were lost: where both branches set a variable, the value that
/// is known wins over one that is not, and the later one over the earlier.
pub(super) fn join(before: &Variables, first: Variables, second: Variables) -> (Variables, Vec<(String, String)>) {
    let mut joined = first;
    let mut lost = Vec::new();
    for name in before.keys().filter(|name| !second.contains_key(*name)) {
        // The second branch made the variable unknown: what the first knows of it stands.
        if joined.get(name) == before.get(name) {
            joined.remove(name);
        }
    }
    for (name, value) in second {
        let old = before.get(&name);
        match joined.get(&name) {
            Some(have) if *have == value => {}
            Some(have) if Some(&value) == old => {
                if expand::is_open(have) && !value.is_empty() && !expand::is_open(&value) {
                    joined.insert(name, value);
                }
            }
            Some(have) if expand::is_open(&value) && !expand::is_open(have) && !have.is_empty() => {}
            Some(have) => {
                if Some(have) != old && !have.is_empty() && !expand::is_open(have) {
                    lost.push((name.clone(), have.clone()));
                }
                joined.insert(name, value);
            }
            // The first branch made it unknown.
            None if old == Some(&value) => {}
            None => {
                joined.insert(name, value);
            }
        }
    }
    (joined, lost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_two_branches() {
        let set = |pairs: &[(&str, &str)]| -> Variables {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        type Pairs<'t> = &'t [(&'t str, &'t str)];
        let cases: [(Pairs<'_>, Pairs<'_>, Pairs<'_>, Pairs<'_>, Pairs<'_>); 5] = [
            (&[], &[("H", "a")], &[("H", "b")], &[("H", "b")], &[("H", "a")]),
            (&[("H", "a")], &[("H", "%1")], &[("H", "a")], &[("H", "a")], &[]),
            (&[("H", "a")], &[("H", "b")], &[("H", "a")], &[("H", "b")], &[]),
            (&[("H", "a")], &[("H", "a")], &[("H", "b")], &[("H", "b")], &[]),
            (&[], &[("H", "a")], &[], &[("H", "a")], &[]),
        ];
        for (before, first, second, joined, lost) in cases {
            let (have, gone) = join(&set(before), set(first), set(second));
            assert_eq!((have, gone.into_iter().collect()), (set(joined), set(lost)));
        }
    }
}
