//! Settings that are one of a few words.
//!
//! The words and their meanings are listed once, beside the type; the command line and files show and read the same words.

/// A word that a setting does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{word}' is none of {}", accepted.join(", "))]
pub struct UnknownWord {
    /// What was given.
    pub word: String,
    /// What is accepted.
    pub accepted: Vec<&'static str>,
}

/// A setting that is one of a few words.
pub trait Words: Copy + PartialEq + Send + Sync + 'static {
    /// Each value, its word, and what it means in a line.
    const ALL: &'static [(Self, &'static str, &'static str)];

    /// The value's word.
    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(value, ..)| *value == self).map_or("", |(_, word, _)| word)
    }

    /// The value of a word.
    ///
    /// # Errors
    /// [`UnknownWord`], with those that are known.
    fn of_word(word: &str) -> Result<Self, UnknownWord> {
        let found = Self::ALL.iter().find(|(_, known, _)| *known == word).map(|(value, ..)| *value);
        let accepted = || Self::ALL.iter().map(|(_, word, _)| *word).collect();
        found.ok_or_else(|| UnknownWord { word: word.to_owned(), accepted: accepted() })
    }
}

/// Shows and reads a setting of a few words ([`Words`]) as its word.
macro_rules! as_word {
    ($kind:ty) => {
        impl std::fmt::Display for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad($crate::words::Words::word(*self))
            }
        }

        impl std::str::FromStr for $kind {
            type Err = $crate::words::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                $crate::words::Words::of_word(word)
            }
        }
    };
}
pub(crate) use as_word;

#[cfg(test)]
mod tests {
    use crate::convert::calibrate::Calibration;
    use crate::fixed_point::ThresholdMode;

    #[test]
    fn words_are_read_as_they_are_shown() {
        assert_eq!(ThresholdMode::Pow2.to_string(), "pow2");
        assert_eq!("pow2".parse(), Ok(ThresholdMode::Pow2));
        assert_eq!(Calibration::default().to_string().parse(), Ok(Calibration::Weights));
        let unknown = "half".parse::<ThresholdMode>().unwrap_err();
        assert_eq!(unknown.to_string(), "'half' is none of exact, pow2");
    }
}
