//! Global ids: `kind:uuid`, opaque to clients. An id of the wrong kind is refused when the argument is parsed.

use std::{
    borrow::Cow,
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    str::FromStr,
};

use async_graphql::{
    ContextSelectionSet, ID, InputType, InputValueError, InputValueResult, OutputType, Positioned,
    ServerResult, Value, parser::types::Field, registry::Registry,
};
use uuid::Uuid;

use super::Resource;

/// Global id of a row of `E`. In GraphQL it is the built-in scalar `ID`.
pub struct Id<E>(pub Uuid, PhantomData<fn() -> E>);

impl<E> Id<E> {
    /// Creates the global id from the UUID of the row.
    #[must_use]
    pub const fn new(id: Uuid) -> Self {
        Self(id, PhantomData)
    }
}

impl<E> Clone for Id<E> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E> Copy for Id<E> {}
impl<E> PartialEq for Id<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<E> Eq for Id<E> {}
impl<E> Hash for Id<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<E: Resource> fmt::Debug for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<E: Resource> fmt::Display for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", E::NAME, self.0)
    }
}

impl<E: Resource> FromStr for Id<E> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match split(text) {
            Some((kind, id)) if kind == E::NAME => Ok(Self::new(id)),
            _ => Err(format!("this is not the id of a {}", E::NAME)),
        }
    }
}

/// Splits a global id into its kind and the UUID of the row; `None` for any other text.
#[must_use]
pub fn split(global: &str) -> Option<(&str, Uuid)> {
    let (kind, id) = global.split_once(':')?;
    // Accepts only the form that the server writes, so that a row has exactly one id.
    (id.len() == 36 && !id.bytes().any(|byte| byte.is_ascii_uppercase()))
        .then(|| Uuid::try_parse(id).ok())?
        .map(|id| (kind, id))
}

impl<E: Resource> InputType for Id<E> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        "ID".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value {
            Some(Value::String(text)) => text.parse().map_err(InputValueError::custom),
            _ => Err(InputValueError::custom(format!(
                "expected the id of a {}",
                E::NAME
            ))),
        }
        .map_err(|error| error.with_extension("code", "BAD_USER_INPUT"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<E: Resource> OutputType for Id<E> {
    fn type_name() -> Cow<'static, str> {
        "ID".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as OutputType>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(Value::String(self.to_string()))
    }
}
