//! Inputs of mutations that take the same fields.

/// Declares one input type for each of several mutations that take the same fields, each named after its mutation.
#[macro_export]
macro_rules! inputs {
    ($fields:tt $($(#[$doc:meta])* $name:ident;)*) => {
        $($crate::inputs!(@one $fields $(#[$doc])* $name);)*
    };
    (@one {$($(#[$field_doc:meta])* $field:ident: $ty:ty,)*} $(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(async_graphql::InputObject, Debug)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $ty,)*
        }
    };
}
