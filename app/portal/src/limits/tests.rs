//! The limits as numbers, and a day of somebody who uses up all of them.

use proptest::prelude::*;

use super::*;

const START: Moment = Moment::from_millis(1_800_000_000_000);

fn failures(n: u32) -> Failures {
    (0..n).fold(Failures::default(), |failures, _| failures.count(START))
}

#[test]
fn factors_have_names_of_their_own() {
    use Factor::{Email, History, Password, Phone, Questions, WholeNumber};
    let words = [Password, Email, Phone, Questions, WholeNumber, History].map(Factor::word);
    assert_eq!(
        words,
        ["password", "email", "phone", "questions", "whole_number", "history"]
    );
}

#[test]
fn so_many_messages_and_calls_for_help_are_sent() {
    assert_eq!(
        SENDS.map(|(most, within)| (most, within.as_secs())),
        [(1, 30), (3, 600), (5, 3_600), (10, 86_400)]
    );
    assert_eq!((SENDS_FROM_ONE_NETWORK, LIVE_CODES), (3, 3));
    assert_eq!((MESSAGES, MESSAGES_WITHIN.as_secs()), (10, 600));
    assert_eq!((CALLS_PER_ACCOUNT, CALLS_AN_HOUR), (3, 20));
    assert_eq!((CALLS_IN_DIGEST, DIGEST_AFTER.as_secs()), (50, 3_600));
}

#[test]
fn messages_of_one_lane_leave_the_other_alone() {
    let past = [(START, Lane::Unknown); MESSAGES];
    assert_eq!(next_message(&past, Lane::Unknown, START), START + MESSAGES_WITHIN);
    assert_eq!(next_message(&past, Lane::Known, START), START);
}

#[test]
fn what_is_as_old_as_the_span_no_longer_counts() {
    let at = |now| earliest([START].into_iter(), 1, seconds(30), now);
    assert_eq!(at(START + seconds(29)), START + seconds(30));
    assert_eq!(at(START + seconds(30)), START + seconds(30));
    assert_eq!(at(START + seconds(31)), START + seconds(31));
}

#[test]
fn four_failures_cost_nothing_and_the_fifth_makes_one_wait() {
    assert_eq!(failures(4).leave(START), Leave::Granted);
    assert_eq!(failures(5).leave(START), Leave::Wait(START + seconds(30)));
    assert_eq!(failures(5).leave(START + seconds(30)), Leave::Granted);
}

#[test]
fn the_wait_doubles_up_to_an_hour() {
    assert_eq!(failures(6).wait_until, START + seconds(60));
    assert_eq!(failures(11).wait_until, START + seconds(1920));
    assert_eq!(failures(12).wait_until, START + hours(1));
    assert_eq!(failures(20).wait_until, START + hours(1));
}

#[test]
fn twenty_five_in_a_day_close_the_day() {
    assert_eq!(failures(25).wait_until, START + days(1));
    let next_day = failures(25).count(START + days(1));
    assert_eq!(next_day.in_the_day, 1);
    assert_eq!(next_day.leave(START + days(1) + hours(1)), Leave::Granted);
}

#[test]
fn a_hundred_in_a_row_close_the_method() {
    assert_ne!(failures(99).leave(START + days(9)), Leave::Closed);
    assert_eq!(failures(100).leave(START + days(9)), Leave::Closed);
}

#[test]
fn ten_wrong_passwords_make_a_sign_in_wait_a_minute() {
    let wrong = |n: u32| (0..n).fold(Failures::default(), |f, i| f.count_sign_in(i.to_string(), START));
    assert_eq!(wrong(9).leave_after_pause(START), Leave::Granted);
    assert_eq!(wrong(10).leave_after_pause(START), Leave::Wait(START + seconds(60)));
}

#[test]
fn the_same_wrong_password_counts_once() {
    let wrong = (0..50).fold(Failures::default(), |f, _| f.count_sign_in("same".into(), START));
    assert_eq!(wrong.in_a_row, 1);
}

#[test]
fn sends_are_spaced_by_every_limit() {
    let past = |ages: &[u64]| {
        ages.iter()
            .map(|&s| Sent {
                at: START - seconds(s),
                same_network: false,
                lane: Lane::Unknown,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(next_send(&past(&[]), Lane::Unknown, START), START);
    assert_eq!(next_send(&past(&[10]), Lane::Unknown, START), START + seconds(20));
    assert_eq!(next_send(&past(&[30]), Lane::Unknown, START), START);
    assert_eq!(
        next_send(&past(&[40, 80, 120]), Lane::Unknown, START),
        START + seconds(480)
    );
    assert_eq!(
        next_send(&past(&[700, 800, 900, 1000, 1100]), Lane::Unknown, START),
        START + seconds(2500)
    );
    let day: Vec<u64> = (1..=10).map(|n| n * 7_200).collect();
    assert_eq!(next_send(&past(&day), Lane::Unknown, START), START + hours(4));
}

#[test]
fn one_network_uses_up_three_of_the_ten() {
    let past: Vec<Sent> = (1..=3)
        .map(|n| Sent {
            at: START - hours(n * 2),
            same_network: true,
            lane: Lane::Unknown,
        })
        .collect();
    assert_eq!(next_send(&past, Lane::Unknown, START), START + hours(18));
    let others: Vec<Sent> = past
        .into_iter()
        .map(|sent| Sent {
            same_network: false,
            ..sent
        })
        .collect();
    assert_eq!(next_send(&others, Lane::Unknown, START), START);
}

/// What a stranger makes of a day who types a wrong code whenever one may be typed, from so many networks: how many
/// were wrong, and how long the owner had to wait.
fn a_day_of_wrong_codes(mut failures: Failures, networks: usize) -> (u32, Duration) {
    use crate::method::code::{Life, life};
    let day = START + days(1);
    let (mut sent, mut wrong, mut waited) = (Vec::new(), 0, Duration::ZERO);
    let mut now = START;
    loop {
        // Asks from the network whose turn is the earliest.
        let turn = |from: usize| {
            let past: Vec<Sent> = sent
                .iter()
                .map(|&(at, network)| Sent {
                    at,
                    same_network: network == from,
                    lane: Lane::Unknown,
                })
                .collect();
            next_send(&past, Lane::Unknown, now)
        };
        let Some((asked, network)) = (0..networks).map(|from| (turn(from), from)).min() else {
            return (wrong, waited);
        };
        now = asked.max(failures.wait_until);
        if now >= day {
            return (wrong, waited);
        }
        assert_owner_is_free(&sent, now);
        sent.push((now, network));
        let (asked, mut tries) = (now, 0);
        while let Life::Live { .. } = life(asked, tries, false, now) {
            failures = failures.count(now);
            (tries, wrong) = (tries + 1, wrong + 1);
            waited += failures.wait_until.min(day).since(now);
            now = now.max(failures.wait_until);
        }
    }
}

/// At a known device the owner can be sent a code at once, and type it, whatever strangers have done up to then.
fn assert_owner_is_free(sent: &[(Moment, usize)], now: Moment) {
    let past: Vec<Sent> = sent
        .iter()
        .map(|&(at, _)| Sent {
            at,
            same_network: true,
            lane: Lane::Unknown,
        })
        .collect();
    let mut live: Vec<(Moment, Lane)> = Vec::new();
    for &(at, _) in sent.iter().filter(|(at, _)| *at + LIFE > now) {
        if next_code(&live, Lane::Unknown, at) <= at {
            live.push((at, Lane::Unknown));
        }
    }
    let messages: Vec<(Moment, Lane)> = sent.iter().map(|&(at, _)| (at, Lane::Unknown)).collect();
    let next = [
        next_send(&past, Lane::Known, now),
        next_code(&live, Lane::Known, now),
        next_message(&messages, Lane::Known, now),
    ];
    assert_eq!(next, [now; 3]);
    assert_eq!(Lane::Known.leave(&Failures::default(), now), Leave::Granted);
}

#[test]
fn strangers_take_two_of_the_three_places_and_leave_the_third_to_a_known_device() {
    let live = |lanes: &[Lane]| lanes.iter().map(|&lane| (START, lane)).collect::<Vec<_>>();
    let (unknown, known) = (Lane::Unknown, Lane::Known);
    for (lanes, lane, is_free) in [
        (&[unknown][..], unknown, true),
        (&[unknown, unknown], unknown, false),
        (&[unknown, unknown], known, true),
        (&[unknown, known], unknown, true),
        (&[unknown, known, known], unknown, false),
        (&[known, known, known], known, false),
    ] {
        let next = next_code(&live(lanes), lane, START);
        assert_eq!(next == START, is_free, "{lanes:?} {lane:?}");
    }
}

#[test]
fn each_lane_has_all_sends_to_itself() {
    let past: Vec<Sent> = (0..10)
        .map(|n| Sent {
            at: START - minutes(n),
            same_network: true,
            lane: Lane::Unknown,
        })
        .collect();
    assert_eq!(next_send(&past, Lane::Known, START), START);
    assert!(next_send(&past, Lane::Unknown, START) > START);
}

#[test]
fn wrong_numbers_make_nobody_wait_until_there_were_too_many_in_a_day() {
    let wrong = |n| (0..n).fold(Failures::default(), |failures, _| failures.count_a_day(100, START));
    assert_eq!(wrong(99).leave_after_pause(START), Leave::Granted);
    assert_eq!(wrong(100).leave_after_pause(START), Leave::Wait(START + days(1)));
}

#[test]
fn strangers_cannot_bring_about_the_pause_of_a_day() {
    let (one, _) = a_day_of_wrong_codes(Failures::default(), 1);
    let (many, _) = a_day_of_wrong_codes(Failures::default(), 50);
    assert_eq!((one, many), (9, 16));
    assert!(many < FAILURES_A_DAY);
}

#[test]
fn a_stranger_in_one_network_makes_the_owner_wait_minutes_and_later_hours_but_no_day() {
    let (_, first) = a_day_of_wrong_codes(Failures::default(), 1);
    assert_eq!(first, seconds(30 + 60 + 120 + 240 + 480));
    let (_, later) = a_day_of_wrong_codes(failures(20), 1);
    assert_eq!(later, hours(3));
}

proptest! {
    #[test]
    fn one_more_failure_never_shortens_the_wait(n in 0_u32..120, gap in 0_u64..100_000) {
        let before = failures(n);
        let now = START + seconds(gap);
        let after = before.count(now);
        prop_assert!(after.in_a_row > before.in_a_row);
        prop_assert!(after.wait_until >= now);
    }
}
