//! What somebody sees who waits: for a message to arrive, or for a time to pass. Times are told by the clock; what is left
//! of them is counted only in the browser.

use std::time::Duration;

use leptos::prelude::*;
use portal::method::Method;
use portal::moment::{Moment, seconds};
use portal::screen::Awaited;

use super::load::looking_again;
#[cfg(feature = "hydrate")]
use super::sheet::has_arrived;
use crate::words::{Word, Words, words};

/// What is left is counted down up to here; beyond it the clock says it better.
const COUNTED: i64 = 600;
/// A form that was sent too early is held back for up to so many seconds.
const HELD: i64 = 60;

/// The browser's clock. The server never asks for it here.
fn clock() -> Moment {
    #[cfg(feature = "hydrate")]
    return moment(js_sys::Date::now());
    #[cfg(not(feature = "hydrate"))]
    Moment::default()
}

/// What the browser's clock said when the view arrived that is being shown. The first one came with the document, which
/// may have been there for long before it came alive.
fn arrival() -> Moment {
    #[cfg(feature = "hydrate")]
    if let (false, Some(performance)) = (has_arrived(), window().performance()) {
        let timing = performance.timing();
        let age = performance.now() - (timing.response_start() - timing.navigation_start());
        return moment(js_sys::Date::now() - age);
    }
    clock()
}

#[cfg(feature = "hydrate")]
#[expect(
    clippy::cast_possible_truncation,
    reason = "a date is a whole number of milliseconds"
)]
fn moment(date: f64) -> Moment {
    Moment::from_millis(date as i64)
}

/// Until when a code works, or that it does no more.
pub fn works_until(words: Words, code: &Awaited) -> String {
    if code.is_over {
        words.say(Word::CodeOver).to_owned()
    } else {
        words.fill(Word::CodeUntil, &[("time", &words.clock(code.until))])
    }
}

/// Whole seconds from one moment to another, rounded up.
pub fn whole_seconds(until: Moment, now: Moment) -> i64 {
    i64::try_from(until.since(now).as_millis().div_ceil(1_000)).unwrap_or(i64::MAX)
}

/// Whole seconds left until a moment, rounded up; none before the page is alive. `now` is the server's time when the view
/// was made: of the browser's clock, which may be wrong, only the time that passes on it is believed.
pub fn seconds_left(until: Signal<Moment>, now: Moment) -> Signal<Option<i64>> {
    let left = RwSignal::new(None);
    let arrived = arrival();
    Effect::new(move || {
        let until = until.get();
        let look = move || {
            let rest = Some(whole_seconds(until, now + clock().since(arrived)));
            if left.try_get_untracked().is_some_and(|before| before != rest) {
                left.set(rest);
            }
        };
        look();
        if let Ok(ticking) = set_interval_with_handle(look, seconds(1)) {
            on_cleanup(move || ticking.clear());
        }
    });
    left.into()
}

/// Whether a form that sends another code goes off at once: what is too early by up to [`HELD`] seconds waits for its time.
/// Beyond, the server says when.
pub fn is_in_time(left: Signal<Option<i64>>) -> Signal<bool> {
    Signal::derive(move || left.get().is_none_or(|left| left == 0 || left > HELD))
}

/// Whether a wait goes on.
fn goes_on(left: Signal<Option<i64>>) -> Memo<bool> {
    Memo::new(move |_| left.get().is_some_and(|left| left > 0))
}

/// The minute by which a moment has passed, so that nobody comes back too early.
pub fn clock_after(words: Words, moment: Moment) -> String {
    words.clock(moment + Duration::from_millis(59_999))
}

/// The same with its day where that is another one than now.
pub fn day_and_clock_after(words: Words, moment: Moment, now: Moment) -> String {
    let clock = clock_after(words, moment);
    let day = words.day(moment + Duration::from_millis(59_999));
    if day == words.day(now) {
        clock
    } else {
        format!("{day} {clock}")
    }
}

/// The same to the second, for short waits.
pub fn second_after(words: Words, moment: Moment) -> String {
    words.clock_to_the_second(moment + Duration::from_millis(999))
}

/// Says, once and to those who listen, that a wait is over.
#[component]
pub fn Over(
    /// Seconds left of the wait.
    left: Signal<Option<i64>>,
    /// What is said.
    word: Word,
) -> impl IntoView {
    let words = words();
    let told = RwSignal::new("");
    Effect::new(move |before: Option<bool>| {
        let is_waiting = left.get().is_some_and(|left| left > 0);
        if before == Some(true) && !is_waiting {
            told.set(words.say(word));
        }
        is_waiting
    });
    view! {
        <span class="heard" role="status">
            {told}
        </span>
    }
}

/// The button for another code, or how long it takes until there is one. Stands in the form that asks for it. Without
/// scripts it is always the button, and the server says when it is too early.
#[component]
pub fn Again(
    /// Seconds left until another may be asked for.
    left: Signal<Option<i64>>,
    /// The same as a moment.
    from: Moment,
) -> impl IntoView {
    let words = words();
    let is_early = goes_on(left);
    let wait = move || {
        let left = left.get().unwrap_or_default();
        if left > COUNTED {
            let now = from - seconds(left.unsigned_abs());
            words.fill(Word::AgainFrom, &[("time", &day_and_clock_after(words, from, now))])
        } else {
            words.fill(Word::AgainIn, &[("left", &format!("{}:{:02}", left / 60, left % 60))])
        }
    };
    view! {
        {move || {
            if is_early.get() {
                view! { <span class="later number">{move || wait()}</span> }.into_any()
            } else {
                view! { <super::deed::Press label=words.say(Word::Again) class="quiet" /> }.into_any()
            }
        }}
        <Over left word=Word::AgainNow />
    }
}

/// "Nothing arrived?" with what can be done about it: a list that shows after ten seconds and has its room kept.
#[component]
pub fn Waiting(
    /// The way the code travels.
    method: Method,
    /// Items of a list.
    children: Children,
) -> impl IntoView {
    let words = words();
    let calm = match method {
        Method::Text => Word::WaitingText,
        Method::Call | Method::Office => Word::WaitingCall,
        Method::Email | Method::Questions => Word::WaitingEmail,
    };
    view! {
        <section class="waiting">
            <h2>{words.say(Word::WaitingTitle)}</h2>
            <p>{words.say(calm)}</p>
            <ul class="after-ten">{children()}</ul>
        </section>
    }
}

/// When one may go on, large between hairlines. Once the time has come, a link shows what there is then.
#[component]
pub fn Until(
    /// When.
    until: Moment,
    /// The server's time when the view was made.
    now: Moment,
    /// The address of the page that shows it.
    page: &'static str,
) -> impl IntoView {
    let words = words();
    let left = seconds_left(Signal::stored(until), now);
    let is_waiting = goes_on(left);
    let counted = move || {
        let left = left.get().unwrap_or_default();
        match (left / 60, left % 60) {
            (hours_and_more, _) if hours_and_more >= 60 => words.fill(
                Word::PauseHours,
                &[("hours", &(hours_and_more / 60)), ("minutes", &(hours_and_more % 60))],
            ),
            (0, rest) => words.fill(Word::PauseSeconds, &[("seconds", &rest)]),
            (minutes, rest) => words.fill(Word::PauseMinutes, &[("minutes", &minutes), ("seconds", &rest)]),
        }
    };
    view! {
        <div class="until" role="timer">
            <span>{words.say(Word::PauseUntil)}</span>
            <time>{clock_after(words, until)}</time>
            {move || {
                if is_waiting.get() {
                    view! { <span class="number">{move || counted()}</span> }.into_any()
                } else {
                    view! {
                        <span>{looking_again("", page.to_owned(), words.say(Word::PauseOver))}</span>
                    }
                        .into_any()
                }
            }}
        </div>
        <Over left word=Word::PauseNow />
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use portal::account::Language;

    use super::*;

    #[test]
    fn nobody_is_told_a_time_that_is_too_early() {
        let words = Words::of(Language::En, 0);
        // 2026-06-03T20:04:09Z, to the millisecond and one later.
        let told = [1_780_517_049_000, 1_780_517_049_001].map(|millis| {
            let moment = Moment::from_millis(millis);
            (second_after(words, moment), clock_after(words, moment))
        });
        assert_eq!(told[0], ("20:04:09".into(), "20:05".into()));
        assert_eq!(told[1], ("20:04:10".into(), "20:05".into()));
    }
}
