//! Common interface of the kinds of objects that have a feed.

use std::collections::HashMap;

use sea_orm::Condition;
use uuid::Uuid;

use super::{item::Item, persist::Shown, request::Words, rules::Touched, site::Site};
use crate::{
    App,
    kit::{Error, Resource, Transaction, Viewer, database::Connections, page::PageArgs},
    reference::Snapshot,
};

/// A kind of object with an open-data feed.
pub trait FeedSource: Resource {
    /// Name of the feed, used in its address.
    const FEED: &'static str;
    /// Version of the item format. Increase it with every change of the format: all items are then written again.
    const FORM: i32;
    /// Title of the feed of newly published items.
    const NEWS: &'static str;
    /// Filter of the feed of newly published items.
    type Filter: Words;

    /// Condition for objects that are public at the time of this viewer, whatever the viewer's rights.
    fn shown(viewer: &Viewer) -> Condition;

    /// Condition for objects whose public content may have changed by these acts; matches none if they touched none.
    fn touched(by: &Touched) -> Condition;

    /// Writes those of these objects that are public, in the format of the feed.
    fn write(
        site: &Site,
        reference: &Snapshot,
        conn: &Transaction,
        viewer: &Viewer,
        ids: &[Uuid],
    ) -> impl Future<Output = Result<HashMap<Uuid, Shown>, Error>> + Send;

    /// Returns a page of the newest objects, and the cursor of the next page.
    fn newest(
        site: &Site,
        app: &App,
        conn: &Connections,
        nobody: &Viewer,
        filter: Self::Filter,
        args: &PageArgs,
    ) -> impl Future<Output = Result<(Vec<Item>, Option<String>), Error>> + Send;
}
