//! `aikagi audit`.

use portal::audit::{Actor, Entry, Event, Outcome};
use portal::moment::{Moment, days};
use portal::ports::{Change, Clock as _, Store as _};
use server::clock::SystemClock;

use super::Installation;

fn entry(at: Moment) -> Entry {
    Entry {
        at,
        actor: Actor::System,
        subject: None,
        network: String::new(),
        agent: String::new(),
        event: Event::Deliver,
        outcome: Outcome::Failed,
        method: None,
        flow: None,
        support: String::new(),
        detail: String::new(),
    }
}

/// An installation whose log has a row for each of these ages.
async fn log(ages: &[u64]) -> Installation {
    let installation = Installation::new();
    let store = installation.store().await;
    let now = SystemClock.now();
    for age in ages {
        store
            .commit(vec![Change::Record(entry(now - days(*age)))])
            .await
            .unwrap();
    }
    store.close().await.unwrap();
    installation
}

#[tokio::test]
async fn an_end_that_was_cut_off_with_its_anchors_is_found_by_one_that_was_kept_elsewhere() {
    let installation = log(&[3, 2, 1]).await;
    let anchor = installation.run("audit seal").done();
    let anchor = anchor.trim();
    assert!(anchor.starts_with("3:") && anchor.len() == 2 + 64, "{anchor}");
    let file = installation.file("anchors", &format!("\n{anchor}\n"));
    let with = format!("audit verify --anchor {anchor}");
    let with_file = format!("audit verify --anchor-file {file}");
    for command in ["audit verify", &with, &with_file] {
        let said = installation.run(command).done();
        assert!(
            said.contains(&format!(
                "3 rows, 0 not sealed yet\nanchor: {anchor}\nNothing was altered."
            )),
            "{said}"
        );
        assert_eq!(said.contains("--anchor"), command == "audit verify", "{said}");
    }
    sqlx::raw_sql(
        "drop trigger audit_goes_only_by_retention; drop trigger audit_anchor_goes_only_by_retention; \
         delete from audit where seq = 3; delete from audit_anchor",
    )
    .execute(&mut installation.raw().await)
    .await
    .unwrap();
    installation.run("audit verify").done();
    for command in [with, with_file] {
        let said = installation.run(&command);
        assert!(
            said.out
                .contains("the end is cut off: there was a row 3, and the last one is 2"),
            "{}",
            said.out
        );
        assert!(said.refused().contains("not what was written"));
    }
}

#[tokio::test]
async fn what_is_no_anchor_is_told_with_its_line() {
    let installation = log(&[1]).await;
    let anchor = installation.run("audit seal").done();
    let file = installation.file("anchors", &format!("{anchor}3:abc\n\nno anchor\n"));
    let said = installation
        .run(&format!("audit verify --anchor-file {file}"))
        .refused();
    for line in ["anchors:2: an anchor is", "anchors:4: an anchor is"] {
        assert!(said.contains(line), "{said}");
    }
    assert!(!said.contains("anchors:1:"), "{said}");
    let said = installation.run("audit verify --anchor 3:abc").refused();
    assert!(said.contains("64 hexadecimal digits"), "{said}");
    let empty = installation.file("empty", "\n");
    let said = installation
        .run(&format!("audit verify --anchor-file {empty}"))
        .refused();
    assert!(said.contains("holds no anchor"), "{said}");
}

#[tokio::test]
async fn the_log_is_read_page_by_page_as_far_as_is_asked_and_that_is_recorded_first() {
    let installation = log(&[1; 450]).await;
    let lines = |said: &str| said.lines().count();
    assert_eq!(lines(&installation.run("audit list").done()), 200);
    assert_eq!(lines(&installation.run("audit list --most 420").done()), 420);
    // Itself it does not show, but both that came before.
    let said = installation.run("audit list --most 9999").done();
    assert_eq!(lines(&said), 452);
    assert_eq!(said.matches("\"event\":\"read_audit\"").count(), 2, "{said}");
    installation.run("people add h.tanaka").done();
    let said = installation.run("audit list --subject H.Tanaka").done();
    assert_eq!(
        (lines(&said), said.contains("\"event\":\"add_account\"")),
        (1, true),
        "{said}"
    );
    // For people: a name beside the id, and a time that can be read.
    assert!(
        said.contains("\"name\":\"h.tanaka\"") && said.contains("\"at\":\"20"),
        "{said}"
    );
    assert_eq!(lines(&installation.run("audit list --event read_audit").done()), 4);
    let said = installation.run("audit list --event read").refused();
    assert!(said.contains("read_audit"), "{said}");
    let said = installation.run("audit list --subject nobody").refused();
    assert!(said.contains("there is nobody of this name"), "{said}");
}

#[tokio::test]
async fn sealing_does_not_wait_for_the_lease_of_a_server_that_is_gone() {
    let installation = log(&[1]).await;
    let store = installation.store().await;
    store.seal(SystemClock.now(), "server").await.unwrap();
    let late = vec![Change::Record(entry(SystemClock.now()))];
    store.commit(late).await.unwrap();
    store.close().await.unwrap();
    let anchor = installation.run("audit seal").done();
    assert!(anchor.starts_with("2:"), "{anchor}");
}

#[tokio::test]
async fn rows_that_are_older_than_the_log_is_kept_are_removed_and_the_rest_can_be_verified() {
    let installation = log(&[800, 400, 40, 1]).await;
    let anchor = installation.run("audit seal").done();
    let said = installation.run("audit retain").done();
    assert!(said.contains("1 rows older than 730 days are removed."), "{said}");
    installation.configure("#keep_days = 730", "keep_days = 365");
    let said = installation.run("audit retain").done();
    assert!(said.contains("1 rows older than 365 days are removed."), "{said}");
    let said = installation.run("audit retain --days 30").done();
    assert!(said.contains("1 rows older than 30 days are removed."), "{said}");
    let said = installation.run("audit retain --days 29").refused();
    assert!(said.contains("29 is not in 30..=3650"), "{said}");
    // One of the four is left, and an entry for each removal.
    let said = installation
        .run(&format!("audit verify --anchor {}", anchor.trim()))
        .done();
    assert!(said.contains("4 rows, 0 not sealed yet"), "{said}");
    assert!(said.contains("Nothing was altered."), "{said}");
    let said = installation.run("audit list").done();
    assert_eq!(said.matches("\"event\":\"retention\"").count(), 3, "{said}");
}
