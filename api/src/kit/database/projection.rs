//! Partial rows: only the columns that a query selects, in the row's own type.
//!
//! The cost of wide rows grows with the columns that are read. A [`Partial`] knows which columns it has. A missing
//! column that is needed after all is read by id, so that a wrong plan costs a statement but never a wrong response.

use sea_orm::{
    DbErr, EntityTrait, IdenStatic, QueryResult,
    sea_query::{Alias, Expr, SelectStatement},
};

/// Entity whose columns can be read one by one.
pub trait Columns: EntityTrait {
    /// Number of a column, below 64.
    fn bit(column: Self::Column) -> u32;

    /// Reads the column at position `at` of the result into the row.
    fn fill(
        model: &mut Self::Model,
        column: Self::Column,
        row: &QueryResult,
        at: usize,
    ) -> Result<(), DbErr>;
}

/// Row with the columns that were read; the others hold their defaults.
#[derive(Clone, Debug)]
pub struct Partial<E: Columns> {
    model: E::Model,
    has: u64,
}

impl<E: Columns> Partial<E> {
    /// Row of which all columns were read.
    pub const fn whole(model: E::Model) -> Self {
        Self {
            model,
            has: u64::MAX,
        }
    }

    /// Returns the row if these columns were read, otherwise `None`.
    pub fn with(&self, columns: &[E::Column]) -> Option<&E::Model> {
        columns
            .iter()
            .all(|column| self.has & 1 << E::bit(*column) != 0)
            .then_some(&self.model)
    }

    /// Returns the row, for columns that are always read.
    pub const fn known(&self) -> &E::Model {
        &self.model
    }
}

/// Columns to read.
#[derive(Clone, Debug)]
pub struct Selection<E: Columns>(Vec<E::Column>);

impl<E: Columns> Selection<E> {
    /// Selects these columns, each once.
    pub fn new(columns: impl IntoIterator<Item = E::Column>) -> Self {
        let mut seen = 0_u64;
        let mut kept = Vec::new();
        for column in columns {
            let bit = 1 << E::bit(column);
            if seen & bit == 0 {
                seen |= bit;
                kept.push(column);
            }
        }
        Self(kept)
    }

    /// Number of columns.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns true if there are no columns.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the columns to a query.
    pub fn select(&self, query: &mut SelectStatement) {
        for column in &self.0 {
            query.column((E::default(), *column));
        }
    }

    /// Adds the columns to a query that also selects from another table. Each name gets the prefix.
    pub fn select_as(&self, query: &mut SelectStatement, prefix: &str) {
        for column in &self.0 {
            let name = Alias::new(format!("{prefix}{}", column.as_str()));
            query.expr_as(Expr::col((E::default(), *column)), name);
        }
    }

    /// Reads the columns from a result in which they begin at position `from`.
    pub fn read(&self, row: &QueryResult, from: usize) -> Result<Partial<E>, DbErr>
    where
        E::Model: Default,
    {
        let mut partial = Partial {
            model: E::Model::default(),
            has: 0,
        };
        for (at, column) in self.0.iter().enumerate() {
            E::fill(&mut partial.model, *column, row, from + at)?;
            partial.has |= 1 << E::bit(*column);
        }
        Ok(partial)
    }
}

/// Implements `Columns` for an entity: says how each column is read. The compiler rejects a missing column.
#[macro_export]
macro_rules! columns {
    ($module:ident: $($column:ident $field:ident),* $(,)?) => {
        impl $crate::kit::database::projection::Columns for $module::Entity {
            fn bit(column: $module::Column) -> u32 {
                column as u32
            }

            fn fill(
                model: &mut $module::Model,
                column: $module::Column,
                row: &sea_orm::QueryResult,
                at: usize,
            ) -> Result<(), sea_orm::DbErr> {
                match column {
                    $($module::Column::$column => model.$field = row.try_get_by_index(at)?,)*
                }
                Ok(())
            }
        }
    };
}
