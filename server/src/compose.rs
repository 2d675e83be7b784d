//! Messages in words: what is sent, in the language of whoever gets it.
//!
//! Everything that a person typed is cut and cleaned before it is put into a mail; texts and calls carry none of it.

mod name;

use app::words::{Word, Words};
use portal::account::Language;
use portal::limits::Factor;
use portal::method::code::{LIFE, Purpose};
use portal::method::{ContactKind, Means, Method};
use portal::moment::Moment;
use portal::ports::{Alarm, CallForHelp, Code, Matter};
use portal::recovery::Case;

use self::name::clean;
use crate::courier::Parcel;

/// The organisation as messages speak of it.
#[derive(Clone, Debug)]
pub struct Sender {
    /// Its name.
    pub organisation: String,
    /// Where help is found.
    pub help: String,
    /// The host of the portal, for phones that fill codes in by themselves.
    pub host: String,
    /// The origin of the portal's pages, for links.
    pub origin: String,
    /// Minutes east of UTC of its clock.
    pub offset_minutes: i32,
}

/// A message about to be put into words.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// In which language.
    pub language: Language,
    /// About whose account.
    pub name: &'a str,
    /// When it was caused.
    pub at: Moment,
    /// From which network, shortened.
    pub network: &'a str,
    /// What makes the link of "this was not me", where the message has one.
    pub not_me: Option<&'a str>,
}

impl Sender {
    fn words(&self, language: Language) -> Words {
        Words::of(language, self.offset_minutes)
    }

    /// A code, by the way it was asked for. None where nothing travels.
    pub fn code(&self, draft: Draft<'_>, code: &Code, digits: &str, to: String) -> Option<Parcel> {
        let words = self.words(draft.language);
        let organisation = &self.organisation;
        Some(match code.method {
            Method::Questions => return None,
            Method::Email => {
                let (purpose, not_you) = match code.purpose {
                    Purpose::Recovery => (Word::MailCodeRecovery, Word::MailCodeIgnore),
                    Purpose::Registration => (Word::MailCodeRegistration, Word::MailCodeIgnore),
                    // It is sent to whoever has given the password.
                    Purpose::Proving => (Word::MailCodeProving, Word::MailCodeProvingNotYou),
                };
                let grouped = format!("{} {}", &digits[..digits.len() / 2], &digits[digits.len() / 2..]);
                // A mailbox that is being registered may be that of a stranger, who must not be able to stop anything.
                let link = self
                    .not_me(words, draft)
                    .filter(|_| code.purpose != Purpose::Registration);
                let mut parts = vec![
                    words.fill(purpose, &[("name", &clean(draft.name))]),
                    grouped,
                    words.fill(Word::MailCodeUntil, &[("until", &words.clock(code.asked + LIFE))]),
                    words.say(not_you).to_owned(),
                ];
                parts.extend(link);
                parts.push(self.ending(words, draft));
                let text = parts.join("\n\n");
                Parcel::Mail {
                    to,
                    subject: words.fill(Word::MailCodeSubject, &[("organisation", organisation)]),
                    text,
                }
            }
            Method::Text => {
                let purpose = match code.purpose {
                    Purpose::Recovery => Word::TextCodeRecovery,
                    Purpose::Registration => Word::TextCodeRegistration,
                    Purpose::Proving => Word::TextCodeProving,
                };
                let told = words.fill(purpose, &[("organisation", organisation), ("code", &digits)]);
                // The last line binds the code to this site, so that phones offer it here and nowhere else.
                Parcel::Text {
                    to,
                    text: format!("{told}\n\n@{} #{digits}", self.host),
                }
            }
            Method::Call | Method::Office => {
                let slowly = slowly(digits, draft.language);
                let spoken = match code.purpose {
                    Purpose::Recovery | Purpose::Registration => Word::CallCode,
                    Purpose::Proving => Word::CallCodeProving,
                };
                let text = words.fill(spoken, &[("organisation", organisation), ("digits", &slowly)]);
                Parcel::Call {
                    to,
                    text,
                    language: draft.language,
                }
            }
        })
    }

    /// A notice as a mail, or as a text where only a phone is known. None for what is no notice.
    pub fn notice(&self, draft: Draft<'_>, matter: &Matter, kind: ContactKind, to: String) -> Option<Parcel> {
        let words = self.words(draft.language);
        let method = |kind: &Means| match kind {
            Means::Questions => words.say(Word::MethodQuestions),
            Means::Contact(ContactKind::Mailbox) => words.say(Word::ContactMailbox),
            Means::Contact(ContactKind::Email) => words.say(Word::ContactEmail),
            Means::Contact(ContactKind::Phone) => words.say(Word::ContactPhone),
            Means::Contact(ContactKind::Office) => words.say(Word::ContactOffice),
        };
        let name = clean(draft.name);
        let (subject, text) = match matter {
            Matter::Code { .. } | Matter::Unsent { .. } | Matter::Nothing => return None,
            Matter::CannotReset { case } => cannot_reset(words, *case, &name),
            Matter::WasReset => (
                words.say(Word::MailResetSubject).to_owned(),
                words.fill(Word::MailReset, &[("name", &name)]),
            ),
            Matter::WasUnlocked => (
                words.say(Word::MailUnlockedSubject).to_owned(),
                words.fill(Word::MailUnlocked, &[("name", &name)]),
            ),
            Matter::WasChanged => (
                words.say(Word::MailChangedSubject).to_owned(),
                words.fill(Word::MailChanged, &[("name", &name)]),
            ),
            Matter::MethodAdded { kind } => (
                words.say(Word::MailAddedSubject).to_owned(),
                words.fill(Word::MailAdded, &[("name", &name), ("method", &method(kind))]),
            ),
            Matter::MethodRemoved { kind } => (
                words.say(Word::MailRemovedSubject).to_owned(),
                words.fill(Word::MailRemoved, &[("name", &name), ("method", &method(kind))]),
            ),
            Matter::Invitation { is_reminder } => self.invitation(words, &name, *is_reminder),
            Matter::Unfinished => (
                words.say(Word::MailUnfinishedSubject).to_owned(),
                words.fill(Word::MailUnfinished, &[("name", &name)]),
            ),
            Matter::AfterFailures { factor, failures } => {
                let proof = match factor {
                    Factor::Password | Factor::History => Word::Password,
                    Factor::Email => Word::ContactEmail,
                    Factor::Questions => Word::MethodQuestions,
                    Factor::Phone | Factor::WholeNumber => Word::ContactPhone,
                };
                (
                    words.say(Word::MailAfterFailuresSubject).to_owned(),
                    words.fill(
                        Word::MailAfterFailures,
                        &[("name", &name), ("count", failures), ("proof", &words.say(proof))],
                    ),
                )
            }
            Matter::Closed => (
                words.say(Word::MailClosedSubject).to_owned(),
                words.fill(Word::MailClosed, &[("name", &name)]),
            ),
            Matter::Frozen { until } => (
                words.say(Word::MailFrozenSubject).to_owned(),
                words.fill(
                    Word::MailFrozen,
                    &[
                        ("name", &name),
                        ("day", &words.day(*until)),
                        ("time", &words.clock(*until)),
                    ],
                ),
            ),
            Matter::Disowned { name, until } => (
                words.say(Word::MailDisownedSubject).to_owned(),
                words.fill(
                    Word::MailDisowned,
                    &[
                        ("name", &clean(name)),
                        ("day", &words.day(*until)),
                        ("time", &words.clock(*until)),
                    ],
                ),
            ),
            Matter::AdministratorReset { name } => (
                words.say(Word::MailAdministratorSubject).to_owned(),
                words.fill(Word::MailAdministrator, &[("name", &clean(name))]),
            ),
            Matter::Alarm { alarm } => self::alarm(words, *alarm),
            Matter::HelpWanted { name, case, support } => {
                let text = [
                    words.fill(Word::MailHelp, &[("name", &clean(name))]),
                    words.say(Word::MailHelpIdentity).to_owned(),
                    words.fill(Word::MailHelpCase, &[("case", &words.say(case_word(case)))]),
                    words.fill(Word::MailHelpSupport, &[("support", support)]),
                ];
                (
                    words.fill(Word::MailHelpSubject, &[("name", &clean(name))]),
                    text.join("\n"),
                )
            }
            Matter::HelpDigest { since, count, first } => (
                words.fill(Word::MailDigestSubject, &[("count", count)]),
                digest(words, *since, *count, first),
            ),
        };
        if kind == ContactKind::Phone {
            // Texts carry nothing that a person could have chosen, and have no room for a link.
            return Some(Parcel::Text {
                to,
                text: words.fill(
                    Word::TextNotice,
                    &[
                        ("organisation", &self.organisation),
                        ("subject", &subject),
                        ("help", &self.help),
                    ],
                ),
            });
        }
        let mut parts = vec![text];
        parts.extend(self.not_me(words, draft));
        if !matches!(
            matter,
            Matter::Alarm { .. }
                | Matter::HelpWanted { .. }
                | Matter::HelpDigest { .. }
                | Matter::Disowned { .. }
                | Matter::Invitation { .. }
        ) {
            parts.push(words.fill(Word::MailNotYou, &[("help", &self.help)]));
        }
        parts.push(self.ending(words, draft));
        Some(Parcel::Mail {
            to,
            subject,
            text: parts.join("\n\n"),
        })
    }

    /// Subject and text of an invitation: where to register, and nothing that would be worth stealing.
    fn invitation(&self, words: Words, name: &str, is_reminder: bool) -> (String, String) {
        let subject = if is_reminder {
            Word::MailReminderSubject
        } else {
            Word::MailInvitationSubject
        };
        let text = [
            words.fill(Word::MailInvitation, &[("name", &name)]),
            format!("{}/register", self.origin),
            words.fill(Word::MailInvitationSafe, &[("help", &self.help)]),
        ];
        (words.say(subject).to_owned(), text.join("\n\n"))
    }

    /// The way to stop what its reader did not do. The page changes nothing by being opened, so programs that look at links
    /// do no harm.
    fn not_me(&self, words: Words, draft: Draft<'_>) -> Option<String> {
        let link = format!("{}/not-me/link/{}", self.origin, draft.not_me?);
        Some(words.fill(Word::MailNotYouLink, &[("link", &link)]))
    }

    fn ending(&self, words: Words, draft: Draft<'_>) -> String {
        let time = format!("{} {}", words.day(draft.at), words.clock(draft.at));
        let when = if draft.network.is_empty() {
            // Something that nobody asked for at that moment, such as the end of a reset that was left.
            words.fill(Word::MailNoticed, &[("time", &time)])
        } else {
            words.fill(Word::MailWhen, &[("time", &time), ("network", &draft.network)])
        };
        let footer = words.fill(
            Word::MailFooter,
            &[("organisation", &self.organisation), ("help", &self.help)],
        );
        format!("{when}\n\n-- \n{footer}")
    }
}

/// Subject and text of what administrators should look at.
fn alarm(words: Words, alarm: Alarm) -> (String, String) {
    let (subject, text, method) = match alarm {
        Alarm::Guessing => (Word::MailGuessingSubject, Word::MailGuessing, None),
        Alarm::Spending { method } => (Word::MailSpendingSubject, Word::MailSpending, Some(method)),
        Alarm::Unanswered { method } => (Word::MailUnansweredSubject, Word::MailUnanswered, Some(method)),
        Alarm::Names => (Word::MailNamesSubject, Word::MailNames, None),
    };
    let way = method.map_or("", |method| match method {
        Method::Call => words.say(Word::MailWayCalls),
        _ => words.say(Word::MailWayTexts),
    });
    (
        words.fill(subject, &[("way", &way)]),
        words.fill(text, &[("way", &way)]),
    )
}

/// One digit at a time, in groups of three, so that it can be written down: what reads it aloud pauses at the signs of its
/// language, and longer between two groups.
fn slowly(digits: &str, language: Language) -> String {
    let (short, long) = match language {
        Language::En => (", ", ". "),
        Language::Ja => ("、", "。"),
    };
    let groups = digits.as_bytes().chunks(3).map(|group| {
        let group: Vec<String> = group.iter().map(|digit| char::from(*digit).to_string()).collect();
        group.join(short)
    });
    groups.collect::<Vec<_>>().join(long)
}

/// Subject and text for an owner whose account cannot be recovered here: what the page tells elsewhere.
fn cannot_reset(words: Words, case: Case, name: &str) -> (String, String) {
    let lead = match case {
        Case::ManagedElsewhere => Word::StoppedElsewhereLead,
        Case::NotEnabled => Word::StoppedDisabledLead,
        Case::NotVerified => Word::StoppedUnverifiedLead,
    };
    let mut parts = vec![
        words.fill(Word::MailCannotReset, &[("name", &name)]),
        words.say(lead).to_owned(),
    ];
    if case == Case::NotVerified {
        parts.push(format!(
            "{}: {}",
            words.say(Word::StoppedLaterTitle),
            words.say(Word::StoppedLater)
        ));
    }
    (words.say(Word::MailCannotResetSubject).to_owned(), parts.join("\n\n"))
}

/// Why somebody could not go on.
fn case_word(case: &str) -> Word {
    match case {
        "not_enabled" => Word::MailCaseNotEnabled,
        "not_verified" => Word::MailCaseNotVerified,
        _ => Word::MailCaseStuck,
    }
}

/// The calls for help that were held back: a line for each of the first, and how many more there are.
fn digest(words: Words, since: Moment, count: u32, first: &[CallForHelp]) -> String {
    let mut parts = vec![
        words.fill(Word::MailDigest, &[("time", &words.clock(since)), ("count", &count)]),
        words.say(Word::MailHelpIdentity).to_owned(),
    ];
    parts.extend(first.iter().map(|call| {
        words.fill(
            Word::MailDigestCall,
            &[
                ("name", &clean(&call.name)),
                ("case", &words.say(case_word(&call.case))),
                ("support", &call.support),
            ],
        )
    }));
    let named = u32::try_from(first.len()).unwrap_or(u32::MAX);
    if count > named {
        parts.push(words.fill(Word::MailDigestMore, &[("count", &(count - named))]));
    }
    parts.join("\n")
}
