//! Working copies of a candidate. On the server they are overwritten when dropped; the browser's memory cannot be wiped
//! reliably (the page keeps strings of its own), so there they are only short-lived.

#[cfg(feature = "service")]
pub use zeroize::Zeroizing as Scratch;

#[cfg(not(feature = "service"))]
pub use plain::Scratch;

#[cfg(any(test, not(feature = "service")))]
mod plain {
    use std::ops::{Deref, DerefMut};

    /// Takes the place of `zeroize::Zeroizing`.
    pub struct Scratch<T>(T);

    impl<T> Scratch<T> {
        pub fn new(value: T) -> Self {
            Self(value)
        }
    }

    impl<T> Deref for Scratch<T> {
        type Target = T;

        fn deref(&self) -> &T {
            &self.0
        }
    }

    impl<T> DerefMut for Scratch<T> {
        fn deref_mut(&mut self) -> &mut T {
            &mut self.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::plain::Scratch;

    #[test]
    fn what_is_kept_in_the_browser_is_what_was_put_there() {
        let mut kept = Scratch::new(vec!['a']);
        kept.push('b');
        assert_eq!(*kept, ['a', 'b']);
    }
}
