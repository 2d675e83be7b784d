//! Whether what is left agrees with what people were told. It knows nothing of servers or files.

mod tests;

use std::collections::BTreeMap;

use super::evidence::{Account, Evidence, Recorded};
use super::person::{Ledger, Set, Wrong};

/// Proofs that the policy of these tests asks for.
const PROOFS: usize = 2;
/// How often a message is handed over at most: a kill between that and the mark that it was makes it two times. Two such
/// kills for one message are not to be expected: it is the first that the next server sends.
const HANDED_OVER: usize = 2;

/// Every promise that was broken, by its name and in words; none where all is well.
pub fn judge(ledgers: &[Ledger], evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    for (ledger, account) in ledgers.iter().zip(&evidence.accounts) {
        let of_one = one_account(ledger, account, evidence);
        broken.extend(of_one.into_iter().map(|what| format!("{what}: {}", ledger.name)));
    }
    broken.extend(evidence.unsound.iter().map(|what| format!("I5 the audit log: {what}")));
    broken.extend(evidence.leaks.iter().map(|what| format!("I9 a secret: {what}")));
    broken.extend(deliveries(ledgers, evidence));
    broken
}

fn one_account(ledger: &Ledger, account: &Account, evidence: &Evidence) -> Vec<&'static str> {
    let mut broken = Vec::new();
    let mut demand = |holds: bool, what| {
        if !holds {
            broken.push(what);
        }
    };
    demand(account.old_fits != account.new_fits, "I1 not exactly one password fits");
    let times = |event| succeeded(account, event, evidence).count();
    demand(times("identify") <= ledger.solved, "I2 a challenge was taken twice");
    demand(times("verify") <= ledger.codes.len(), "I2 a code was taken twice");
    demand(
        is_proved_once(account, evidence),
        "I2 a method proved twice in one reset",
    );
    demand(
        ledger.set != Set::Succeeded || account.new_fits,
        "I3 an answered success is lost",
    );
    let (resets, notices) = (resets(account, evidence).count(), notices(account, evidence));
    demand(
        resets == usize::from(account.new_fits),
        "I4 the audit log does not agree with the password",
    );
    demand(resets == 0 || notices > 0, "I4 nobody is written to of a reset");
    demand(resets > 0 || notices == 0, "I4 a notice without a reset");
    demand(
        account.new_fits || is_counted(ledger.wrong_passwords, account.wrong_passwords),
        "I6 wrong passwords are not counted as they were told",
    );
    demand(
        account.new_fits || is_counted(ledger.wrong_codes, account.wrong_codes),
        "I6 wrong codes are not counted as they were told",
    );
    demand(
        account.new_fits || rows(account, "verify", "failed", evidence).count() == account.wrong_codes as usize,
        "I6 the audit log does not agree with the wrong codes that are counted",
    );
    demand(!ledger.outlived, "I7 a session outlived the reset");
    demand(account.stale_sessions == 0, "I7 a session of an earlier epoch is kept");
    demand(
        resets_are_proved(account, evidence),
        "I11 a reset without the proofs that the policy asks for",
    );
    broken
}

/// Whether each that was told to be wrong is counted, and none that was not sent.
fn is_counted(wrong: Wrong, counted: u32) -> bool {
    (wrong.told..=wrong.sent).contains(&counted)
}

/// Rows of the audit log.
fn rows<'a>(
    account: &'a Account,
    event: &'a str,
    outcome: &'a str,
    evidence: &'a Evidence,
) -> impl Iterator<Item = &'a Recorded> {
    let rows = evidence.audit.iter();
    rows.filter(move |row| row.subject == account.id && row.event == event && row.outcome == outcome)
}

fn succeeded<'a>(account: &'a Account, event: &'a str, evidence: &'a Evidence) -> impl Iterator<Item = &'a Recorded> {
    rows(account, event, "succeeded", evidence)
}

fn resets<'a>(account: &'a Account, evidence: &'a Evidence) -> impl Iterator<Item = &'a Recorded> {
    succeeded(account, "reset", evidence)
}

fn notices(account: &Account, evidence: &Evidence) -> usize {
    let rows = evidence.outbox.iter();
    rows.filter(|row| row.account == account.id && row.what == "was_reset")
        .count()
}

fn is_proved_once(account: &Account, evidence: &Evidence) -> bool {
    let mut proofs: BTreeMap<_, u32> = BTreeMap::new();
    for row in succeeded(account, "verify", evidence) {
        *proofs.entry((&row.flow, &row.method)).or_default() += 1;
    }
    proofs.values().all(|&times| times == 1)
}

fn resets_are_proved(account: &Account, evidence: &Evidence) -> bool {
    resets(account, evidence).all(|reset| {
        let verified = succeeded(account, "verify", evidence).filter(|row| row.flow == reset.flow);
        verified.count() >= PROOFS
    })
}

/// What was delivered, against what was to be.
fn deliveries(ledgers: &[Ledger], evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for one in &evidence.delivered {
        *times.entry(one.id.trim_start_matches('<')).or_default() += 1;
        if !ledgers
            .iter()
            .any(|ledger| one.to == ledger.email || one.to == ledger.phone)
        {
            broken.push(format!("I8 {} is nobody's", one.to));
        }
    }
    for (id, times) in times.iter().filter(|(_, times)| **times > HANDED_OVER) {
        broken.push(format!("I8 {id} was handed over {times} times"));
    }
    let more: usize = times.values().map(|times| times - 1).sum();
    if more > evidence.kills {
        broken.push(format!("I8 {more} more than once, after {} kills", evidence.kills));
    }
    for row in evidence.outbox.iter().filter(|row| row.what == "was_reset") {
        let arrived = times.keys().any(|id| id.starts_with(&row.id));
        if !arrived || row.state != "delivered" {
            broken.push(format!("I8 a notice did not arrive: {} is {}", row.id, row.state));
        }
    }
    broken
}
