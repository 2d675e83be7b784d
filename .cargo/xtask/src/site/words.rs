//! A file of words: `key = text` on each line, `#` before a remark, `\n` in a text for a line break. The browser gets
//! only the texts, in the order of the keys: a number finds a text, and the keys cost nothing on the wire.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

/// One language.
pub struct Catalogue {
    order: Vec<String>,
    texts: BTreeMap<String, String>,
}

impl Catalogue {
    /// Reads a file, and refuses it whole for one bad line.
    pub fn parse(file: &str) -> Result<Self> {
        let mut catalogue = Self {
            order: Vec::new(),
            texts: BTreeMap::new(),
        };
        for (index, line) in file.trim_start_matches('\u{feff}').lines().enumerate() {
            let (line, number) = (line.trim(), index + 1);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (key, text) = line
                .split_once(" = ")
                .with_context(|| format!("line {number} has no ` = `"))?;
            let (key, text) = (key.trim().to_owned(), text.trim().replace("\\n", "\n"));
            if key.is_empty() || text.is_empty() {
                bail!("line {number} needs a key before ` = ` and a text after it");
            }
            if catalogue.texts.insert(key.clone(), text).is_some() {
                bail!("line {number} gives `{key}` a second text");
            }
            catalogue.order.push(key);
        }
        Ok(catalogue)
    }

    /// The texts in the order of another language's keys. Both must have the same keys: a page with a hole in it is
    /// worse than a build that fails.
    pub fn in_order_of<'a>(&'a self, first: &Self) -> Result<Vec<&'a str>> {
        let missing: Vec<_> = first
            .order
            .iter()
            .filter(|key| !self.texts.contains_key(*key))
            .cloned()
            .collect();
        let unknown: Vec<_> = self
            .order
            .iter()
            .filter(|key| !first.texts.contains_key(*key))
            .cloned()
            .collect();
        if !missing.is_empty() || !unknown.is_empty() {
            bail!(
                "missing: [{}]; not in the first language: [{}]",
                missing.join(", "),
                unknown.join(", ")
            );
        }
        Ok(first
            .order
            .iter()
            .filter_map(|key| self.texts.get(key))
            .map(String::as_str)
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN: &str = "# Reset\nreset-title = Reset your password\n\nreset-hint = One\\nTwo = 2\n";

    #[test]
    fn texts_keep_the_order_of_the_first_language() {
        let en = Catalogue::parse(EN).unwrap();
        let ja = Catalogue::parse("reset-hint = 一\nreset-title = 再設定").unwrap();
        assert_eq!(ja.in_order_of(&en).unwrap(), ["再設定", "一"]);
    }

    #[test]
    fn a_text_may_hold_a_line_break_and_an_equals_sign() {
        let en = Catalogue::parse(EN).unwrap();
        assert_eq!(en.in_order_of(&en).unwrap(), ["Reset your password", "One\nTwo = 2"]);
    }

    #[test]
    fn a_language_with_a_hole_or_a_stray_key_is_refused() {
        let en = Catalogue::parse(EN).unwrap();
        let hole = Catalogue::parse("reset-title = 再設定").unwrap();
        assert!(hole.in_order_of(&en).unwrap_err().to_string().contains("reset-hint"));
        let stray = Catalogue::parse("reset-title = a\nreset-hint = b\nold = c").unwrap();
        assert!(stray.in_order_of(&en).unwrap_err().to_string().contains("old"));
    }

    #[test]
    fn a_bad_line_is_named_by_its_number() {
        for (file, number) in [("a = b\nc", "line 2"), ("a =", "line 1"), ("a = b\na = c", "line 2")] {
            assert!(
                Catalogue::parse(file).err().unwrap().to_string().contains(number),
                "{file}"
            );
        }
    }
}
