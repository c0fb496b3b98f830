//! The range that a number must be in.

use std::ops::{Bound, RangeBounds};

/// The numbers that a setting may have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Legal {
    /// The lower end.
    pub least: Bound<f64>,
    /// The upper end.
    pub most: Bound<f64>,
}

impl<R: RangeBounds<f64>> From<R> for Legal {
    fn from(range: R) -> Legal {
        Legal { least: range.start_bound().cloned(), most: range.end_bound().cloned() }
    }
}

impl std::fmt::Display for Legal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use Bound::{Excluded, Included, Unbounded};
        match (self.least, self.most) {
            (Included(least), Included(most)) => write!(f, "{least} to {most}"),
            (Included(least), Excluded(most)) => write!(f, "at least {least} and less than {most}"),
            (Included(least), Unbounded) => write!(f, "{least} or more"),
            (Excluded(least), Included(most)) => write!(f, "more than {least} and at most {most}"),
            (Excluded(least), Excluded(most)) => write!(f, "more than {least} and less than {most}"),
            (Excluded(least), Unbounded) => write!(f, "more than {least}"),
            (Unbounded, Included(most)) => write!(f, "at most {most}"),
            (Unbounded, Excluded(most)) => write!(f, "less than {most}"),
            (Unbounded, Unbounded) => f.write_str("any number"),
        }
    }
}
