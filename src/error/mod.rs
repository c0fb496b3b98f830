//! The one error type of the library: what is wrong, where, and what to do about it.
//!
//! Everything here speaks of the library. The command line turns settings into flags, and puts its own commands into advice.

mod advice;
pub mod kind;
mod legal;
pub mod place;

use std::fmt::{Display, Formatter};
use std::path::PathBuf;

pub use kind::Kind;
pub use legal::Legal;
pub use place::{Artefact, Place, Resource, Setting, Unit};

/// What went wrong, where, and what to do about it.
///
/// [`Error::kind`] and [`Error::place`] are for programs; the text is for people and names the place, the problem and a way out:
///
/// ```
/// use volley::error::{Kind, Place, Setting};
/// use volley::fixed_point::Settings;
///
/// let error = Settings { weight_bits: 40, ..Settings::default() }.validate().unwrap_err();
/// match (error.place(), error.kind()) {
///     (Place::Setting(Setting::WeightBits), Kind::OutOfRange { value, .. }) => assert_eq!(*value, 40.0),
///     other => panic!("{other:?}"),
/// }
/// assert_eq!(error.to_string(), "weight bits: it is 40; choose 2 to 16");
/// ```
#[derive(Debug)]
pub struct Error(Box<Content>);

#[derive(Debug)]
struct Content {
    kind: Kind,
    place: Place,
    /// In place of the kind's own.
    advice: Option<String>,
}

/// Shorthand for results of the library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Kind {
    /// [`Kind::OutOfRange`].
    pub fn out_of_range(value: impl Into<f64>, legal: impl Into<Legal>) -> Kind {
        Kind::OutOfRange { value: value.into(), legal: legal.into() }
    }

    /// [`Kind::Malformed`].
    pub fn malformed(wanted: Artefact, problem: impl ToString) -> Kind {
        Kind::Malformed { wanted, problem: problem.to_string().trim_end().to_owned() }
    }

    /// [`Kind::Internal`].
    pub fn internal(problem: impl ToString) -> Kind {
        Kind::Internal { problem: problem.to_string() }
    }

    /// The error of this kind at `place`: a [`Setting`], a path, or another [`Place`].
    pub fn at(self, place: impl Into<Place>) -> Error {
        Error(Box::new(Content { kind: self, place: place.into(), advice: None }))
    }
}

impl Error {
    /// What is wrong.
    pub fn kind(&self) -> &Kind {
        &self.0.kind
    }

    /// Where it is wrong.
    pub fn place(&self) -> &Place {
        &self.0.place
    }

    /// What to do about it, in terms of the library.
    pub fn advice(&self) -> String {
        self.0.advice.clone().unwrap_or_else(|| self.0.kind.advice())
    }

    /// The same error with better advice than that of its kind.
    pub fn advise(mut self, advice: impl Into<String>) -> Error {
        self.0.advice = Some(advice.into());
        self
    }

    /// The same error in `file`, whose content is wrong.
    pub fn within(mut self, file: impl Into<PathBuf>) -> Error {
        self.0.place = Place::within(file, self.0.place);
        self
    }

    /// The same error at another place.
    pub fn moved(mut self, place: impl Into<Place>) -> Error {
        self.0.place = place.into();
        self
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}; {}", self.place(), self.kind(), self.advice())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.kind() {
            Kind::Unreadable { error, .. }
            | Kind::Unwritable { error }
            | Kind::ToolNotStarted { error, .. }
            | Kind::PortGone { error } => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_pointer_and_goes_between_threads() {
        fn shared<T: std::error::Error + Send + Sync + 'static>() -> usize {
            size_of::<T>()
        }
        assert_eq!(shared::<Error>(), size_of::<usize>());
    }

    #[test]
    fn a_setting_in_a_file_is_no_longer_the_callers() {
        let error = Kind::out_of_range(0, 1.0..=255.0).at(Setting::Members);
        assert_eq!(error.place().setting(), Some(Setting::Members));
        let error = error.within("net/network.toml");
        assert_eq!(error.place().setting(), None);
        assert_eq!(error.to_string(), "net/network.toml: members: it is 0; choose 1 to 255");
    }

    #[test]
    fn ranges_read_as_sentences() {
        use std::ops::Bound;
        let legal = |legal: Legal| legal.to_string();
        assert_eq!(legal((2.0..=16.0).into()), "2 to 16");
        assert_eq!(legal((0.0..1.0).into()), "at least 0 and less than 1");
        assert_eq!(legal((Bound::Excluded(0.0), Bound::Unbounded).into()), "more than 0");
    }
}
