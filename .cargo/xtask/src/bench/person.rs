//! Somebody who resets: their name, where messages reach them, and where they come from.

use std::net::Ipv4Addr;

use sha2::{Digest as _, Sha256};

/// Somebody who can reset. Each does so once: the first reset compares with the fewest old passwords, so it is the
/// dearest in what is not hashing.
pub struct Person(pub u32);

impl Person {
    pub fn name(&self) -> String {
        format!("person.{}", self.0)
    }

    pub fn email(&self) -> String {
        format!("{}@example.net", self.name())
    }

    /// Numbers far from one another: few messages go to numbers that begin alike.
    pub fn phone(&self) -> String {
        format!("+8190{:03}{:05}", 100 + self.0 % 900, self.0)
    }

    /// Everybody comes from a network of their own, so that nobody uses up the limits of another.
    pub fn network(&self) -> Ipv4Addr {
        Ipv4Addr::from_bits(Ipv4Addr::new(10, 0, 0, 1).to_bits() + self.0 * 256)
    }
}

/// The people, as `aikagi people import` reads them.
pub fn csv(people: u32) -> String {
    let mut csv = "name,email,phone,password\n".to_owned();
    for person in (0..people).map(Person) {
        let password = hex::encode(&Sha256::digest(person.name())[..12]);
        let row = [person.name(), person.email(), person.phone(), password];
        csv.push_str(&row.join(","));
        csv.push('\n');
    }
    csv
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_people_share_a_number_or_a_network() {
        let (one, other) = (Person(7), Person(8));
        assert_eq!(one.phone(), "+819010700007");
        assert_eq!(one.network().to_string(), "10.0.7.1");
        assert_eq!(other.network().to_string(), "10.0.8.1");
    }
}
