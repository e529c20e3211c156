//! Notification of one person about one activity. A row stores no text: its sentence is composed when it is read.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;

use crate::{membership::MembershipRole, person::PlatformRole};

/// Kind of notification. New kinds are added with new acts, so clients must accept unknown ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum NotificationKind {
    /// A listing expires soon. Renew it if it is still valid.
    ListingEndsSoon,
    /// A listing without an end date has not been confirmed for a long time. Confirm it if it is still valid.
    ListingUnconfirmed,
    /// A listing has expired.
    ListingExpired,
    /// A listing was closed.
    ListingClosed,
    /// A person asked to join an organisation. Approve or decline the request.
    JoinRequested,
    /// The recipient's request to join an organisation was approved.
    JoinApproved,
    /// The recipient's request to join an organisation was declined.
    JoinDeclined,
    /// The recipient was removed from an organisation.
    MemberRemoved,
    /// A person joined an organisation by invitation.
    MemberJoined,
    /// The recipient's role in an organisation changed.
    RoleChanged,
    /// An organisation was verified.
    OrganisationVerified,
    /// An organisation could not be verified.
    VerificationFailed,
    /// An organisation's verification was withdrawn.
    VerificationWithdrawn,
    /// Another organisation was merged into the recipient's organisation.
    OrganisationMerged,
    /// The other side proposed a match. Accept, decline or counter it.
    MatchProposed,
    /// The other side made a counter-proposal with different terms.
    MatchCountered,
    /// The other side accepted the terms of a match.
    MatchAccepted,
    /// The other side declined a match.
    MatchDeclined,
    /// The other side withdrew its proposed terms.
    MatchWithdrawn,
    /// A proposed match lapsed: its deadline passed without an answer, or a listing was closed.
    MatchLapsed,
    /// A proposed match cannot go ahead for now, because nothing is left of the listing.
    MatchNothingLeft,
    /// A proposed match that had nothing left can go ahead again.
    MatchAvailableAgain,
    /// A broker approved a match of an organisation that is not verified.
    MatchApproved,
    /// The other side proposed a change to the agreed terms.
    AmendmentProposed,
    /// The other side accepted a change to the agreed terms.
    AmendmentAccepted,
    /// A change to the agreed terms was refused or withdrawn by the other side, or was not answered in time.
    AmendmentDeclined,
    /// The other side recorded a delivery. Confirm or dispute it.
    DeliveryRecorded,
    /// The other side withdrew a delivery that it had recorded.
    DeliveryWithdrawn,
    /// The other side confirmed a delivery.
    DeliveryConfirmed,
    /// The two sides of a match disagree about a delivery.
    MatchDisputed,
    /// A match is fulfilled: both sides confirmed that everything was delivered.
    MatchFulfilled,
    /// A broker decided a dispute about a delivery.
    MatchResolved,
    /// A loaned item was returned.
    MatchReturned,
    /// The other side cancelled an agreed match.
    MatchCancelled,
    /// The other side sent thanks.
    Thanked,
    /// The other side wrote a message. Later messages cause no further notification until the recipient has read this
    /// one.
    MessagePosted,
    /// A moderator hid a message that the recipient wrote.
    MessageHidden,
    /// A message was reported. For moderators.
    MessageReported,
    /// A match of an organisation that is not verified needs approval. For brokers.
    ApprovalNeeded,
    /// The two sides of a match disagree about a delivery. For brokers.
    DisputeRaised,
    /// Places at an event are reserved for the recipient from the waiting list. Accept them before the deadline.
    PlaceOffered,
    /// An offer of places lapsed, because the recipient did not answer in time.
    PlaceLapsed,
    /// The organisers cancelled the recipient's registration for an event.
    RegistrationRevoked,
    /// An event for which the recipient registered has a new date or time.
    EventRescheduled,
    /// An event for which the recipient registered was postponed.
    EventPostponed,
    /// An event for which the recipient registered was cancelled.
    EventCancelled,
    /// The details of an event for which the recipient registered changed.
    EventChanged,
    /// An event at which the recipient has a place starts within 24 hours.
    EventReminder,
    /// The host of an event named the recipient's organisation as a partner. Accept or decline.
    PartnershipRequested,
    /// An organisation accepted to be a partner of an event.
    PartnershipAccepted,
    /// An organisation declined to be a partner of an event, or left it.
    PartnershipEnded,
    /// The recipient's email address does not accept mail. They get no mail until they verify the address again.
    EmailRejected,
}

/// Recipients of a notification. Excludes the person who acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// Members of the organisation that the act concerns, with this role or a higher one.
    Members(MembershipRole),
    /// For an act between two organisations: members of the one that did not act, with this role or a higher one. If
    /// neither acted, for instance at a deadline, members of both.
    OtherSide(MembershipRole),
    /// The person who posted the listing, while they are a member of the organisation.
    Poster,
    /// The person whom the act affects.
    Concerned,
    /// For a message: members of the other side who may write, except those with an unread notification of an earlier
    /// message.
    Readers,
    /// Staff with this role who belong to no organisation that the act concerns.
    Staff(PlatformRole),
    /// Brokers, while the match waits for approval by one of them.
    Approvers,
    /// People with a place at the event, an offer of places, or a position on its waiting list.
    Registered,
    /// People with a place at the event.
    Confirmed,
}

/// Category of notifications, for each of which a person sets an email frequency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum NotificationCategory {
    /// Deadlines and changes of the listings of the recipient's organisations.
    Listings,
    /// Requests to join, new members, and the recipient's own membership and role.
    Members,
    /// Verification and mergers of the recipient's organisations.
    Organisations,
    /// Proposals, answers and deliveries in matches of the recipient's organisations.
    Matches,
    /// Messages from others to the recipient's organisations.
    Conversations,
    /// Approvals, disputes and reports for brokers and moderators.
    Staff,
    /// Events for which the recipient registered.
    Events,
    /// The recipient's own account.
    Account,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notification")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub person_id: Uuid,
    /// At most one notification per person and activity.
    pub activity_id: Uuid,
    pub kind: NotificationKind,
    pub category: NotificationCategory,
    /// Instant of the activity that the notification reports.
    pub at: DateTimeUtc,
    pub read_at: Option<DateTimeUtc>,
    /// The email that carries the notification, if any.
    pub mail_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
