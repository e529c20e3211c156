//! An ordinary client, which asks at a fixed rate whatever else goes on.

use std::time::Duration;

use tokio::time::sleep_until;

use super::wire::Answer;

/// Requests of the ordinary client in a second.
pub const ORDINARY: u32 = 20;

/// Outcome of the requests of an ordinary client.
pub struct Ordinary {
    lost: usize,
    waits: Vec<Duration>,
}

/// Asks for so long, and counts as lost what is not answered as it should be.
pub async fn ordinary<F>(time: Duration, ask: impl Fn() -> F) -> Ordinary
where
    F: Future<Output = Answer> + Send + 'static,
{
    let begun = tokio::time::Instant::now();
    let every = Duration::from_secs(1) / ORDINARY;
    let mut under_way = Vec::new();
    for at in 0.. {
        let then = begun + every * at;
        if then - begun >= time {
            break;
        }
        sleep_until(then).await;
        under_way.push(tokio::spawn(ask()));
    }
    let (mut lost, mut waits) = (0, Vec::new());
    for one in under_way {
        let answer = one.await.unwrap();
        lost += usize::from(answer.status != 200 || !answer.body.contains("\"totalCount\""));
        waits.push(answer.took);
    }
    waits.sort();
    Ordinary { lost, waits }
}

impl Ordinary {
    /// Prints a row of a table, with further cells.
    pub fn tell(&self, when: &str, more: &str) {
        let at = |of_100: usize| {
            self.waits[(self.waits.len() - 1) * of_100 / 100].as_secs_f64() * 1000.0
        };
        let (asked, lost) = (self.waits.len(), self.lost);
        println!(
            "| {when} | {asked} | {lost} | {:.1} ms | {:.1} ms | {:.1} ms |{more}",
            at(50),
            at(99),
            at(100)
        );
    }
}
