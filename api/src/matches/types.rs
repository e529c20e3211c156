//! GraphQL type of a match.

use std::cmp::Reverse;

use async_graphql::{Context, Object, Result, connection::Connection};
use chrono::{DateTime, Utc};
use entity::{
    fulfilment, listing, match_step, match_terms,
    matching::{self, MatchSide, MatchState},
    membership::{self, MembershipRole},
    organisation, person, thanks,
};

use super::{
    available_acts::{self, Related},
    history::MatchStep,
    persist::MatchId,
    rules::{self, Act},
    terms_types::{MatchContact, MatchTerms, quantity_of},
};
use crate::{
    context::ContextExt,
    conversations::Conversation,
    kit::{
        Id,
        graphql::cost::list_size,
        lifecycle,
        page::{PageArgs, Total},
    },
    listings::{Offer, Request, value_types::Quantity},
    matches::{fulfilments::Fulfilment, thanks::Thanks},
    organisations::{Organisation, members},
};

/// A match of one offer and one request, from the first proposal to confirmed delivery.
pub struct Match(matching::Model);

impl From<matching::Model> for Match {
    fn from(row: matching::Model) -> Self {
        Self(row)
    }
}

impl Match {
    async fn terms_of(&self, ctx: &Context<'_>) -> Result<Vec<match_terms::Model>> {
        let mut all = ctx.parts::<match_terms::Entity>(self.0.id).await?;
        all.sort_unstable_by_key(|terms| terms.version);
        Ok(all)
    }

    async fn counted(&self, ctx: &Context<'_>, base: i64) -> Result<Option<Quantity>> {
        let version = self.0.agreed_version.unwrap_or(self.0.terms_version);
        let all = self.terms_of(ctx).await?;
        let terms = all.iter().find(|terms| terms.version == version);
        Ok(terms.and_then(|terms| terms.quantity.map(|_| quantity_of(terms, base))))
    }

    /// Returns those of the acts that deliveries, thanks and the lending mode also allow. Reads only the rows that
    /// these acts need.
    async fn open(&self, ctx: &Context<'_>, acts: Vec<Act>) -> Result<Vec<Act>> {
        let (mut deliveries, mut thanks, mut lent) = (Vec::new(), Vec::new(), false);
        if acts
            .iter()
            .any(|act| [Act::ConfirmDelivery, Act::WithdrawDelivery, Act::Cancel].contains(act))
        {
            deliveries = ctx.parts::<fulfilment::Entity>(self.0.id).await?;
        }
        if acts.contains(&Act::Thank) {
            thanks = ctx.parts::<thanks::Entity>(self.0.id).await?;
        }
        if acts.contains(&Act::MarkReturned) {
            let (offer, request) = tokio::try_join!(
                ctx.load(Id::<listing::Entity>::new(self.0.offer_id)),
                ctx.load(Id::<listing::Entity>::new(self.0.request_id)),
            )?;
            let mode = |row: Option<listing::Model>| row.and_then(|row| row.lending_mode);
            lent = rules::is_loan(mode(offer), mode(request));
        }
        let beside = Related {
            deliveries: &deliveries,
            thanks: &thanks,
            lent,
        };
        Ok(available_acts::open(ctx.viewer(), &self.0, acts, beside))
    }

    /// Checks that the viewer is a member of one of the two organisations.
    fn is_party(&self, ctx: &Context<'_>) -> bool {
        let role = MembershipRole::Observer;
        rules::sides(ctx.viewer(), &self.0, role).next().is_some()
    }
}

/// A match of one offer and one request, from the first proposal to confirmed delivery. Visible to the members of both
/// organisations and to staff.
#[Object]
impl Match {
    /// Global id.
    pub async fn id(&self) -> MatchId {
        Id::new(self.0.id)
    }

    /// Reference for use between people, such as `MAT-7K3M9-Q2X4T`.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// Current state. A missed deadline takes effect at once.
    async fn state(&self, ctx: &Context<'_>) -> MatchState {
        rules::state_at(&self.0, ctx.viewer().now)
    }

    /// The offer of the match; null if the viewer may not see it.
    async fn offer(&self, ctx: &Context<'_>) -> Result<Option<Offer>> {
        let id = Id::<listing::Entity>::new(self.0.offer_id);
        Ok(ctx.load(id).await?.map(Offer::from))
    }

    /// The request of the match; null if the viewer may not see it.
    async fn request(&self, ctx: &Context<'_>) -> Result<Option<Request>> {
        let id = Id::<listing::Entity>::new(self.0.request_id);
        Ok(ctx.load(id).await?.map(Request::from))
    }

    /// The organisation that posted the offer.
    async fn offerer(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let id = Id::<organisation::Entity>::new(self.0.offerer_id);
        Ok(ctx.load(id).await?.map(Organisation::from))
    }

    /// The organisation that posted the request.
    async fn requester(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let id = Id::<organisation::Entity>::new(self.0.requester_id);
        Ok(ctx.load(id).await?.map(Organisation::from))
    }

    /// The viewer's side; null for staff and for viewers who belong to both organisations.
    async fn viewer_side(&self, ctx: &Context<'_>) -> Option<MatchSide> {
        let mut sides = rules::sides(ctx.viewer(), &self.0, MembershipRole::Observer);
        sides.next().filter(|_| sides.next().is_none())
    }

    /// Acts that the viewer can do now, in the order in which to show them.
    #[graphql(directive = list_size::apply(16, None))]
    async fn viewer_acts(&self, ctx: &Context<'_>) -> Result<Vec<Act>> {
        let acts = lifecycle::available::<matching::Entity>(ctx.viewer(), &self.0, &None);
        self.open(ctx, acts).await
    }

    /// Side that made the first proposal.
    async fn proposed_by(&self) -> MatchSide {
        self.0.proposed_by
    }

    /// Side that has to answer the latest terms, a pending amendment or the last delivery; null if none has to. A
    /// recorded part of a delivery does not change the turn while more is to come: it is listed in `deliveries` and in
    /// `viewer.tasks`.
    async fn turn(&self, ctx: &Context<'_>) -> Option<MatchSide> {
        rules::turn_at(&self.0, ctx.viewer().now)
    }

    /// Time at which the latest terms lapse if they are not answered; null if no terms are waiting.
    async fn answer_by(&self, ctx: &Context<'_>) -> Option<DateTime<Utc>> {
        rules::waits_until(&self.0, ctx.viewer().now)
    }

    /// The latest terms if they are waiting for an answer, otherwise the terms in force.
    async fn terms(&self, ctx: &Context<'_>) -> Result<Option<MatchTerms>> {
        let waits = self.0.agreed_version.is_none()
            || rules::has_pending_amendment(&self.0, ctx.viewer().now);
        let version = if waits {
            Some(self.0.terms_version)
        } else {
            self.0.agreed_version
        };
        let all = self.terms_of(ctx).await?;
        let found = all.into_iter().find(|terms| Some(terms.version) == version);
        Ok(found.map(MatchTerms))
    }

    /// The terms in force; null before agreement.
    async fn agreed_terms(&self, ctx: &Context<'_>) -> Result<Option<MatchTerms>> {
        let all = self.terms_of(ctx).await?;
        let agreed = self.0.agreed_version;
        let found = all.into_iter().find(|terms| Some(terms.version) == agreed);
        Ok(found.map(MatchTerms))
    }

    /// All versions of the terms, oldest first.
    #[graphql(directive = list_size::apply(super::negotiation::MAX_TERMS.unsigned_abs().into(), None))]
    async fn terms_history(&self, ctx: &Context<'_>) -> Result<Vec<MatchTerms>> {
        Ok(self
            .terms_of(ctx)
            .await?
            .into_iter()
            .map(MatchTerms)
            .collect())
    }

    /// True if a change to the agreed terms is waiting for an answer. `terms` returns the change.
    async fn has_pending_amendment(&self, ctx: &Context<'_>) -> bool {
        rules::has_pending_amendment(&self.0, ctx.viewer().now)
    }

    /// True if the match is waiting for an answer and one of its listings has nothing left.
    async fn nothing_left(&self, ctx: &Context<'_>) -> bool {
        let open = rules::OPEN.contains(&rules::state_at(&self.0, ctx.viewer().now));
        open && self.0.nothing_left_at.is_some()
    }

    /// Version of the terms that a broker approved last, because an organisation is not verified; null if none was. Only
    /// this version can be accepted while the organisation is not verified.
    async fn approved_terms_version(&self) -> Option<i32> {
        self.0.approved_version
    }

    /// Time of the last approval by a broker; null if there was none.
    async fn approved_at(&self) -> Option<DateTime<Utc>> {
        self.0.approved_at
    }

    /// Quantity that both sides confirmed; null if the terms count no quantity.
    async fn delivered(&self, ctx: &Context<'_>) -> Result<Option<Quantity>> {
        self.counted(ctx, self.0.delivered).await
    }

    /// Deliveries, oldest first.
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Fulfilment, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        let page = ctx.part_page::<fulfilment::Entity, _>(self.0.id, fulfilment::Column::Id, args);
        Ok(page.await?)
    }

    /// Steps of the match, oldest first: kind, time, side, person and version of the terms.
    async fn history(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, MatchStep, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        let page = ctx.part_page::<match_step::Entity, _>(self.0.id, match_step::Column::Id, args);
        Ok(page.await?)
    }

    /// Contact people of both sides: for each, the member who last proposed or accepted terms. Visible only to members
    /// of the two organisations, from agreement on. Empty before agreement and after cancellation.
    #[graphql(directive = list_size::apply(2, None))]
    async fn contacts(&self, ctx: &Context<'_>) -> Result<Vec<MatchContact>> {
        let agreed = self.0.agreed_at.is_some() && self.0.state != MatchState::Cancelled;
        if !agreed || !self.is_party(ctx) {
            return Ok(Vec::new());
        }
        let steps = ctx.parts::<match_step::Entity>(self.0.id).await?;
        let mut contacts = Vec::new();
        for side in [MatchSide::Offerer, MatchSide::Requester] {
            let mut own: Vec<_> = steps
                .iter()
                .filter(|step| step.side == Some(side) && rules::SPEAKS.contains(&step.kind))
                .collect();
            own.sort_by_key(|step| Reverse(step.id));
            let spoke: Vec<_> = own.iter().filter_map(|step| step.person_id).collect();
            let organisation = rules::organisation(&self.0, side);
            let mut there = None;
            for id in spoke {
                let places = ctx.parts::<membership::Entity>(id).await?;
                if members::rules::belongs(&places, organisation) {
                    there = Some(id);
                    break;
                }
            }
            let Some(id) = there else { continue };
            let found = ctx.load(Id::<person::Entity>::new(id)).await?;
            contacts.extend(found.map(|row| MatchContact {
                side,
                name: row.display_name,
                email: row.email,
                phone: row.phone,
            }));
        }
        Ok(contacts)
    }

    /// Conversation of the two organisations, which may have begun before the proposal. Null before the first message,
    /// and for viewers who are not members of either organisation.
    async fn conversation(&self, ctx: &Context<'_>) -> Result<Option<Conversation>> {
        Conversation::of_match(ctx, self.0.id).await
    }

    /// Thanks that the two sides gave each other.
    #[graphql(directive = list_size::apply(2, None))]
    async fn thanks(&self, ctx: &Context<'_>) -> Result<Vec<Thanks>> {
        let all = ctx.parts::<thanks::Entity>(self.0.id).await?;
        Ok(all.into_iter().map(Thanks::from).collect())
    }

    /// Time of the first proposal.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Time of the last step.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// Time of agreement; null before it.
    async fn agreed_at(&self) -> Option<DateTime<Utc>> {
        self.0.agreed_at
    }

    /// Time at which the match ended, in any end state; null while it is open.
    async fn ended_at(&self, ctx: &Context<'_>) -> Option<DateTime<Utc>> {
        let lapsed = rules::state_at(&self.0, ctx.viewer().now) == MatchState::Lapsed;
        self.0.ended_at.or(lapsed.then_some(self.0.answer_by))
    }

    /// Time at which the loan was returned; null if nothing was lent, or before the return.
    async fn returned_at(&self) -> Option<DateTime<Utc>> {
        self.0.returned_at
    }
}
