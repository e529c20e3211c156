//! Public statistics: selects from the contributions of all times, because figures of different requests can be
//! subtracted from each other, and suppresses what [`super::disclosure_control`] does not permit. The figures are computed
//! for all requests together, on a blocking thread, because that takes seconds for many contributions.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    iter,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    event,
    listing::{self, Column},
    listing_area, listing_event, listing_priority_area, matching,
    resource_type::Unit,
};
use sea_orm::{ConnectionTrait, EntityTrait, JoinType, QueryResult, QuerySelect, sea_query::Expr};
use tokio::{sync::Mutex, task::spawn_blocking};
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
    kit::{Error, OrInternal, clock},
    reference::{Snapshot, quantity},
};

/// Public figures as they are shared by all requests, computed again after some time.
#[derive(Default)]
pub struct PublicFigures {
    latest: RwLock<Option<Arc<Computed>>>,
    /// Held while figures are computed: one request does it, and others are answered from the latest.
    computing: Mutex<()>,
}

/// Contributions of all times, and what may be public of them.
struct Computed {
    at: Instant,
    all: Vec<Contribution>,
    /// Each figure counts its number, and the quantities of each unit are figures of their own.
    releases: HashMap<(Figure, Option<Unit>), Released>,
}

/// Public figures about some of the contributions.
struct Released {
    /// Positions of the contributions among all.
    of: HashMap<usize, usize>,
    release: Release,
}

impl PublicFigures {
    /// Returns the latest figures. Computes them if they are older than the setting allows.
    async fn latest(&self, app: &App) -> Result<Arc<Computed>, Error> {
        let fresh_for = Duration::from_secs(app.config.statistics_seconds.into());
        let latest = || {
            self.latest
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .clone()
        };
        let is_fresh = |computed: &Arc<Computed>| computed.at.elapsed() < fresh_for;
        let old = match latest() {
            Some(computed) if is_fresh(&computed) => return Ok(computed),
            old => old,
        };
        let _computing = match (old, self.computing.try_lock()) {
            (_, Ok(computing)) => computing,
            (Some(old), Err(_)) if !fresh_for.is_zero() => return Ok(old),
            _ => self.computing.lock().await,
        };
        if let Some(computed) = latest().filter(is_fresh) {
            return Ok(computed);
        }
        let (at, all) = (Instant::now(), contributions(app).await?);
        let reference = app.reference.now();
        let computed = spawn_blocking(move || Computed::new(at, all, &reference));
        let computed = Arc::new(computed.await.internal()?);
        let mut kept = self.latest.write().unwrap_or_else(PoisonError::into_inner);
        *kept = Some(Arc::clone(&computed));
        Ok(computed)
    }
}

impl Computed {
    fn new(at: Instant, all: Vec<Contribution>, reference: &Snapshot) -> Self {
        let tables = published_tables::tables(all.iter().map(|one| &one.traits), reference);
        let mut parts: BTreeMap<(Figure, Option<Unit>), Vec<usize>> = BTreeMap::new();
        for (at, one) in all.iter().enumerate() {
            for key in one.figures() {
                parts.entry(key).or_default().push(at);
            }
        }
        let releases = parts.into_iter().map(|(key, positions)| {
            let counted: Vec<&Contribution> = positions.iter().map(|at| &all[*at]).collect();
            let release = released(&counted, &tables);
            let of = positions.into_iter().zip(0..).collect();
            (key, Released { of, release })
        });
        let releases = releases.collect();
        Self { at, all, releases }
    }

    /// Figures of each group, without those that are not public.
    fn groups(&self, asked: &Selection, by: Option<StatisticsGrouping>) -> Vec<Group> {
        let mut rows = Vec::new();
        let mut members: HashMap<Key, Vec<usize>> = HashMap::new();
        let selected = self.all.iter().enumerate();
        for (at, one) in selected.filter(|(_, one)| asked.selects(&one.traits)) {
            for key in asked.keys(&one.traits, by) {
                members.entry(key.clone()).or_default().push(at);
                rows.push(Row {
                    key,
                    figure: one.figure,
                    unit: one.unit,
                    count: one.count,
                    total: one.total,
                });
            }
        }
        let mut groups = super::totals::add_up(&rows);
        if by.is_none() && groups.is_empty() {
            groups.push(Group::new(Key::All));
        }
        for group in &mut groups {
            self.suppress(group, members.get(&group.key).map_or(&[], Vec::as_slice));
        }
        groups
    }

    /// Suppresses the figures of a group of contributions that are not public.
    fn suppress(&self, group: &mut Group, members: &[usize]) {
        let reason = |key: (Figure, Option<Unit>)| {
            let Released { of, release } = self.releases.get(&key)?;
            let places: Vec<usize> = members
                .iter()
                .filter_map(|at| of.get(at).copied())
                .collect();
            release.suppressed(&places)
        };
        for figure in Figure::ALL {
            if let Some(reason) = reason((figure, None)) {
                group.counts.suppress(figure, reason);
            }
            for (unit, figures) in &mut group.measures {
                if let Some(reason) = reason((figure, Some(*unit))) {
                    figures.suppress(figure, reason);
                }
            }
        }
    }
}

impl Contribution {
    /// Figures to which it contributes: the number, and the quantity of its unit.
    fn figures(&self) -> impl Iterator<Item = (Figure, Option<Unit>)> {
        let unit = self.total.map(|_| quantity::counted_in(self.unit));
        let quantity = unit.map(|unit| (self.figure, Some(unit)));
        iter::once((self.figure, None)).chain(quantity)
    }
}

/// Returns the public figures of each group.
pub(super) async fn groups(
    app: &App,
    asked: Selection,
    by: Option<StatisticsGrouping>,
) -> Result<Vec<Group>, Error> {
    let computed = app.public_figures.latest(app).await?;
    spawn_blocking(move || computed.groups(&asked, by))
        .await
        .internal()
}

fn released(all: &[&Contribution], tables: &[Selection]) -> Release {
    let mut release = Release::new(all.iter().map(|one| one.organisations).collect());
    let mut known = BTreeSet::new();
    for table in tables {
        if release.is_full() {
            break;
        }
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
