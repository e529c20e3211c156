//! What every mutation gives back: the thing, and why it was refused.

/// Declares a payload with one thing and `userErrors`, and how a service's answer becomes it:
/// refusals are data, everything else goes to the top-level errors.
#[macro_export]
macro_rules! payload {
    ($(#[$doc:meta])* $payload:ident { $(#[$field_doc:meta])* $field:ident: $thing:ty }) => {
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $payload {
            $(#[$field_doc])*
            pub $field: Option<$thing>,
            /// Why the act was refused; empty where it was done.
            #[graphql(directive = $crate::kit::cost::list_size::apply($crate::kit::error::MOST_USER_ERRORS as u64, None))]
            pub user_errors: Vec<$crate::kit::UserError>,
        }

        impl $payload {
            /// The payload of what the service answered.
            pub fn of<T: Into<$thing>>(answer: Result<T, $crate::kit::Error>) -> async_graphql::Result<Option<Self>> {
                match answer {
                    Ok(thing) => Ok(Some(Self { $field: Some(thing.into()), user_errors: Vec::new() })),
                    Err($crate::kit::Error::Refused(user_errors)) => Ok(Some(Self { $field: None, user_errors })),
                    Err(error) => Err(error.into()),
                }
            }
        }
    };
}
