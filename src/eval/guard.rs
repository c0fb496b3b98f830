//! A fence around rten, the one library here that asserts where a file may be wrong.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether this thread is inside the fence. There a panic is an answer, and is not printed.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Anything that rten reports.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs `work`, which calls rten, and says what is wrong if that fails.
///
/// The import reads the graph by itself, with every operator, shape and constant in it, and refuses what it knows to be wrong before
/// rten sees it. But rten reads attributes that the import does not know, and asserts where they do not fit. Such a panic must not end
/// the program. Nothing that `work` borrows is used after it has failed, so nothing half done is ever seen.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, String> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let loud = take_hook();
        set_hook(Box::new(move |info| {
            // When it loads a model, rten computes constants on threads of its own.
            let of_rten = std::thread::current().name().is_some_and(|name| name.starts_with("rten-"));
            if !INSIDE.get() && !of_rten {
                loud(info);
            }
        }));
    });
    INSIDE.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    INSIDE.set(false);
    match outcome {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err("it is beyond what rten can do".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error() {
        let empty: [u8; 0] = [];
        assert!(guarded(|| Ok(empty[std::hint::black_box(0)])).unwrap_err().contains("rten"));
        assert_eq!(guarded(|| Ok(1)), Ok(1));
    }
}
