//! Failpoints: named points at which a test kills the process, as a power cut would, to check that nothing is lost or
//! duplicated.
//!
//! They are compiled only with the feature `crash-points`, which the tests enable. Each stands just before or just
//! after a commit or a send; `tests/crash.rs` lists them all.

/// Kills the process at once if `MARKETPLACE_CRASH_AT` names this point.
#[cfg(feature = "crash-points")]
#[expect(
    clippy::disallowed_methods,
    reason = "not a setting of the product, and not in it"
)]
pub fn point(name: &str) {
    if std::env::var("MARKETPLACE_CRASH_AT").is_ok_and(|at| at == name) {
        use rustix::process::{Signal, getpid, kill_process};
        let _ = kill_process(getpid(), Signal::KILL);
        // No process survives SIGKILL. If the signal could not be sent, aborting is as sudden.
        std::process::abort();
    }
}

/// Does nothing: the program was built without failpoints.
#[cfg(not(feature = "crash-points"))]
#[inline]
pub const fn point(_: &str) {}
