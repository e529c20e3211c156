//! The open formats: what systems that keep a copy, readers of news and search engines are given, and what they are not.

mod changes;
mod conditional;
mod copies;
mod events;
mod news;

use api::{App, activities::outbox, feeds::jobs, kit::clock};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use crate::support::{Caller, On, Reply, World, system};

/// Gives what was done its place and keeps the feeds, as the worker does; says how many entries changed.
pub async fn follow(app: &App) -> usize {
    let kept = async {
        outbox::service::sequence(&app.database).await?;
        jobs::follow(app, &system(clock::now())).await
    };
    kept.await.map_err(|error| error.message()).unwrap()
}

/// What anybody gets at an address, without the name of the server or with it.
pub async fn get(world: &World, address: &str) -> Reply {
    get_with(world, address, &[]).await
}

/// The same with headers.
pub async fn get_with(world: &World, address: &str, headers: &[(&str, &str)]) -> Reply {
    let path = address.trim_start_matches("https://marketplace.example.org");
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    world
        .stranger()
        .send(request.body(Body::empty()).unwrap())
        .await
}

/// A header of a reply, empty where there is none.
pub fn header<'a>(reply: &'a Reply, name: &str) -> &'a str {
    let value = reply.headers.get(name);
    value.map_or("", |value| value.to_str().unwrap())
}

/// Somebody with an organisation.
pub async fn owner(on: On) -> (World, Caller, String) {
    let world = World::new(on).await;
    let owner = world.person("Olive Owner").await;
    let elm = owner.organisation("Elm Works").await;
    (world, owner, elm)
}

/// The changes on one page, as `state name`, or `deleted`.
pub async fn page(world: &World, address: &str) -> Vec<String> {
    let reply = get(world, address).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let items = reply.body["items"].as_array().unwrap().iter();
    let told = items.map(|item| match item["data"]["name"].as_str() {
        Some(name) => format!("{} {name}", item["state"].as_str().unwrap()),
        None => item["state"].as_str().unwrap().to_owned(),
    });
    told.collect()
}

/// What a listing says, changed.
pub async fn edit(by: &Caller, id: &str, version: i64, change: Value) -> Reply {
    let mut input = json!({"id": id, "version": version});
    for (name, value) in change.as_object().unwrap() {
        input[name] = value.clone();
    }
    crate::listings::act(by, "updateListing", id, input).await
}
