//! The people one can be in the demonstration, and its clock.

use leptos::prelude::*;
use portal::account::Language;

use crate::Surroundings;
use crate::api::View;
use crate::api::demo::{Answered, DemoView, MoveClock, Player, Stage, StartOver, Story, demo_view};
use crate::parts::deed::{Deed, Press, door};
use crate::parts::load::{load, view_at};
use crate::parts::notice::{Slip, Tone, Trouble};
use crate::parts::sheet::Sheet;
use crate::words::{Word, Words, words};

/// By how much the clock can be moved, in seconds.
const SPANS: [(u64, Word); 5] = [
    (30, Word::DemoMoveHalfMinute),
    (5 * 60, Word::DemoMoveFiveMinutes),
    (15 * 60, Word::DemoMoveQuarterHour),
    (86_400, Word::DemoMoveDay),
    (180 * 86_400, Word::DemoMoveHalfYear),
];

/// `/demo`
#[component]
pub fn Demo() -> AnyView {
    if !expect_context::<Surroundings>().is_demo {
        return ().into_any();
    }
    load(view_at::<DemoView>(""), demo_view, |view| {
        view! { <Page view /> }.into_any()
    })
}

#[component]
fn Page(view: View<Stage>) -> impl IntoView {
    let words = words();
    let again = door::<StartOver>();
    let stage = view.screen;
    view! {
        <Sheet title=words.say(Word::DemoTitle) lead=words.say(Word::DemoLead)>
            <Trouble />
            <Slip tone=Tone::Attention title=words.say(Word::DemoSlipTitle)>
                <p>{words.say(Word::DemoSlip)}</p>
            </Slip>
            <div class="actions">
                <a class="button primary" href="/signin">
                    {words.say(Word::SignInTitle)}
                </a>
                <a class="quiet" href="/reset">
                    {words.say(Word::SignInTrouble)}
                </a>
                <a class="quiet" href="/demo/mailbox">
                    {words.say(Word::DemoOpenMailbox)}
                </a>
            </div>
            <section class="section">
                <h2>{words.say(Word::DemoPlayers)}</h2>
                <ul class="players">
                    {stage.players.into_iter().map(|player| view! { <Person player /> }).collect_view()}
                </ul>
                <p class="hint">{words.say(Word::DemoQuestions)}</p>
            </section>
            <section class="section">
                <h2>{words.say(Word::DemoClock)}</h2>
                <p class="until">
                    <time>{words.clock_to_the_second(stage.now)}</time>
                    <span>{words.day(stage.now)}</span>
                    <span>{ahead(words, stage.moved)}</span>
                </p>
                <p>{words.say(Word::DemoClockWhy)}</p>
                <div class="spans" role="group" aria-label=words.say(Word::DemoMove)>
                    {SPANS.into_iter().map(|(seconds, name)| view! { <Move seconds name /> }).collect_view()}
                </div>
            </section>
            <section class="section">
                <h2>{words.say(Word::DemoOver)}</h2>
                <p>{words.say(Word::DemoOverText)}</p>
                <Deed action=again>
                    <div class="actions">
                        <Press label=words.say(Word::DemoOver) class="button secondary destructive" />
                    </div>
                </Deed>
            </section>
        </Sheet>
    }
}

/// Somebody one can be: what there is to see, and how to sign in.
#[component]
fn Person(player: Player) -> impl IntoView {
    let words = words();
    let password = if player.password.is_empty() {
        words.say(Word::DemoPasswordGone).into_any()
    } else {
        view! { <code>{player.password}</code> }.into_any()
    };
    view! {
        <li class="player">
            <h3>{player.display}</h3>
            <p>{words.say(story(player.story))}</p>
            <dl>
                <div>
                    <dt>{words.say(Word::UserName)}</dt>
                    <dd>
                        <code>{player.name}</code>
                    </dd>
                </div>
                <div>
                    <dt>{words.say(Word::Password)}</dt>
                    <dd>{password}</dd>
                </div>
                {contact(words.say(Word::ContactEmail), player.email)}
                {contact(words.say(Word::ContactPhone), player.phone)}
                {contact(words.say(Word::ContactOffice), player.office)}
                {player.answers.into_iter().map(|one| answered(words, one)).collect_view()}
            </dl>
        </li>
    }
}

/// What is registered of a kind, whole: for a phone, it is what has to be typed.
fn contact(name: &'static str, address: String) -> Option<AnyView> {
    let shown = !address.is_empty();
    shown.then(|| view! { <div><dt>{name}</dt><dd><code>{address}</code></dd></div> }.into_any())
}

/// A security question, and what was answered.
fn answered(words: Words, Answered { en, ja, answer }: Answered) -> AnyView {
    let question = match words.language() {
        Language::En => en,
        Language::Ja => ja,
    };
    view! { <div><dt>{question}</dt><dd>{answer}</dd></div> }.into_any()
}

/// Moves the clock. A form of its own, so that it works by fetch as it does without scripts.
#[component]
fn Move(seconds: u64, name: Word) -> impl IntoView {
    let action = door::<MoveClock>();
    view! {
        <Deed action>
            <input type="hidden" name="seconds" value=seconds.to_string() />
            <Press label=words().say(name) class="button secondary compact" />
        </Deed>
    }
}

const fn story(story: Story) -> Word {
    match story {
        Story::Newcomer => Word::DemoStoryNewcomer,
        Story::Registered => Word::DemoStoryRegistered,
        Story::Questions => Word::DemoStoryQuestions,
        Story::OneMethod => Word::DemoStoryOneMethod,
        Story::FilledIn => Word::DemoStoryFilledIn,
        Story::MustChange => Word::DemoStoryMustChange,
        Story::Expired => Word::DemoStoryExpired,
        Story::Elsewhere => Word::DemoStoryElsewhere,
        Story::NotEnabled => Word::DemoStoryNotEnabled,
        Story::Disabled => Word::DemoStoryDisabled,
        Story::Locked => Word::DemoStoryLocked,
        Story::LastSkip => Word::DemoStoryLastSkip,
        Story::Reconfirm => Word::DemoStoryReconfirm,
        Story::Administrator => Word::DemoStoryAdministrator,
    }
}

/// How far the clock is ahead: "It is 1 d 30 s ahead of the true time."
fn ahead(words: Words, moved: u64) -> String {
    let parts = [
        (moved / 86_400, Word::DemoSpanDays),
        (moved / 3_600 % 24, Word::DemoSpanHours),
        (moved / 60 % 60, Word::DemoSpanMinutes),
        (moved % 60, Word::DemoSpanSeconds),
    ];
    let spans: Vec<String> = parts
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| words.fill(word, &[("n", &n)]))
        .collect();
    if spans.is_empty() {
        words.say(Word::DemoClockTrue).to_owned()
    } else {
        words.fill(Word::DemoClockMoved, &[("span", &spans.join(" "))])
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn the_clock_says_how_far_it_was_moved() {
        let words = Words::of(Language::En, 0);
        assert_eq!(ahead(words, 0), "It tells the true time.");
        assert_eq!(ahead(words, 86_400 + 30), "It is 1 d 30 s ahead of the true time.");
    }
}
