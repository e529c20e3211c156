//! GraphQL interface `Listing` of offers and requests.
//!
//! Its fields are copied from `Offer` in the registry, so that fields and descriptions are written once. The copy needs
//! the complete registration of `Offer`, so the first field of the first query must return a `Listing`; a test compares
//! the fields of the two.

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, InterfaceType, OutputType, Positioned, ServerResult, Value,
    indexmap::IndexSet,
    parser::types::Field,
    registry::{MetaType, MetaTypeId, Registry},
    resolver_utils::{ContainerType, Fields},
};
use entity::listing::{self, ListingKind};

use super::{
    projection::Row,
    types::{Offer, Request, WAITING},
};
use crate::kit::graphql::fast_object::FastFields;

/// Description of `Offer`.
const OFFER: &str =
    "A resource that an organisation offers to share, such as goods, time, skills, space or money.";
/// Description of `Request`.
const REQUEST: &str = "A resource that an organisation needs and requests from others.";
/// Name of the interface in the schema.
const NAME: &str = "Listing";

/// An offer or a request.
pub enum Listing {
    /// An offer.
    Offer(Offer),
    /// A request.
    Request(Request),
}

impl From<Row> for Listing {
    fn from(row: Row) -> Self {
        match row.known().kind {
            ListingKind::Offer => Self::Offer(row.into()),
            ListingKind::Request => Self::Request(row.into()),
        }
    }
}

impl From<listing::Model> for Listing {
    fn from(row: listing::Model) -> Self {
        Row::from(row).into()
    }
}

impl ContainerType for Listing {
    async fn resolve_field(&self, ctx: &async_graphql::Context<'_>) -> ServerResult<Option<Value>> {
        match self {
            Self::Offer(offer) => offer.resolve_field(ctx).await,
            Self::Request(request) => request.resolve_field(ctx).await,
        }
    }

    fn collect_all_fields<'a>(
        &'a self,
        ctx: &ContextSelectionSet<'a>,
        fields: &mut Fields<'a>,
    ) -> ServerResult<()> {
        match self {
            Self::Offer(offer) => offer.collect_all_fields(ctx, fields),
            Self::Request(request) => request.collect_all_fields(ctx, fields),
        }
    }
}

impl OutputType for Listing {
    fn type_name() -> Cow<'static, str> {
        NAME.into()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        match self {
            Self::Offer(_) => Offer::type_name(),
            Self::Request(_) => Request::type_name(),
        }
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Interface, |registry| {
            let (offer, request) = (Offer::type_name(), Request::type_name());
            Offer::create_type_info(registry);
            Request::create_type_info(registry);
            registry.add_implements(&offer, NAME);
            registry.add_implements(&request, NAME);
            registry.add_implements(NAME, "Node");
            describe(registry, &offer, OFFER);
            describe(registry, &request, REQUEST);
            let fields = match registry.types.get(offer.as_ref()) {
                Some(MetaType::Object { fields, .. }) => fields.clone(),
                _ => async_graphql::indexmap::IndexMap::new(),
            };
            MetaType::Interface {
                name: NAME.to_owned(),
                description: Some("An offer or a request. Both have the same fields and differ only in direction.".to_owned()),
                fields,
                possible_types: IndexSet::from([offer.into_owned(), request.into_owned()]),
                extends: false,
                keys: None,
                visible: None,
                inaccessible: false,
                tags: Vec::new(),
                rust_typename: Some(std::any::type_name::<Self>()),
                directive_invocations: Vec::new(),
                requires_scopes: Vec::new(),
            }
        })
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        match self {
            Self::Offer(offer) => offer.resolve(ctx, field).await,
            Self::Request(request) => request.resolve(ctx, field).await,
        }
    }
}

impl InterfaceType for Listing {}

impl FastFields for Listing {
    const WAITING: &'static [&'static str] = WAITING;
}

/// Sets the description of a type. `Offer` and `Request` come from one generic type, so a doc comment cannot do it.
fn describe(registry: &mut Registry, name: &str, words: &str) {
    if let Some(MetaType::Object { description, .. }) = registry.types.get_mut(name) {
        *description = Some(words.to_owned());
    }
}
