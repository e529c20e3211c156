//! Named points at which a test ends the program as a power cut would, to see that nothing is lost or doubled.
//!
//! They are in the program only where it is built with the feature `crash-points`, as the tests do. Each stands
//! just before or just after a commit or a send; `tests/crash.rs` lists them all.

/// Ends the program here, at once, where `MARKETPLACE_CRASH_AT` names this point.
#[cfg(feature = "crash-points")]
#[expect(
    clippy::disallowed_methods,
    reason = "not a setting of the product, and not in it"
)]
pub fn point(name: &str) {
    if std::env::var("MARKETPLACE_CRASH_AT").is_ok_and(|at| at == name) {
        use rustix::process::{Signal, getpid, kill_process};
        let _ = kill_process(getpid(), Signal::KILL);
        // Nobody survives that signal; where it could not be sent, this is as sudden.
        std::process::abort();
    }
}

/// Nothing: the program was built without such points.
#[cfg(not(feature = "crash-points"))]
#[inline]
pub const fn point(_: &str) {}
