//! Inputs: what is accepted is stored in one form, and used in it; what cannot be used is refused.

mod emails;
mod limits;
mod numbers;
mod passwords;
