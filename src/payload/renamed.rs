//! The name that a program was built with against the one that it bears: `ftp.exe` under another name is what intruders
//! bring along.

use super::pe::Pe;
use schemars::JsonSchema;
use serde::Serialize;

/// A program that was called otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Renamed {
    /// Its name as it was built.
    pub original: String,
    /// Where that stands: `original-filename` or `internal-name` of the version, `dotnet-module`, `export-table`.
    pub source: &'static str,
    /// In words.
    pub reason: String,
}

/// Compares the name on the evidence with the first that the program gives itself.
#[must_use]
pub fn judge(name: &str, pe: &Pe) -> Option<Renamed> {
    let version = |key: &str| pe.version.get(key).map(String::as_str);
    let module = pe.dotnet.as_ref().and_then(|dotnet| dotnet.module.as_deref());
    let claims = [
        ("original-filename", version("OriginalFilename")),
        ("dotnet-module", module),
        ("export-table", pe.export_name.as_deref()),
        ("internal-name", version("InternalName")),
    ];
    let (source, original) =
        claims.into_iter().find_map(|(source, claim)| Some((source, claim.filter(|claim| is_file_name(claim))?)))?;
    if name.is_empty() || same(name, original) {
        return None;
    }
    let words = match source {
        "dotnet-module" => "the .NET module",
        "export-table" => "the export table",
        _ => "the version resource",
    };
    let reason = format!("{words} says that the program was built as {original}");
    Some(Renamed { original: original.to_owned(), source, reason })
}

/// Templates leave things like `TODO: <file>` there.
fn is_file_name(claim: &str) -> bool {
    let claim = claim.trim();
    !claim.is_empty() && claim.len() <= 255 && !claim.contains(['<', '>', ':', '"', '|', '?', '*', '/', '\\'])
}

/// Whether two names are the same without regard to case, to `.mui` (Windows keeps the strings of its programs in files of
/// that name), to an extension that the claim leaves out, and to what a second copy is called.
fn same(name: &str, original: &str) -> bool {
    let name = name.trim().to_lowercase();
    let original = original.trim().to_lowercase();
    let original = original.strip_suffix(".mui").unwrap_or(&original);
    let name = name.strip_suffix(".mui").unwrap_or(&name);
    let (stem, extension) = split(name);
    let (original_stem, original_extension) = split(original);
    let whole = |stem: &str| stem == original || stem == original_stem;
    let stems = whole(stem) || whole(first_copy(stem)) || name == original;
    stems && (original_extension.is_empty() || extension == original_extension || name == original)
}

fn split(name: &str) -> (&str, &str) {
    const EXTENSIONS: [&str; 12] = ["exe", "dll", "sys", "ocx", "scr", "cpl", "com", "drv", "efi", "ax", "tlb", "acm"];
    name.rsplit_once('.').filter(|(_, extension)| EXTENSIONS.contains(extension)).unwrap_or((name, ""))
}

/// `a (2)` and `a - copy` are copies of `a`.
fn first_copy(stem: &str) -> &str {
    let numbered = stem.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    let stem = match numbered {
        Some((first, number)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => first,
        _ => stem,
    };
    stem.strip_suffix(" - copy").unwrap_or(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_windows_does() {
        let cases = [
            ("ftp.exe", "ftp.exe", true),
            ("FTP.EXE", "ftp.exe", true),
            ("ftp.exe", "ftp.exe.mui", true),
            ("ftp.exe.mui", "ftp.exe.MUI", true),
            ("putty.exe", "PuTTY", true),
            ("setup (2).exe", "setup.exe", true),
            ("setup - Copy.exe", "setup.exe", true),
            ("Microsoft.Deployment.Resources.dll", "Microsoft.Deployment.Resources", true),
            ("svch0st.exe", "ftp.exe", false),
            ("ftp.scr", "ftp.exe", false),
            ("ftp", "ftp.exe", false),
            ("ftp.exe.txt", "ftp.exe", false),
            ("a.exe", "TODO: <Original filename>", true),
            ("", "ftp.exe", true),
        ];
        for (name, original, same) in cases {
            let mut pe = Pe::default();
            pe.version.insert("OriginalFilename".to_owned(), original.to_owned());
            assert_eq!(judge(name, &pe).is_none(), same, "{name} {original}");
        }
    }

    #[test]
    fn the_export_table_speaks_where_the_version_is_silent() {
        let pe = Pe { export_name: Some("beacon.dll".to_owned()), ..Pe::default() };
        let renamed = judge("update.dll", &pe).unwrap();
        assert_eq!((renamed.original.as_str(), renamed.source), ("beacon.dll", "export-table"));
        assert_eq!(judge("a.exe", &Pe::default()), None);
    }
}
