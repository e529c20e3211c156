//! What one person is told of one activity. It holds no text: a sentence is made of it when it is read.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;

use crate::{membership::MembershipRole, person::PlatformRole};

/// What somebody is told. Clients should tolerate kinds that they do not know: new ones come with new acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum NotificationKind {
    /// A listing ends soon: renew it if it still holds.
    ListingEndsSoon,
    /// A standing listing was not confirmed for long: confirm it if it still holds.
    ListingUnconfirmed,
    /// A listing has ended.
    ListingExpired,
    /// A listing was closed.
    ListingClosed,
    /// Somebody asks to join an organisation.
    JoinRequested,
    /// An organisation has let the reader in.
    JoinApproved,
    /// An organisation has said no to the reader, who asked to join it.
    JoinDeclined,
    /// The reader was taken out of an organisation.
    MemberRemoved,
    /// Somebody joined an organisation by invitation.
    MemberJoined,
    /// The reader's role in an organisation was changed.
    RoleChanged,
    /// An organisation was verified.
    OrganisationVerified,
    /// An organisation could not be verified.
    VerificationFailed,
    /// An organisation is no longer verified.
    VerificationWithdrawn,
    /// Another organisation was merged into the reader's.
    OrganisationMerged,
    /// The other side proposes a match.
    MatchProposed,
    /// The other side answered with other terms.
    MatchCountered,
    /// The other side accepted the terms.
    MatchAccepted,
    /// The other side said no.
    MatchDeclined,
    /// The other side took its terms back.
    MatchWithdrawn,
    /// Nobody answered in time, or a listing was closed meanwhile.
    MatchLapsed,
    /// A match that is not agreed yet has nothing left to be made of.
    MatchCrowdedOut,
    /// There is room again for a match that had none.
    MatchHasRoom,
    /// A broker approved a match of an organisation that is not verified.
    MatchApproved,
    /// The other side wishes to change what was agreed.
    AmendmentProposed,
    /// The other side agreed to a change.
    AmendmentAccepted,
    /// The other side refused a change or took its own back, or nobody answered it in time.
    AmendmentDeclined,
    /// The other side says what was delivered: confirm it, or say otherwise.
    DeliveryRecorded,
    /// The other side took back what it had said was delivered.
    DeliveryWithdrawn,
    /// The other side confirmed what was delivered.
    DeliveryConfirmed,
    /// The two sides say different things of what was delivered.
    MatchDisputed,
    /// All was delivered, as both confirm.
    MatchFulfilled,
    /// A broker decided what was delivered.
    MatchResolved,
    /// What was lent came back.
    MatchReturned,
    /// The other side called off what had been agreed.
    MatchCancelled,
    /// The other side says thank you.
    Thanked,
    /// The other side wrote something. Whoever has not read it is not told of what is written after it.
    MessagePosted,
    /// A moderator hid a message of the reader's.
    MessageHidden,
    /// Somebody reported a message: for moderators.
    MessageReported,
    /// A match of an organisation that is not verified waits for approval: for brokers.
    ApprovalNeeded,
    /// The two sides of a match say different things of what was delivered: for brokers.
    DisputeRaised,
    /// Places at an event are held for the reader, who waited for them: answer in time.
    PlaceOffered,
    /// The reader did not answer in time when places were offered.
    PlaceLapsed,
    /// The organisers took the reader off the list of an event.
    RegistrationRevoked,
    /// An event for which the reader registered has another date.
    EventRescheduled,
    /// An event for which the reader registered was put off.
    EventPostponed,
    /// An event for which the reader registered was called off.
    EventCancelled,
    /// What is said of an event for which the reader registered was changed.
    EventChanged,
    /// An event for which the reader registered is tomorrow.
    EventReminder,
}

/// Recipients of a notification. The actor is never one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// Members of the organisation that the act concerns, with this role or a higher one.
    Members(MembershipRole),
    /// Of an act between two organisations: members of the one that did not act, with this role or a higher one. If
    /// neither acted, for instance at a deadline: members of both.
    OtherSide(MembershipRole),
    /// The person who posted the listing, while they are a member.
    Poster,
    /// The person to whom the act was done.
    Concerned,
    /// Of a message: members of the other side who may write, except those with an unread notification of an earlier
    /// message.
    Readers,
    /// Staff with a role who belong to no organisation that the act concerns.
    Staff(PlatformRole),
    /// Brokers, while the match waits for the approval of one.
    Approvers,
    /// People with a place, an offer of one, or a position on the waiting list of the event.
    Registered,
    /// People with a place at the event.
    Confirmed,
}

/// What notifications are about: for each, people say how they wish to have mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum NotificationCategory {
    /// What time and others do to the listings of one's organisations.
    Listings,
    /// Who asks to join, who joins, and one's own place.
    Members,
    /// What becomes of one's organisations themselves.
    Organisations,
    /// Proposals, answers and deliveries in which one's organisations are a side.
    Matches,
    /// What others write to one's organisations.
    Conversations,
    /// What waits for brokers and moderators.
    Staff,
    /// Events for which one registered.
    Events,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notification")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub person_id: Uuid,
    /// One activity is told to one person once.
    pub activity_id: Uuid,
    pub kind: NotificationKind,
    pub category: NotificationCategory,
    /// When that happened of which it tells.
    pub at: DateTimeUtc,
    pub read_at: Option<DateTimeUtc>,
    /// The mail that carries it, if one does.
    pub mail_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
