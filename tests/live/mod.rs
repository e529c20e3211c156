//! What goes on as it happens: over sockets and as events, against a server that listens.

mod bounds;
mod closing;
mod events;
mod listings;
mod operations;
mod socket;
mod stream;
mod topics;

use std::{net::SocketAddr, time::Duration};

use api::{
    config::Config,
    http::{ConnectionConfig, server},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::support::{Caller, Events, On, World};
pub use socket::Socket;

/// Long enough for what should not come.
const A_WHILE: Duration = Duration::from_millis(400);

const RECORDED: &str = "subscription ($subject: ID, $organisation: ID) {
    activityRecorded(subjectId: $subject, organisationId: $organisation) {
        act subjectId fields actor { displayName } organisation { name } subject { id } } }";

/// A server that listens, with its worker.
pub struct Served {
    pub world: World,
    pub address: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
}

impl Served {
    async fn new(on: On) -> Self {
        Self::with(on, |_, _| {}).await
    }

    async fn with(on: On, change: impl FnOnce(&mut ConnectionConfig, &mut Config)) -> Self {
        let mut connections = ConnectionConfig::default();
        let mut world = World::with(on, |config| change(&mut connections, config)).await;
        world.router = api::http::router_on(world.app.clone(), connections);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serve = server::serve(
            listener,
            world.router.clone(),
            server::Timeouts::default(),
            std::future::pending(),
        );
        let app = world.app.clone();
        let rounds = async move { api::activities::outbox::jobs::run(&app).await };
        let tasks = vec![tokio::spawn(serve), tokio::spawn(rounds)];
        Self {
            world,
            address,
            tasks,
        }
    }

    /// A socket on which nothing was said yet.
    async fn socket(&self) -> Socket {
        Socket::open(self.address, &[]).await
    }

    /// A socket of somebody who is known.
    async fn socket_of(&self, caller: &Caller) -> Socket {
        let mut socket = self.socket().await;
        socket.begin(caller.token.as_deref()).await;
        socket
    }

    /// A socket of somebody who hears of what is done from now on, under the name `1`.
    async fn listener(&self, caller: &Caller, variables: Value) -> Socket {
        let mut socket = self.socket_of(caller).await;
        self.listens(&mut socket, "1", RECORDED, variables).await;
        socket
    }

    /// Subscribes, and waits until that is done. One at a time.
    async fn listens(&self, socket: &mut Socket, id: &str, query: &str, variables: Value) {
        let followers = self.settled().await;
        socket.subscribe(id, query, variables).await;
        self.followed_by(followers + 1).await;
    }

    /// Events of somebody who hears of what is done from now on.
    async fn events(&self, caller: &Caller) -> Events {
        let followers = self.settled().await;
        let events = caller.hear(RECORDED, json!({})).await;
        self.followed_by(followers + 1).await;
        events
    }

    /// Gives everything its place that was done before, and says how many listen.
    async fn settled(&self) -> usize {
        let placed = api::activities::outbox::service::sequence(&self.world.app.database).await;
        placed.map_err(|error| error.message()).unwrap();
        self.world.app.outbox.followers()
    }

    /// Waits until so many listen.
    async fn followed_by(&self, count: usize) {
        let waits = async {
            while self.world.app.outbox.followers() < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(10), waits).await;
        waited.expect("a subscription that is followed");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Does something for an organisation: drafts an offer of this title, and gives its id.
async fn act(by: &Caller, organisation: &str, title: &str) -> String {
    let draft = "mutation ($input: CreateOfferInput!) { createOffer(input: $input) {
        offer { id } userErrors { code field message } } }";
    let input = json!({"organisationId": organisation, "title": title, "description": "As it is.",
        "resourceType": "furniture", "quantity": {"amount": "1", "unit": "ITEM"}});
    let reply = by.ask(draft, json!({"input": input})).await;
    reply.text("createOffer.offer.id")
}

/// The act in an answer, such as `listing.drafted`.
fn told(answer: &Value) -> &str {
    let act = answer["data"]["activityRecorded"]["act"].as_str();
    act.unwrap_or_else(|| panic!("no act: {answer}"))
}
