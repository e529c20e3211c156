//! Public statistics: selects from the contributions of all times, because figures of different requests can be
//! subtracted from each other, and suppresses what [`super::disclosure_control`] does not permit.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    event,
    listing::{self, Column},
    listing_area, listing_event, listing_priority_area, matching,
};
use sea_orm::{ConnectionTrait, EntityTrait, JoinType, QueryResult, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::{
    contributions::{Contribution, Selection, Traits, month_of},
    disclosure_control::Release,
    figure_rows,
    figures::{Figure, Key},
    grouping::{Day, column},
    inputs::StatisticsGrouping,
    published_tables,
    rules::{Raised, Whose},
    search::StatisticsQuestion,
    sources::{agreed, decided, delivered, listed},
    totals::{Group, Row},
};
use crate::{
    App,
    kit::{Error, clock},
    reference::{Snapshot, quantity},
};

/// Returns the public figures of each group.
pub(super) async fn groups(
    app: &App,
    asked: &Selection,
    by: Option<StatisticsGrouping>,
) -> Result<Vec<Group>, Error> {
    let all = contributions(app).await?;
    let mut rows = Vec::new();
    for contribution in all.iter().filter(|one| asked.selects(&one.traits)) {
        for key in asked.keys(&contribution.traits, by) {
            rows.push(Row {
                key,
                figure: contribution.figure,
                unit: contribution.unit,
                count: contribution.count,
                total: contribution.total,
            });
        }
    }
    let mut groups = super::totals::add_up(&rows);
    if by.is_none() && groups.is_empty() {
        groups.push(Group::new(Key::All));
    }
    suppress(&all, asked, &mut groups, &app.reference.now());
    Ok(groups)
}

/// Suppresses the figures that are not public. Numbers and the quantities of each unit are figures of their own.
fn suppress(all: &[Contribution], asked: &Selection, groups: &mut [Group], reference: &Snapshot) {
    let tables = published_tables::tables(all.iter().map(|one| &one.traits), reference);
    for figure in Figure::ALL {
        let counted: Vec<&Contribution> = all.iter().filter(|one| one.figure == figure).collect();
        let units = counted.iter().filter(|one| one.total.is_some());
        let units: BTreeSet<_> = units.map(|one| quantity::counted_in(one.unit)).collect();
        let release = released(&counted, &tables);
        for group in &mut *groups {
            let own = Selection {
                key: Some(group.key.clone()),
                ..asked.clone()
            };
            if let Some(reason) = release.suppressed(&places(&counted, &own)) {
                group.counts.suppress(figure, reason);
            }
        }
        for unit in units {
            let measured = counted.iter().copied();
            let measured: Vec<&Contribution> = measured
                .filter(|one| one.total.is_some() && quantity::counted_in(one.unit) == unit)
                .collect();
            let release = released(&measured, &tables);
            for group in &mut *groups {
                let own = Selection {
                    key: Some(group.key.clone()),
                    ..asked.clone()
                };
                let Some((_, figures)) = group.measures.iter_mut().find(|(own, _)| *own == unit)
                else {
                    continue;
                };
                if let Some(reason) = release.suppressed(&places(&measured, &own)) {
                    figures.suppress(figure, reason);
                }
            }
        }
    }
}

fn released(all: &[&Contribution], tables: &[Selection]) -> Release {
    let mut release = Release::new(all.iter().map(|one| one.organisations).collect());
    let mut known = BTreeSet::new();
    for table in tables {
        let places = places(all, table);
        if !places.is_empty() && known.insert(places.clone()) {
            release.publish(&places);
        }
    }
    release
}

fn places(all: &[&Contribution], selection: &Selection) -> Vec<usize> {
    let numbered = all.iter().enumerate();
    let selected = numbered.filter(|(_, one)| selection.selects(&one.traits));
    selected.map(|(at, _)| at).collect()
}

/// Reads the contributions of public listings, in seven statements. Those that differ only in number and quantity are
/// added up.
async fn contributions(app: &App) -> Result<Vec<Contribution>, Error> {
    let conn = &app.database.read;
    let listings = Listings::read(conn).await?;
    let asked = StatisticsQuestion {
        from: NaiveDate::from_ymd_opt(1000, 1, 1).unwrap_or(NaiveDate::MIN),
        until: NaiveDate::from_ymd_opt(2999, 12, 31).unwrap_or(NaiveDate::MAX),
        by: None,
        whose: Whose::Public,
        kinds: None,
        areas: None,
        priorities: None,
        raised: None,
    };
    let mut all: BTreeMap<_, (i64, Option<i64>)> = BTreeMap::new();
    for (number, source) in [listed, agreed, delivered, decided].iter().enumerate() {
        let (mut query, day) = source(&asked);
        let own = column(listing::Entity, Column::Id);
        let beside = match number {
            0 => own.clone(),
            _ => column(matching::Entity, matching::Column::OfferId),
        };
        let (at, local) = match day {
            Day::Instant(at) => (at, false),
            Day::Local(at) => (at, true),
        };
        query
            .expr_as(own, "listing")
            .expr_as(beside, "beside")
            .expr_as(column(listing::Entity, Column::ResourceKind), "kind")
            .expr_as(at, "day")
            .expr_as(Expr::cust("COUNT(*)"), "n")
            .group_by_columns([
                "listing",
                "beside",
                "kind",
                "day",
                "figure",
                "counted_in",
                "one",
                "other",
            ]);
        for row in conn.query_all(&query).await? {
            let (figure, unit) = figure_rows::counted(&row)?;
            let organisations: [Uuid; 2] = [row.try_get("", "one")?, row.try_get("", "other")?];
            let total: Option<i64> = row.try_get("", "total")?;
            let key = (
                figure,
                unit,
                organisations,
                total.is_some(),
                listings.traits(&row, local)?,
            );
            let sums = all.entry(key).or_default();
            sums.0 += row.try_get::<i64>("", "n")?;
            sums.1 = total.map(|total| total.saturating_add(sums.1.unwrap_or(0)));
        }
    }
    let one = |((figure, unit, organisations, _, traits), (count, total))| Contribution {
        figure,
        unit,
        organisations,
        count,
        total,
        traits,
    };
    Ok(all.into_iter().map(one).collect())
}

/// Areas, priority areas and events of listings.
struct Listings {
    areas: HashMap<Uuid, BTreeSet<String>>,
    priorities: HashMap<Uuid, BTreeSet<(String, String)>>,
    raised: HashMap<Uuid, BTreeSet<Raised>>,
}

impl Listings {
    async fn read(conn: &impl ConnectionTrait) -> Result<Self, Error> {
        let mut all = Self {
            areas: HashMap::new(),
            priorities: HashMap::new(),
            raised: HashMap::new(),
        };
        for row in listing_area::Entity::find().all(conn).await? {
            all.areas
                .entry(row.listing_id)
                .or_default()
                .insert(row.area);
        }
        for row in listing_priority_area::Entity::find().all(conn).await? {
            let own = all.priorities.entry(row.listing_id).or_default();
            own.insert((row.edition, row.code));
        }
        let raised: Vec<(Uuid, Uuid, Option<Uuid>)> = listing_event::Entity::find()
            .join(
                JoinType::InnerJoin,
                listing_event::Entity::belongs_to(event::Entity)
                    .from(listing_event::Column::EventId)
                    .to(event::Column::Id)
                    .into(),
            )
            .select_only()
            .column(listing_event::Column::ListingId)
            .column(listing_event::Column::EventId)
            .column(event::Column::SeriesId)
            .into_tuple()
            .all(conn)
            .await?;
        for (listing, event, series) in raised {
            let own = all.raised.entry(listing).or_default();
            own.insert(Raised::At(event));
            own.extend(series.map(Raised::AtAnyOf));
        }
        Ok(all)
    }

    fn traits(&self, row: &QueryResult, local: bool) -> Result<Traits, Error> {
        let day = if local {
            row.try_get::<NaiveDate>("", "day")?
        } else {
            clock::local_day(row.try_get::<DateTime<Utc>>("", "day")?)
        };
        let sides: [Uuid; 2] = [row.try_get("", "listing")?, row.try_get("", "beside")?];
        let raised = sides.iter().filter_map(|id| self.raised.get(id)).flatten();
        Ok(Traits {
            month: month_of(day),
            kind: row.try_get("", "kind")?,
            areas: self.areas.get(&sides[0]).cloned().unwrap_or_default(),
            priorities: self.priorities.get(&sides[0]).cloned().unwrap_or_default(),
            raised: raised.copied().collect(),
        })
    }
}
