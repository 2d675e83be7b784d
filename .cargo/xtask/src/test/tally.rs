//! Counting tests by the closing lines of the runners that ran them.

/// How many tests passed and failed, over all runners.
#[derive(Default)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl Tally {
    /// nextest: `Summary [   1.2s] 14 tests run: 12 passed (1 slow), 2 failed, 1 skipped`.
    pub fn hear_nextest(&mut self, line: &str) {
        let Some((before, counts)) = line.split_once(" run: ") else {
            return;
        };
        if before.trim_start().starts_with("Summary [") {
            counts.split(',').for_each(|part| self.count(part));
        }
    }

    /// `cargo test`: `test result: ok. 3 passed; 0 failed; 0 ignored; …`.
    pub fn hear_cargo_test(&mut self, line: &str) {
        if let Some((_, counts)) = line
            .strip_prefix("test result: ")
            .and_then(|rest| rest.split_once(". "))
        {
            counts.split(';').for_each(|part| self.count(part));
        }
    }

    /// Playwright closes with one line per kind, indented by two: `  12 passed (30.1s)`.
    pub fn hear_playwright(&mut self, line: &str) {
        if line.starts_with("  ") && !line.starts_with("   ") {
            self.count(line);
        }
    }

    /// `12 passed` with anything in brackets behind it.
    fn count(&mut self, part: &str) {
        let part = part.split('(').next().unwrap_or(part).trim();
        let Some((number, kind)) = part.split_once(' ') else {
            return;
        };
        let Ok(number) = number.parse::<u64>() else { return };
        match kind {
            // A flaky test passed in the end; Playwright's own settings say whether that is good enough.
            "passed" | "flaky" => self.passed += number,
            "failed" | "timed out" | "exec failed" | "interrupted" => self.failed += number,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closing_line_of_nextest_is_counted() {
        let mut tally = Tally::default();
        tally.hear_nextest(
            "     Summary [   0.010s] 16 tests run: 12 passed (1 slow), 3 failed, 1 timed out, 4 skipped",
        );
        tally.hear_nextest("        PASS [   0.004s] portal a_test_run: 99 passed");
        assert_eq!((tally.passed, tally.failed), (12, 4));
    }

    #[test]
    fn closing_lines_of_cargo_test_are_added_up() {
        let mut tally = Tally::default();
        tally.hear_cargo_test("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out");
        tally.hear_cargo_test("test result: FAILED. 1 passed; 2 failed; 0 ignored");
        assert_eq!((tally.passed, tally.failed), (4, 2));
    }

    #[test]
    fn closing_lines_of_playwright_are_added_up() {
        let mut tally = Tally::default();
        for line in [
            "  2 failed",
            "    [chromium] › a.spec.ts:1 › 7 failed",
            "  1 flaky",
            "  12 passed (30.1s)",
            "  3 skipped",
        ] {
            tally.hear_playwright(line);
        }
        assert_eq!((tally.passed, tally.failed), (13, 2));
    }
}
