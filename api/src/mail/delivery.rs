//! Delivery of queued emails and links: each is taken by one conditional update with a lease, sent, and marked.

use chrono::{DateTime, Utc};
use entity::{
    link::{self, LinkPurpose},
    mail::{self, MailState},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, SimpleExpr},
};
use uuid::Uuid;

use super::{Email, rejections, rules, smtp::Delivery};
use crate::{
    App,
    kit::{Error, Viewer, failpoint},
};

/// A table whose rows are queued emails.
pub trait Outgoing: EntityTrait<Model: Clone + Send + Sync> {
    const ID: Self::Column;
    const STATE: Self::Column;
    const ATTEMPTS: Self::Column;
    const NEXT: Self::Column;
    /// Column of the instant at which the row left the waiting state, if the table has one.
    const SETTLED: Option<Self::Column>;
    /// Condition for waiting rows, written literally as in the partial index.
    const WAITING: &'static str;

    /// Returns the id, the number of attempts and the earliest next attempt of a row.
    fn attempt(row: &Self::Model) -> (Uuid, i32, DateTime<Utc>);
    /// Returns the account to whose address the row is sent, if any.
    fn account(row: &Self::Model) -> Option<Uuid>;
}

macro_rules! outgoing {
    ($table:ident, $waiting:literal, $settled:expr, $account:expr) => {
        impl Outgoing for $table::Entity {
            const ID: Self::Column = $table::Column::Id;
            const STATE: Self::Column = $table::Column::State;
            const ATTEMPTS: Self::Column = $table::Column::Attempts;
            const NEXT: Self::Column = $table::Column::NextAttemptAt;
            const SETTLED: Option<Self::Column> = $settled;
            const WAITING: &'static str = $waiting;

            fn attempt(row: &Self::Model) -> (Uuid, i32, DateTime<Utc>) {
                (row.id, row.attempts, row.next_attempt_at)
            }

            fn account(row: &Self::Model) -> Option<Uuid> {
                $account(row)
            }
        }
    };
}

outgoing!(
    mail,
    r#""mail"."state" = 'WAITING'"#,
    Some(mail::Column::SettledAt),
    |row: &mail::Model| Some(row.person_id)
);
outgoing!(
    link,
    r#""link"."state" = 'WAITING'"#,
    None,
    |row: &link::Model| (row.purpose == LinkPurpose::Address).then_some(row.subject_id)
);

/// Sends the row that has waited longest, if one is due. Returns true if there was one. `write` returns the email,
/// `None` if it is no longer needed. `later` returns the time of the next attempt, given the earliest possible one.
pub async fn send_next<E, W, L>(
    app: &App,
    viewer: &Viewer,
    which: Condition,
    write: impl Fn(E::Model) -> W + Send + Sync,
    later: impl Fn(E::Model, DateTime<Utc>) -> L + Send + Sync,
) -> Result<bool, Error>
where
    E: Outgoing,
    W: Future<Output = Result<Option<Email>, Error>> + Send,
    L: Future<Output = Result<DateTime<Utc>, Error>> + Send,
{
    let Some(mailer) = &app.mailer else {
        return Ok(false);
    };
    let Some(row) = take::<E>(app, which, viewer.now).await? else {
        return Ok(false);
    };
    let conn = &app.database.write;
    let (id, attempts, _) = E::attempt(&row);
    let sent = match write(row.clone()).await {
        Ok(Some(letter)) => {
            failpoint::point("mail.written");
            mailer.send(letter).await
        }
        Ok(None) => {
            settle::<E>(conn, id, MailState::Needless, viewer.now).await?;
            return Ok(true);
        }
        // An email that cannot be written must not block the others.
        Err(error) => Err(error),
    };
    let error = match sent {
        Ok(Delivery::Accepted) => {
            failpoint::point("mail.sent");
            settle::<E>(conn, id, MailState::Sent, viewer.now).await?;
            return Ok(true);
        }
        Ok(rejected) => {
            let account = E::account(&row).filter(|_| rejected == Delivery::AddressRejected);
            reject::<E>(app, viewer, id, account).await?;
            return Ok(true);
        }
        Err(error) => error,
    };
    tracing::warn!(?error, %id, attempts, "an email could not be sent");
    match rules::again(attempts, viewer.now) {
        Some(again) => {
            let again = later(row, again).await?;
            put_off::<E>(conn, (id, attempts), again).await?;
        }
        None => settle::<E>(conn, id, MailState::GivenUp, viewer.now).await?,
    }
    Ok(true)
}

fn waiting<E: Outgoing>() -> SimpleExpr {
    Expr::cust(E::WAITING)
}

/// Takes the row that has waited longest and leases it, so that no other worker takes it meanwhile.
async fn take<E: Outgoing>(
    app: &App,
    which: Condition,
    now: DateTime<Utc>,
) -> Result<Option<E::Model>, Error> {
    let due = which.add(waiting::<E>()).add(E::NEXT.lte(now));
    // Looks with a read connection first: mostly nothing is due, and no writer has to wait.
    let first = E::find().filter(due).order_by_asc(E::NEXT).limit(1);
    while let Some(row) = first.clone().one(&app.database.read).await? {
        let (id, attempts, next) = E::attempt(&row);
        failpoint::point("mail.taking");
        let taken = E::update_many()
            .col_expr(E::NEXT, Expr::val(now + rules::LEASE))
            .col_expr(E::ATTEMPTS, Expr::val(attempts + 1))
            .filter(E::ID.eq(id))
            .filter(waiting::<E>())
            .filter(E::NEXT.eq(next))
            .exec_with_returning(&app.database.write)
            .await?;
        if let Some(row) = taken.into_iter().next() {
            failpoint::point("mail.taken");
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// Marks a row as finished. The worker that sent it does so even if another worker took it meanwhile.
async fn settle<E: Outgoing>(
    conn: &impl ConnectionTrait,
    id: Uuid,
    state: MailState,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    failpoint::point("mail.settling");
    let mut update = E::update_many().col_expr(E::STATE, Expr::val(state));
    if let Some(settled_at) = E::SETTLED {
        update = update.col_expr(settled_at, Expr::val(now));
    }
    update
        .filter(E::ID.eq(id))
        .filter(waiting::<E>())
        .exec(conn)
        .await?;
    failpoint::point("mail.settled");
    Ok(())
}

/// Marks a row as rejected, and the address of the account, if it is new that mail to it is rejected.
async fn reject<E: Outgoing>(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    account: Option<Uuid>,
) -> Result<(), Error> {
    let transaction = app.database.begin().await?;
    if let Some(account) = account {
        rejections::mark(&transaction, viewer, account).await?;
    }
    settle::<E>(&transaction, id, MailState::Rejected, viewer.now).await?;
    failpoint::point("mail.rejecting");
    transaction.commit().await?;
    failpoint::point("mail.rejected");
    app.outbox.wake();
    Ok(())
}

async fn put_off<E: Outgoing>(
    conn: &impl ConnectionTrait,
    (id, attempts): (Uuid, i32),
    again: DateTime<Utc>,
) -> Result<(), Error> {
    failpoint::point("mail.putting_off");
    E::update_many()
        .col_expr(E::NEXT, Expr::val(again))
        .filter(E::ID.eq(id))
        .filter(waiting::<E>())
        .filter(E::ATTEMPTS.eq(attempts))
        .exec(conn)
        .await?;
    failpoint::point("mail.put_off");
    Ok(())
}
