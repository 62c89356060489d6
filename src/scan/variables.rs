//! What the variables of a Windows host hold, read off the folders of the evidence.

use super::volume::VolumeView;

/// The paths that a path may be once its variables are put in; the path itself where it holds none. A variable that
/// depends on the user gives one path for each profile, those of `near` (the folder of the script) first. Nothing where
/// a variable is not known.
pub(super) fn expand(path: &str, near: &str, volume: &VolumeView<'_>) -> Vec<String> {
    let mut paths = vec![normalise_powershell(path)];
    for _ in 0..4 {
        if !paths.iter().any(|path| path.contains('%')) {
            break;
        }
        paths = paths.into_iter().flat_map(|path| expand_first(&path, near, volume)).collect();
        paths.truncate(256);
    }
    paths
}

fn expand_first(path: &str, near: &str, volume: &VolumeView<'_>) -> Vec<String> {
    let Some((before, rest)) = path.split_once('%') else { return vec![path.to_owned()] };
    let Some((name, after)) = rest.split_once('%') else { return Vec::new() };
    values(name, near, volume).into_iter().map(|value| format!("{before}{value}{after}")).collect()
}

fn values(name: &str, near: &str, volume: &VolumeView<'_>) -> Vec<String> {
    let fixed = |value: &str| vec![format!("C:{value}")];
    let each =
        |below: &str| profiles(near, volume).iter().map(|profile| format!("{profile}{below}")).collect::<Vec<_>>();
    match name.to_ascii_uppercase().as_str() {
        "SYSTEMDRIVE" | "HOMEDRIVE" => fixed(""),
        "WINDIR" | "SYSTEMROOT" => fixed("\\Windows"),
        "PUBLIC" => fixed("\\Users\\Public"),
        "PROGRAMDATA" => fixed("\\ProgramData"),
        "ALLUSERSPROFILE" => [fixed("\\ProgramData"), fixed("\\Documents and Settings\\All Users")].concat(),
        "PROGRAMFILES" | "PROGRAMW6432" => fixed("\\Program Files"),
        "PROGRAMFILES(X86)" => fixed("\\Program Files (x86)"),
        "TEMP" | "TMP" => {
            let mut places = each("\\AppData\\Local\\Temp");
            places.extend(each("\\Local Settings\\Temp"));
            places.extend(fixed("\\Windows\\Temp"));
            places.extend(fixed("\\Temp"));
            places
        }
        "USERPROFILE" => each(""),
        "HOMEPATH" => each("").iter().filter_map(|profile| profile.get(2..).map(str::to_owned)).collect(),
        "APPDATA" => [each("\\AppData\\Roaming"), each("\\Application Data")].concat(),
        "LOCALAPPDATA" => [each("\\AppData\\Local"), each("\\Local Settings\\Application Data")].concat(),
        _ => Vec::new(),
    }
}

/// The profile folders, the one that holds the script first.
fn profiles(near: &str, volume: &VolumeView<'_>) -> Vec<String> {
    let mut profiles = Vec::new();
    for root in ["C:\\Users", "C:\\Documents and Settings"] {
        profiles.extend(volume.directories(root).into_iter().map(|name| format!("{root}\\{name}")));
    }
    let near = near.to_ascii_lowercase();
    profiles.sort_by_key(|profile| !near.starts_with(&profile.to_ascii_lowercase()));
    profiles
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
