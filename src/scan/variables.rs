//! What the variables of a Windows host hold, read off the folders of the evidence.

use super::volume::VolumeView;

/// A path with its variables put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) path: String,
    /// Whether it is one of several that the variable may stand for, and nothing tells which.
    pub(super) guessed: bool,
}

/// The paths that a path may be once its variables are put in; the path itself where it holds none. A variable that
/// depends on the user gives one path for each profile, those of `near` (the folder of the script) first. Nothing where
/// a variable is not known.
pub(super) fn expand(path: &str, near: &str, volume: &VolumeView<'_>) -> Vec<String> {
    places(path, near, volume).into_iter().map(|place| place.path).collect()
}

/// The same, each with whether it is a guess: the user is known where the script lies in a profile, or where the host has
/// one alone.
pub(super) fn places(path: &str, near: &str, volume: &VolumeView<'_>) -> Vec<Place> {
    let mut places = vec![Place { path: normalise_powershell(path), guessed: false }];
    for _ in 0..4 {
        if !places.iter().any(|place| place.path.contains('%')) {
            break;
        }
        places = places.into_iter().flat_map(|place| expand_first(place, near, volume)).collect();
        places.truncate(256);
    }
    places
}

fn expand_first(place: Place, near: &str, volume: &VolumeView<'_>) -> Vec<Place> {
    let Some((before, rest)) = place.path.split_once('%') else { return vec![place] };
    let Some((name, after)) = rest.split_once('%') else { return Vec::new() };
    let put_in = |value: Place| Place {
        path: format!("{before}{}{after}", value.path),
        guessed: place.guessed || value.guessed,
    };
    values(name, near, volume).into_iter().map(put_in).collect()
}

fn values(name: &str, near: &str, volume: &VolumeView<'_>) -> Vec<Place> {
    let known = |path: String| Place { path, guessed: false };
    let fixed = |value: &str| vec![known(format!("C:{value}"))];
    let each = |below: &str| {
        let below_it = |profile: Place| Place { path: format!("{}{below}", profile.path), ..profile };
        profiles(near, volume).into_iter().map(below_it).collect::<Vec<_>>()
    };
    match name.to_ascii_uppercase().as_str() {
        "SYSTEMDRIVE" | "HOMEDRIVE" => fixed(""),
        "WINDIR" | "SYSTEMROOT" => fixed("\\Windows"),
        "PUBLIC" => fixed("\\Users\\Public"),
        "PROGRAMDATA" => fixed("\\ProgramData"),
        "ALLUSERSPROFILE" => [fixed("\\ProgramData"), fixed("\\Documents and Settings\\All Users")].concat(),
        "PROGRAMFILES" | "PROGRAMW6432" => fixed("\\Program Files"),
        "PROGRAMFILES(X86)" => fixed("\\Program Files (x86)"),
        "TEMP" | "TMP" => {
            // The system's own have another folder than any user.
            let mut places = each("\\AppData\\Local\\Temp");
            let guessed = places.first().is_some_and(|place| place.guessed);
            places.extend(each("\\Local Settings\\Temp"));
            let system = [fixed("\\Windows\\Temp"), fixed("\\Temp")].concat().into_iter();
            places.extend(system.map(|place| Place { guessed, ..place }));
            places
        }
        "USERPROFILE" => each(""),
        "HOMEPATH" => {
            let without_drive = |place: Place| Some(Place { path: place.path.get(2..)?.to_owned(), ..place });
            each("").into_iter().filter_map(without_drive).collect()
        }
        "APPDATA" => [each("\\AppData\\Roaming"), each("\\Application Data")].concat(),
        "LOCALAPPDATA" => [each("\\AppData\\Local"), each("\\Local Settings\\Application Data")].concat(),
        _ => Vec::new(),
    }
}

/// The profile folders, the one that holds the script first. Another is a guess where there are several.
fn profiles(near: &str, volume: &VolumeView<'_>) -> Vec<Place> {
    let mut profiles = Vec::new();
    for root in ["C:\\Users", "C:\\Documents and Settings"] {
        let users = volume.directories(root).into_iter().filter(|name| !is_nobody(name));
        profiles.extend(users.map(|name| Place { path: format!("{root}\\{name}"), guessed: false }));
    }
    let near = near.to_ascii_lowercase();
    let holds = |profile: &Place| {
        let rest = near.strip_prefix(&profile.path.to_ascii_lowercase());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['\\', '/']))
    };
    let several = profiles.len() > 1;
    for profile in &mut profiles {
        profile.guessed = several && !holds(profile);
    }
    profiles.sort_by_key(|profile| !holds(profile));
    profiles
}

/// Folders beside the profiles in which no user logs in.
fn is_nobody(name: &str) -> bool {
    ["Public", "Default", "Default User", "All Users", "defaultuser0"]
        .iter()
        .any(|nobody| name.eq_ignore_ascii_case(nobody))
}

/// `$env:TEMP` and `${env:TEMP}` as `%TEMP%`.
fn normalise_powershell(path: &str) -> String {
    let lower = path.to_ascii_lowercase();
    for (prefix, end) in [("$env:", ""), ("${env:", "}")] {
        if lower.starts_with(prefix) {
            let rest = path.get(prefix.len()..).unwrap_or_default();
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let (name, tail) = rest.split_at(length);
            return format!("%{name}%{}", tail.strip_prefix(end).unwrap_or(tail));
        }
    }
    path.to_owned()
}
