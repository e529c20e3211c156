//! What feeds are made of: a kind of thing, what everybody is shown of it, and how that is written.

use std::collections::HashMap;

use sea_orm::Condition;
use uuid::Uuid;

use super::{item::Item, persist::Shown, request::Words, rules::Touched, site::Site};
use crate::{
    App,
    kit::{Error, Resource, Transaction, Viewer, database::Connections, page::PageArgs},
    reference::Snapshot,
};

/// A kind of thing of which everybody may read in a feed.
pub trait Fed: Resource {
    /// The name of its feed, which is also that of its address.
    const FEED: &'static str;
    /// The form in which items are written. Count it up with a change of how they are: all are then written anew.
    const FORM: i32;
    /// What the newest of them are news of.
    const NEWS: &'static str;
    /// What narrows the newest of them.
    type Filter: Words;

    /// What everybody is shown at the time of this viewer, whoever that is.
    fn shown(viewer: &Viewer) -> Condition;

    /// Those of which acts may have changed what is read; no others where they touched none.
    fn touched(by: &Touched) -> Condition;

    /// Those of these that are shown, as the feed has them.
    fn write(
        site: &Site,
        reference: &Snapshot,
        conn: &Transaction,
        viewer: &Viewer,
        ids: &[Uuid],
    ) -> impl Future<Output = Result<HashMap<Uuid, Shown>, Error>> + Send;

    /// A page of the newest, and where the next one begins.
    fn newest(
        site: &Site,
        app: &App,
        conn: &Connections,
        nobody: &Viewer,
        filter: Self::Filter,
        args: &PageArgs,
    ) -> impl Future<Output = Result<(Vec<Item>, Option<String>), Error>> + Send;
}
