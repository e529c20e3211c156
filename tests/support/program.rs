//! The real program in a process of its own: this test program started anew for the one test that is `marketplace`.

use std::{
    ffi::OsStr,
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use tempfile::TempDir;

use super::STACK;

/// The words that the program is given.
const WORDS: &str = "TEST_PROGRAM_WORDS";
/// How long is waited for what the program must do.
const SOON: Duration = Duration::from_mins(1);
/// Settings that the machine may have for other programs.
const SETTINGS: [&str; 3] = [
    "DATABASE_URL",
    "MARKETPLACE_LISTEN",
    "MARKETPLACE_PRODUCTION",
];

/// What `marketplace` does with its words. Without any it is a test that has nothing to do.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how a test speaks to its own child is no setting of the product"
)]
fn the_program() {
    let Ok(words) = std::env::var(WORDS) else {
        return;
    };
    let words: Vec<String> = serde_json::from_str(&words).unwrap();
    let words = ["marketplace".to_owned()].into_iter().chain(words);
    let program = thread::Builder::new().stack_size(STACK).spawn(|| {
        let words = words.map(Into::into).collect::<Vec<_>>();
        api::cli::main(words) == std::process::ExitCode::SUCCESS
    });
    let done = program.unwrap().join().unwrap();
    std::process::exit(i32::from(!done));
}

/// A program that runs, or has run, in a folder of its own.
pub struct Program {
    child: Child,
    pub folder: TempDir,
}

/// How a program ended, and what it said.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub out: String,
    pub err: String,
}

impl Program {
    /// Starts it with these words.
    pub fn start<W: AsRef<OsStr>>(words: &[W]) -> Self {
        Self::start_with(words, &[])
    }

    /// The same with these in its environment.
    pub fn start_with<W: AsRef<OsStr>>(words: &[W], environment: &[(&str, &str)]) -> Self {
        Self::start_by(
            Command::new(std::env::current_exe().unwrap()),
            words,
            environment,
        )
    }

    /// Serves a database, and cannot make any file longer than so many bytes until it is told otherwise.
    pub fn serve_within(url: &str, key: &Path, bytes: u64) -> (Self, SocketAddr) {
        // The signal that a file is too long would end it.
        let mut shell = Command::new("sh");
        shell
            .args([
                "-c",
                &format!(
                    "trap '' XFSZ; ulimit -S -f {}; exec \"$0\" \"$@\"",
                    bytes / 512
                ),
            ])
            .arg(std::env::current_exe().unwrap());
        let key = key.to_str().unwrap();
        let words = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--database-url",
            url,
            "--token-key-file",
            key,
        ];
        let mut program = Self::start_by(shell, &words, &[]);
        let address = program.told("GraphQL     http://");
        (program, address)
    }

    /// Lets its files be as long as they need to be.
    pub fn lift_limit(&self) {
        let unlimited = Rlimit {
            current: None,
            maximum: None,
        };
        prlimit(
            Some(Pid::from_child(&self.child)),
            Resource::Fsize,
            unlimited,
        )
        .unwrap();
    }

    fn start_by<W: AsRef<OsStr>>(
        mut command: Command,
        words: &[W],
        environment: &[(&str, &str)],
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let words: Vec<_> = words
            .iter()
            .map(|word| word.as_ref().to_str().unwrap())
            .collect();
        let file = |name| Stdio::from(File::create(folder.path().join(name)).unwrap());
        for setting in SETTINGS {
            command.env_remove(setting);
        }
        let child = command
            .args(["--exact", "support::program::the_program", "--nocapture"])
            .env(WORDS, serde_json::to_string(&words).unwrap())
            .envs(environment.iter().copied())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(file("out"))
            .stderr(file("err"))
            .spawn()
            .unwrap();
        Self { child, folder }
    }

    /// Runs it to its end.
    pub fn run<W: AsRef<OsStr>>(words: &[W]) -> Ended {
        Self::start(words).end()
    }

    /// Serves a database on a free port, with these words besides; waits until it is ready.
    pub fn serve(url: &str, key: &Path, more: &[&str]) -> (Self, SocketAddr) {
        Self::serve_with(url, key, more, &[])
    }

    /// The same with these in its environment.
    pub fn serve_with(
        url: &str,
        key: &Path,
        more: &[&str],
        environment: &[(&str, &str)],
    ) -> (Self, SocketAddr) {
        let key = key.to_str().unwrap();
        let mut words = vec!["serve", "--listen", "127.0.0.1:0", "--database-url", url];
        words.extend(["--token-key-file", key]);
        words.extend(more);
        let mut program = Self::start_with(&words, environment);
        let address = program.told("GraphQL     http://");
        (program, address)
    }

    /// The address in a line that begins so, once it was printed.
    pub fn told(&mut self, beginning: &str) -> SocketAddr {
        let begun = Instant::now();
        loop {
            let out = self.said("out");
            let line = out.lines().find_map(|line| line.split_once(beginning));
            if let Some((_, rest)) = line.filter(|_| out.ends_with('\n')) {
                return rest.split('/').next().unwrap().parse().unwrap();
            }
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none() && begun.elapsed() < SOON,
                "{ended:?}: {out} {}",
                self.said("err")
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// What it has said so far.
    pub fn said(&self, to: &str) -> String {
        let path: PathBuf = self.folder.path().join(to);
        fs::read_to_string(path).unwrap_or_default()
    }

    /// Tells it to stop, as whoever runs containers does.
    pub fn terminate(&self) {
        let id = Pid::from_child(&self.child);
        kill_process(id, Signal::TERM).unwrap();
    }

    /// Waits until it ends by itself.
    pub fn end(mut self) -> Ended {
        let begun = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < SOON, "it goes on: {}", self.said("err"));
            thread::sleep(Duration::from_millis(10));
        }
        Ended {
            status: self.child.wait().unwrap(),
            out: self.said("out"),
            err: self.said("err"),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
