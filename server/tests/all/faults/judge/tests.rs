//! The judge finds each promise that was broken: what is well is let pass, and broken at one place it is not.

use crate::faults::evidence::{Account, Evidence, Recorded, Written};
use crate::faults::person::{Ledger, Set, Wrong};
use crate::faults::sink::Delivered;

use super::judge;

fn recorded(event: &str, method: &str) -> Recorded {
    Recorded {
        subject: "a1".into(),
        event: event.into(),
        outcome: "succeeded".into(),
        method: method.into(),
        flow: "f1".into(),
    }
}

fn wrong_code() -> Recorded {
    Recorded {
        subject: "a2".into(),
        outcome: "failed".into(),
        ..recorded("verify", "email")
    }
}

/// Somebody who has reset a password, and somebody whose password was guessed at.
fn well() -> (Vec<Ledger>, Evidence) {
    let (mut reset, mut guessed) = (Ledger::of(1), Ledger::of(2));
    reset.set = Set::Succeeded;
    reset.solved = 1;
    reset.codes.extend(["12345678".into(), "123456".into()]);
    guessed.wrong_passwords = Wrong { sent: 4, told: 3 };
    guessed.wrong_codes = Wrong { sent: 2, told: 1 };
    let account = |id: &str, is_new: bool, wrong_passwords, wrong_codes| Account {
        id: id.into(),
        old_fits: !is_new,
        new_fits: is_new,
        wrong_passwords,
        wrong_codes,
        stale_sessions: 0,
    };
    let evidence = Evidence {
        kills: 1,
        accounts: vec![account("a1", true, 0, 0), account("a2", false, 3, 1)],
        audit: vec![
            recorded("identify", ""),
            recorded("verify", "email"),
            recorded("verify", "text"),
            recorded("reset", ""),
            wrong_code(),
        ],
        unsound: Vec::new(),
        outbox: vec![Written {
            id: "m1".into(),
            account: "a1".into(),
            what: "was_reset".into(),
            state: "delivered".into(),
        }],
        delivered: vec![Delivered {
            id: "<m1-0@localhost>".into(),
            to: reset.email.clone(),
            text: String::new(),
        }],
        leaks: Vec::new(),
    };
    (vec![reset, guessed], evidence)
}

/// What the judge says of a world that was well until something was done to it.
#[track_caller]
fn finds(promise: &str, breaks: impl FnOnce(&mut [Ledger], &mut Evidence)) {
    let (mut ledgers, mut evidence) = well();
    breaks(&mut ledgers, &mut evidence);
    let broken = judge(&ledgers, &evidence);
    let found = broken.iter().any(|what| what.split(' ').next() == Some(promise));
    assert!(found, "{promise} is not among {broken:?}");
}

#[test]
fn a_world_that_is_well_is_let_pass() {
    let (ledgers, evidence) = well();
    assert_eq!(judge(&ledgers, &evidence), Vec::<String>::new());
}

#[test]
fn two_passwords_that_fit_or_none_are_found() {
    finds("I1", |_, evidence| evidence.accounts[1].new_fits = true);
    finds("I1", |_, evidence| evidence.accounts[0].new_fits = false);
}

#[test]
fn what_was_taken_twice_is_found() {
    finds("I2", |_, evidence| evidence.audit.push(recorded("identify", "")));
    finds("I2", |_, evidence| {
        evidence.audit.push(recorded("verify", "email"));
        evidence.audit[5].flow = "another".into();
    });
    finds("I2", |_, evidence| evidence.audit.push(recorded("verify", "email")));
}

#[test]
fn a_success_that_is_lost_is_found() {
    finds("I3", |_, evidence| {
        let account = &mut evidence.accounts[0];
        (account.old_fits, account.new_fits) = (true, false);
    });
}

#[test]
fn an_effect_without_its_row_or_its_notice_is_found() {
    finds("I4", |_, evidence| drop(evidence.audit.remove(3)));
    finds("I4", |_, evidence| evidence.audit.push(recorded("reset", "")));
    finds("I4", |_, evidence| evidence.outbox.clear());
    finds("I4", |_, evidence| evidence.outbox[0].account = "a2".into());
}

#[test]
fn a_log_that_is_not_sound_is_found() {
    finds("I5", |_, evidence| evidence.unsound.push("a gap".into()));
}

#[test]
fn a_failure_that_is_forgotten_or_made_up_is_found() {
    finds("I6", |_, evidence| evidence.accounts[1].wrong_passwords = 2);
    finds("I6", |_, evidence| evidence.accounts[1].wrong_passwords = 5);
    for many in [0, 3] {
        finds("I6", |_, evidence| {
            evidence.audit.retain(|row| row.subject != "a2");
            evidence.audit.extend((0..many).map(|_| wrong_code()));
            evidence.accounts[1].wrong_codes = many;
        });
    }
    finds("I6", |_, evidence| evidence.audit.push(wrong_code()));
}

#[test]
fn a_session_that_outlives_a_reset_is_found() {
    finds("I7", |ledgers, _| ledgers[0].outlived = true);
    finds("I7", |_, evidence| evidence.accounts[0].stale_sessions = 1);
}

#[test]
fn a_notice_that_is_lost_repeated_or_elsewhere_is_found() {
    finds("I8", |_, evidence| evidence.delivered.clear());
    finds("I8", |_, evidence| evidence.outbox[0].state = "waiting".into());
    finds("I8", |_, evidence| {
        evidence.delivered[0].to = "mallory@mail.example".into();
    });
    finds("I8", |_, evidence| {
        let again = evidence.delivered[0].clone();
        evidence.delivered.extend([again.clone(), again]);
    });
    finds("I8", |_, evidence| {
        evidence.kills = 9;
        let again = evidence.delivered[0].clone();
        evidence.delivered.extend([again.clone(), again]);
    });
}

#[test]
fn a_secret_in_a_file_is_found() {
    finds("I9", |_, evidence| evidence.leaks.push("a code in the log".into()));
}

#[test]
fn a_reset_with_too_few_proofs_is_found() {
    finds("I11", |_, evidence| drop(evidence.audit.remove(1)));
    finds("I11", |_, evidence| evidence.audit[1].flow = "another".into());
}
