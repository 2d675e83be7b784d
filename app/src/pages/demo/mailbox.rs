//! Everything that would have been sent, as it would have arrived.

use leptos::prelude::*;

use super::letter::{Piece, pieces};
use crate::Surroundings;
use crate::api::View;
use crate::api::demo::{Arrived, MailboxView, mailbox_view};
use crate::parts::icon::Icon;
use crate::parts::load::{load, view_at};
use crate::parts::notice::{Slip, Tone};
use crate::parts::sheet::Sheet;
use crate::words::{Word, words};

/// `/demo/mailbox`
#[component]
pub fn Mailbox() -> AnyView {
    if !expect_context::<Surroundings>().is_demo {
        return ().into_any();
    }
    load(view_at::<MailboxView>(""), mailbox_view, |view| {
        view! { <Page view /> }.into_any()
    })
}

#[component]
fn Page(view: View<Vec<Arrived>>) -> impl IntoView {
    let words = words();
    let arrived = view.screen;
    view! {
        <Sheet title=words.say(Word::MailboxTitle)>
            <Slip tone=Tone::Attention title=words.say(Word::DemoSlipTitle)>
                <p>{words.say(Word::MailboxSlip)}</p>
            </Slip>
            <p class="hint" data-fresh=words.say(Word::MailboxFresh)>
                {words.say(Word::MailboxReload)}
            </p>
            {arrived.is_empty().then(|| view! { <Empty /> })}
            <div class="messages" aria-live="polite">
                {arrived.into_iter().map(|one| view! { <Message one /> }).collect_view()}
            </div>
            <script src="/demo/mailbox.js" defer></script>
        </Sheet>
    }
}

/// Nobody has written yet.
#[component]
fn Empty() -> impl IntoView {
    let words = words();
    view! {
        <div class="empty">
            <p>{words.say(Word::MailboxEmpty)}</p>
            <a class="quiet" href="/demo">
                {words.say(Word::MailboxPeople)}
            </a>
        </div>
    }
}

#[component]
fn Message(one: Arrived) -> impl IntoView {
    let words = words();
    let (icon, kind) = match one.kind.as_str() {
        "text" => (Icon::Phone, Word::MailboxText),
        "call" => (Icon::Receiver, Word::MailboxCall),
        _ => (Icon::Envelope, Word::MailboxMail),
    };
    let title = if one.subject.is_empty() {
        words.say(kind).to_owned()
    } else {
        one.subject
    };
    let (before, after) = words.say(Word::MailboxTo).split_once("{to}").unwrap_or_default();
    let body = pieces(&one.text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.into_any(),
            Piece::Code(code) => view! { <code>{code}</code> }.into_any(),
            Piece::Link(line) => {
                let href = line.clone();
                view! { <a href=href>{line}</a> }.into_any()
            }
            Piece::Origin(line) => view! { <code class="plain">{line}</code> }.into_any(),
        })
        .collect_view();
    view! {
        <article class="message" data-id=one.id>
            {icon.draw()}
            <h2>{title}</h2>
            <time>{words.day(one.at)} " " {words.clock_to_the_second(one.at)}</time>
            <p class="to">{before} <bdi>{one.to}</bdi> {after}</p>
            <p class="body">{body}</p>
        </article>
    }
}
