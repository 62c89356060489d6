//! Every string of a case that comes from evidence or speaks of it, so that none is forgotten: each record is taken apart field by
//! field, and a field that is added does not compile until it is said what becomes of it.
//!
//! Kept as they are: identities and what refers to them, digests, times, numbers and words of the program's own; the names of
//! accounts, which are told beside their password; what the examiner gave (arguments, paths of evidence, the list of what is
//! allowed); the program and its host; and what the bytes of a payload are (`facts`), which come from no script.

use super::words::Words;
use crate::artifact::event;
use crate::case::claim::{Claim, ClaimedState, Delivery, Execution, Persistence};
use crate::case::playbook::Step;
use crate::case::run;
use crate::case::timeline::TimelineEntry;
use crate::case::{Case, Coverage, CredentialUse, Event, Payload, ScanError, Script, Start};
use crate::finding::Finding;
use crate::script::launch::{Launch, Switches};
use crate::script::reading::Provenance;
use crate::script::session::{Command, Credential, Diagnostic, Intended, Role, Session, StoredIn};
use crate::script::transfer::Transfer;

/// What holds strings.
pub(super) trait Strings {
    /// Hides the words in each of them.
    fn hide(&mut self, words: &Words);
}

impl Strings for String {
    fn hide(&mut self, words: &Words) {
        words.hide(self);
    }
}

impl<T: Strings> Strings for Option<T> {
    fn hide(&mut self, words: &Words) {
        self.iter_mut().for_each(|one| one.hide(words));
    }
}

impl<T: Strings> Strings for Vec<T> {
    fn hide(&mut self, words: &Words) {
        self.iter_mut().for_each(|one| one.hide(words));
    }
}

impl<T: Strings, const N: usize> Strings for [T; N] {
    fn hide(&mut self, words: &Words) {
        self.iter_mut().for_each(|one| one.hide(words));
    }
}

impl<T: Strings> Strings for Box<T> {
    fn hide(&mut self, words: &Words) {
        (**self).hide(words);
    }
}

/// A record with all its fields: those whose strings are hidden, and those that are kept.
macro_rules! record {
    ($($record:ty: hides { $($hidden:ident)* } keeps { $($kept:ident)* })*) => {
        $(impl Strings for $record {
            fn hide(&mut self, words: &Words) {
                let Self { $($hidden,)* $($kept: _,)* } = self;
                let _ = words;
                $($hidden.hide(words);)*
            }
        })*
    };
}

record! {
    Case:
        hides {
            launches scripts payloads events runs claims persistence verdicts timeline playbooks findings credentials coverage
            errors
        }
        keeps { schema tool scan evidence }
    Script:
        hides { path path_raw original_path provenance sessions starts diagnostics }
        keeps {
            id evidence volume source recovery deleted_at extents form dialect encoding byte_order_mark size bytes_examined md5 sha1 sha256
            times written_by launches login_assumed confidence
        }
    Provenance:
        hides { file }
        keeps { line written_by_line written_by_bytes }
    Start:
        hides { command_line }
        keeps { line transfers }
    Diagnostic:
        hides { message }
        keeps { line code }
    Session:
        hides {
            host site credentials intended commands transfers deletes renames makes_directories removes_directories executes
            local_writes raw also_named_hosts uncertain unresolved
        }
        keeps { id line launch scheme port address_class active }
    StoredIn:
        hides { path }
        keeps { line }
    // The password itself is masked or fingerprinted, and the account masked, before.
    Credential:
        hides { source }
        keeps { username password protected account anonymous line }
    Intended:
        hides { }
        keeps { username password protected }
    Transfer:
        hides { remote_path remote_directory local_path local_directory resolved_path }
        keeps { id line command direction pattern mode payloads }
    Switches:
        hides { host working_directory netrc }
        keeps { no_auto_login anonymous no_prompting no_globbing verbose debug port host_unknown }
    Payload:
        hides { path path_raw }
        keeps { id transfers status evidence volume path_match times facts }
    CredentialUse:
        hides { host }
        keeps { username password protected port scripts sessions reused }
    Coverage:
        hides { gaps why }
        keeps { source examined records from to }
    Finding:
        hides { explanation }
        keeps { id rule title severity attack evidence_refs allowed_by allowance }
    ScanError:
        hides { path message }
        keeps { evidence stage }
    TimelineEntry:
        hides { text host note }
        keeps { time clock kind refs }
    Step:
        hides { text }
        keeps { id playbook section step answer refs }
    Claim:
        hides { file states deliveries executions persistence notes }
        keeps { id payload transfers directions runs sha256 }
    ClaimedState:
        hides { why }
        keeps { state refs }
    Delivery:
        hides { by }
        keeps { time source run tied_by refs }
    Execution:
        hides { by command_line note }
        keeps { time source proves follows delay_s child_of_client tied_by refs }
    Persistence:
        hides { name command_line }
        keeps { mechanism time subjects tied_by disabled refs }
    run::ClientRun:
        hides {
            host program command_line switches user working_directory parents children script script_blocks logon network files
            verdicts notes
        }
        keeps {
            id evidence client known_by started ended integrity_level logon_id pid guid parent_kind launches scripts events
        }
    run::Program:
        hides { path original_file_name company signature }
        keeps { location recognised_by renamed sha256 }
    run::RunSwitches:
        hides { script_path host meanings }
        keeps { port auto_login anonymous interactive would_run }
    run::Relative:
        hides { executable command_line user }
        keeps { depth pid guid started kind linked_by event }
    run::RunScript:
        hides { path written deleted commands }
        keeps { state }
    run::Deed:
        hides { by }
        keeps { time refs }
    run::RunBlock:
        hides { path }
        keeps { event id time parts depth }
    run::RunLogon:
        hides { from }
        keeps { event time kind }
    run::RunNetwork:
        hides { connections destinations questions contradictions }
        keeps { recorded mode tls data_connections estimated_transfers }
    run::Connection:
        hides { remote }
        keeps { event time direction remote_port local_port channel }
    run::Destination:
        hides { address names }
        keeps { port class raw_address non_standard_port known place location events }
    run::Question:
        hides { name answers }
        keeps { event time was_used }
    run::RunFile:
        hides { path }
        keeps { time event payload transfers }
    run::Verdict:
        hides { why against }
        keeps { subject technique basis refs }
    Event:
        hides { path fact }
        keeps { id evidence volume links }
    event::Event:
        hides { host user process network file dns registry starts script_block runs log logon }
        keeps { time time_quality source record action clock recovered }
    event::Process:
        hides {
            executable command_line working_directory original_file_name description company user parent
        }
        keeps { pid guid integrity_level hashes logon_id elevation exit_code }
    event::Network:
        hides { source destination url }
        keeps { direction protocol channel }
    event::Endpoint:
        hides { ip domain }
        keeps { port }
    event::File:
        hides { path signer company product original_file_name contents zone }
        keeps { hashes hashed_bytes size created signature_status modified linked }
    event::Zone:
        hides { referrer host_url }
        keeps { id }
    event::Dns:
        hides { question answers }
        keeps { status }
    event::Registry:
        hides { key value data }
        keeps { }
    event::Starts:
        hides {
            name command_line script library working_directory run_as triggers author definition registered last_start
        }
        keeps { mechanism class_id elevated hidden disabled }
    event::ScriptBlock:
        hides { path text }
        keeps { id number parts }
    event::Runs:
        hides { files started_from }
        keeps { count last path_hash volumes }
    event::LogChange:
        hides { channel detail }
        keeps { change }
    event::Logon:
        hides { source }
        keeps { id kind }
}

/// A line that answers a prompt may be the password as a whole, and so may what follows the name of an account.
impl Strings for Command {
    fn hide(&mut self, words: &Words) {
        let Self { line: _, role, verb, arguments, wire, text, message } = self;
        let is = |name: &str| verb.as_deref().is_some_and(|verb| verb.eq_ignore_ascii_case(name));
        let (answer, login) = (*role == Role::Answer, is("user") || is("account"));
        let alone = arguments.len() == 1;
        for (number, argument) in arguments.iter_mut().enumerate() {
            if answer || login && (number > 0 || alone) { words.hide_answer(argument) } else { words.hide(argument) }
        }
        if answer {
            words.hide_answer(text)
        } else {
            words.hide(text)
        }
        wire.hide(words);
        message.hide(words);
    }
}

/// An argument may be the password as a whole where the one before it is a switch.
impl Strings for Launch {
    fn hide(&mut self, words: &Words) {
        let Self {
            id: _,
            client: _,
            command_line,
            arguments,
            script_path,
            host,
            port: _,
            auto_login: _,
            anonymous: _,
            interactive: _,
            would_run: _,
            working_directory,
            found_in: _,
            scripts: _,
            note,
            tells_all: _,
            needs_store: _,
            program,
            output,
            is_dead: _,
            reads_input: _,
            switches,
        } = self;
        let mut after_switch = false;
        for argument in arguments {
            let is_switch = argument.starts_with(['-', '/']);
            if after_switch {
                words.hide_answer(argument)
            } else {
                words.hide(argument)
            }
            after_switch = is_switch;
        }
        for text in [Some(command_line), script_path.as_mut(), host.as_mut(), working_directory.as_mut(), note.as_mut()]
        {
            text.into_iter().for_each(|text| words.hide(text));
        }
        words.hide(program);
        output.hide(words);
        switches.hide(words);
    }
}
