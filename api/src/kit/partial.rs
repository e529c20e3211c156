//! Reading only the columns that a query asks for, into the row's own type.
//!
//! A page of wide rows costs what is read of them. A [`Partial`] knows which of its columns it has; what
//! is not there is read by id when somebody asks for it after all, so that planning wrongly costs a
//! statement and never an answer.

use sea_orm::{
    DbErr, EntityTrait, IdenStatic, QueryResult,
    sea_query::{Alias, Expr, SelectStatement},
};

/// A row of which some columns were read.
pub trait Columns: EntityTrait {
    /// A number below 64 for each column.
    fn bit(column: Self::Column) -> u32;

    /// Reads the column at a position of the result into the row.
    fn fill(
        model: &mut Self::Model,
        column: Self::Column,
        row: &QueryResult,
        at: usize,
    ) -> Result<(), DbErr>;
}

/// A row with the columns that were read; the others hold their defaults.
#[derive(Clone, Debug)]
pub struct Partial<E: Columns> {
    model: E::Model,
    has: u64,
}

impl<E: Columns> Partial<E> {
    /// A row that was read whole.
    pub const fn whole(model: E::Model) -> Self {
        Self {
            model,
            has: u64::MAX,
        }
    }

    /// The row, if these columns were read.
    pub fn with(&self, columns: &[E::Column]) -> Option<&E::Model> {
        columns
            .iter()
            .all(|column| self.has & 1 << E::bit(*column) != 0)
            .then_some(&self.model)
    }

    /// The row: for columns that are always read.
    pub const fn known(&self) -> &E::Model {
        &self.model
    }
}

/// Which columns to read.
#[derive(Clone, Debug)]
pub struct Selection<E: Columns>(Vec<E::Column>);

impl<E: Columns> Selection<E> {
    /// These, each once.
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

    /// How many columns they are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds them to a query.
    pub fn select(&self, query: &mut SelectStatement) {
        for column in &self.0 {
            query.column((E::default(), *column));
        }
    }

    /// Adds them to a query beside the columns of another table, each named with a prefix.
    pub fn select_as(&self, query: &mut SelectStatement, prefix: &str) {
        for column in &self.0 {
            let name = Alias::new(format!("{prefix}{}", column.as_str()));
            query.expr_as(Expr::col((E::default(), *column)), name);
        }
    }

    /// Reads them from a result in which they begin at a position.
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

/// Says how each column of an entity is read. The compiler demands that none is forgotten.
#[macro_export]
macro_rules! columns {
    ($module:ident: $($column:ident $field:ident),* $(,)?) => {
        impl $crate::kit::partial::Columns for $module::Entity {
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
