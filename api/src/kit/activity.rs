//! Activity log: the catalogue of acts, and the record of each act in the transaction of the change itself.
//!
//! Each feature lists its acts in its file `acts.rs` by the macro [`acts!`](crate::acts). An entry is everything that
//! the rest of the program knows about an act: whom it notifies, whether it may change open data, and whether it may
//! let somebody see more than before.

use std::{collections::HashMap, marker::PhantomData};

use entity::{
    activity::{self, ActorKind},
    notification::{NotificationKind, Recipient},
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, Iterable,
    sea_query::{Expr, InsertStatement, Query},
};
use uuid::Uuid;

use super::{Error, OrInternal, Resource, Viewer, failpoint, permissions};

/// Entry of the catalogue of acts.
#[derive(Debug)]
pub struct Entry {
    /// Name in the activity log: the subject, a dot, and a verb in the past tense, such as `listing.published`.
    pub name: &'static str,
    /// Notifications that the act causes. A person who is a recipient of several gets the first.
    pub notifies: &'static [(NotificationKind, &'static [Recipient])],
    /// True if the act may change what the open feeds publish. The feeds then read its subject again.
    pub open_data: bool,
    /// True if the act may let somebody see more than before. Subscriptions then read the rights of their callers again.
    pub grants_access: bool,
}

/// Kind of act on rows of one entity: a typed reference to its entry in the catalogue.
pub struct ActivityKind<E> {
    entry: &'static Entry,
    subject: PhantomData<fn() -> E>,
}

impl<E> Clone for ActivityKind<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for ActivityKind<E> {}

impl<E> ActivityKind<E> {
    /// Builds the kind of an entry. Use [`acts!`](crate::acts), which also lists the entry.
    #[must_use]
    pub const fn new(entry: &'static Entry) -> Self {
        let subject = PhantomData;
        Self { entry, subject }
    }

    /// Entry in the catalogue.
    #[must_use]
    pub const fn entry(self) -> &'static Entry {
        self.entry
    }

    /// Name in the activity log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.entry.name
    }

    /// Reports whether a record is of this kind.
    #[must_use]
    pub fn is(self, record: &activity::Model) -> bool {
        record.act == self.entry.name
    }
}

/// Declares the acts of a feature: a constant for each, and `ALL`, which the feature's descriptor names.
///
/// For each entity: whether its acts may change open data and whether they may grant access, and then one line for
/// each act with its name and the notifications that it causes.
#[macro_export]
macro_rules! acts {
    ($($entity:ty {
        open_data: $open_data:literal,
        grants_access: $grants_access:literal,
        $($(#[$doc:meta])* $kind:ident = $name:literal => $notifies:expr;)*
    })*) => {
        $($(
            $(#[$doc])*
            pub const $kind: $crate::kit::activity::ActivityKind<$entity> =
                $crate::kit::activity::ActivityKind::new(&$crate::kit::activity::Entry {
                    name: $name,
                    notifies: $notifies,
                    open_data: $open_data,
                    grants_access: $grants_access,
                });
        )*)*

        /// All acts of the feature.
        pub const ALL: &[&$crate::kit::activity::Entry] = &[$($($kind.entry(),)*)*];
    };
}

/// All acts of the program by name.
#[derive(Debug, Default)]
pub struct Catalogue(HashMap<&'static str, &'static Entry>);

impl Catalogue {
    /// Builds the catalogue of these entries.
    #[must_use]
    pub fn new(entries: impl Iterator<Item = &'static Entry>) -> Self {
        Self(entries.map(|entry| (entry.name, entry)).collect())
    }

    /// Entry of a recorded act; `None` for one that another version of the program recorded.
    #[must_use]
    pub fn entry(&self, record: &activity::Model) -> Option<&'static Entry> {
        self.0.get(record.act.as_str()).copied()
    }
}

/// Those whom an act concerns, beside the actor. The members of the organisations, and the person, may read the record.
#[derive(Clone, Copy, Debug, Default)]
pub struct Concerns {
    /// Organisation for which, or to which, the act was done.
    pub organisation: Option<Uuid>,
    /// Second organisation of an act between two.
    pub other_organisation: Option<Uuid>,
    /// Person to whom the act was done.
    pub person: Option<Uuid>,
}

impl Concerns {
    /// An act that concerns the actor alone.
    pub const ACTOR: Self = Self {
        organisation: None,
        other_organisation: None,
        person: None,
    };

    /// An act that concerns one organisation.
    #[must_use]
    pub const fn organisation(id: Uuid) -> Self {
        Self {
            organisation: Some(id),
            ..Self::ACTOR
        }
    }

    /// An act of one organisation that concerns another.
    #[must_use]
    pub const fn between(own: Uuid, other: Uuid) -> Self {
        Self {
            organisation: Some(own),
            other_organisation: Some(other),
            person: None,
        }
    }

    /// Adds the person to whom the act was done.
    #[must_use]
    pub const fn and_person(self, person: Option<Uuid>) -> Self {
        Self { person, ..self }
    }
}

/// Records an act of the viewer on a row, if the viewer still has the permissions with which the request began, with the names of the changed fields as in the GraphQL schema. The record
/// holds ids and names of fields, never personal data.
pub async fn record<E: Resource>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    act: ActivityKind<E>,
    row: &E::Model,
    fields: &[&'static str],
) -> Result<(), Error> {
    record_for(conn, viewer, act, E::id(row), E::concerns(row), fields).await
}

/// Like [`record`], for an act that concerns others than the row says.
pub async fn record_for<E: Resource>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    act: ActivityKind<E>,
    subject: Uuid,
    concerns: Concerns,
    fields: &[&'static str],
) -> Result<(), Error> {
    let row = activity::ActiveModel {
        id: Set(Uuid::now_v7()),
        at: Set(viewer.now),
        actor_kind: Set(if viewer.is_system() {
            ActorKind::System
        } else {
            ActorKind::Person
        }),
        actor_id: Set(viewer.person_id()),
        organisation_id: Set(concerns.organisation),
        other_organisation_id: Set(concerns.other_organisation),
        person_id: Set(concerns.person),
        act: Set(act.name().into()),
        subject_kind: Set(E::NAME.into()),
        subject_id: Set(subject),
        fields: Set(fields
            .iter()
            .map(|field| (*field).to_owned())
            .collect::<Vec<_>>()
            .into()),
        seq: Set(None),
    };
    let insert = insert_if(row, permissions::unchanged(viewer))?;
    if conn.execute(&insert).await?.rows_affected() == 0 {
        return Err(permissions::lost(conn, viewer).await?);
    }
    failpoint::point("act.recorded");
    Ok(())
}

/// Statement that writes a record if a condition holds.
fn insert_if(
    mut row: activity::ActiveModel,
    condition: Option<Condition>,
) -> Result<InsertStatement, Error> {
    let (mut columns, mut values) = (Vec::new(), Query::select());
    for column in activity::Column::iter() {
        if let Some(value) = row.take(column).into_value() {
            columns.push(column);
            values.expr(column.save_as(Expr::val(value)));
        }
    }
    values.cond_where(Condition::all().add_option(condition));
    let insert = Query::insert()
        .into_table(activity::Entity)
        .columns(columns)
        .select_from(values)
        .internal()?
        .to_owned();
    Ok(insert)
}
