//! Objects whose fields are at hand, answered at once.
//!
//! The engine makes a task of every field and lets them race, which is right for what waits. A page of twenty
//! rows that were read already asks for hundreds of fields that do not, and the tasks are most of the server's
//! work. [`AtOnce`] asks one field after the other instead; at the first that has to wait, fails or is out
//! of the ordinary it leaves the whole object to the engine, which asks anew and answers as ever.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    ContextSelectionSet, Name, OutputType, Positioned, ServerResult, Value,
    indexmap::IndexMap,
    parser::types::{Field, Selection, SelectionSet},
    registry::{MetaType, Registry},
    resolver_utils::ContainerType,
};
use futures_util::FutureExt;
use tokio::task::coop::unconstrained;

use super::response_limit::ResponseLimit;

/// An object most of whose fields are at hand.
pub trait AtHand: ContainerType {
    /// Fields that mostly are not. Where one is selected the others are not asked in vain; one that is missing here
    /// costs a little time and no answer.
    const WAITING: &'static [&'static str] = &[];
}

/// An object that is answered at once where it can be. In the schema it is the object itself.
#[derive(Clone, Debug)]
pub struct AtOnce<T>(pub T);

impl<T: AtHand> OutputType for AtOnce<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.introspection_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let mut fields = IndexMap::with_capacity(ctx.item.node.items.len());
        match fill(&self.0, ctx, &mut fields) {
            Some(()) if !fields.is_empty() && fits(ctx, &fields) => Ok(Value::Object(fields)),
            _ => self.0.resolve(ctx, field).await,
        }
    }
}

/// Counts the fields towards the size of the response. What stands below them was counted when it was resolved.
fn fits(ctx: &ContextSelectionSet<'_>, fields: &IndexMap<Name, Value>) -> bool {
    let Some(limit) = ctx.data_opt::<Arc<ResponseLimit>>() else {
        return true;
    };
    let bytes = fields.iter().map(|(name, value)| match value {
        Value::String(text) => name.len() + text.len(),
        _ => name.len(),
    });
    limit.add(fields.len(), bytes.sum())
}

/// Adds the fields of a selection, or gives up.
fn fill<T: AtHand>(
    of: &T,
    ctx: &ContextSelectionSet<'_>,
    fields: &mut IndexMap<Name, Value>,
) -> Option<()> {
    for item in &ctx.item.node.items {
        match &item.node {
            Selection::Field(field) => {
                let name = field.node.name.node.as_str();
                if !field.node.directives.is_empty() || T::WAITING.contains(&name) {
                    return None;
                }
                let value = if name == "__typename" {
                    Value::String(of.introspection_type_name().into_owned())
                } else {
                    let at = ctx.with_field(field);
                    unconstrained(of.resolve_field(&at))
                        .now_or_never()?
                        .ok()??
                };
                let key = field.node.response_key().node.clone();
                // A key that comes twice has two selections to be laid over each other.
                if fields.insert(key, value).is_some() {
                    return None;
                }
            }
            Selection::InlineFragment(inline) if inline.node.directives.is_empty() => {
                let on = inline.node.type_condition.as_ref();
                let on = on.map(|on| on.node.on.node.as_str());
                spread(of, ctx, on, &inline.node.selection_set, fields)?;
            }
            Selection::FragmentSpread(named) if named.node.directives.is_empty() => {
                let fragment = &ctx
                    .query_env
                    .fragments
                    .get(&named.node.fragment_name.node)?
                    .node;
                let on = Some(fragment.type_condition.node.on.node.as_str());
                spread(of, ctx, on, &fragment.selection_set, fields)?;
            }
            _ => return None,
        }
    }
    Some(())
}

/// Adds the fields of a fragment where it is on this type, or on an interface of it.
fn spread<'a, T: AtHand>(
    of: &T,
    ctx: &ContextSelectionSet<'a>,
    on: Option<&str>,
    set: &'a Positioned<SelectionSet>,
    fields: &mut IndexMap<Name, Value>,
) -> Option<()> {
    let registry = &ctx.schema_env.registry;
    let this = of.introspection_type_name();
    let applies = |on| {
        let interfaces = registry.implements.get(this.as_ref());
        on == this || interfaces.is_some_and(|interfaces| interfaces.contains(on))
    };
    if on.is_none_or(applies) {
        return fill(of, &ctx.with_selection_set(set), fields);
    }
    // On another object it says nothing of this one; whatever else there is, the engine knows.
    matches!(registry.types.get(on?), Some(MetaType::Object { .. })).then_some(())
}
