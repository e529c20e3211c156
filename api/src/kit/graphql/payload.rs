//! Payloads of mutations: the row, and the reasons for a refusal.

/// Declares a payload with one field and `userErrors`, and the conversion from the result of a service: refusals are
/// data, all other errors go to the top-level `errors`.
#[macro_export]
macro_rules! payload {
    ($(#[$doc:meta])* $payload:ident { $(#[$field_doc:meta])* $field:ident: $thing:ty }) => {
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $payload {
            $(#[$field_doc])*
            pub $field: Option<$thing>,
            /// Reasons for the refusal; empty if the mutation succeeded.
            #[graphql(directive = $crate::kit::graphql::cost::list_size::apply($crate::kit::error::MAX_USER_ERRORS as u64, None))]
            pub user_errors: Vec<$crate::kit::UserError>,
        }

        impl $payload {
            /// Converts the result of a service to the payload.
            pub fn of<T: Into<$thing>>(answer: Result<T, $crate::kit::Error>) -> async_graphql::Result<Option<Self>> {
                match answer {
                    Ok(thing) => Ok(Some(Self { $field: Some(thing.into()), user_errors: Vec::new() })),
                    Err($crate::kit::Error::Refused(user_errors)) => Ok(Some(Self {
                        $field: None,
                        user_errors: $crate::kit::UserError::first_errors(user_errors),
                    })),
                    Err(error) => Err(error.into()),
                }
            }
        }
    };
}
