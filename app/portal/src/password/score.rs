//! How much of a candidate has to be guessed, in points: the least that any reading of it comes to.
//!
//! A reading cuts the candidate into pieces, and each piece is one point: a single character; a stretch that is a term; a
//! run or sequence (`aaaa`, `12345`, `edcba`, `あいうえお`); a year (`1998`, `2026`); a stretch that repeats what stands
//! directly before it (`hogehogehoge`). What stands between words, a space or a hyphen, goes with a term or a year before
//! it: a name, a word and a year in a row are three guesses however they are set apart. Of all readings the cheapest counts, for that is the one a guesser would use. It
//! is found by going once over the positions and trying every term at each, so the work is positions × terms. Taking
//! terms as they come from the left would not do: a short one could hide a longer one that overlaps it.
//!
//! A term is compared within edit distance 1 after folding, with two limits. Terms shorter than [`FUZZY_FROM`] count only as
//! they are: with a thousand terms of three or four letters nearly every random string would contain "almost" one. And an
//! extra character counts as a slip only inside the term (`passsword`); before or after it, it is simply another character
//! with a point of its own. Appending a character that belongs to nothing therefore never makes a candidate cheaper.

use super::fold;
use super::scratch::Scratch;

/// Points a candidate needs. From Microsoft Entra's banned-password evaluation.
pub const NEEDED: u16 = 5;

/// Terms of fewer letters than this are compared exactly.
pub const FUZZY_FROM: usize = 5;

/// Shorter terms are no terms at all.
const TERM_MINIMUM: usize = 3;

/// Distance from one character to the next, and the length from which such a stretch counts as one. Two is the step
/// from kana to kana (`あいうえお`), but also that of `ace` in `place`, so it takes longer to be believed.
const SEQUENCES: [(i64, usize); 5] = [(0, 3), (1, 3), (-1, 3), (2, 4), (-2, 4)];

/// The shortest stretch that counts as a repetition of the one before it.
const REPEAT_MINIMUM: usize = 3;

/// Whose word a term is. Between readings of equal cost the first kind wins: a name is not blamed for an everyday word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The base list or the operator's own.
    Everyday,
    /// The person's or the organisation's name.
    Name,
}

/// A term made ready for comparing.
pub struct Term<'a> {
    text: &'a str,
    letters: Vec<char>,
    origin: Origin,
}

impl<'a> Term<'a> {
    /// From a text in lower case; `None` for what is too short to be compared.
    pub fn new(text: &'a str, origin: Origin) -> Option<Self> {
        let letters: Vec<char> = text.chars().map(alike).collect();
        (letters.len() >= TERM_MINIMUM).then_some(Self { text, letters, origin })
    }
}

/// What one piece of a reading is, the preferred one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Piece<'a> {
    /// A character that has to be guessed by itself.
    Character,
    /// A term of this origin and text.
    Found(Origin, &'a str),
    /// A run, a sequence, a year or a repetition.
    Pattern,
}

/// The cheapest way to come to a position.
#[derive(Clone, Copy)]
struct Step<'a> {
    points: u16,
    from: usize,
    piece: Piece<'a>,
}

/// The cheapest reading of a candidate.
pub struct Reading<'a>(Vec<Step<'a>>);

impl<'a> Reading<'a> {
    /// Reads `text`, which the caller has cut to a length worth the work. `lower` as for [`fold::plain`].
    pub fn of(text: &str, terms: &[Term<'a>], lower: &dyn Fn(char) -> char) -> Self {
        // With room from the start, so that growing leaves no copy behind.
        let mut plain = Scratch::new(Vec::with_capacity(text.len()));
        plain.extend(text.chars().map(|character| fold::plain(character, lower)));
        let mut letters = Scratch::new(Vec::with_capacity(plain.len()));
        letters.extend(plain.iter().copied().map(alike));
        let untried = Step {
            points: u16::MAX,
            from: 0,
            piece: Piece::Pattern,
        };
        let mut steps = vec![untried; letters.len() + 1];
        steps[0].points = 0;
        let mut sequences = Sequences::default();
        let mut repeats = Repeats::new(letters.len());
        for at in 0..=letters.len() {
            if let Some(last) = at.checked_sub(1) {
                offer(&mut steps, last, at, Piece::Character);
                sequences.extend(&mut steps, &plain, at);
                repeats.extend(&mut steps, &letters, at);
                if is_year(&plain[..at]) {
                    offer_set_apart(&mut steps, &plain, at - 4, at, Piece::Pattern);
                }
            }
            for term in terms {
                stretches(&letters[at..], &term.letters, |length| {
                    let piece = Piece::Found(term.origin, term.text);
                    offer_set_apart(&mut steps, &plain, at, at + length, piece);
                });
            }
        }
        Self(steps)
    }

    /// Points of the first `length` characters, or of all if there are fewer.
    pub fn points(&self, length: usize) -> u16 {
        self.0[length.min(self.0.len() - 1)].points
    }

    /// The pieces of the whole, last one first.
    pub fn pieces(&self) -> impl Iterator<Item = Piece<'a>> {
        let mut at = self.0.len() - 1;
        std::iter::from_fn(move || {
            let step = (at > 0).then(|| self.0[at])?;
            at = step.from;
            Some(step.piece)
        })
    }
}

/// Folded, and with `i` taken for `l`: `1`, `!` and `|` stand for either, so neither choice of the folding may hide a word.
fn alike(plain: char) -> char {
    match fold::fold(plain) {
        'i' => 'l',
        other => other,
    }
}

fn offer<'a>(steps: &mut [Step<'a>], from: usize, to: usize, piece: Piece<'a>) {
    let points = steps[from].points.saturating_add(1);
    let known = &mut steps[to];
    if (points, piece) < (known.points, known.piece) {
        *known = Step { points, from, piece };
    }
}

/// The same, alone and with what sets it apart from the next word.
fn offer_set_apart<'a>(steps: &mut [Step<'a>], plain: &[char], from: usize, to: usize, piece: Piece<'a>) {
    offer(steps, from, to, piece);
    if plain.get(to).is_some_and(|next| sets_apart(*next)) {
        offer(steps, from, to + 1, piece);
    }
}

/// Whether people put this between words.
fn sets_apart(plain: char) -> bool {
    plain.is_whitespace() || matches!(plain, '-' | '_' | '.' | ',' | '/' | '+')
}

/// Calls `found` with the length of every stretch at the front of `ahead` that reads as the term.
fn stretches(ahead: &[char], term: &[char], mut found: impl FnMut(usize)) {
    let whole = term.len();
    let same = ahead.iter().zip(term).take_while(|(a, b)| a == b).count();
    if same == whole {
        found(whole);
    }
    if whole < FUZZY_FROM {
        return;
    }
    // The edit, if there is one, can always be placed where the two first differ.
    let goes_on = |from: usize, rest: &[char]| ahead.get(from..).is_some_and(|a| a.starts_with(rest));
    if same < whole && goes_on(same + 1, &term[same + 1..]) {
        found(whole);
    }
    if (1..whole).contains(&same) && goes_on(same + 1, &term[same..]) {
        found(whole + 1);
    }
    let missing = same.min(whole - 1);
    if goes_on(missing, &term[missing + 1..]) {
        found(whole - 1);
    }
}

/// Whether what ends here is a year of this century or the last: what people add to a word when they are made to
/// change it.
fn is_year(plain: &[char]) -> bool {
    matches!(plain, [.., '1', '9', tens, ones] | [.., '2', '0', tens, ones]
        if tens.is_ascii_digit() && ones.is_ascii_digit())
}

/// For each kind of sequence, how long the one is that ends here.
#[derive(Default)]
struct Sequences([usize; SEQUENCES.len()]);

impl Sequences {
    fn extend(&mut self, steps: &mut [Step<'_>], plain: &[char], at: usize) {
        let code = |index: usize| i64::from(u32::from(plain[index]));
        let distance = (at >= 2).then(|| code(at - 1) - code(at - 2));
        for (length, (step, least)) in self.0.iter_mut().zip(SEQUENCES) {
            *length = if distance == Some(step) { *length + 1 } else { 1 };
            // Every start that leaves it long enough: an earlier one is not always the cheaper.
            for from in at - *length..(at + 1).saturating_sub(least) {
                offer(steps, from, at, Piece::Pattern);
            }
        }
    }
}

/// For each distance, how long the stretch is that ends here and equals the one so far before it, and from where it is
/// cheapest to begin repeating.
struct Repeats(Vec<(usize, usize)>);

impl Repeats {
    fn new(length: usize) -> Self {
        Self(vec![(0, 0); length / 2 + 1])
    }

    fn extend(&mut self, steps: &mut [Step<'_>], letters: &[char], at: usize) {
        let last = at - 1;
        // A distance of one is a run.
        for (distance, (length, cheapest)) in self.0.iter_mut().enumerate().skip(2) {
            if last < distance || letters[last] != letters[last - distance] {
                *length = 0;
                continue;
            }
            *length += 1;
            // Nothing less than the whole of what stands before: phrases say "the" twice.
            let enough = distance.max(REPEAT_MINIMUM);
            if *length < enough {
                continue;
            }
            let begin = at - enough;
            if *length == enough || steps[begin].points < steps[*cheapest].points {
                *cheapest = begin;
            }
            offer(steps, *cheapest, at, Piece::Pattern);
        }
    }
}

#[cfg(test)]
mod tests;
