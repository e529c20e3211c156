//! What the operating system booked on whom, and the table that is made of it.
//!
//! Times on a busy machine tell more of the machine than of the program; the processor time that the
//! operating system books on a process hardly moves. It counts in hundredths of a second, so runs are long.

use std::fs;

/// What one operation took on one server, round after round.
#[derive(Default)]
pub struct Figures {
    /// Milliseconds of processor time of the server, per request.
    pub server: Vec<f64>,
    /// The same of PostgreSQL.
    pub database: Vec<f64>,
    /// Answers in a second.
    pub rate: Vec<f64>,
    /// Half of the answers came within so many milliseconds.
    pub p50: Vec<f64>,
    /// 99 in 100 answers came within so many milliseconds.
    pub p99: Vec<f64>,
}

impl Figures {
    /// What server and database took together.
    pub fn both(&self) -> f64 {
        let sums = self
            .server
            .iter()
            .zip(&self.database)
            .map(|(server, database)| server + database);
        median(&sums.collect::<Vec<_>>())
    }
}

/// One operation, on the marketplace, by hand, and bare.
pub struct Line {
    /// What it is.
    pub name: &'static str,
    /// Statements for one request; none where they could not be counted.
    pub statements: Option<f64>,
    /// The size of an answer.
    pub bytes: usize,
    /// The marketplace, the statement written by hand, the handler that does nothing, and an earlier build where one was named.
    pub figures: [Figures; 4],
}

/// The table as it stands in documents.
pub fn print(lines: &[Line], memory: f64) {
    println!(
        "\nProcessor milliseconds per request, server + PostgreSQL, at {} connections:\n",
        super::load::CLIENTS
    );
    println!(
        "| operation | marketplace | by hand | ratio | bare | statements | answer | a second | p50 ms | p99 ms |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for line in lines {
        let [ours, hand, bare, _] = &line.figures;
        let split = |figures: &Figures| {
            format!(
                "{:.3} + {:.3}",
                median(&figures.server),
                median(&figures.database)
            )
        };
        let statements = line
            .statements
            .map_or("?".to_owned(), |count| format!("{count:.1}"));
        println!(
            "| {} | {} | {} | {:.2} | {:.3} | {statements} | {:.1} kB | {:.0} | {:.1} | {:.1} |",
            line.name,
            split(ours),
            split(hand),
            ours.both() / hand.both(),
            median(&bare.server),
            f64::from(u32::try_from(line.bytes).unwrap_or(u32::MAX)) / 1000.0,
            median(&ours.rate),
            median(&ours.p50),
            median(&ours.p99),
        );
    }
    let compared: Vec<_> = lines
        .iter()
        .filter(|line| !line.figures[3].server.is_empty())
        .collect();
    if !compared.is_empty() {
        println!("\n| operation | before | now | ratio |\n|---|---|---|---|");
    }
    for line in compared {
        let [ours, _, _, before] = &line.figures;
        println!(
            "| {} | {:.3} + {:.3} | {:.3} + {:.3} | {:.2} |",
            line.name,
            median(&before.server),
            median(&before.database),
            median(&ours.server),
            median(&ours.database),
            ours.both() / before.both(),
        );
    }
    println!("\nThe marketplace's memory at its highest: {memory:.0} MB.");
}

/// The middle of some figures.
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Milliseconds of processor time of a process so far.
pub fn of_process(pid: u32) -> f64 {
    stat(pid).map_or(0.0, |stat| stat.own)
}

/// Milliseconds of processor time of a database server so far: of all its processes, those that ended included.
pub fn of_cluster(postmaster: u32) -> f64 {
    let Some(parent) = stat(postmaster) else {
        return 0.0;
    };
    let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let pid = entry.ok()?.file_name().to_str()?.parse().ok()?;
        stat(pid).filter(|stat| stat.parent == postmaster)
    });
    parent.own + parent.ended + processes.map(|stat| stat.own).sum::<f64>()
}

/// The process that started another.
pub fn parent(pid: u32) -> u32 {
    stat(pid)
        .expect("PostgreSQL runs on this machine, which is Linux")
        .parent
}

/// The most memory that a process has held, in megabytes.
pub fn memory(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}

struct Stat {
    parent: u32,
    own: f64,
    ended: f64,
}

/// A line of `/proc`: see proc(5). The name of the program, in brackets, may hold anything.
fn stat(pid: u32) -> Option<Stat> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = line.rsplit_once(") ")?.1.split(' ').collect();
    let milliseconds = |at: usize| fields[at].parse::<f64>().map(|ticks| ticks * 10.0);
    Some(Stat {
        parent: fields[1].parse().ok()?,
        own: milliseconds(11).ok()? + milliseconds(12).ok()?,
        ended: milliseconds(13).ok()? + milliseconds(14).ok()?,
    })
}
