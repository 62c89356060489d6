//! What an examiner knows to be good: by server, script, account and ticket. It is marked, and nothing else is.

use super::scene::*;
use super::{dropper, follow_on};
use ftpsift::base::time::Timestamp;
use ftpsift::finding::Finding;
use ftpsift::finding::allow::AllowList;
use ftpsift::finding::judge::judge;

fn judged(scene: Scene, entry: &str) -> Vec<Finding> {
    let text = format!("[[allow]]\nticket = \"CHG-4711\"\n{entry}\n");
    let list = AllowList::parse(&text, "allow.toml", Timestamp::parse("2026-03-02T00:00:00Z").unwrap()).unwrap();
    judge(&scene.run(), &list)
}

fn of_rule<'f>(findings: &'f [Finding], rule: &str) -> &'f Finding {
    findings.iter().find(|finding| finding.rule == rule).unwrap_or_else(|| panic!("no {rule} in {findings:?}"))
}

#[test]
fn runs_and_what_they_brought_are_allowed_by_server_script_and_account() {
    let cases = [
        ("user = 'CORP\\bob'", "run.unusual-parent", true),
        ("user = 'CORP\\bob'", "payload.executed", true),
        ("user = 'CORP\\eve'", "run.unusual-parent", false),
        ("user = 'CORP\\eve'", "payload.executed", false),
        ("script = 'C:\\Users\\Public\\f.txt'", "run.unusual-parent", true),
        ("script = 'C:\\Users\\Public\\f.txt'", "payload.executed", true),
        ("script = 'C:\\Jobs\\*'", "payload.executed", false),
        ("network = '203.0.113.0/24'", "run.unusual-parent", true),
        ("host = 'ftp.bad.example'", "run.unusual-parent", true),
        ("host = 'ftp.good.example'", "run.unusual-parent", false),
        ("user = 'bob'\nhost = 'ftp.good.example'", "payload.executed", false),
        ("user = 'bob'\nhost = 'ftp.bad.example'\nexpires = 2026-03-01", "payload.executed", false),
    ];
    for (entry, rule, allowed) in cases {
        let findings = judged(dropper(), entry);
        let finding = of_rule(&findings, rule);
        assert_eq!(finding.allowed_by.is_some(), allowed, "{entry} {finding:?}");
        let ticket = finding.allowance.as_ref().and_then(|allowance| allowance.ticket.as_deref());
        assert_eq!(ticket, allowed.then_some("CHG-4711"), "{entry}");
    }
}

/// An account that no record tells is not the one that is known to be good, and a cleared log is about no account's job.
#[test]
fn what_no_record_tells_is_not_allowed() {
    let mut scene = follow_on(PAYLOAD, "nc.exe", "nc.exe");
    scene.events.iter_mut().for_each(|event| event.fact.user = None);
    assert_eq!(of_rule(&judged(scene, "user = 'CORP\\bob'"), "payload.executed").allowed_by, None);

    let mut scene = dropper();
    let cleared = ftpsift::artifact::event::Event {
        time: at(60),
        source: "security-1102".to_owned(),
        user: Some("CORP\\bob".to_owned()),
        ..Default::default()
    };
    scene.fact(cleared);
    assert_eq!(of_rule(&judged(scene, "user = 'CORP\\bob'"), "log.cleared").allowed_by, None);

    // The same script, run by another account too.
    let mut scene = dropper();
    scene.start(30, 40, FTP, "ftp -s:f.txt", (11, CMD));
    scene.events.last_mut().unwrap().fact.user = Some("CORP\\eve".to_owned());
    assert_eq!(of_rule(&judged(scene, "user = 'CORP\\bob'"), "payload.executed").allowed_by, None);
}
