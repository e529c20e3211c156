//! What a request costs: `make bench`.
//!
//! The marketplace runs as it is released, in a process of its own, on 20,000 organisations and 200,000 listings in
//! PostgreSQL (`BENCH_LISTINGS` for more or fewer). Beside it stand, in a second process, the same
//! operations written by hand and a handler that does nothing: a figure without its limit says little.
//! All take turns, round after round (`BENCH_ROUNDS`), and the table shows medians. `BENCH_BEFORE` names an earlier build to
//! run beside them; `BENCH_NEWER_STEPS` is the number of migrations that it does not know.
//!
//! `data` is what everything runs on, `operations` what is asked, `load` asks, `limit` and `posting` are the
//! comparison, `report` the books.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement that cannot go on should say where"
)]

mod data;
mod limit;
mod load;
mod operations;
mod posting;
mod report;

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use api::reference::Snapshot;
use load::Target;
use operations::{Editor, Operation};
use report::{Figures, Line};
use sea_orm::{
    SqlxPostgresConnector,
    sqlx::{self, AssertSqlSafe, PgPool, Row, postgres::PgPoolOptions},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Connections of each server to PostgreSQL: what the marketplace takes where nothing is said.
const CONNECTIONS: u32 = 8;
/// How long one server answers one operation in a round.
const TURN: Duration = Duration::from_millis(1500);

#[tokio::main]
#[expect(clippy::too_many_lines, reason = "one run, told from beginning to end")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("compare") {
        return compare(&arguments.next().unwrap()).await;
    }
    let listings: usize = setting("BENCH_LISTINGS").map_or(200_000, |text| text.parse().unwrap());
    let rounds: usize = setting("BENCH_ROUNDS").map_or(5, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let url = new_database().await;
    let pool = connect(&url).await;

    // The marketplace makes the tables; it is stopped, so that what it keeps in memory begins with the data.
    drop(Server::marketplace(&folder, &url).await);
    let reference = snapshot(&pool).await;
    let begun = Instant::now();
    // What is generated refers to what is there: to look that up a million times would only take longer.
    let loading = connect(&format!("{url}?options[session_replication_role]=replica")).await;
    data::load(&loading, &reference, listings / 10, listings).await;
    loading.close().await;
    println!(
        "{listings} listings of {} organisations loaded in {:.0?}",
        listings / 10,
        begun.elapsed()
    );
    sqlx::query("VACUUM ANALYZE").execute(&pool).await.unwrap();
    sqlx::query("CHECKPOINT").execute(&pool).await.unwrap();
    println!("vacuumed and analysed: {:.0?}", begun.elapsed());

    let counted = Server::marketplace(
        &folder,
        &format!("{url}?options[pg_stat_statements.track]=top"),
    )
    .await;
    settled(&pool).await;
    let (token, editor) = editor(&counted, &pool).await;
    let headers = format!(
        "Authorization: Bearer {token}\r\nX-Person: {}\r\n",
        editor.person
    );
    let asking = |server: &Server, operation: &Operation| {
        let headers = if operation.path == "post" {
            headers.as_str()
        } else {
            ""
        };
        Target::new(server.address, "/graphql", headers, &operation.bodies)
    };
    let address = counted.address;
    let ask = async |bodies: &[String]| Target::new(address, "/graphql", "", bodies);
    let operations =
        operations::all(&pool, &reference, ask, (listings / 20).min(10_000), &editor).await;
    let mut lines = Vec::new();
    for operation in &operations {
        let target = asking(&counted, operation);
        let answers = target.answers().await;
        for answer in &answers {
            operation.check(answer);
        }
        let statements = statements(&pool, &target, operation.bodies.len()).await;
        let figures = std::array::from_fn(|_| Figures::default());
        lines.push(Line {
            name: operation.name,
            statements,
            bytes: answers[0].to_string().len(),
            figures,
        });
    }
    drop(counted);

    let marketplace = Server::marketplace(&folder, &url).await;
    let comparison = Server::comparison(&url).await;
    let before = match setting("BENCH_BEFORE") {
        Some(program) => Some(earlier(&program, &pool, &folder, &url).await),
        None => None,
    };
    let postmaster = postmaster(&pool).await;
    for round in 0..=rounds {
        for (operation, line) in operations.iter().zip(&mut lines) {
            let headers = if operation.path == "post" {
                headers.as_str()
            } else {
                ""
            };
            let by_hand = Target::new(
                comparison.address,
                &format!("/limit/{}", operation.path),
                headers,
                &operation.bodies,
            );
            let bare = Target::new(
                comparison.address,
                &format!("/bare/{}", line.bytes),
                headers,
                &operation.bodies,
            );
            let ours = asking(&marketplace, operation);
            if round == 0 {
                alike(operation, &ours, &by_hand).await;
            }
            let mut servers = vec![
                (&marketplace, ours),
                (&comparison, by_hand),
                (&comparison, bare),
            ];
            servers.extend(
                before
                    .iter()
                    .map(|before| (before, asking(before, operation))),
            );
            for ((server, target), figures) in servers.into_iter().zip(&mut line.figures) {
                measure(server.pid(), postmaster, &target, operation.most, figures).await;
                if round == 0 {
                    *figures = Figures::default(); // to warm up
                }
            }
        }
    }
    report::print(&lines, report::memory(marketplace.pid()));
}

/// An earlier build on the same database, which is made to look as old as that build.
async fn earlier(program: &str, pool: &PgPool, folder: &TempDir, url: &str) -> Server {
    let newer: i64 = setting("BENCH_NEWER_STEPS").map_or(0, |text| text.parse().unwrap());
    let forget = "DELETE FROM seaql_migrations WHERE version IN \
        (SELECT version FROM seaql_migrations ORDER BY version DESC LIMIT $1)";
    sqlx::query(forget).bind(newer).execute(pool).await.unwrap();
    Server::of_program(program, folder, url).await
}

/// One turn of one server.
async fn measure(
    server: u32,
    postmaster: u32,
    target: &Target,
    most: usize,
    figures: &mut Figures,
) {
    let (mut own, mut database) = (0.0, 0.0);
    let run = target
        .run(TURN, most, || {
            (own, database) = (report::of_process(server), report::of_cluster(postmaster));
        })
        .await;
    let answers = f64::from(u32::try_from(run.answers).unwrap());
    figures
        .server
        .push((report::of_process(server) - own) / answers);
    figures
        .database
        .push((report::of_cluster(postmaster) - database) / answers);
    figures.rate.push(answers / run.took.as_secs_f64());
    let at = |percent: usize| {
        let micros = run.latencies[(run.latencies.len() - 1) * percent / 100];
        f64::from(u32::try_from(micros).unwrap()) / 1000.0
    };
    figures.p50.push(at(50));
    figures.p99.push(at(99));
}

/// Both servers read the same: the comparison would say nothing otherwise.
async fn alike(operation: &Operation, ours: &Target, by_hand: &Target) {
    let (ours, by_hand) = (ours.answers().await, by_hand.answers().await);
    for answer in &by_hand {
        operation.check(answer);
    }
    if operation.path != "post" {
        for (ours, by_hand) in ours.iter().zip(&by_hand) {
            assert_eq!(ours, by_hand, "{}", operation.name);
        }
    }
}

/// How many requests statements are counted over.
const COUNTED: usize = 500;

/// Statements for one request, as the database counts them; none where it does not.
async fn statements(pool: &PgPool, target: &Target, requests: usize) -> Option<f64> {
    let made = sqlx::query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        .execute(pool)
        .await;
    let reset = sqlx::query("SELECT pg_stat_statements_reset()")
        .execute(pool)
        .await;
    made.and(reset).ok()?;
    // The worker of the server makes its rounds meanwhile: many requests make little of them.
    let times = COUNTED.div_ceil(requests);
    for _ in 0..times {
        target.answers().await;
    }
    let counted = "SELECT sum(calls)::int FROM pg_stat_statements JOIN pg_database d ON d.oid = dbid \
        WHERE d.datname = current_database() AND query NOT LIKE '%pg_stat_statements%'";
    let count: i32 = sqlx::query(counted)
        .fetch_one(pool)
        .await
        .unwrap()
        .try_get(0)
        .ok()?;
    Some(f64::from(count) / f64::from(u32::try_from(requests * times).unwrap()))
}

/// Waits until the worker has written down what time has done to the listings since they were posted.
async fn settled(pool: &PgPool) {
    let due = "SELECT count(*) FROM listing WHERE state = 'PUBLISHED' AND expires_at <= now()";
    for _ in 0..600 {
        let due: i64 = sqlx::query_scalar(due).fetch_one(pool).await.unwrap();
        if due == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("the worker does not come to an end");
}

/// Somebody who signed up and was made an editor of an organisation.
async fn editor(server: &Server, pool: &PgPool) -> (String, Editor) {
    let document = "mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken viewer { person { id } } } }";
    let input = json!({"email": "editor@example.org", "password": "seven wooden otters read", "displayName": "Edith Editor"});
    let body = json!({"query": document, "variables": {"input": input}}).to_string();
    let answer = Target::new(server.address, "/graphql", "", &[body])
        .answers()
        .await
        .remove(0);
    let text = |value: &Value| {
        value
            .as_str()
            .unwrap_or_else(|| panic!("{answer}"))
            .to_owned()
    };
    let token = text(&answer["data"]["signUp"]["accessToken"]);
    let id = text(&answer["data"]["signUp"]["viewer"]["person"]["id"]);
    let person: Uuid = id.split_once(':').unwrap().1.parse().unwrap();
    let joined = "INSERT INTO membership SELECT $1, $2, id, 'EDITOR', 'ACTIVE', created_at, created_at \
        FROM organisation ORDER BY id LIMIT 1 RETURNING organisation_id";
    let row = sqlx::query(joined)
        .bind(Uuid::now_v7())
        .bind(person)
        .fetch_one(pool)
        .await
        .unwrap();
    (
        token,
        Editor {
            person,
            organisation: row.get(0),
        },
    )
}

/// A server in a process of its own, which ends with this one.
struct Server {
    child: Child,
    address: SocketAddr,
    /// Kept open, for it goes on talking.
    _output: BufReader<ChildStdout>,
}

impl Server {
    /// The marketplace as it is released. It says where it listens.
    async fn marketplace(folder: &TempDir, url: &str) -> Self {
        let program = setting("MARKETPLACE_BIN")
            .expect("set MARKETPLACE_BIN to the program, or run `make bench`");
        Self::of_program(&program, folder, url).await
    }

    async fn of_program(program: &str, folder: &TempDir, url: &str) -> Self {
        let mut command = Command::new(program);
        command
            .arg("serve")
            .env_clear()
            .env("DATABASE_URL", url)
            .env("MARKETPLACE_LISTEN", "127.0.0.1:0")
            .env("MARKETPLACE_ACCESS_TOKEN_MINUTES", "60")
            .env("MARKETPLACE_POINTS_PER_PERSON", "0")
            .env("MARKETPLACE_POINTS_PER_ADDRESS", "0")
            .env("MARKETPLACE_TOKEN_KEY_FILE", folder.path().join("key.pem"));
        Self::start(command).await
    }

    /// What it is compared with.
    async fn comparison(url: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["compare", url]);
        Self::start(command).await
    }

    async fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let reading = tokio::task::spawn_blocking(move || {
            let address = output
                .by_ref()
                .lines()
                .map_while(Result::ok)
                .find_map(|line| {
                    let (_, rest) = line.split_once("http://")?;
                    rest.split('/').next()?.parse().ok()
                });
            (address, output)
        });
        let (address, output) = reading.await.unwrap();
        Self {
            child,
            address: address.expect("the server says where it listens"),
            _output: output,
        }
    }

    fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The process that the marketplace is compared with.
async fn compare(url: &str) {
    let pool = connect(url).await;
    let reference = snapshot(&pool).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}/", listener.local_addr().unwrap());
    axum::serve(listener, limit::router(pool, reference))
        .await
        .unwrap();
}

async fn snapshot(pool: &PgPool) -> Snapshot {
    let database = SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone());
    let snapshot = Snapshot::read(&database).await;
    snapshot
        .map_err(|error| error.message())
        .expect("reference data is there")
}

async fn connect(url: &str) -> PgPool {
    let options = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .test_before_acquire(false);
    options.connect(url).await.unwrap()
}

/// A database of our own on the server of the tests.
async fn new_database() -> String {
    let server = setting("TEST_POSTGRES_URL")
        .expect("measuring needs TEST_POSTGRES_URL: run `make bench`, which starts a server");
    let name = format!("bench_{}", Uuid::now_v7().simple());
    let pool = connect(&server).await;
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    format!("{}/{name}", server.rsplit_once('/').unwrap().0)
}

/// The first process of the database server.
async fn postmaster(pool: &PgPool) -> u32 {
    let row = sqlx::query("SELECT pg_backend_pid()")
        .fetch_one(pool)
        .await
        .unwrap();
    report::parent(u32::try_from(row.get::<i32, _>(0)).unwrap())
}

#[expect(
    clippy::disallowed_methods,
    reason = "how to measure is no setting of the product"
)]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
