//! What the schema says of a match.

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
    available_acts::{self, Beside},
    history::MatchStep,
    persist::MatchId,
    rules::{self, Act},
    terms_types::{MatchContact, MatchTerms, quantity_of},
};
use crate::{
    context::Ask,
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

/// One offer and one request, from a first proposal to a delivery that both sides confirm.
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

    /// Of these acts, those that are open; reads what that takes, and nothing where it takes nothing.
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
            lent = rules::comes_back(mode(offer), mode(request));
        }
        let beside = Beside {
            deliveries: &deliveries,
            thanks: &thanks,
            lent,
        };
        Ok(available_acts::open(ctx.viewer(), &self.0, acts, beside))
    }

    /// Whether the viewer belongs to one of the sides.
    fn is_party(&self, ctx: &Context<'_>) -> bool {
        let role = MembershipRole::Observer;
        rules::sides(ctx.viewer(), &self.0, role).next().is_some()
    }
}

/// One offer and one request, from a first proposal to a delivery that both sides confirm. Seen by the members of both
/// organisations, and by staff.
#[Object]
impl Match {
    /// Global id.
    pub async fn id(&self) -> MatchId {
        Id::new(self.0.id)
    }

    /// The number by which people speak of it, such as `MAT-7K3M9-Q2X4T`.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// Where it stands at this moment.
    async fn state(&self, ctx: &Context<'_>) -> MatchState {
        rules::state_at(&self.0, ctx.viewer().now)
    }

    /// What is offered.
    async fn offer(&self, ctx: &Context<'_>) -> Result<Option<Offer>> {
        let id = Id::<listing::Entity>::new(self.0.offer_id);
        Ok(ctx.load(id).await?.map(Offer::from))
    }

    /// What is requested.
    async fn request(&self, ctx: &Context<'_>) -> Result<Option<Request>> {
        let id = Id::<listing::Entity>::new(self.0.request_id);
        Ok(ctx.load(id).await?.map(Request::from))
    }

    /// Whose offer it is.
    async fn offerer(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let id = Id::<organisation::Entity>::new(self.0.offerer_id);
        Ok(ctx.load(id).await?.map(Organisation::from))
    }

    /// Whose request it is.
    async fn requester(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let id = Id::<organisation::Entity>::new(self.0.requester_id);
        Ok(ctx.load(id).await?.map(Organisation::from))
    }

    /// The side to which the viewer belongs; null for staff, and for those who belong to both.
    async fn viewer_side(&self, ctx: &Context<'_>) -> Option<MatchSide> {
        let mut sides = rules::sides(ctx.viewer(), &self.0, MembershipRole::Observer);
        sides.next().filter(|_| sides.next().is_none())
    }

    /// What the viewer can do to it now.
    #[graphql(directive = list_size::apply(16, None))]
    async fn viewer_acts(&self, ctx: &Context<'_>) -> Result<Vec<Act>> {
        let acts = lifecycle::available::<matching::Entity>(ctx.viewer(), &self.0, &None);
        self.open(ctx, acts).await
    }

    /// Who made the first proposal.
    async fn proposed_by(&self) -> MatchSide {
        self.0.proposed_by
    }

    /// Who is to answer: the latest terms, a change of what was agreed, or the last delivery. Null where nobody is; a
    /// part that is claimed while more is to come waits in `deliveries`, and in `viewer.tasks`.
    async fn turn(&self, ctx: &Context<'_>) -> Option<MatchSide> {
        rules::turn_at(&self.0, ctx.viewer().now)
    }

    /// When the latest terms lapse if nobody answers; null where none wait.
    async fn answer_by(&self, ctx: &Context<'_>) -> Option<DateTime<Utc>> {
        let now = ctx.viewer().now;
        let waits = rules::OPEN.contains(&rules::state_at(&self.0, now))
            || rules::has_pending_amendment(&self.0, now);
        waits.then_some(self.0.answer_by)
    }

    /// The latest terms: those to answer, or those in force where nothing waits.
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

    /// The terms in force; null before anything is agreed.
    async fn agreed_terms(&self, ctx: &Context<'_>) -> Result<Option<MatchTerms>> {
        let all = self.terms_of(ctx).await?;
        let agreed = self.0.agreed_version;
        let found = all.into_iter().find(|terms| Some(terms.version) == agreed);
        Ok(found.map(MatchTerms))
    }

    /// Every version of the terms, the first one first.
    #[graphql(directive = list_size::apply(super::negotiation::MOST_TERMS.unsigned_abs().into(), None))]
    async fn all_terms(&self, ctx: &Context<'_>) -> Result<Vec<MatchTerms>> {
        Ok(self
            .terms_of(ctx)
            .await?
            .into_iter()
            .map(MatchTerms)
            .collect())
    }

    /// Whether a change of what was agreed waits for an answer; `terms` shows it.
    async fn has_pending_amendment(&self, ctx: &Context<'_>) -> bool {
        rules::has_pending_amendment(&self.0, ctx.viewer().now)
    }

    /// Whether one of its listings has nothing left for it at this moment, while it waits.
    async fn crowded_out(&self, ctx: &Context<'_>) -> bool {
        let open = rules::OPEN.contains(&rules::state_at(&self.0, ctx.viewer().now));
        open && self.0.crowded_out_at.is_some()
    }

    /// When a broker let it go on although an organisation in it is not verified.
    async fn approved_at(&self) -> Option<DateTime<Utc>> {
        self.0.approved_at
    }

    /// What both sides confirmed; null where nothing is counted.
    async fn delivered(&self, ctx: &Context<'_>) -> Result<Option<Quantity>> {
        self.counted(ctx, self.0.delivered).await
    }

    /// What was delivered, part by part, the first one first.
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

    /// Every step, the first one first: who did what, when, and about which terms.
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

    /// Whom to speak to on each side: those who made and accepted the terms. Only members of the two
    /// organisations see it, from acceptance on; empty before, and after it was called off.
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

    /// What its two organisations say to each other, also before it was proposed; null before the first message, and for
    /// everybody but their members.
    async fn conversation(&self, ctx: &Context<'_>) -> Result<Option<Conversation>> {
        Conversation::of_match(ctx, self.0.id).await
    }

    /// What the two sides said to thank each other.
    #[graphql(directive = list_size::apply(2, None))]
    async fn thanks(&self, ctx: &Context<'_>) -> Result<Vec<Thanks>> {
        let all = ctx.parts::<thanks::Entity>(self.0.id).await?;
        Ok(all.into_iter().map(Thanks::from).collect())
    }

    /// When the first proposal was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When the last step was made.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// When both agreed.
    async fn agreed_at(&self) -> Option<DateTime<Utc>> {
        self.0.agreed_at
    }

    /// When it ended, however it did.
    async fn ended_at(&self, ctx: &Context<'_>) -> Option<DateTime<Utc>> {
        let lapsed = rules::state_at(&self.0, ctx.viewer().now) == MatchState::Lapsed;
        self.0.ended_at.or(lapsed.then_some(self.0.answer_by))
    }

    /// When what was lent came back.
    async fn returned_at(&self) -> Option<DateTime<Utc>> {
        self.0.returned_at
    }
}
