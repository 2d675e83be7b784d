//! What somebody typed and nobody else may see, on its way from a form to the services.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// A password, a code or an answer as it was typed. Never shown, and overwritten when the server drops it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(Text);

#[cfg(feature = "ssr")]
type Text = zeroize::Zeroizing<String>;
// The browser's doors are never called with one: it posts the form itself.
#[cfg(not(feature = "ssr"))]
type Text = String;

impl Deref for Secret {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::json;

    use super::*;
    use crate::api::change::ChangePassword;
    use crate::api::recovery::{AnswerQuestions, SetPassword, Verify};
    use crate::api::registration::{ProveAgain, RegistrationVerify, SetQuestions};
    use crate::api::session::SignIn;

    const TYPED: &str = "qqxjz";

    fn shown<Door: DeserializeOwned + fmt::Debug>(fields: serde_json::Value) -> String {
        format!("{:?}", serde_json::from_value::<Door>(fields).unwrap())
    }

    #[test]
    fn no_door_shows_what_is_secret() {
        for shown in [
            shown::<SignIn>(json!({ "user_name": "n", "password": TYPED })),
            shown::<SetPassword>(json!({ "new_password": TYPED, "again": TYPED, "key": "k" })),
            shown::<Verify>(json!({ "code": TYPED, "key": "k" })),
            shown::<AnswerQuestions>(json!({ "answer1": TYPED, "answer2": TYPED, "answer3": TYPED, "key": "k" })),
            shown::<SetQuestions>(json!({ "question1": "q", "answer1": TYPED, "answer5": TYPED })),
            shown::<RegistrationVerify>(json!({ "code": TYPED })),
            shown::<ProveAgain>(json!({ "password": TYPED })),
            shown::<ChangePassword>(json!({ "current": TYPED, "new_password": TYPED, "again": TYPED })),
        ] {
            assert!(!shown.contains(TYPED), "{shown}");
        }
    }

    #[test]
    fn what_is_secret_is_overwritten_when_dropped() {
        fn overwritten(text: &(impl zeroize::ZeroizeOnDrop + Deref<Target = String>)) -> &str {
            text
        }
        let typed: Secret = serde_json::from_value(json!(TYPED)).unwrap();
        assert_eq!(overwritten(&typed.0), TYPED);
    }
}
