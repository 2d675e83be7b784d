//! `cargo xtask bench`: figures against their budgets, from the binary that is shipped. It is never part of the tests:
//! a slow machine is no fault of the code.

mod browser;
mod cluster;
mod crowd;
mod figure;
mod form;
mod journey;
mod lighthouse;
mod memory;
mod overload;
mod person;
mod post;
mod processor;
mod rate;
mod scratch;
mod sizes;
mod start;
mod timing;
mod visitor;

use anyhow::{Result, bail};
use clap::builder::PossibleValuesParser;

use crate::place::Place;
use crate::site::Site;
use crate::{release, stopwatch, table};
use figure::Figure;
use scratch::{Installation, Scratch};

/// What a measure may look at.
struct Bench<'a> {
    place: &'a Place,
    site: &'a Site,
    /// A server without accounts, which nobody else visits.
    server: &'a Scratch,
    /// How long each speed is measured.
    seconds: u64,
}

/// One topic, one or more figures.
type Measure = fn(&Bench) -> Result<Vec<Figure>>;

/// In this order: idle memory before the load, loaded memory after it. A further topic is one more file and one more
/// row here.
const MEASURES: [(&str, &str, Measure); 11] = [
    ("sizes", "what a phone must fetch", sizes::measure),
    ("start", "from the command to the first answer", start::measure),
    ("memory, idle", "before anybody came", memory::idle),
    ("pages", "rendered pages against a static file", rate::measure),
    ("memory, after pages", "what they left behind", memory::after_pages),
    (
        "journey",
        "the processor time of whole resets, hashing and the rest",
        journey::measure,
    ),
    ("crowd", "resets amid few accounts and amid many", crowd::measure),
    (
        "overload",
        "ten times as many sign-ins as can be hashed",
        overload::measure,
    ),
    (
        "timing",
        "whether answers come sooner to some than to others",
        timing::measure,
    ),
    ("cluster", "two servers on one database against one", cluster::measure),
    (
        "lighthouse",
        "what a phone shows of the first pages, and how soon",
        lighthouse::measure,
    ),
];

/// What may be measured alone.
pub fn topics() -> PossibleValuesParser {
    PossibleValuesParser::new(MEASURES.map(|(what, ..)| what))
}

/// Measures everything, or only some topics; an error when a figure is over its budget.
pub fn run(place: &Place, seconds: u64, only: &[String]) -> Result<()> {
    let site = release::shipped(place)?;
    let installation = Installation::empty(place)?;
    let server = Scratch::serve(place, &installation)?;
    let bench = Bench {
        place,
        site: &site,
        server: &server,
        seconds,
    };
    let mut figures = Vec::new();
    let mut failed = Vec::new();
    let is_wanted = |what: &str| only.is_empty() || only.iter().any(|one| one == what);
    for (what, why, measure) in MEASURES.into_iter().filter(|(what, ..)| is_wanted(what)) {
        match stopwatch::timed(what, why, || measure(&bench)) {
            Ok(more) => figures.extend(more),
            Err(error) => {
                println!("    {error:#}");
                failed.push(what);
            }
        }
    }

    println!();
    let rows: Vec<_> = figures.iter().map(Figure::row).collect();
    table::print(&["figure", "measured", "budget", ""], &rows);
    if !failed.is_empty() {
        bail!("not measured: {}", failed.join(", "));
    }
    let over = figures.iter().filter(|figure| figure.is_over()).count();
    if over > 0 {
        bail!("{over} of {} figures are over budget", figures.len());
    }
    Ok(())
}
