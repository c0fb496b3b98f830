//! A fence around tract, the one library here that asserts where a file may be at fault.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use tract_onnx::prelude::TractResult;

thread_local! {
    /// Whether this thread is inside of the fence, where a panic is an answer and nothing to print.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`, which calls tract, and says what is wrong if that fails.
///
/// What this room knows of is refused before tract sees it: it reads the graph by itself, with every operator, shape and
/// constant in it. But tract reads attributes of which this room knows nothing, and asserts where they do not fit. Such a
/// panic must not end the program. Nothing that `work` borrows is used when it has failed, so nothing half done is ever seen.
pub(crate) fn guarded<T>(work: impl FnOnce() -> TractResult<T>) -> Result<T, String> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let loud = take_hook();
        set_hook(Box::new(move |info| {
            if !INSIDE.get() {
                loud(info);
            }
        }));
    });
    INSIDE.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    INSIDE.set(false);
    match outcome {
        Ok(result) => result.map_err(|error| format!("{error:#}")),
        Err(_) => Err("it is beyond what tract can do".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error() {
        let empty: [u8; 0] = [];
        assert!(guarded(|| Ok(empty[std::hint::black_box(0)])).unwrap_err().contains("tract"));
        assert_eq!(guarded(|| Ok(1)), Ok(1));
    }
}
