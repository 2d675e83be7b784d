//! The registration page: every method the policy allows, how it stands, and how many are still needed.

use crate::parts::link::link;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use portal::method::{ContactKind, Means};
use portal::screen::{Line, Overview as Screen, Standing};

use super::{Masked, SigningOut, name_of, page_of, proof};
use crate::api::View;
use crate::api::registration::{ConfirmVouched, FinishRegistration, OverviewView, overview_view};
use crate::api::upkeep::{PutOff, VerifyAgain};
use crate::parts::deed::{Deed, Press, door};
use crate::parts::load::{load, view_at};
use crate::parts::notice::{Slip, Tone, Trouble};
use crate::parts::served::served;
use crate::parts::sheet::Sheet;
use crate::parts::steps::{Marks, Seal};
use crate::words::{Word, Words, words};

/// `/register`
#[component]
pub fn Overview() -> AnyView {
    served(|| {
        load(
            view_at::<OverviewView>("?page=/register"),
            || overview_view("/register".to_owned()),
            |view| view! { <Methods view /> }.into_any(),
        )
    })
}

/// The list of methods.
#[component]
pub(super) fn Methods(view: View<Screen>) -> impl IntoView {
    let words = words();
    let finish = door::<FinishRegistration>();
    let screen = view.screen;
    let missing_count = screen.required.saturating_sub(screen.have);
    let (missing, there): (Vec<Line>, Vec<Line>) = screen
        .lines
        .iter()
        .cloned()
        .partition(|line| line.standing == Standing::Missing);
    let first_missing = missing.first().map(|line| line.means);
    let is_outdated = screen
        .lines
        .iter()
        .any(|line| matches!(line.standing, Standing::Outdated(_)));
    let is_finished = screen.finished.is_some() && !screen.reconfirms && !screen.is_demanded;
    let onward = match (missing_count, first_missing) {
        (0, _) if is_finished || is_outdated => ().into_any(),
        (0, _) => view! {
            <Deed action=finish>
                <Press label=words.say(Word::RegisterFinish) />
            </Deed>
        }
        .into_any(),
        (_, Some(means)) => {
            let word = match means {
                Means::Contact(ContactKind::Phone) => Word::RegisterSetUpPhone,
                Means::Contact(_) => Word::RegisterSetUpEmail,
                Means::Questions => Word::RegisterSetUpQuestions,
            };
            link("button primary", page_of(means), words.say(word))
        }
        (_, None) => ().into_any(),
    };
    let still = still_needed(words, &screen, first_missing.is_some());
    view! {
        <Sheet
            title=words.say(Word::RegisterTitle)
            whereabouts=count(words, &screen, !missing.is_empty())
            lead=lead(words, &screen, !missing.is_empty())
            marks=tally(words, &screen)
            aside=view! { <Privacy /> }.into_any()
            support=view.support
        >
            <Trouble />
            {screen.puts_off.map(|left| first(words, left, is_outdated))}
            {screen.told_alone.then(|| view! {
                <Slip tone=Tone::Attention title=words.say(Word::RegisterToldAlone)>
                    <p>{words.say(Word::RegisterToldAloneText)}</p>
                </Slip>
            }.into_any())}
            <Group title=Word::RegisterInPlace lines=there />
            <Group title=Word::RegisterNotYet lines=missing />
            {screen.needs_proof.then(|| view! {
                <p class="hint">
                    {words.say(proof(&screen))} " "
                    <a href="/register/prove">{words.say(Word::RegisterProofLink)}</a>
                </p>
            }.into_any())}
            {still.map(|text| view! { <p class="hint">{text}</p> }.into_any())}
            <div class="actions">
                {onward}
                {screen.puts_off.filter(|left| *left > 0).map(|left| view! { <NotNow left /> }.into_any())}
                <SigningOut />
                {link("quiet", "/reset", words.say(Word::PasswordForgotten))}
            </div>
            <p class="hint">{words.fill(Word::RegisterSignedIn, &[("name", &screen.user_name)])}</p>
        </Sheet>
    }
}

/// Why one is here, where registering comes before anything else.
fn first(words: Words, left: u8, is_outdated: bool) -> AnyView {
    let text = match (is_outdated, left) {
        (true, _) => Word::RegisterAgainText,
        (false, 0) => Word::RegisterFirstLast,
        (false, _) => Word::RegisterFirstText,
    };
    view! {
        <Slip tone=Tone::Attention title=words.say(Word::RegisterFirst)>
            <p>{words.say(text)}</p>
        </Slip>
    }
    .into_any()
}

/// "Not now", as often as that is still possible.
#[component]
fn NotNow(left: u8) -> impl IntoView {
    let words = words();
    let action = door::<PutOff>();
    let is_for_change = use_query_map().with_untracked(|query| query.get_str("for") == Some("change"));
    view! {
        <Deed action>
            {is_for_change.then(|| view! { <input type="hidden" name="going" value="change" /> }.into_any())}
            <Press label=words.fill(Word::RegisterNotNow, &[("left", &left)]) class="button secondary" />
        </Deed>
    }
}

/// "1 of 2 required".
fn count(words: Words, screen: &Screen, is_more_offered: bool) -> String {
    let word = match screen.have.cmp(&screen.required) {
        std::cmp::Ordering::Greater => Word::RegisterCountMore,
        std::cmp::Ordering::Equal if is_more_offered => Word::RegisterCountAdvised,
        _ => Word::RegisterCount,
    };
    words.fill(word, &[("have", &screen.have), ("required", &screen.required)])
}

/// What the count means.
fn lead(words: Words, screen: &Screen, is_more_offered: bool) -> String {
    let word = match (screen.have, screen.required) {
        (have, required) if have > required || (have == required && !is_more_offered) => {
            if screen.finished.is_some() {
                Word::RegisterLeadFinished
            } else {
                Word::RegisterLeadReady
            }
        }
        (have, required) if have == required => Word::RegisterLeadAdvised,
        (0, 1) => Word::RegisterLeadStartOne,
        (0, _) => Word::RegisterLeadStart,
        _ => Word::RegisterLeadOneMore,
    };
    words.fill(word, &[("required", &screen.required)])
}

/// Why Finish is not there yet. After the first Finish there is none to wait for.
fn still_needed(words: Words, screen: &Screen, is_more_offered: bool) -> Option<String> {
    match screen.required.saturating_sub(screen.have) {
        0 => None,
        _ if !is_more_offered => Some(words.say(Word::RegisterStuck).to_owned()),
        _ if screen.finished.is_some() => None,
        1 => Some(words.say(Word::RegisterToGoOne).to_owned()),
        missing => Some(words.fill(Word::RegisterToGo, &[("missing", &missing)])),
    }
}

/// What is in place, then what is required or advised beside it.
fn tally(words: Words, screen: &Screen) -> Marks {
    let mut marks: Vec<(Seal, String, bool)> = screen
        .lines
        .iter()
        .filter(|line| line.standing != Standing::Missing)
        .map(|line| (seal(line.standing), name_of(words, line.means).to_owned(), false))
        .collect();
    let further = match screen.required.saturating_sub(screen.have) {
        0 if screen.have == screen.required && usize::from(screen.have) < screen.lines.len() => {
            vec![Word::RegisterOneAdvised]
        }
        missing => vec![Word::RegisterOneRequired; usize::from(missing)],
    };
    marks.extend(
        further
            .into_iter()
            .map(|word| (Seal::Empty, words.say(word).to_owned(), false)),
    );
    Marks {
        label: words.say(Word::RegisterProgress),
        marks,
    }
}

const fn seal(standing: Standing) -> Seal {
    match standing {
        Standing::Missing => Seal::Empty,
        Standing::Vouched | Standing::Outdated(_) => Seal::Half,
        Standing::Verified(_) => Seal::Whole,
    }
}

/// Methods under one heading; nothing where there are none.
#[component]
fn Group(title: Word, lines: Vec<Line>) -> impl IntoView {
    let words = words();
    (!lines.is_empty()).then(|| {
        view! {
            <div>
                <h2 class="methods-title">{words.say(title)}</h2>
                <ul class="methods">
                    {lines.into_iter().map(|line| view! { <Row line /> }.into_any()).collect_view()}
                </ul>
            </div>
        }
        .into_any()
    })
}

/// One method: its seal, its name, the one deed, and how it stands.
#[component]
fn Row(line: Line) -> impl IntoView {
    let words = words();
    let name = name_of(words, line.means);
    let kind = line.means.contact();
    let is_read_only = kind.is_some_and(|kind| !kind.is_owners());
    let deed = words.say(match line.standing {
        Standing::Missing => Word::RegisterSetUp,
        Standing::Vouched => Word::RegisterReplace,
        Standing::Outdated(_) if kind.is_none() => Word::RegisterAgain,
        _ => Word::RegisterChange,
    });
    let registered = |since| {
        view! {
            <strong>{words.say(Word::RegisterRegistered)}</strong>
            " "
            {words.fill(Word::RegisterSince, &[("day", &words.day(since))])}
        }
        .into_any()
    };
    let state = match line.standing {
        Standing::Missing => {
            let about = match kind {
                Some(ContactKind::Phone) => Word::RegisterAboutPhone,
                Some(_) => Word::RegisterAboutEmail,
                None if line.mask.is_empty() => Word::MethodQuestionsNote,
                None => Word::RegisterQuestionsFew,
            };
            words.say(about).into_any()
        }
        Standing::Vouched if is_read_only => words.say(Word::RegisterSet).into_any(),
        Standing::Vouched => view! { {kind.map(|kind| view! { <Unconfirmed kind name /> })} }.into_any(),
        Standing::Outdated(since) => match kind {
            Some(kind) => view! { <Again kind /> }.into_any(),
            // Verified by answering anew, which is the one deed of this line.
            None => registered(since),
        },
        Standing::Verified(since) => registered(since),
    };
    view! {
        <li class="method">
            <span class=seal(line.standing).class() aria-hidden="true"></span>
            <h3 class="method-name">{name}</h3>
            {(!is_read_only).then(|| view! {
                <a
                    class="quiet"
                    href=page_of(line.means)
                    aria-label=words.fill(Word::RegisterDeed, &[("deed", &deed), ("method", &name)])
                >
                    {deed}
                </a>
            }.into_any())}
            <div class="method-detail">
                {(line.standing != Standing::Missing).then(|| view! {
                    <p class="method-value">
                        {match kind {
                            Some(kind) => view! { <Masked kind mask=line.mask /> }.into_any(),
                            None => words.fill(Word::QuestionsCount, &[("count", &line.mask)]).into_any(),
                        }}
                    </p>
                }.into_any())}
                <div class="method-state">{state}</div>
            </div>
        </li>
    }
}

/// A method that has to be verified again.
#[component]
fn Again(kind: ContactKind) -> impl IntoView {
    let words = words();
    let action = door::<VerifyAgain>();
    view! {
        <Deed action>
            <input type="hidden" name="kind" value=kind.word() />
            <Press label=words.say(Word::RegisterAgain) class="button secondary compact" />
        </Deed>
    }
}

/// What an administrator filled in: a press, and a code goes there.
#[component]
fn Unconfirmed(kind: ContactKind, name: &'static str) -> impl IntoView {
    let words = words();
    let action = door::<ConfirmVouched>();
    let deed = words.say(Word::RegisterConfirm);
    view! {
        {words.say(Word::RegisterVouched)}
        <Deed action>
            <input type="hidden" name="kind" value=kind.word() />
            <Press
                label=words.fill(Word::RegisterDeed, &[("deed", &deed), ("method", &name)])
                class="button secondary compact"
            />
        </Deed>
    }
}

/// Who sees what is registered, and what it is for.
#[component]
fn Privacy() -> impl IntoView {
    let words = words();
    view! {
        <section>
            <h2>{words.say(Word::RegisterWho)}</h2>
            <p>{words.say(Word::RegisterWhoText)}</p>
        </section>
        <section>
            <h2>{words.say(Word::RegisterUse)}</h2>
            <p>{words.say(Word::RegisterUseText)}</p>
        </section>
    }
}
