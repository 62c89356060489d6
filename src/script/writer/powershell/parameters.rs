//! The parameters of commands: aliases, abbreviations, places (Microsoft's command reference of Windows PowerShell 5.1).

use super::value::Value;

/// The commands that are emulated and their parameters: `@` marks one that has a place, `!` a switch.
const SIGNATURES: &[(&str, &str)] = &[
    (
        "set-content",
        "@path @value literalpath pspath encoding nonewline! filter include exclude stream asbytestream! passthru!",
    ),
    (
        "add-content",
        "@path @value literalpath pspath encoding nonewline! filter include exclude stream asbytestream! passthru!",
    ),
    ("clear-content", "@path literalpath filter include exclude"),
    ("out-file", "@filepath @encoding literalpath path append! noclobber! width nonewline! inputobject"),
    ("tee-object", "@filepath literalpath append! variable inputobject encoding"),
    ("new-item", "@path name itemtype type value target"),
    (
        "get-content",
        "@path literalpath readcount totalcount head first tail raw! encoding delimiter wait! stream asbytestream!",
    ),
    ("remove-item", "@path literalpath recurse! filter include exclude"),
    ("copy-item", "@path @destination literalpath recurse! container! passthru! filter"),
    ("move-item", "@path @destination literalpath passthru! filter"),
    ("rename-item", "@path @newname literalpath passthru!"),
    (
        "get-childitem",
        "@path @filter literalpath include exclude recurse! depth name! file! directory! hidden! attributes",
    ),
    ("get-item", "@path literalpath filter include exclude"),
    ("resolve-path", "@path literalpath relative!"),
    ("test-path", "@path literalpath pathtype isvalid!"),
    ("set-location", "@path literalpath passthru! stackname"),
    ("push-location", "@path literalpath passthru! stackname"),
    ("pop-location", "passthru! stackname"),
    ("get-location", ""),
    ("join-path", "@path @childpath @additionalchildpath resolve!"),
    ("split-path", "@path literalpath leaf! parent! qualifier! noqualifier! leafbase! extension! resolve!"),
    ("write-output", "@inputobject noenumerate!"),
    ("write-host", "@object nonewline! separator foregroundcolor backgroundcolor"),
    ("out-string", "width stream! nonewline! inputobject"),
    ("out-null", "inputobject"),
    ("invoke-expression", "@command"),
    ("invoke-command", "@scriptblock computername credential argumentlist asjob! filepath session inputobject"),
    ("start-job", "@scriptblock name credential filepath argumentlist initializationscript inputobject"),
    (
        "start-process",
        "@filepath @argumentlist args credential workingdirectory loaduserprofile! nonewwindow! passthru! redirectstandarderror redirectstandardinput redirectstandardoutput verb windowstyle wait! usenewenvironment!",
    ),
    ("invoke-item", "@path literalpath"),
    ("foreach-object", "@process begin end membername argumentlist inputobject parallel throttlelimit"),
    ("where-object", "@filterscript @property value eq ne like match"),
    ("select-object", "@property first last skip index unique! expandproperty excludeproperty inputobject"),
    ("sort-object", "@property descending! unique! inputobject"),
    ("new-object", "@typename @argumentlist args comobject property strict!"),
    (
        "invoke-webrequest",
        "@uri usebasicparsing! websession sessionvariable credential usedefaultcredentials! certificatethumbprint certificate useragent disablekeepalive! timeoutsec headers maximumredirection method proxy proxycredential proxyusedefaultcredentials! body contenttype transferencoding infile outfile passthru!",
    ),
    (
        "start-bitstransfer",
        "@source @destination displayname priority description credential asynchronous! transfertype authentication",
    ),
    ("convertto-securestring", "@string asplaintext! force! key securekey"),
    ("convertfrom-securestring", "@securestring asplaintext! key securekey"),
    ("get-credential", "@credential message username"),
    ("set-variable", "@name @value scope option description visibility passthru!"),
    ("get-variable", "@name valueonly! scope include exclude"),
    ("set-alias", "@name @value scope option description passthru!"),
    ("get-command", "@name module commandtype all! syntax!"),
    ("new-scheduledtaskaction", "execute argument workingdirectory id"),
    ("invoke-wmimethod", "@class @name argumentlist path namespace computername credential"),
    ("new-temporaryfile", ""),
    ("get-date", "@date format uformat"),
    ("add-type", "typedefinition assemblyname path memberdefinition name namespace"),
];

/// Parameters that every command has, and those that many have and that change nothing here.
const COMMON: &str = "force! confirm! whatif! verbose! debug! erroraction ea warningaction errorvariable outvariable outbuffer credential";

/// The aliases of Windows PowerShell for commands that are emulated.
const ALIASES: &[(&str, &str)] = &[
    ("sc", "set-content"),
    ("ac", "add-content"),
    ("clc", "clear-content"),
    ("tee", "tee-object"),
    ("ni", "new-item"),
    ("gc", "get-content"),
    ("cat", "get-content"),
    ("type", "get-content"),
    ("ri", "remove-item"),
    ("rm", "remove-item"),
    ("rmdir", "remove-item"),
    ("del", "remove-item"),
    ("erase", "remove-item"),
    ("rd", "remove-item"),
    ("cpi", "copy-item"),
    ("cp", "copy-item"),
    ("copy", "copy-item"),
    ("mi", "move-item"),
    ("mv", "move-item"),
    ("move", "move-item"),
    ("rni", "rename-item"),
    ("ren", "rename-item"),
    ("gci", "get-childitem"),
    ("ls", "get-childitem"),
    ("dir", "get-childitem"),
    ("gi", "get-item"),
    ("rvpa", "resolve-path"),
    ("sl", "set-location"),
    ("cd", "set-location"),
    ("chdir", "set-location"),
    ("pushd", "push-location"),
    ("popd", "pop-location"),
    ("gl", "get-location"),
    ("pwd", "get-location"),
    ("write", "write-output"),
    ("echo", "write-output"),
    ("iex", "invoke-expression"),
    ("icm", "invoke-command"),
    ("sajb", "start-job"),
    ("saps", "start-process"),
    ("start", "start-process"),
    ("ii", "invoke-item"),
    ("foreach", "foreach-object"),
    ("%", "foreach-object"),
    ("where", "where-object"),
    ("?", "where-object"),
    ("select", "select-object"),
    ("sort", "sort-object"),
    ("iwr", "invoke-webrequest"),
    ("irm", "invoke-webrequest"),
    ("invoke-restmethod", "invoke-webrequest"),
    ("wget", "invoke-webrequest"),
    ("curl", "invoke-webrequest"),
    ("sv", "set-variable"),
    ("set", "set-variable"),
    ("new-variable", "set-variable"),
    ("nv", "set-variable"),
    ("gv", "get-variable"),
    ("sal", "set-alias"),
    ("nal", "set-alias"),
    ("new-alias", "set-alias"),
    ("gcm", "get-command"),
    ("oh", "out-null"),
    ("iwmi", "invoke-wmimethod"),
    ("invoke-cimmethod", "invoke-wmimethod"),
];

/// A command's arguments by their parameters' full names.
#[derive(Debug, Default)]
pub(super) struct Bound {
    named: Vec<(&'static str, Value)>,
    /// Those that found no parameter.
    pub(super) rest: Vec<Value>,
}

impl Bound {
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.named.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    pub(super) fn first_of(&self, names: &[&str]) -> Option<&Value> {
        names.iter().find_map(|name| self.get(name))
    }

    pub(super) fn has(&self, switch: &str) -> bool {
        self.get(switch).is_some_and(|value| value.truth() != Some(false))
    }
}

/// An argument, evaluated.
#[derive(Debug, Clone)]
pub(super) enum Argument {
    /// `-Name` or `-Name:value`, with the name as written.
    Parameter(String, Option<Value>),
    Value(Value),
    /// What follows `--%`.
    Verbatim(String),
}

/// The command that a name means, in lower case; nothing where it is none that is emulated.
pub(super) fn command(name: &str, is_core: bool) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let bare = lower
        .rsplit_once('\\')
        .filter(|(module, _)| module.contains('.') && !module.contains(':'))
        .map_or(lower.as_str(), |(_, name)| name);
    if is_core && matches!(bare, "sc" | "curl" | "wget") {
        return None;
    }
    let target = ALIASES.iter().find(|(alias, _)| *alias == bare).map_or(bare, |(_, target)| target);
    SIGNATURES.iter().find(|(name, _)| *name == target).map(|(name, _)| *name)
}

/// The names of commands that a wildcard may look for.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SIGNATURES.iter().map(|(name, _)| *name)
}

/// Gives the arguments to the parameters of a command.
pub(super) fn bind(command: &str, arguments: Vec<Argument>) -> Bound {
    let signature = SIGNATURES.iter().find(|(name, _)| *name == command).map_or("", |(_, signature)| signature);
    let known = || signature.split(' ').chain(COMMON.split(' ')).filter(|word| !word.is_empty());
    let mut bound = Bound::default();
    let mut loose = Vec::new();
    let mut arguments = arguments.into_iter().peekable();
    while let Some(argument) = arguments.next() {
        match argument {
            Argument::Value(value) => loose.push(value),
            Argument::Verbatim(_) => {}
            Argument::Parameter(raw, given) => {
                let name = raw.trim_start_matches('-').trim_end_matches(':').to_ascii_lowercase();
                let bare = |word: &'static str| word.trim_start_matches('@').trim_end_matches('!');
                let found = known()
                    .find(|word| bare(word) == name)
                    .or_else(|| known().find(|word| bare(word).starts_with(&name)));
                match found {
                    Some(word) if word.ends_with('!') => {
                        bound.named.push((bare(word), given.unwrap_or(Value::Bool(true))));
                    }
                    Some(word) => {
                        let next = || match arguments.next_if(|next| matches!(next, Argument::Value(_))) {
                            Some(Argument::Value(value)) => Some(value),
                            _ => None,
                        };
                        if let Some(value) = given.or_else(next) {
                            bound.named.push((bare(word), value));
                        }
                    }
                    None => loose.extend(given),
                }
            }
        }
    }
    let mut loose = loose.into_iter();
    for word in signature.split(' ').filter_map(|word| word.strip_prefix('@')) {
        let taken = bound.get(word).is_some()
            || word == "path" && bound.get("literalpath").is_some()
            || word == "filepath" && bound.first_of(&["literalpath", "path"]).is_some()
            || word == "typename" && bound.get("comobject").is_some();
        if taken {
            continue;
        }
        let Some(value) = loose.next() else { break };
        bound.named.push((word, value));
    }
    bound.rest = loose.collect();
    bound
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(command: &str, words: &[&str]) -> String {
        let arguments = words
            .iter()
            .map(|word| match word.starts_with('-') {
                true => Argument::Parameter((*word).to_owned(), None),
                false => Argument::Value(Value::text(*word, 1)),
            })
            .collect();
        let mut bound = bind(command, arguments).named;
        bound.sort_by_key(|(name, _)| *name);
        bound.iter().map(|(name, value)| format!("{name}={}", value.to_text(1).content)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn parameters_by_name_abbreviation_and_place() {
        let cases: [(&str, &[&str], &str); 6] = [
            ("set-content", &["a", "b"], "path=a value=b"),
            ("set-content", &["-V", "b", "a"], "path=a value=b"),
            ("set-content", &["b", "-LiteralPath", "a"], "literalpath=a value=b"),
            ("out-file", &["-Enc", "ascii", "a", "-App"], "append=True encoding=ascii filepath=a"),
            ("invoke-webrequest", &["-o", "x", "ftp://h/x"], "outfile=x uri=ftp://h/x"),
            ("new-object", &["-com", "x"], "comobject=x"),
        ];
        for (command, words, expected) in cases {
            assert_eq!(shown(command, words), expected, "{command} {words:?}");
        }
    }

    #[test]
    fn names_of_commands() {
        let cases = [
            ("SC", Some("set-content")),
            ("Microsoft.PowerShell.Utility\\Invoke-Expression", Some("invoke-expression")),
            ("ftp", None),
            ("curl.exe", None),
        ];
        for (name, expected) in cases {
            assert_eq!(command(name, false), expected, "{name}");
        }
        assert_eq!(command("curl", true), None);
    }
}
