//! Somebody moves the clock of the machine under a server: nothing lives longer for it, nobody waits less, and resets go on.

use super::evidence::gather;
use super::judge::judge;
use super::person::{Ledger, Person, Reply};
use super::victim::Victim;
use crate::wire::soon;

const HOUR: i64 = 3_600_000;

/// By how much it is moved, in milliseconds from the true time.
const JUMPS: [i64; 5] = [HOUR, -HOUR, 24 * HOUR, -24 * HOUR, -90_000];

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_moved_in_the_middle_of_a_reset_changes_nothing() {
    let count = u16::try_from(JUMPS.len()).unwrap();
    let people: String = (0..=count).map(|n| Ledger::of(n).line()).collect();
    let victim = Victim::install(&format!("name,email,phone,password\n{people}")).await;
    victim.start().await;
    let mut ledgers = Vec::new();
    for (n, jump) in (0..).zip(JUMPS) {
        let mut person = Person::new(&victim, n);
        person.sign_in_before().await;
        let address = person.ledger.email.clone();
        // A code was sent before the jump, and what follows is done after it.
        let (reply, ()) = tokio::join!(person.reset(), async {
            soon("its first code is there", async || {
                (!victim.sink.codes(&address).is_empty()).then_some(())
            })
            .await;
            victim.move_clock(jump);
        });
        assert_eq!(reply, Reply::On("/reset/done".into()), "moved by {jump}");
        person.finish(reply).await;
        ledgers.push(person.ledger);
    }
    // Whoever has to wait still waits where the clock is put forward.
    let mut guesser = Person::new(&victim, count);
    victim.move_clock(0);
    let mut told = Vec::new();
    for _ in 0..11 {
        told.push(guesser.guess().await);
    }
    assert_eq!(told.last(), Some(&429), "{told:?}");
    victim.move_clock(24 * HOUR);
    assert_eq!(guesser.guess().await, 429);
    victim.kill();
    let evidence = gather(&victim, &ledgers, 0).await;
    let broken: Vec<String> = judge(&ledgers, &evidence);
    // What was on its way when the server ended is not looked at here.
    let broken: Vec<&String> = broken.iter().filter(|what| !what.starts_with("I8 a notice")).collect();
    assert_eq!(broken, Vec::<&String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_put_back_between_two_runs_ends_who_is_signed_in() {
    let person = Ledger::of(0);
    let victim = Victim::install(&format!("name,email,phone,password\n{}", person.line())).await;
    let sessions = "select count(*) from session";
    victim.start().await;
    Person::new(&victim, 0).sign_in_before().await;
    // Put back by less than a clock drifts, and then by more.
    for (moved, expected) in [(-30_000, 1), (-30_000 - HOUR, 0)] {
        soon("it was noted how late it is", async || {
            let noted = victim.number("select count(*) from pulse where served > 0").await;
            (noted == 1).then_some(())
        })
        .await;
        victim.kill();
        victim.move_clock(moved);
        victim.start().await;
        assert_eq!(victim.number(sessions).await, expected, "moved by {moved}");
    }
}
