//! The words for every refusal.

use portal::account::NameProblem;
use portal::method::questions::{self, Wrong};
use portal::method::{email, phone};
use portal::password::judge::Broken;
use portal::refusal::Refusal;

use super::waiting::{clock_after, second_after};
use crate::api::Said;
use crate::words::{Word, Words};

/// The sentence that tells a refusal, and what to do next.
pub fn explain(words: Words, said: &Said) -> String {
    let refusal = match said {
        Said::Unreachable => return words.say(Word::Unreachable).to_owned(),
        Said::Fault { support } if !support.is_empty() => {
            return words.fill(Word::FaultTold, &[("support", support)]);
        }
        Said::Fault { .. } => return words.say(Word::Fault).to_owned(),
        // Followed, and never told.
        Said::Elsewhere(_) => return String::new(),
        Said::No(refusal) => refusal,
    };
    let word = match refusal {
        Refusal::UserName(NameProblem::Missing) => Word::UserNameMissing,
        Refusal::UserName(NameProblem::TooLong) => Word::UserNameTooLong,
        Refusal::UserName(NameProblem::Malformed) => Word::UserNameMalformed,
        Refusal::PasswordMissing => Word::PasswordMissing,
        Refusal::SignIn => Word::SignInWrong,
        Refusal::SessionEnded => Word::SessionEnded,
        Refusal::Challenge => Word::ChallengeOver,
        Refusal::Unripe { until } => {
            return words.fill(Word::ChallengeUnripe, &[("time", &second_after(words, *until))]);
        }
        Refusal::Wait { until } => return words.fill(Word::Wait, &[("time", &second_after(words, *until))]),
        Refusal::Crowded { until } => return words.fill(Word::Crowded, &[("time", &second_after(words, *until))]),
        Refusal::Closed => Word::MethodClosed,
        Refusal::Busy => Word::Busy,
        Refusal::Method => Word::MethodMissing,
        Refusal::WholeNumber => Word::WholeNumberWrong,
        Refusal::Sends { until, is_long: false } => {
            return words.fill(Word::SendsWait, &[("time", &second_after(words, *until))]);
        }
        Refusal::Sends { until, is_long: true } => {
            let (day, time) = (words.day(*until), clock_after(words, *until));
            return words.fill(Word::SendsLong, &[("day", &day), ("time", &time)]);
        }
        Refusal::ChannelDown => Word::ChannelDown,
        Refusal::CodeMissing => Word::CodeMissing,
        Refusal::Code { left: 1 } => Word::CodeWrongOne,
        Refusal::Code { left } => return words.fill(Word::CodeWrong, &[("left", left)]),
        Refusal::CodeExpired => Word::CodeExpired,
        Refusal::CodeDead => Word::CodeDead,
        Refusal::Questions(wrong) => return at_each_place(words, wrong),
        Refusal::AnswersMissing => Word::AnswersMissing,
        Refusal::Answers { left: 1 } => Word::AnswersWrongOne,
        Refusal::Answers { left } => return words.fill(Word::AnswersWrong, &[("left", left)]),
        Refusal::Email(problem) => match problem {
            email::Problem::Missing => Word::EmailMissing,
            email::Problem::Malformed => Word::EmailMalformed,
            email::Problem::TooLong => Word::EmailTooLong,
            email::Problem::OwnMailbox => Word::EmailOwnMailbox,
        },
        Refusal::Phone(problem) => match problem {
            phone::Problem::Missing => Word::PhoneMissing,
            phone::Problem::Malformed => Word::PhoneMalformed,
            phone::Problem::Extension => Word::PhoneExtension,
            phone::Problem::Impossible => Word::PhoneImpossible,
            phone::Problem::OtherCountry => Word::PhoneOtherCountry,
            phone::Problem::CountryNotServed => Word::PhoneCountry,
            phone::Problem::Kind => Word::PhoneKind,
            phone::Problem::NoTexts => Word::PhoneNoTexts,
        },
        Refusal::SameContact => Word::SameContact,
        Refusal::Frozen { until } => {
            let (day, time) = (words.day(*until), clock_after(words, *until));
            return words.fill(Word::Frozen, &[("day", &day), ("time", &time)]);
        }
        Refusal::ProofTooOld => Word::ProofTooOld,
        Refusal::ManagedElsewhere => Word::ChangeElsewhere,
        Refusal::ChangeFirst => Word::ChangeMustTitle,
        Refusal::RegisterFirst => Word::RegisterFirst,
        Refusal::VerifyAgain => Word::RegisterAgainFirst,
        Refusal::TooFewMethods { required: 1 } => Word::TooFewMethodsOne,
        Refusal::TooFewMethods { required } => return words.fill(Word::TooFewMethods, &[("required", required)]),
        Refusal::NewPasswordMissing => Word::NewPasswordMissing,
        Refusal::Password(broken) => return broken.iter().map(|one| rule(words, one)).collect::<Vec<_>>().join(" "),
        Refusal::PasswordsDiffer(_) => Word::PasswordsDiffer,
        Refusal::PasswordUsedBefore => Word::PasswordUsedBefore,
        Refusal::CurrentPassword => Word::CurrentPasswordWrong,
        Refusal::FlowEnded => Word::FlowEnded,
        Refusal::StepAhead => Word::StepAhead,
        Refusal::Repeated => Word::Repeated,
        Refusal::Malformed => Word::Malformed,
        Refusal::Fault => Word::Fault,
    };
    words.say(word).to_owned()
}

/// What is wrong at each place of the form for security questions.
fn at_each_place(words: Words, wrong: &[Wrong]) -> String {
    let told = wrong.iter().map(|one| {
        let problem = about_question(words, one.problem);
        words.fill(
            Word::QuestionTold,
            &[("number", &(one.place + 1)), ("problem", &problem)],
        )
    });
    told.collect::<Vec<_>>().join(" ")
}

/// What is wrong with a question that was chosen, or with its answer.
pub fn about_question(words: Words, problem: questions::Problem) -> String {
    use questions::Problem;
    let (word, number) = match problem {
        Problem::NotChosen => (Word::QuestionNotChosen, 0),
        Problem::ChosenBefore { place } => (Word::QuestionChosenBefore, place + 1),
        Problem::Missing => (Word::AnswerMissing, 0),
        Problem::TooShort => (Word::AnswerTooShort, 0),
        Problem::TooLong => (Word::AnswerTooLong, 0),
        Problem::TooCommon => (Word::AnswerTooCommon, 0),
        Problem::Name => (Word::AnswerName, 0),
        Problem::OwnWords => (Word::AnswerOwnWords, 0),
        Problem::GivenBefore { place } => (Word::AnswerGivenBefore, place + 1),
    };
    let lengths = (questions::SHORTEST, questions::LONGEST);
    words.fill(
        word,
        &[("number", &number), ("shortest", &lengths.0), ("longest", &lengths.1)],
    )
}

/// What a broken rule is told as.
fn rule(words: Words, broken: &Broken) -> String {
    match broken {
        Broken::TooShort { minimum, length } => {
            words.fill(Word::BrokenTooShort, &[("minimum", minimum), ("length", length)])
        }
        Broken::TooLong { maximum } => words.fill(Word::BrokenTooLong, &[("maximum", maximum)]),
        Broken::Control => words.say(Word::BrokenControl).to_owned(),
        Broken::Guessable { found: None } => words.say(Word::BrokenGuessable).to_owned(),
        Broken::Guessable { found: Some(found) } => words.fill(Word::BrokenGuessableFound, &[("found", found)]),
        Broken::NameInside { found } => words.fill(Word::BrokenName, &[("found", found)]),
        Broken::Common => words.say(Word::BrokenCommon).to_owned(),
        Broken::Classes { have, need } => words.fill(Word::BrokenClasses, &[("have", have), ("need", need)]),
    }
}
