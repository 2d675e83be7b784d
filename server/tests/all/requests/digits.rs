//! The digits of codes: drawn evenly from all there are.

use portal::identity::{AccountId, CodeId, ContactId, FlowId};
use portal::method::Method;
use portal::method::code::{Purpose, digits_of};
use portal::ports::Code;
use server::random::{SystemRandom, name};

use super::browser::House;

/// Draws for each method.
const DRAWS: usize = 100_000;

/// Which no fair draw goes beyond once in a thousand million (χ², 9 degrees of freedom).
const BOUND_OF_NINE: f64 = 64.0;

/// The same for 99 degrees of freedom.
const BOUND_OF_NINETY_NINE: f64 = 209.0;

/// How far counts are from being equal.
fn chi_square(counts: &[usize]) -> f64 {
    let whole = |n: usize| f64::from(u32::try_from(n).unwrap());
    let expected = whole(counts.iter().sum()) / whole(counts.len());
    counts
        .iter()
        .map(|&count| (whole(count) - expected).powi(2) / expected)
        .sum()
}

fn code(method: Method) -> Code {
    let fresh = || name(&SystemRandom).unwrap();
    Code {
        id: CodeId::new(fresh()),
        flow: FlowId::new("the flow"),
        account: AccountId::new("the account"),
        purpose: Purpose::Recovery,
        method,
        digits: method.digits(),
        lane: portal::limits::Lane::Unknown,
        contact: ContactId::new("the contact"),
        channel: "the channel".into(),
        nonce: fresh(),
        asked: portal::moment::Moment::default(),
        tries: 0,
        closed: false,
    }
}

#[tokio::test]
async fn every_digit_stands_equally_often_in_every_place_leading_zeros_included() {
    let house = House::open().await;
    for method in Method::SENDING {
        let places = usize::from(method.digits());
        let mut in_place = vec![[0_usize; 10]; places];
        let (mut heads, mut tails) = ([0_usize; 100], [0_usize; 100]);
        for _ in 0..DRAWS {
            let digits = house.server.portal.digits(&code(method));
            assert_eq!(digits.len(), places, "{digits}");
            let values: Vec<usize> = digits.bytes().map(|byte| usize::from(byte - b'0')).collect();
            for (place, &value) in values.iter().enumerate() {
                in_place[place][value] += 1;
            }
            heads[values[0] * 10 + values[1]] += 1;
            tails[values[places - 2] * 10 + values[places - 1]] += 1;
        }
        for (place, counts) in in_place.iter().enumerate() {
            let far = chi_square(counts);
            assert!(far < BOUND_OF_NINE, "{method:?}, place {place}: {far} {counts:?}");
        }
        for counts in [heads, tails] {
            let far = chi_square(&counts);
            assert!(far < BOUND_OF_NINETY_NINE, "{method:?}: {far} {counts:?}");
        }
    }
}

/// A remainder of a number that is hardly larger than the codes there are would favour the small ones: of 32 bits, the
/// first 95 of 100 million codes would each come 2 % more often. With 128 bits nobody could ever tell.
#[test]
fn so_many_bits_go_into_a_code_that_no_remainder_shows() {
    for digits in [6, 8, 10] {
        let plain = digits_of(&[0x5A; 32], digits);
        for bit in 0..128_usize {
            let mut digest = [0x5A; 32];
            digest[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(digits_of(&digest, digits), plain, "bit {bit} of {digits} digits");
        }
    }
}

#[tokio::test]
async fn each_part_of_what_a_code_is_for_makes_another_code() {
    let house = House::open().await;
    let first = code(Method::Email);
    let others = [
        Code {
            id: CodeId::new("x"),
            ..first.clone()
        },
        Code {
            flow: FlowId::new("x"),
            ..first.clone()
        },
        Code {
            account: AccountId::new("x"),
            ..first.clone()
        },
        Code {
            purpose: Purpose::Registration,
            ..first.clone()
        },
        Code {
            channel: "x".into(),
            ..first.clone()
        },
        Code {
            nonce: "x".into(),
            ..first.clone()
        },
    ];
    let digits = |code: &Code| house.server.portal.digits(code);
    // The same row gives the same code: a message that is tried again says what the first one said.
    assert_eq!(digits(&first), digits(&first.clone()));
    for other in &others {
        assert_ne!(digits(other), digits(&first), "{other:?}");
    }
    let texted = |method| {
        digits(&Code {
            method,
            ..first.clone()
        })
    };
    assert_ne!(texted(Method::Text), texted(Method::Call));
}
