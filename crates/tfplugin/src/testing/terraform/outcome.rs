//! What a command came to.

use std::process::ExitStatus;

/// What a command came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Both streams, each run of white space and frame folded into one space, so that a message is found however it is
    /// wrapped.
    pub text: String,
}

impl Outcome {
    /// What a command that ended like this and printed this came to.
    pub fn new(status: ExitStatus, printed: &[u8]) -> Self {
        Self { code: status.code(), text: plain(&String::from_utf8_lossy(printed)) }
    }

    /// It succeeded.
    ///
    /// # Panics
    /// It did not.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.text);
        self
    }

    /// It failed with an error.
    ///
    /// # Panics
    /// It did not.
    #[track_caller]
    pub fn fails(self) -> Self {
        assert_eq!(self.code, Some(1), "{}", self.text);
        self
    }

    /// It says all of these.
    ///
    /// # Panics
    /// It does not say one of them.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.text.contains(word), "{word:?} is not in: {}", self.text);
        }
        self
    }

    /// It says none of these.
    ///
    /// # Panics
    /// It says one of them.
    #[track_caller]
    pub fn never_says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(!self.text.contains(word), "{word:?} is in: {}", self.text);
        }
        self
    }
}

fn plain(text: &str) -> String {
    let unframed = text.replace(['│', '╷', '╵'], " ");
    unframed.split_whitespace().collect::<Vec<_>>().join(" ")
}
