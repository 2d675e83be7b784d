//! The table of the flow, whole.

mod walks;

use super::*;
use crate::moment::seconds;

const START: Moment = Moment::from_millis(1_800_000_000_000);

fn channel(method: Method) -> Channel {
    Channel::of_address(method.means().word())
}

fn proof(method: Method, now: Moment) -> Proof {
    Proof::by_code("482193", "482193", method, channel(method), true, now).expect("equal codes match")
}

fn asked(flow: Recovery, method: Method) -> Recovery {
    flow.ask(method, channel(method), CodeId::new("c"), START)
        .expect("asking is allowed")
}

fn proved(flow: Recovery, method: Method) -> Recovery {
    asked(flow, method)
        .prove(proof(method, START), Lock::None, START)
        .expect("the proof is awaited")
}

/// Everything proved for an account that is locked.
fn offered() -> Recovery {
    let flow = proved(Recovery::begin(Ok(2), START), Method::Email);
    asked(flow, Method::Text)
        .prove(proof(Method::Text, START), Lock::Liftable, START)
        .expect("the proof is awaited")
}

/// Security questions are asked.
fn questioned() -> Recovery {
    Recovery::begin(Ok(2), START)
        .question(START)
        .expect("asking is allowed")
}

fn answers(fits: &[bool]) -> Option<Proof> {
    Proof::by_answers(fits, 3, true, START)
}

fn stages() -> Vec<(&'static str, Recovery)> {
    let fresh = Recovery::begin(Ok(2), START);
    let setting = proved(proved(fresh.clone(), Method::Email), Method::Text);
    vec![
        ("stopped", Recovery::begin(Err(Case::NotVerified), START)),
        ("managed elsewhere", Recovery::begin(Err(Case::ManagedElsewhere), START)),
        ("choosing", fresh.clone()),
        ("awaiting", asked(fresh.clone(), Method::Email)),
        ("choosing again", proved(fresh.clone(), Method::Email)),
        ("setting", setting.clone()),
        ("done", setting.set(START).expect("proved")),
        ("ended", (0..TRESPASSES).fold(fresh, |flow, _| flow.trespass())),
        ("offering", offered()),
        ("setting by choice", offered().replace(START).expect("offered")),
        ("unlocked", offered().unlock(START).expect("offered")),
        ("answering", questioned()),
        ("choosing instead", questioned().another(START).expect("allowed")),
    ]
}

#[test]
fn who_may_not_recover_goes_the_same_way_and_never_arrives() {
    let gates = [Ok(1), Ok(2), Err(Case::NotVerified), Err(Case::ManagedElsewhere)];
    let [one, two, stopped, elsewhere] = gates.map(|gate| Recovery::begin_alike(gate, START));
    assert_eq!((one.required(), two.required()), (1, 2));
    for flow in [stopped, elsewhere] {
        assert_eq!(flow.stage(START), Stage::Choosing);
        assert!(!flow.suffices(Ok(1)) && !flow.is_as_begun(Ok(1)) && flow.is_as_begun(Err(Case::NotEnabled)));
        // Whatever is proved, and by as many channels as there are.
        let flow = Method::ALL
            .into_iter()
            .filter(|method| *method != Method::Questions)
            .fold(flow, |flow, method| {
                if flow.has_proved_by(&channel(method)) {
                    return flow;
                }
                proved(flow, method)
            });
        assert!(
            flow.proofs().len() == 3 && flow.stage(START) == Stage::Choosing,
            "{flow:?}"
        );
        assert_eq!(flow.set(START), Err(Refusal::StepAhead));
    }
    assert!(two.is_as_begun(Ok(2)) && !two.is_as_begun(Err(Case::NotVerified)));
}

#[test]
fn a_code_that_went_nowhere_proves_nothing() {
    let typed = Decoy {
        prefix: None,
        ways: vec![Method::Email],
    };
    let flow = Recovery::begin_alike(Ok(1), START)
        .ask_in_vain(Method::Email, channel(Method::Email), CodeId::new("c"), typed, START)
        .expect("asking is allowed");
    assert!(flow.admits(Form::Verify, START) == Admission::Granted);
    let kept: Recovery = serde_json::from_str(&serde_json::to_string(&flow).expect("a flow")).expect("the same flow");
    for flow in [flow, kept] {
        let tried = flow.prove(proof(Method::Email, START), Lock::None, START);
        assert_eq!(tried, Err(Refusal::Method));
    }
}

#[test]
fn every_form_in_every_stage_is_decided() {
    use Admission::{Ahead as A, Behind as B, Granted as G, Over as O};
    let forms = [
        Form::Ask,
        Form::Another,
        Form::Verify,
        Form::Unlock,
        Form::Replace,
        Form::Reconsider,
        Form::Set,
        Form::Extend,
        Form::Contact,
        Form::Answer,
    ];
    let table = [
        ("stopped", [A, B, A, A, A, A, A, A, G, A]),
        ("managed elsewhere", [A, B, A, A, A, A, A, A, A, A]),
        ("choosing", [G, G, A, A, A, A, A, A, G, A]),
        ("awaiting", [G, G, G, A, A, A, A, A, G, A]),
        ("choosing again", [G, G, B, A, A, A, A, A, G, A]),
        ("setting", [B, B, B, A, A, A, G, G, G, B]),
        ("done", [B, B, B, B, B, B, B, B, B, B]),
        ("ended", [O, O, O, O, O, O, O, O, O, O]),
        ("offering", [B, B, B, G, G, B, B, B, G, B]),
        ("setting by choice", [B, B, B, B, B, G, G, G, G, B]),
        ("unlocked", [B, B, B, B, B, B, B, B, B, B]),
        ("answering", [G, G, A, A, A, A, A, A, G, G]),
        ("choosing instead", [G, G, A, A, A, A, A, A, G, B]),
    ];
    assert_eq!(stages().len(), table.len());
    for ((name, flow), (row, expected)) in stages().into_iter().zip(table) {
        assert_eq!(name, row);
        for (form, admission) in forms.into_iter().zip(expected) {
            assert_eq!(flow.admits(form, START), admission, "{name}: {form:?}");
        }
    }
}

#[test]
fn a_flow_tells_what_it_asks_for_and_what_was_done_in_it() {
    let [one, two] = [1, 2].map(|required| Recovery::begin(Ok(required), START));
    assert_eq!([one.required(), two.required()], [1, 2]);
    assert!(two.suffices(Ok(2)) && two.suffices(Ok(1)) && one.suffices(Ok(1)));
    assert!(!one.suffices(Ok(2)) && !two.suffices(Err(Case::NotEnabled)));
    let stopped = Recovery::begin(Err(Case::NotVerified), START);
    assert!(!stopped.has_contacted());
    assert!(stopped.contact(START).expect("allowed").has_contacted());
    let setting = proved(one, Method::Email);
    assert!(setting.can_extend());
    let mut late = [9, 18, 27].into_iter().map(minutes);
    let longest = late.try_fold(setting, |flow, after| flow.extend(START + after));
    assert!(longest.is_ok_and(|flow| !flow.can_extend()));
}

#[test]
fn the_fifth_step_ahead_ends_a_flow_and_no_earlier_one() {
    let ahead = |times| (0..times).fold(Recovery::begin(Ok(2), START), |flow, _| flow.trespass());
    assert_eq!(ahead(TRESPASSES - 1).stage(START), Stage::Choosing);
    assert_eq!(ahead(TRESPASSES).stage(START), Stage::Ended);
}

#[test]
fn two_proofs_must_use_two_channels() {
    let flow = proved(Recovery::begin(Ok(2), START), Method::Text);
    let again = flow.ask(Method::Call, channel(Method::Call), CodeId::new("c"), START);
    assert_eq!(again, Err(Refusal::Method));
}

#[test]
fn a_proof_counts_only_for_the_method_that_is_awaited() {
    let flow = asked(Recovery::begin(Ok(1), START), Method::Email);
    let proof = proof(Method::Text, START);
    assert_eq!(flow.prove(proof, Lock::Liftable, START), Err(Refusal::Method));
}

#[test]
fn answers_are_one_proof_and_it_counts_only_where_they_are_asked() {
    let fit = answers(&[true; 3]).expect("all fit");
    let flow = questioned().prove(fit.clone(), Lock::None, START).expect("awaited");
    assert_eq!((flow.stage(START), flow.proofs().len()), (Stage::Choosing, 1));
    assert_eq!(flow.clone().question(START), Err(Refusal::Method));
    let elsewhere = asked(Recovery::begin(Ok(2), START), Method::Email);
    assert_eq!(elsewhere.prove(fit, Lock::None, START), Err(Refusal::Method));
    let code = proof(Method::Email, START);
    assert_eq!(questioned().prove(code, Lock::None, START), Err(Refusal::Method));
    // Nor does one that only calls itself an answer.
    let dressed_up = Proof::by_code(
        "482193",
        "482193",
        Method::Questions,
        channel(Method::Text),
        true,
        START,
    );
    let dressed_up = dressed_up.expect("equal codes match");
    assert_eq!(questioned().prove(dressed_up, Lock::None, START), Err(Refusal::Method));
}

#[test]
fn every_answer_has_to_fit_and_no_fewer_than_are_asked() {
    for fits in 0..0b111_u8 {
        let fits = [fits & 1 != 0, fits & 2 != 0, fits & 4 != 0];
        assert_eq!(answers(&fits), None, "{fits:?}");
    }
    for wrong in [&[][..], &[true; 2], &[true; 4]] {
        assert_eq!(answers(wrong), None, "{wrong:?}");
    }
    assert_eq!(Proof::by_answers(&[], 0, true, START), None);
}

#[test]
fn switching_methods_keeps_no_proof_and_makes_none() {
    let flow = asked(Recovery::begin(Ok(1), START), Method::Email)
        .another(START)
        .expect("allowed");
    assert!(flow.proofs().is_empty());
    let back = asked(flow, Method::Email);
    assert_eq!(back.admits(Form::Set, START), Admission::Ahead);
}

#[test]
fn a_fresh_contact_needs_an_older_one_beside_it() {
    let fresh = Proof::by_code("1", "1", Method::Email, channel(Method::Email), false, START).expect("equal");
    let flow = asked(Recovery::begin(Ok(1), START), Method::Email)
        .prove(fresh, Lock::Liftable, START)
        .expect("awaited");
    assert_eq!(flow.stage(START), Stage::Choosing);
    assert!(matches!(proved(flow, Method::Text).stage(START), Stage::Setting { .. }));
}

#[test]
fn a_flow_lives_fifteen_minutes_and_its_last_step_ten() {
    let flow = Recovery::begin(Ok(1), START);
    assert_eq!(
        flow.stage(START + minutes(15) - Duration::from_millis(1)),
        Stage::Choosing
    );
    assert_eq!(flow.stage(START + minutes(15)), Stage::Ended);
    let late = START + minutes(14);
    let setting = flow
        .ask(Method::Email, channel(Method::Email), CodeId::new("c"), late)
        .and_then(|flow| flow.prove(proof(Method::Email, late), Lock::None, late))
        .expect("in time");
    assert_eq!(setting.stage(START + minutes(24)), Stage::Ended);
    let extended = setting.extend(START + minutes(23)).expect("in time");
    assert_eq!(extended.ends(), START + minutes(30));
    assert!(!extended.can_extend());
}

#[test]
fn a_done_flow_stays_done() {
    let (_, done) = stages().remove(6);
    assert!(matches!(done.stage(START + minutes(600)), Stage::Done { .. }));
}

#[test]
fn ten_refused_passwords_end_the_flow() {
    let mut flow = stages().remove(5).1;
    for _ in 0..9 {
        flow = flow.refuse_password(START).expect("still setting");
    }
    assert!(matches!(flow.stage(START), Stage::Setting { .. }));
    assert_eq!(
        flow.refuse_password(START).expect("the tenth").stage(START),
        Stage::Ended
    );
}

#[test]
fn a_last_step_without_its_proof_rows_is_over() {
    for (name, flow) in stages().into_iter().filter(|(name, _)| name.contains("ing")) {
        let is_last = name.starts_with("setting") || name == "offering";
        for kept in 0..2 {
            let kept = flow
                .clone()
                .with_proofs(flow.proofs().iter().take(kept).cloned().collect());
            assert_eq!(kept.stage(START) == Stage::Ended, is_last, "{name}");
        }
    }
}

#[test]
fn the_choice_goes_to_and_fro_with_the_time_that_is_left() {
    let at = |n| START + minutes(n);
    let flow = offered();
    assert_eq!(flow.ends(), at(10));
    let flow = flow.replace(at(8)).expect("offered");
    assert_eq!((flow.ends(), flow.proofs().len()), (at(18), 2));
    let flow = flow.reconsider(at(17)).expect("was offered");
    assert_eq!(flow.stage(at(17)), Stage::Offering { until: at(18) });
    assert_eq!(flow.stage(at(18)), Stage::Ended);
    let flow = flow
        .replace(at(17))
        .and_then(|flow| flow.extend(at(26)))
        .expect("in time");
    assert_eq!(flow.ends(), at(30));
    let done = flow
        .reconsider(at(29))
        .and_then(|flow| flow.unlock(at(29)))
        .expect("in time");
    let ending = Ending::Unlocked;
    assert_eq!(done.stage(at(600)), Stage::Done { at: at(29), ending });
}

#[test]
fn a_flow_that_was_stored_before_there_was_a_choice_can_be_read() {
    let stage = |text| serde_json::from_str::<Stage>(text).expect("it was written once");
    let (until, was_offered) = (START, false);
    let setting = stage(r#"{"setting":{"until":1800000000000}}"#);
    assert_eq!(setting, Stage::Setting { until, was_offered });
    let ending = Ending::Reset;
    let done = stage(r#"{"done":{"at":1800000000000}}"#);
    assert_eq!(done, Stage::Done { at: START, ending });
}

#[test]
fn a_wrong_or_empty_code_makes_no_proof() {
    let by = |sent, typed| Proof::by_code(sent, typed, Method::Email, channel(Method::Email), true, START);
    assert!(by("482193", "482194").is_none());
    assert!(by("482193", "48219").is_none());
    assert!(by("", "").is_none());
}
