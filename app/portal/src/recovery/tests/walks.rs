//! Random walks that look for a way around the table.

use proptest::prelude::*;

use super::*;

/// Everything that somebody without the codes can do, and the passing of time.
#[derive(Clone, Debug)]
enum Deed {
    Ask(Method),
    Another,
    WrongCode(Method),
    Question,
    WrongAnswers(u8),
    Unlock,
    Replace,
    Reconsider,
    Extend,
    Refused,
    Set,
    Contact,
    Trespass,
    Later(u64),
}

fn deeds() -> impl Strategy<Value = Deed> {
    let method = prop_oneof![Just(Method::Email), Just(Method::Text), Just(Method::Call)];
    prop_oneof![
        4 => method.clone().prop_map(Deed::Ask),
        2 => Just(Deed::Another),
        4 => method.prop_map(Deed::WrongCode),
        2 => Just(Deed::Question),
        3 => (0_u8..0b111).prop_map(Deed::WrongAnswers),
        2 => Just(Deed::Unlock),
        2 => Just(Deed::Replace),
        1 => Just(Deed::Reconsider),
        1 => Just(Deed::Extend),
        1 => Just(Deed::Refused),
        3 => Just(Deed::Set),
        1 => Just(Deed::Contact),
        1 => Just(Deed::Trespass),
        1 => (0_u64..400).prop_map(Deed::Later),
    ]
}

fn walk(mut flow: Recovery, steps: Vec<Deed>) -> (Recovery, Moment) {
    let mut now = START;
    for step in steps {
        let next = match step {
            Deed::Ask(method) => flow.clone().ask(method, channel(method), CodeId::new("c"), now),
            Deed::Another => flow.clone().another(now),
            Deed::WrongCode(method) => match Proof::by_code("482193", "482190", method, channel(method), true, now) {
                Some(proof) => flow.clone().prove(proof, Lock::Liftable, now),
                None => Err(Refusal::Code { left: 1 }),
            },
            Deed::Question => flow.clone().question(now),
            Deed::WrongAnswers(fits) => match answers(&[fits & 1 != 0, fits & 2 != 0, fits & 4 != 0]) {
                Some(proof) => flow.clone().prove(proof, Lock::Liftable, now),
                None => Err(Refusal::AnswersMissing),
            },
            Deed::Unlock => flow.clone().unlock(now),
            Deed::Replace => flow.clone().replace(now),
            Deed::Reconsider => flow.clone().reconsider(now),
            Deed::Extend => flow.clone().extend(now),
            Deed::Refused => flow.clone().refuse_password(now),
            Deed::Set => flow.clone().set(now),
            Deed::Contact => flow.clone().contact(now),
            Deed::Trespass => Ok(flow.clone().trespass()),
            Deed::Later(span) => {
                now = now + seconds(span);
                Ok(flow.clone())
            }
        };
        flow = next.unwrap_or(flow);
    }
    (flow, now)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_walk_without_a_code_reaches_the_new_password(
        start in prop_oneof![0_usize..5, 11_usize..13],
        steps in proptest::collection::vec(deeds(), 0..60),
    ) {
        let (_, flow) = stages().remove(start);
        let before = flow.proofs().len();
        let (flow, now) = walk(flow, steps);
        prop_assert_eq!(flow.proofs().len(), before, "a proof out of nothing");
        let is_open = matches!(
            flow.stage(now),
            Stage::Offering { .. } | Stage::Setting { .. } | Stage::Done { .. }
        );
        prop_assert!(!is_open, "{flow:?}");
    }

    #[test]
    fn no_walk_after_the_proofs_outlives_half_an_hour_or_brings_back_what_is_done(
        start in 8_usize..10,
        steps in proptest::collection::vec(deeds(), 0..60),
    ) {
        let (_, flow) = stages().remove(start);
        let (flow, now) = walk(flow, steps.clone());
        prop_assert_eq!(flow.proofs().len(), 2);
        prop_assert!(flow.ends() <= START + LONGEST_LIFE, "{flow:?}");
        if let done @ Stage::Done { .. } = flow.stage(now) {
            // Nothing is ahead of what is done, so nobody trespasses there.
            let again = steps.into_iter().filter(|step| !matches!(step, Deed::Trespass)).collect();
            prop_assert_eq!(walk(flow, again).0.stage(now), done);
        }
    }

    #[test]
    fn a_flow_that_was_stored_and_read_is_the_same(
        start in 0_usize..13,
        steps in proptest::collection::vec(deeds(), 0..20),
    ) {
        let (flow, _) = walk(stages().remove(start).1, steps);
        let stored = serde_json::to_string(&flow).expect("a flow is plain data");
        let read: Recovery = serde_json::from_str(&stored).expect("what was written can be read");
        prop_assert_eq!(read.with_proofs(flow.proofs().to_vec()), flow);
    }
}
