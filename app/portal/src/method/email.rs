//! The authentication email: a mailbox that opens without the password being reset.

use serde::{Deserialize, Serialize};

/// Longest address accepted, in characters (RFC 5321 §4.5.3.1.3, path without brackets).
pub const LONGEST: usize = 254;

/// What is wrong with an address that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// Nothing was typed.
    Missing,
    /// Not of the form `name@domain`, or with characters that no mailbox of ours could have.
    Malformed,
    /// Longer than [`LONGEST`].
    TooLong,
    /// The mailbox opens with the password that would be reset.
    OwnMailbox,
}

/// How an address is shown to somebody who has not proved anything: first letters and last label only, in one fixed
/// shape, so that the length says nothing.
pub fn mask(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    let (host, last) = domain.rsplit_once('.').unwrap_or((domain, ""));
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    format!("{}•••••@{}•••.{last}", first(local), first(host))
}

#[cfg(feature = "service")]
mod parse {
    use super::{LONGEST, Problem};

    /// A letter of ASCII as a Japanese keyboard types it in full width, and any other as it is.
    fn narrow(letter: char) -> char {
        match letter {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
            other => other,
        }
    }

    /// Reads an address: surrounding spaces go, letters in full width become narrow, the domain becomes its ASCII form in
    /// lower case, the local part stays as typed (some servers tell cases apart). Quoted local parts and address literals
    /// are refused: real people's mailboxes have neither, and every parser disagrees about them.
    ///
    /// # Errors
    /// The first [`Problem`] found.
    pub fn parse(typed: &str) -> Result<String, Problem> {
        let typed: String = typed.trim().chars().map(narrow).collect();
        if typed.is_empty() {
            return Err(Problem::Missing);
        }
        if typed.chars().count() > LONGEST {
            return Err(Problem::TooLong);
        }
        let (local, domain) = typed.rsplit_once('@').ok_or(Problem::Malformed)?;
        let local_fits = (1..=64).contains(&local.len())
            && local
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c))
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        match domain_of(domain) {
            Some(domain) if local_fits => Ok(format!("{local}@{domain}")),
            _ => Err(Problem::Malformed),
        }
    }

    /// The domain of mailboxes in its ASCII form, in lower case; none where there can be none: a name of one label, an
    /// address of a machine, or no name at all.
    pub fn domain_of(typed: &str) -> Option<String> {
        let domain = idna::domain_to_ascii_strict(typed).ok()?;
        let labels: Vec<&str> = domain.split('.').collect();
        let is_machine = labels
            .last()
            .is_some_and(|last| last.chars().all(|c| c.is_ascii_digit()));
        (labels.len() >= 2 && labels.iter().all(|label| !label.is_empty()) && !is_machine).then_some(domain)
    }

    /// An address with its letters in lower case. Few servers tell cases apart, and people do not.
    pub fn folded(address: &str) -> String {
        address.to_ascii_lowercase()
    }

    /// Whether two addresses are one mailbox as far as we can tell: domains are equal, local parts are equal without
    /// regard to case or to a `+tag`.
    pub fn same_mailbox(one: &str, other: &str) -> bool {
        fn key(address: &str) -> Option<(String, String)> {
            let (local, domain) = address.rsplit_once('@')?;
            let local = local.split('+').next().unwrap_or(local);
            Some((local.to_lowercase(), domain.to_lowercase()))
        }
        key(one).is_some() && key(one) == key(other)
    }

    /// Whether the address lies in one of the domains (or below one of them) whose mailboxes open with the password. They
    /// are compared in their ASCII form, however they are written.
    pub fn lies_in(address: &str, domains: &[String]) -> bool {
        let Some(domain) = address.rsplit_once('@').and_then(|(_, domain)| domain_of(domain)) else {
            return false;
        };
        domains
            .iter()
            .filter_map(|own| domain_of(own.trim()))
            .any(|own| domain == own || domain.ends_with(&format!(".{own}")))
    }
}
#[cfg(feature = "service")]
pub use parse::{domain_of, folded, lies_in, parse, same_mailbox};

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn a_mask_has_one_shape_whatever_the_length() {
        assert_eq!(mask("jo@example.net"), "j•••••@e•••.net");
        assert_eq!(mask("johanna.maria.schmidt@mail.example.net"), "j•••••@m•••.net");
    }

    #[cfg(feature = "service")]
    mod parsing {
        use super::super::{Problem, folded, lies_in, parse, same_mailbox};

        #[test]
        fn an_address_is_trimmed_and_its_domain_folded() {
            assert_eq!(parse(" Hana.T@Example.NET ").as_deref(), Ok("Hana.T@example.net"));
            assert_eq!(parse("hana@ⓔxample.com").as_deref(), Ok("hana@example.com"));
            assert_eq!(parse("hana@faß.de").as_deref(), Ok("hana@xn--fa-hia.de"));
            assert_eq!(
                parse("ｈａｎａ＠ｅｘａｍｐｌｅ．ｎｅｔ　").as_deref(),
                Ok("hana@example.net")
            );
        }

        #[test]
        fn what_is_no_mailbox_is_refused() {
            for typed in [
                "hana",
                "hana@",
                "@example.net",
                "hana@localhost",
                "ha na@example.net",
                "hana@example.net.",
                "a..b@example.net",
                "\"hana\"@example.net",
                "hana@[127.0.0.1]",
                "hana@127.0.0.1",
                "hana\u{0}@example.net",
                "hana\r\nBcc: x@example.net",
                "a@b@example.net",
                "ｈana\u{202e}@example.net",
                "x@exam\u{200d}ple.net",
            ] {
                assert_eq!(parse(typed), Err(Problem::Malformed), "{typed:?}");
            }
            assert_eq!(parse("  "), Err(Problem::Missing));
            assert_eq!(
                parse(&format!("{}@example.net", "a".repeat(300))),
                Err(Problem::TooLong)
            );
        }

        #[test]
        fn letters_are_folded_and_nothing_else() {
            assert_eq!(folded("Ken.Sato+Home@example.net"), "ken.sato+home@example.net");
            assert_eq!(folded("+819012345678"), "+819012345678");
        }

        #[test]
        fn the_own_mailbox_is_recognised_in_other_spellings() {
            assert!(same_mailbox(
                "h.tanaka@kitayama.example",
                "H.Tanaka+private@KITAYAMA.example"
            ));
            assert!(!same_mailbox("h.tanaka@kitayama.example", "h.tanaka@example.net"));
            assert!(lies_in("x@mail.kitayama.example", &["Kitayama.example".into()]));
            assert!(!lies_in("x@notkitayama.example", &["kitayama.example".into()]));
            for own in ["北山.example", "北山。EXAMPLE", " xn--djro1t.example "] {
                let address = parse("x@post.北山.example").unwrap();
                assert!(lies_in(&address, &[own.into()]), "{own}");
            }
        }
    }
}
