//! What Lighthouse says of the pages that everybody sees, on a phone as it imagines one. Each page is judged by the
//! median of some runs, and the worst page counts.

use std::collections::BTreeSet;
use std::env;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::Bench;
use super::figure::{Budget, Figure, Unit};
use super::scratch::{Installation, Scratch};
use crate::place::Place;
use crate::process;

const PAGES: [&str; 4] = ["/", "/reset", "/register", "/signin"];
/// Of each page.
const RUNS: usize = 5;
/// Lighthouse's names, and the points of a hundred that are asked for.
const CATEGORIES: [(&str, f64); 3] = [
    ("performance", 98.0),
    ("accessibility", 100.0),
    ("best-practices", 100.0),
];
/// The greatest layout shift, as a share of the screen.
const MOST_SHIFT: f64 = 0.02;
const PROGRAM: &str = "end2end/node_modules/.bin/lighthouse";
/// As the journeys start it: root needs the first, and it does not call home.
const CHROMIUM: &str = "--headless=new --no-sandbox --disable-background-networking --disable-component-update \
     --disable-sync --disable-quic";

/// What one run found.
#[derive(Debug, PartialEq)]
struct Report {
    /// Points of a hundred, in the order of [`CATEGORIES`].
    points: [f64; CATEGORIES.len()],
    shift: f64,
    /// The audits that cost points, each with its category.
    wanting: BTreeSet<String>,
}

/// What all runs found of one page: medians, in the order of [`CATEGORIES`].
struct Judged {
    page: &'static str,
    points: [f64; CATEGORIES.len()],
    shift: f64,
}

pub fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    ensure!(
        bench.place.at(PROGRAM).exists(),
        "Lighthouse is not installed; `cargo xtask test --only setup` installs it"
    );
    let installation = Installation::empty(bench.place)?;
    let server = Scratch::serve(bench.place, &installation)?;
    let pages = PAGES.map(|page| judge(bench.place, &server, page));
    rows(&pages.into_iter().collect::<Result<Vec<_>>>()?)
}

/// Looks at one page so many times, and names what costs it too many points.
fn judge(place: &Place, server: &Scratch, page: &'static str) -> Result<Judged> {
    let url = format!("http://localhost:{}{page}", server.public());
    let run = |_| patiently(place, &url).with_context(|| format!("Lighthouse on {page}"));
    let reports = (0..RUNS).map(run).collect::<Result<Vec<_>>>()?;
    let middle = |of: &dyn Fn(&Report) -> f64| median(reports.iter().map(of).collect());
    let judged = Judged {
        page,
        points: std::array::from_fn(|which| middle(&|report| report.points[which])),
        shift: middle(&|report| report.shift),
    };
    println!("    {page}: {:?}, layout shift {:.3}", judged.points, judged.shift);
    let wanting: BTreeSet<_> = reports.iter().flat_map(|report| &report.wanting).collect();
    for ((category, least), points) in CATEGORIES.iter().zip(judged.points) {
        let audits = wanting.iter().filter(|_| points < *least);
        for audit in audits.filter(|audit| audit.starts_with(category)) {
            println!("      {audit}");
        }
    }
    Ok(judged)
}

/// One run, and another where that one came to nothing: now and then a browser does not record what it does, and
/// Lighthouse asks to be run again.
fn patiently(place: &Place, url: &str) -> Result<Report> {
    look(place, url).or_else(|error| {
        println!("    once more: {error:#}");
        look(place, url)
    })
}

/// One run.
fn look(place: &Place, url: &str) -> Result<Report> {
    let browser = env::var_os("CHROMIUM").unwrap_or_else(|| "/usr/bin/chromium".into());
    ensure!(Path::new(&browser).exists(), "Chromium is not installed");
    let categories = CATEGORIES.map(|(category, _)| category).join(",");
    let mut command = process::program(place, PROGRAM);
    command.env("CHROME_PATH", browser).arg(url);
    command.args([
        "--quiet",
        "--output=json",
        "--output-path=stdout",
        "--no-enable-error-reporting",
    ]);
    command.arg(format!("--only-categories={categories}"));
    command.arg(format!("--chrome-flags={CHROMIUM}"));
    let told = process::read(&mut command)?;
    report(&serde_json::from_str(&told).context("a report that is no JSON")?)
}

/// From the JSON that it prints.
fn report(told: &Value) -> Result<Report> {
    if let Some(error) = told["runtimeError"]["message"].as_str() {
        anyhow::bail!("{error}");
    }
    let mut points = [0.0; CATEGORIES.len()];
    let mut wanting = BTreeSet::new();
    for ((name, _), points) in CATEGORIES.iter().zip(&mut points) {
        let category = &told["categories"][name];
        let score = category["score"]
            .as_f64()
            .with_context(|| format!("no score for {name}"))?;
        // Given in hundredths, but as a share.
        *points = (score * 100.0).round();
        let audits = category["auditRefs"].as_array().map_or(&[][..], Vec::as_slice);
        wanting.extend(
            audits
                .iter()
                .filter(|audit| audit["weight"].as_f64() > Some(0.0))
                .filter_map(|audit| audit["id"].as_str())
                .filter(|id| told["audits"][id]["score"].as_f64() < Some(1.0))
                .map(|id| {
                    format!(
                        "{name}: {id} {}",
                        told["audits"][id]["displayValue"].as_str().unwrap_or_default()
                    )
                }),
        );
    }
    let shift = &told["audits"]["cumulative-layout-shift"]["numericValue"];
    Ok(Report {
        points,
        shift: shift.as_f64().context("no layout shift")?,
        wanting,
    })
}

fn rows(pages: &[Judged]) -> Result<Vec<Figure>> {
    let mut rows = Vec::new();
    for (which, (category, least)) in CATEGORIES.into_iter().enumerate() {
        let worst = pages
            .iter()
            .min_by(|one, other| one.points[which].total_cmp(&other.points[which]));
        let worst = worst.context("no page was looked at")?;
        let what = format!("Lighthouse, {category}, median of {RUNS}, worst page {}", worst.page);
        rows.push(Figure::new(
            what,
            worst.points[which],
            Unit::Count,
            Budget::AtLeast(least),
        ));
    }
    let worst = pages.iter().max_by(|one, other| one.shift.total_cmp(&other.shift));
    let worst = worst.context("no page was looked at")?;
    rows.push(Figure::new(
        format!("layout shift, median of {RUNS}, worst page {}", worst.page),
        worst.shift,
        Unit::Shift,
        Budget::AtMost(MOST_SHIFT),
    ));
    Ok(rows)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(accessibility: f64, contrast: f64) -> Value {
        let audits = [("contrast", 7), ("hint", 0)].map(|(id, weight)| json!({"id": id, "weight": weight}));
        json!({
            "categories": {
                "performance": {"score": 0.99, "auditRefs": []},
                "accessibility": {"score": accessibility, "auditRefs": audits},
                "best-practices": {"score": 1.0, "auditRefs": []},
            },
            "audits": {
                "contrast": {"score": contrast, "displayValue": "2 of 3"},
                "hint": {"score": 0.0},
                "cumulative-layout-shift": {"score": 1.0, "numericValue": 0.016},
            },
        })
    }

    #[test]
    fn points_are_of_a_hundred_and_only_audits_with_weight_cost_any() {
        let found = report(&told(0.93, 0.0)).unwrap();
        assert_eq!(format!("{:?}", found.points), "[99.0, 93.0, 100.0]");
        assert!((found.shift - 0.016).abs() < 1e-9);
        assert_eq!(
            found.wanting,
            BTreeSet::from(["accessibility: contrast 2 of 3".to_owned()])
        );
        assert!(report(&told(1.0, 1.0)).unwrap().wanting.is_empty());
    }

    #[test]
    fn a_page_that_could_not_be_judged_is_no_page_with_no_points() {
        let mut told = told(1.0, 1.0);
        told["categories"]["performance"]["score"] = Value::Null;
        assert!(report(&told).is_err());
        told["runtimeError"] = json!({"message": "status 404"});
        assert_eq!(report(&told).unwrap_err().to_string(), "status 404");
    }

    #[test]
    fn the_worst_page_counts_in_each_row() {
        let judged = |page, performance, shift| Judged {
            page,
            points: [performance, 100.0, 100.0],
            shift,
        };
        let rows = rows(&[judged("/", 99.0, 0.03), judged("/reset", 97.0, 0.0)]).unwrap();
        let over: Vec<_> = rows
            .iter()
            .filter(|row| row.is_over())
            .map(|row| row.what.as_str())
            .collect();
        assert!(over[0].ends_with("/reset") && over[1].ends_with(" /"), "{over:?}");
        assert_eq!(over.len(), 2);
    }

    #[test]
    fn one_bad_run_of_five_changes_no_median() {
        assert!((median(vec![0.2, 0.0, 0.01, 0.0, 0.01]) - 0.01).abs() < 1e-9);
    }
}
