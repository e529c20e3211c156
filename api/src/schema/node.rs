//! Objects of any type by their global ids.

use std::{borrow::Cow, collections::BTreeMap};

use async_graphql::{
    CacheControl, Context, ContextSelectionSet, ID, Object, ObjectType, OutputType, Positioned,
    Result, ServerResult, Value,
    indexmap::{IndexMap, IndexSet},
    parser::types::Field,
    registry::{Deprecation, MetaField, MetaType, MetaTypeId, Registry},
};
use futures_util::future::{BoxFuture, try_join_all};
use uuid::Uuid;

use crate::{
    feature::NodeType,
    features::FEATURES,
    kit::{Error, id},
};

/// Maximum number of ids in one call.
const MAX_IDS: usize = 100;

/// An object with a global id.
pub struct Node(Box<dyn NodeObject>);

impl Node {
    /// Name of the interface in the schema.
    pub const NAME: &'static str = "Node";

    /// Wraps an object whose type a feature has declared.
    pub fn new<T: ObjectType + 'static>(object: T) -> Self {
        Self(Box::new(object))
    }
}

/// An object type behind a pointer.
trait NodeObject: Send + Sync {
    fn object_type(&self) -> Cow<'static, str>;

    fn resolve_object<'a>(
        &'a self,
        ctx: &'a ContextSelectionSet<'a>,
        field: &'a Positioned<Field>,
    ) -> BoxFuture<'a, ServerResult<Value>>;
}

impl<T: ObjectType> NodeObject for T {
    fn object_type(&self) -> Cow<'static, str> {
        self.introspection_type_name()
    }

    fn resolve_object<'a>(
        &'a self,
        ctx: &'a ContextSelectionSet<'a>,
        field: &'a Positioned<Field>,
    ) -> BoxFuture<'a, ServerResult<Value>> {
        Box::pin(OutputType::resolve(self, ctx, field))
    }
}

impl OutputType for Node {
    fn type_name() -> Cow<'static, str> {
        Self::NAME.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Interface, |registry| {
            let id = <ID as OutputType>::create_type_info(registry);
            let possible_types: IndexSet<String> =
                types().flat_map(|node| (node.register)(registry)).collect();
            MetaType::Interface {
                name: Self::NAME.into(),
                description: Some("An object with a global id.".into()),
                fields: [("id".to_owned(), id_field(id))].into(),
                possible_types,
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

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.object_type()
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        self.0.resolve_object(ctx, field).await
    }
}

fn id_field(ty: String) -> MetaField {
    MetaField {
        name: "id".into(),
        description: Some("Global id. It is the same wherever the object is returned.".into()),
        args: IndexMap::default(),
        ty,
        deprecation: Deprecation::default(),
        cache_control: CacheControl::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

/// Queries of objects by global id.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Returns the object with a global id; null if it does not exist or the viewer may not see it.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
    ) -> Result<Option<Node>> {
        Ok(node(ctx, &id).await?)
    }

    /// Returns objects by their global ids, in the same order; null for each that does not exist or that the viewer
    /// may not see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MAX_IDS {
            let expected = format!("at most {MAX_IDS} ids in one call; split the request");
            return Err(Error::BadInput("ids", expected).into());
        }
        let ids: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
        Ok(nodes(ctx, &ids).await?)
    }
}

/// Loads one object by its global id.
pub(crate) async fn node(ctx: &Context<'_>, global: &str) -> Result<Option<Node>, Error> {
    let Some((kind, id)) = id::split(global) else {
        return Ok(None);
    };
    let mut found = of_kind(ctx, kind, &[id]).await?;
    Ok(found.pop().flatten())
}

/// Loads objects by their global ids, in one statement for each kind.
pub(super) async fn nodes(ctx: &Context<'_>, globals: &[&str]) -> Result<Vec<Option<Node>>, Error> {
    let mut kinds: BTreeMap<&str, (Vec<usize>, Vec<Uuid>)> = BTreeMap::new();
    for (at, global) in globals.iter().enumerate() {
        if let Some((kind, id)) = id::split(global) {
            let (places, ids) = kinds.entry(kind).or_default();
            places.push(at);
            ids.push(id);
        }
    }
    let read = kinds.into_iter().map(async |(kind, (places, ids))| {
        let found = of_kind(ctx, kind, &ids).await?;
        Ok::<_, Error>(places.into_iter().zip(found))
    });
    let mut nodes: Vec<Option<Node>> = globals.iter().map(|_| None).collect();
    for (place, node) in try_join_all(read).await?.into_iter().flatten() {
        nodes[place] = node;
    }
    Ok(nodes)
}

async fn of_kind(ctx: &Context<'_>, kind: &str, ids: &[Uuid]) -> Result<Vec<Option<Node>>, Error> {
    match types().find(|node| node.kind == kind) {
        Some(node) => (node.load)(ctx, ids).await,
        None => Ok(ids.iter().map(|_| None).collect()),
    }
}

fn types() -> impl Iterator<Item = &'static NodeType> {
    FEATURES.iter().flat_map(|feature| feature.nodes)
}
