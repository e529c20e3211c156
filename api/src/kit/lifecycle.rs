//! Lifecycle of rows that have states and acts: which act is allowed in which state and to whom, and what it leads to.
//!
//! A feature implements [`Lifecycle`] with one table, the function [`Lifecycle::rule`]. [`load`] reads a row for an act:
//! invisible rows are `NOT_FOUND`, a caller without the role is `FORBIDDEN`, and a stale version or a wrong state is
//! refused. [`apply`] writes the change if the row is still as it was read, and records the act. [`available`] lists
//! the acts that the viewer can do now.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, FromQueryResult,
    Iterable, QueryFilter,
};

use super::{
    Error, Id, Resource, UserError, UserErrorCode, Viewer,
    activity::{self, ActivityKind, Concerns},
    database::resource,
};

/// Row of the table of acts: when an act is allowed, to whom, and what it leads to.
pub struct Rule<L: Lifecycle> {
    /// States in which the act is allowed.
    pub from: &'static [L::State],
    /// Role that the act needs.
    pub by: L::Role,
    /// State that the act leads to; `None` if the state stays, or if the act computes it.
    pub to: Option<L::State>,
    /// Record of the act; `None` if the act decides which one it writes.
    pub record: Option<ActivityKind<L>>,
}

/// Kind of row that has states and acts.
pub trait Lifecycle: Resource {
    /// States, as they are stored or as time makes them.
    type State: Copy + PartialEq + 'static;
    /// Acts, in the order in which a page shows them.
    type Act: Copy + Iterable + 'static;
    /// Role that an act needs.
    type Role;
    /// Further data that the rules need; `()` if the row is enough.
    type Context: Sync;
    /// Side for which the viewer acts; `()` if there is one only.
    type Side;

    /// Noun for a row in messages, such as `listing`.
    const NOUN: &'static str;
    /// Column of the state; `None` if the state is computed from other columns.
    const STATE: Option<Self::Column>;
    /// Column of the version; `None` if rows have none. Each write increases it.
    const VERSION: Option<Self::Column>;
    /// Input field in which clients send the version that they loaded; `None` if they send none.
    const VERSION_FIELD: Option<&'static str> = Some("version");
    /// Column of the time of the last change.
    const UPDATED_AT: Self::Column;

    /// Version of a row; 0 if rows have none.
    fn version(row: &Self::Model) -> i32;

    /// State at an instant: deadlines take effect at once, whether or not a worker has written them down.
    fn state_at(row: &Self::Model, context: &Self::Context, now: DateTime<Utc>) -> Self::State;

    /// Name of a state in messages, as in the GraphQL schema.
    fn state_name(state: Self::State) -> String;

    /// The table of acts.
    fn rule(act: Self::Act) -> Rule<Self>
    where
        Self: Sized;

    /// Decides whether the viewer may do an act to a row that they see, and for which side. The error is
    /// [`Error::Forbidden`].
    fn authorise(
        viewer: &Viewer,
        row: &Self::Model,
        context: &Self::Context,
        act: Self::Act,
    ) -> Result<Self::Side, Error>;

    /// Checks what the state does not tell, for an act that the state allows.
    fn check(
        _row: &Self::Model,
        _context: &Self::Context,
        _act: Self::Act,
        _side: &Self::Side,
        _now: DateTime<Utc>,
    ) -> Result<(), UserError> {
        Ok(())
    }

    /// Those whom an act on the row concerns, if the row alone does not say.
    fn concerns_in(row: &Self::Model, _context: &Self::Context, _side: &Self::Side) -> Concerns {
        Self::concerns(row)
    }
}

/// Name of a state that is stored under its GraphQL name.
pub fn stored_name(state: &impl ActiveEnum<Value = String>) -> String {
    state.to_value()
}

/// Checks that an act is allowed in the state that a row has at an instant, and whatever else the feature checks.
pub fn check<L: Lifecycle>(
    row: &L::Model,
    context: &L::Context,
    act: L::Act,
    side: &L::Side,
    now: DateTime<Utc>,
) -> Result<(), UserError> {
    let (state, rule) = (L::state_at(row, context, now), L::rule(act));
    if !rule.from.contains(&state) {
        return Err(wrong_state::<L>(state, rule.from));
    }
    L::check(row, context, act, side, now)
}

/// Checks that the viewer may do an act to a row as it stands, and returns the side for which they act. `version` is
/// the version that the client saw, if it names one.
pub fn permit<L: Lifecycle>(
    viewer: &Viewer,
    row: &L::Model,
    context: &L::Context,
    act: L::Act,
    version: Option<i32>,
) -> Result<L::Side, Error> {
    viewer.signed_in()?;
    let side = L::authorise(viewer, row, context, act)?;
    let current = L::version(row);
    check_version(L::NOUN, version, current)?;
    check::<L>(row, context, act, &side, viewer.now)?;
    Ok(side)
}

/// Reads a row for an act, as [`permit`] allows it.
pub async fn load<L: Lifecycle>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    id: Id<L>,
    context: &L::Context,
    act: L::Act,
    version: Option<i32>,
) -> Result<(L::Model, L::Side), Error> {
    viewer.signed_in()?;
    let row = resource::get(conn, viewer, id).await?;
    let side = permit::<L>(viewer, &row, context, act, version)?;
    Ok((row, side))
}

/// Acts that the viewer can do to a row now.
pub fn available<L: Lifecycle>(
    viewer: &Viewer,
    row: &L::Model,
    context: &L::Context,
) -> Vec<L::Act> {
    L::Act::iter()
        .filter(|act| permit::<L>(viewer, row, context, *act, None).is_ok())
        .collect()
}

/// Writes the change of an act with the state that it leads to, if the row is still as it was read, and records it with
/// the names of the changed fields. For rows of which the table tells all: acts that compute more use [`write`] and
/// [`record`].
pub async fn apply<L, A>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &L::Model,
    act: L::Act,
    change: A,
    fields: &[&'static str],
) -> Result<L::Model, Error>
where
    L: Lifecycle<ActiveModel = A, Context = (), Side = ()>,
    A: ActiveModelTrait<Entity = L> + Send,
    L::Model: FromQueryResult + Send + Sync,
{
    let changed = write_act(conn, viewer, row, act, change).await?;
    if let Some(kind) = L::rule(act).record {
        activity::record(conn, viewer, kind, &changed, fields).await?;
    }
    Ok(changed)
}

/// Like [`write`], with the state that the act leads to.
pub async fn write_act<L, A>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &L::Model,
    act: L::Act,
    mut change: A,
) -> Result<L::Model, Error>
where
    L: Lifecycle<ActiveModel = A>,
    A: ActiveModelTrait<Entity = L> + Send,
    L::Model: FromQueryResult + Send + Sync,
{
    if let (Some(column), Some(state)) = (L::STATE, L::rule(act).to) {
        change.set(column, L::state_name(state).into());
    }
    write(conn, viewer, row, change, None).await
}

/// Writes a change if the row has still the state and the version with which it was read, and `condition` holds.
/// Increases the version. The error is [`UserErrorCode::VersionOutdated`].
pub async fn write<L, A>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &L::Model,
    mut change: A,
    condition: Option<Condition>,
) -> Result<L::Model, Error>
where
    L: Lifecycle<ActiveModel = A>,
    A: ActiveModelTrait<Entity = L> + Send,
    L::Model: FromQueryResult + Send + Sync,
{
    let version = L::version(row);
    change.set(L::UPDATED_AT, viewer.now.into());
    if let Some(column) = L::VERSION {
        change.set(column, (version + 1).into());
    }
    let changed = L::update_many()
        .set(change)
        .filter(as_read::<L>(row).add_option(condition))
        .exec_with_returning(conn)
        .await?;
    match changed.into_iter().next() {
        Some(changed) => Ok(changed),
        None => Err(changed_meanwhile::<L>(conn, row).await?),
    }
}

/// Deletes a row if it has still the state and the version with which it was read.
pub async fn delete<L: Lifecycle>(conn: &impl ConnectionTrait, row: &L::Model) -> Result<(), Error>
where
    L::Model: FromQueryResult + Send + Sync,
{
    let deleted = L::delete_many()
        .filter(as_read::<L>(row))
        .exec(conn)
        .await?;
    if deleted.rows_affected == 1 {
        return Ok(());
    }
    Err(changed_meanwhile::<L>(conn, row).await?)
}

/// Records an act on a row.
pub async fn record<L: Lifecycle>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    (row, context, side): (&L::Model, &L::Context, &L::Side),
    act: ActivityKind<L>,
    fields: &[&'static str],
) -> Result<(), Error> {
    let concerns = L::concerns_in(row, context, side);
    activity::record_for(conn, viewer, act, L::id(row), concerns, fields).await
}

/// Condition for the row as it was read: its id, its stored state and its version.
fn as_read<L: Lifecycle>(row: &L::Model) -> Condition {
    use sea_orm::ModelTrait;

    let mut condition = Condition::all().add(L::ID.eq(L::id(row)));
    for column in [L::STATE, L::VERSION].into_iter().flatten() {
        condition = condition.add(column.eq(row.get(column)));
    }
    condition
}

/// The refusal of a write to a row that was changed, or deleted, after it was read.
async fn changed_meanwhile<L: Lifecycle>(
    conn: &impl ConnectionTrait,
    row: &L::Model,
) -> Result<Error, Error>
where
    L::Model: FromQueryResult + Send + Sync,
{
    let now = L::find().filter(L::ID.eq(L::id(row))).one(conn).await?;
    let Some(now) = now else {
        return Ok(Error::NotFound);
    };
    let versions = L::VERSION.map(|_| (L::version(row), L::version(&now)));
    let mut refusal = outdated(L::NOUN, versions);
    if L::VERSION_FIELD.is_none() {
        refusal.field = None;
    }
    Ok(refusal.into())
}

/// The refusal of an act in a state in which it is not allowed.
fn wrong_state<L: Lifecycle>(state: L::State, allowed: &[L::State]) -> UserError {
    let allowed: Vec<String> = allowed.iter().map(|state| L::state_name(*state)).collect();
    let message = format!(
        "This {} is {}. You can do this only if it is {}.",
        L::NOUN,
        L::state_name(state),
        allowed.join(" or ")
    );
    UserError::new(UserErrorCode::InvalidState, message)
}

/// Checks that the version that a client saw, if it names one, is the current version of a row. `noun` names the row in
/// the message.
pub fn check_version(noun: &str, seen: Option<i32>, current: i32) -> Result<(), UserError> {
    match seen {
        Some(seen) if seen != current => Err(outdated(noun, Some((seen, current)))),
        _ => Ok(()),
    }
}

/// The refusal of a write to a row that was changed after it was read. `versions` are those that was read and the current
/// one.
pub fn outdated(noun: &str, versions: Option<(i32, i32)>) -> UserError {
    let versions = versions.map_or_else(String::new, |(seen, current)| {
        format!(" (you sent version {seen}, it is now {current})")
    });
    let message =
        format!("This {noun} was changed after you loaded it{versions}. Reload it and try again.");
    UserError::at("version", UserErrorCode::VersionOutdated, message)
}
