//! Fast path for objects whose fields are already loaded.
//!
//! The GraphQL engine makes a task of every field and runs the tasks concurrently, which suits fields that wait. A page
//! of twenty loaded rows has hundreds of fields that do not wait, and the tasks are then most of the server's work.
//! [`FastObject`] resolves one field after the other instead. At the first field that waits, fails or is out of the
//! ordinary it leaves the whole object to the engine, which resolves it again from the start.

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

/// Object most of whose fields resolve without waiting.
pub trait FastFields: ContainerType {
    /// Fields that usually wait. Selecting one leaves the object to the engine without resolving that field first. A
    /// missing name costs a little time and does not change the response.
    const WAITING: &'static [&'static str] = &[];
}

/// Object that is resolved on the fast path if possible. In the schema it is the object itself.
#[derive(Clone, Debug)]
pub struct FastObject<T>(pub T);

impl<T: FastFields> OutputType for FastObject<T> {
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
        let limit = ctx.data_opt::<Arc<ResponseLimit>>();
        let counted = limit.map(|limit| limit.so_far());
        let mut fields = IndexMap::with_capacity(ctx.item.node.items.len());
        let filled = fill(&self.0, ctx, &mut fields);
        if filled.is_some() && !fields.is_empty() && limit.is_none_or(|limit| fits(limit, &fields))
        {
            return Ok(Value::Object(fields));
        }
        if let Some((limit, counted)) = limit.zip(counted) {
            limit.go_back(counted);
        }
        self.0.resolve(ctx, field).await
    }
}

/// Counts the fields towards the size of the response; returns false if it becomes too large. Nested values were
/// counted when they were resolved.
fn fits(limit: &ResponseLimit, fields: &IndexMap<Name, Value>) -> bool {
    let bytes = fields.iter().map(|(name, value)| match value {
        Value::String(text) => name.len() + text.len(),
        _ => name.len(),
    });
    limit.add(fields.len(), bytes.sum())
}

/// Adds the fields of a selection; `None` if the engine must resolve the object.
fn fill<T: FastFields>(
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
                // A repeated key has two selections to merge, which is left to the engine.
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

/// Adds the fields of a fragment if it applies to this type or to one of its interfaces.
fn spread<'a, T: FastFields>(
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
    // A fragment on another object type does not apply. Any other condition is left to the engine.
    matches!(registry.types.get(on?), Some(MetaType::Object { .. })).then_some(())
}
