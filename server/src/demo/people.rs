//! The people of the demonstration, one for each way a story can go.

use app::api::demo::{Answered, Player, Story};
use portal::account::{Language, Role, UserName};
use portal::audit::Actor;
use portal::identity::{AccountId, ContactId};
use portal::limits::{Factor, Failures};
use portal::method::questions::{FORM, Given, Listing, check};
use portal::method::{ContactKind, Method};
use portal::moment::{Moment, days};
use portal::policy::{AccountMessages, Enabled, Policy};
use portal::ports::{
    Change, Committed, Contact, Fault, HashTrouble, Hashing as _, KeptAnswer, Password, Store as _, Trust,
};
use portal::upkeep::Upkeep;

use crate::assemble::Server;
use crate::random::{SystemRandom, name};
use crate::store::people::{Adding, NewPerson};

/// The questions that nobody has switched off.
const PREDEFINED: Listing<'_> = Listing { off: &[], own: &[] };
/// Everybody's domain at work.
const DOMAIN: &str = "kitayama.example";

/// Somebody who enters the stage.
struct Part {
    name: &'static str,
    display: &'static str,
    password: &'static str,
    story: Story,
    email: Option<&'static str>,
    phone: Option<&'static str>,
    /// Ids of security questions, each with its answer.
    answers: &'static [(&'static str, &'static str)],
}

const ANSWERS_OF_MORI: [(&str, &str); 5] = [
    ("first-teacher", "たかはし先生"),
    ("bicycle-place", "河川敷"),
    ("first-dish", "肉じゃが"),
    ("first-mountain", "高尾山"),
    ("grandmother-town", "小樽市"),
];

/// As many as are asked: from a time when fewer had to be registered.
const ANSWERS_OF_MARTIN: [(&str, &str); 3] = [
    ("childhood-toy", "Barnaby"),
    ("first-film", "The Red Balloon"),
    ("parents-met", "Straßburg"),
];

/// Office phones that the administrator has set, by user name.
const OFFICE_PHONES: [(&str, &str); 2] = [("r.ito", "+81332249999"), ("t.yamamoto", "+81662010110")];

const CAST: [Part; 15] = [
    Part {
        name: "h.tanaka",
        display: "田中 花 / Hana Tanaka",
        password: "first lantern 2041",
        story: Story::Newcomer,
        email: None,
        phone: None,
        answers: &[],
    },
    Part {
        name: "k.sato",
        display: "佐藤 健 / Ken Sato",
        password: "quiet harbour 7130",
        story: Story::Registered,
        email: Some("ken.sato@example.net"),
        phone: Some("+819012345678"),
        answers: &[],
    },
    Part {
        name: "m.suzuki",
        display: "鈴木 美咲 / Misaki Suzuki",
        password: "paper crane 8842",
        story: Story::OneMethod,
        email: Some("misaki.suzuki@example.net"),
        phone: None,
        answers: &[],
    },
    Part {
        name: "r.ito",
        display: "伊藤 涼 / Ryo Ito",
        password: "copper bridge 5519",
        story: Story::FilledIn,
        email: Some("ryo.ito@example.net"),
        phone: Some("+819023456789"),
        answers: &[],
    },
    Part {
        name: "y.kobayashi",
        display: "小林 優 / Yu Kobayashi",
        password: "given by the desk 1",
        story: Story::MustChange,
        email: None,
        phone: None,
        answers: &[],
    },
    Part {
        name: "t.yamamoto",
        display: "山本 巧 / Takumi Yamamoto",
        password: "winter orange 3307",
        story: Story::Expired,
        email: Some("takumi.yamamoto@example.net"),
        phone: Some("+818034567890"),
        answers: &[],
    },
    Part {
        name: "s.nakamura",
        display: "中村 聡 / Satoshi Nakamura",
        password: "",
        story: Story::Elsewhere,
        email: Some("satoshi.nakamura@example.net"),
        phone: Some("+818045678901"),
        answers: &[],
    },
    Part {
        name: "e.yoshida",
        display: "吉田 恵 / Megumi Yoshida",
        password: "silver meadow 6625",
        story: Story::NotEnabled,
        email: Some("megumi.yoshida@example.net"),
        phone: Some("+818056789012"),
        answers: &[],
    },
    Part {
        name: "d.kato",
        display: "加藤 大輔 / Daisuke Kato",
        password: "hidden garden 4471",
        story: Story::Disabled,
        email: Some("daisuke.kato@example.net"),
        phone: Some("+818067890123"),
        answers: &[],
    },
    Part {
        name: "n.kimura",
        display: "木村 直 / Nao Kimura",
        password: "little lighthouse 2296",
        story: Story::Locked,
        email: Some("nao.kimura@example.net"),
        phone: Some("+818089012345"),
        answers: &[],
    },
    Part {
        name: "i.matsumoto",
        display: "松本 泉 / Izumi Matsumoto",
        password: "yellow umbrella 5083",
        story: Story::LastSkip,
        email: None,
        phone: None,
        answers: &[],
    },
    Part {
        name: "o.hayashi",
        display: "林 修 / Osamu Hayashi",
        password: "wooden whistle 6417",
        story: Story::Reconfirm,
        email: Some("osamu.hayashi@example.net"),
        phone: Some("+818091234567"),
        answers: &[],
    },
    Part {
        name: "u.mori",
        display: "森 海 / Umi Mori",
        password: "gentle compass 7358",
        story: Story::Questions,
        email: Some("umi.mori@example.net"),
        phone: None,
        answers: &ANSWERS_OF_MORI,
    },
    Part {
        name: "l.martin",
        display: "ルイ・マルタン / Louis Martin",
        password: "velvet station 1194",
        story: Story::Questions,
        email: None,
        phone: Some("+819034567890"),
        answers: &ANSWERS_OF_MARTIN,
    },
    Part {
        name: "a.watanabe",
        display: "渡辺 葵 / Aoi Watanabe",
        password: "morning ferry 9026",
        story: Story::Administrator,
        email: Some("aoi.watanabe@example.net"),
        phone: Some("+818078901234"),
        answers: &[],
    },
];

/// What is told of an account, where it is not what the policy says by itself.
pub async fn decide(server: &Server, messages: AccountMessages) -> Result<(), Fault> {
    let (mut policy, version) = server.store.policy().await?;
    if policy.account_messages == messages {
        return Ok(());
    }
    policy.account_messages = messages;
    let now = server.portal.now();
    done(server.store.set_policy(&policy, version, Actor::Console, now).await?)
}

/// Sets the policy and lets everybody enter.
pub async fn enter(server: &Server, now: Moment) -> Result<Vec<Player>, Fault> {
    let policy = Policy {
        enabled: Enabled::Groups {
            include: vec!["staff".into()],
            exclude: vec!["contractors".into()],
        },
        methods: Method::ALL.to_vec(),
        own_domains: vec![DOMAIN.into()],
        countries: ["JP", "US", "GB", "DE", "FR", "CN", "KR", "TW", "VN", "BR", "IN", "AU"]
            .map(str::to_owned)
            .to_vec(),
        banned: vec!["himawari".into(), "shirakaba".into()],
        password_days: 365,
        ..Policy::default()
    };
    let (_, version) = server.store.policy().await?;
    done(server.store.set_policy(&policy, version, Actor::Console, now).await?)?;
    let mut players = Vec::with_capacity(CAST.len());
    for role in CAST {
        add(server, &role, now).await?;
        players.push(Player {
            name: role.name.to_owned(),
            display: role.display.to_owned(),
            password: role.password.to_owned(),
            story: role.story,
            email: role.email.unwrap_or_default().to_owned(),
            phone: role.phone.unwrap_or_default().to_owned(),
            office: office_of(role.name).unwrap_or_default().to_owned(),
            answers: role
                .answers
                .iter()
                .filter_map(|(id, answer)| told(id, answer))
                .collect(),
        });
    }
    Ok(players)
}

/// Somebody's office phone.
fn office_of(name: &str) -> Option<&'static str> {
    OFFICE_PHONES
        .iter()
        .find_map(|(one, number)| (*one == name).then_some(*number))
}

/// A question and its answer, as the page tells them.
fn told(id: &str, answer: &str) -> Option<Answered> {
    Some(Answered {
        en: PREDEFINED.text(id, Language::En)?.to_owned(),
        ja: PREDEFINED.text(id, Language::Ja)?.to_owned(),
        answer: answer.to_owned(),
    })
}

/// The answers of somebody, as they are kept.
async fn answers(server: &Server, account: &AccountId, role: &Part, at: Moment) -> Result<Change, Fault> {
    let given: Vec<_> = role
        .answers
        .iter()
        .map(|&(question, answer)| Given { question, answer })
        .collect();
    let checked = check(&given, &PREDEFINED, &[role.name, role.display])
        .map_err(|wrong| Fault::new(format!("{}: {wrong:?}", role.name)))?;
    let mut answers = Vec::with_capacity(checked.len());
    for one in checked {
        answers.push(KeptAnswer {
            question: one.question,
            form: FORM.to_owned(),
            hash: hashed(server, &one.answer).await?,
        });
    }
    Ok(Change::SetAnswers {
        account: account.clone(),
        answers,
        at,
    })
}

async fn hashed(server: &Server, typed: &str) -> Result<String, Fault> {
    let hash = server.hashing.hash(&Password::typed(typed)).await;
    hash.map_err(|trouble| match trouble {
        HashTrouble::Busy => Fault::new("busy"),
        HashTrouble::Fault(fault) => fault,
    })
}

async fn add(server: &Server, role: &Part, now: Moment) -> Result<(), Fault> {
    let hash = match role.password {
        "" => None,
        password => Some(hashed(server, password).await?),
    };
    let is_filled_in = role.story == Story::FilledIn;
    let contacts = [(ContactKind::Email, role.email), (ContactKind::Phone, role.phone)];
    let contacts: Vec<(ContactKind, String)> = contacts
        .into_iter()
        .filter_map(|(kind, address)| Some((kind, address?.to_owned())))
        .collect();
    let office = office_of(role.name).map(|number| (ContactKind::Office, number.to_owned()));
    let person = NewPerson {
        name: UserName::parse(role.name).map_err(|_| Fault::new("no user name"))?,
        display: role.display.to_owned(),
        role: if role.story == Story::Administrator {
            Role::Administrator
        } else {
            Role::Person
        },
        groups: vec!["staff".into()]
            .into_iter()
            .chain((role.story == Story::NotEnabled).then(|| "contractors".into()))
            .collect(),
        managed_elsewhere: role.story == Story::Elsewhere,
        disabled: role.story == Story::Disabled,
        expires: None,
        must_change: role.story == Story::MustChange,
        hash,
        mailbox: Some(format!("{}@{DOMAIN}", role.name)),
        language: Language::default(),
        vouched: office
            .into_iter()
            .chain(contacts.iter().filter(|_| is_filled_in).cloned())
            .collect(),
    };
    // Somebody's password is as old as it has to be.
    let set = if role.story == Story::Expired {
        now - days(400)
    } else {
        now
    };
    let Adding::Added(account) = server.store.add_person(person, Actor::Console, set).await? else {
        return Err(Fault::new(format!("{} cannot be added", role.name)));
    };
    if is_filled_in {
        return Ok(());
    }
    let registered = now - days(if role.story == Story::Reconfirm { 200 } else { 30 });
    let mut changes = Vec::new();
    if role.story == Story::LastSkip {
        changes.push(Change::SaveUpkeep(
            account.clone(),
            Upkeep::default().put_off().put_off(),
        ));
    }
    let has_two = contacts.len() + usize::from(!role.answers.is_empty()) > 1;
    for (kind, address) in contacts {
        let id = ContactId::new(name(&SystemRandom)?);
        changes.push(Change::PutContact(Contact {
            id,
            account: account.clone(),
            kind,
            address,
            trust: Trust::Verified,
            added: registered,
        }));
    }
    if !role.answers.is_empty() {
        changes.push(answers(server, &account, role, registered).await?);
    }
    if role.story == Story::Locked {
        changes.push(locked(&account, now));
    }
    if has_two {
        changes.push(Change::FinishRegistration {
            account,
            at: registered,
        });
    }
    done(server.store.commit(changes).await?)
}

/// So many wrong passwords that signing in pauses for an hour.
fn locked(account: &AccountId, now: Moment) -> Change {
    let wrong = (0..16).fold(Failures::default(), |failures, n| {
        failures.count_sign_in(n.to_string(), now)
    });
    Change::SaveFailures {
        account: account.clone(),
        factor: Factor::Password,
        before: Failures::default(),
        after: wrong,
    }
}

/// Nobody else is there yet who could change anything.
fn done(committed: Committed) -> Result<(), Fault> {
    match committed {
        Committed::Done => Ok(()),
        Committed::Stale => Err(Fault::new("the stage was changed while it was set")),
    }
}
