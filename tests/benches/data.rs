//! The data that everything is measured on: a county's marketplace after a few busy years.
//!
//! It is the same each time but for the day: a seeded generator fills in sentences with the words of the
//! reference data. Rows come about as the product makes them, [`ListingContent::check`] and [`persist::apply`],
//! and go in by COPY, two tables at a time.

use std::sync::atomic::{AtomicI64, Ordering};

use api::{
    kit::{Resource, clock, validation::Validator},
    listings::{
        content::{Amount, Checked, ListingContent},
        persist, rules,
    },
    locations::{place::Point, rules::Address},
    reference::{Snapshot, quantity},
};
use chrono::{DateTime, Days, Duration, Utc};
use entity::{
    activity::{self, ActorKind},
    area,
    listing::{self, Audience, CloseReason, ExpiryPolicy, ListingKind, ListingState, Window},
    listing_area, listing_priority_area, listing_window,
    membership::{self, MembershipRole, MembershipState},
    organisation::{self, OrganisationKind},
    organisation_area, person, priority_area,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue,
    ActiveValue::Set,
    EntityName, EntityTrait, IdenStatic, IntoActiveModel, Iterable, Value,
    prelude::Decimal,
    sqlx::{self, PgPool, postgres::PgPoolCopyExt},
};
use uuid::{Builder, Uuid};

/// The last place in the order of commits that was given: nobody is to be told of these acts while we measure.
static PLACES: AtomicI64 = AtomicI64::new(0);
/// How many listings go in at a time.
const CHUNK: usize = 10_000;
/// For how many days people have posted.
const DAYS: i64 = 120;

const ADJECTIVES: &[&str] = &[
    "Spare",
    "Free",
    "Weekly",
    "Experienced",
    "Local",
    "Good",
    "Regular",
    "Nearly new",
    "Friendly",
    "Accessible",
];
const WHOM: &[&str] = &[
    "a lunch club",
    "young people",
    "carers",
    "new parents",
    "older residents",
    "a food bank",
    "care leavers",
    "a community garden",
    "families in temporary housing",
    "a youth club",
    "adults who learn English",
    "a school fair",
];
const SENTENCES: &[&str] = &[
    "We can start within a fortnight and stay flexible about days.",
    "Parking is free, the entrance is step-free and there is a hearing loop.",
    "Last year more than forty families came, and the waiting list is long.",
    "Please tell us a little about your group when you get in touch.",
    "Everything was checked by our own technicians and works well.",
    "Our volunteers are trained, insured and looking forward to it.",
    "Collection from our depot is possible on weekday mornings.",
    "It would make a great difference to people who rarely leave home.",
    "A kitchen, a projector and thirty chairs come with it.",
    "We would rather lend it than see it stand in a cupboard.",
    "Minibuses can turn in the yard behind the building.",
    "Two of our engineers have taught this for years.",
    "The allotment needs water, shade and patient hands.",
    "Half of the group has never touched a keyboard.",
    "Evenings suit us best, except on Thursdays.",
    "The paint is water-based and the ladders are new.",
    "Young carers asked for this at their last meeting.",
    "Wheelchairs fit through every door.",
    "We share the cost of fuel.",
    "An apprentice could learn a good deal here.",
    "The library holds the keys and the calendar.",
    "References are gladly given.",
    "A quiet room with a sofa would be perfect.",
    "Dogs are welcome, and so are grandparents.",
];
const TAGS: &[&str] = &[
    "christmas",
    "half term",
    "ukraine",
    "cost of living",
    "warm space",
    "net zero",
    "wellbeing",
];
const NAMES: (&[&str], &[&str]) = (
    &[
        "Oak",
        "Riverside",
        "St Mary's",
        "Weald",
        "Downs",
        "Hillside",
        "Mole Valley",
        "Surrey",
        "Heath",
        "Wey",
    ],
    &[
        "Trust",
        "Community Centre",
        "Builders",
        "Primary School",
        "Food Bank",
        "Consulting",
        "Care",
        "Scouts",
        "Club",
    ],
);

/// A small generator of numbers that look random and are the same each time (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    /// The next number.
    pub const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below another.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % end.max(1) as u64).unwrap_or(0)
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    /// A member of a list, the first ones more often than the last.
    pub fn skewed<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let bound = self.below(list.len()) + 1;
        &list[self.below(bound)]
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// A version 7 id of a moment.
    fn id(&mut self, at: DateTime<Utc>) -> Uuid {
        let (high, low) = (self.roll().to_be_bytes(), self.roll().to_be_bytes());
        let mut random = [0; 10];
        random[..8].copy_from_slice(&high);
        random[8..].copy_from_slice(&low[..2]);
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// Something near zero, mostly: the sum of two.
    #[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
    fn about(&mut self, most: f64) -> f64 {
        let half = |dice: &mut Self| dice.below(10_001) as f64 / 10_000.0 - 0.5;
        (half(self) + half(self)) * most
    }
}

/// What listings are made of.
pub struct World<'a> {
    reference: &'a Snapshot,
    towns: Vec<&'a area::Model>,
    priorities: Vec<&'a priority_area::Model>,
    now: DateTime<Utc>,
}

impl<'a> World<'a> {
    /// The world of some reference data.
    pub fn new(reference: &'a Snapshot) -> Self {
        let towns = reference
            .areas
            .iter()
            .filter(|area| area.latitude.is_some() && area.kind != area::AreaKind::County);
        let now = clock::now();
        let edition = reference.edition_on(clock::local_day(now));
        let priorities = reference.priorities.iter();
        Self {
            reference,
            towns: towns.collect(),
            priorities: priorities
                .filter(|area| edition.is_some_and(|edition| edition.code == area.edition))
                .collect(),
            now,
        }
    }

    /// What somebody says of a listing.
    pub fn said(
        &self,
        dice: &mut Dice,
        kind: ListingKind,
        posted: DateTime<Utc>,
    ) -> ListingContent {
        let what = dice.skewed(&self.reference.types);
        let town = dice.skewed(&self.towns);
        let word = if what.synonyms.0.is_empty() {
            &what.label
        } else {
            dice.of(&what.synonyms.0)
        };
        let begin = match kind {
            ListingKind::Offer => dice.of(ADJECTIVES),
            ListingKind::Request => "Wanted:",
        };
        let mut areas = vec![town.code.clone()];
        areas.extend((0..dice.below(3)).map(|_| dice.skewed(&self.towns).code.clone()));
        let description = (0..=dice.below(3))
            .map(|_| *dice.of(SENTENCES))
            .collect::<Vec<_>>()
            .join(" ");
        let standing = dice.percent(10);
        let today = clock::local_day(posted);
        ListingContent {
            title: format!("{begin} {word} for {} in {}", dice.of(WHOM), town.name),
            description: format!("{word}, {}. {description}", what.label.to_lowercase()),
            resource_type: what.code.clone(),
            lending_mode: what.allowed_modes.0.first().copied(),
            quantity: dice.percent(60).then(|| Amount {
                amount: Decimal::from(1 + dice.below(60)),
                unit: what.default_unit,
                label: None,
            }),
            partial_allowed: dice.percent(80),
            availability: (0..dice.below(3)).map(|_| window(dice, today)).collect(),
            needed_by: (kind == ListingKind::Request && dice.percent(50))
                .then(|| today + Days::new(30 + dice.below(300) as u64)),
            place: Address {
                town: Some(town.name.clone()),
                point: dice.percent(85).then(|| around(dice, town)).flatten(),
                ..Address::default()
            },
            remote: dice.percent(10),
            reach_km: dice.percent(30).then_some(10),
            areas,
            priority_areas: (0..dice.below(4))
                .map(|_| {
                    let area = dice.skewed(&self.priorities);
                    format!("{}/{}", area.edition, area.code)
                })
                .collect(),
            audience: if dice.percent(10) {
                Audience::Members
            } else {
                Audience::Public
            },
            expiry_policy: if standing {
                ExpiryPolicy::Standing
            } else {
                ExpiryPolicy::Fixed
            },
            tags: (0..dice.below(3))
                .map(|_| (*dice.of(TAGS)).to_owned())
                .collect(),
            ..ListingContent::default()
        }
    }

    fn listing(
        &self,
        dice: &mut Dice,
        rows: &mut Rows,
        posted: DateTime<Utc>,
        owner: &(Uuid, Uuid),
    ) {
        let kind = if dice.percent(50) {
            ListingKind::Offer
        } else {
            ListingKind::Request
        };
        let mut checks = Validator::new();
        let said = self.said(dice, kind, posted);
        let checked = said.check(&mut checks, kind, None, self.reference, posted);
        checks
            .finish()
            .map_err(|error| error.message())
            .expect("what is generated can be so");
        let checked = checked.expect("what is generated can be so");
        let id = dice.id(posted);
        let (organisation, person) = *owner;
        let mut row = listing::ActiveModel {
            id: Set(id),
            kind: Set(kind),
            reference: Set(persist::reference(kind, id)),
            organisation_id: Set(organisation),
            posted_by: Set(person),
            state: Set(ListingState::Draft),
            allocated: Set(0),
            created_at: Set(posted),
            updated_at: Set(posted),
            first_published_at: Set(clock::never()),
            confirmed_at: Set(None),
            reminded_at: Set(None),
            closed_at: Set(None),
            close_reason: Set(None),
            version: Set(1),
            ..persist::content_columns(&checked)
        };
        rows.activity(dice, posted, owner, id, "listing.drafted");
        if dice.percent(96) {
            self.publish(dice, &mut row, &checked, posted);
            rows.activity(dice, posted, owner, id, "listing.published");
        }
        rows.links(id, &checked);
        rows.listings.add(&row);
    }

    fn publish(
        &self,
        dice: &mut Dice,
        row: &mut listing::ActiveModel,
        checked: &Checked,
        posted: DateTime<Utc>,
    ) {
        let expires = rules::expiry(checked.content.expiry_policy, None, posted, 90);
        let closes = rules::closes_at(expires, checked.content.needed_by);
        (row.expires_at, row.closes_at) = (Set(expires), Set(closes));
        row.first_published_at = Set(posted);
        row.confirmed_at = Set(Some(posted));
        row.version = Set(2);
        let (state, reason) = match () {
            () if closes <= self.now && closes < expires => {
                (ListingState::Closed, Some(CloseReason::NeededByPassed))
            }
            () if closes <= self.now => (ListingState::Expired, None),
            () if dice.percent(10) => (ListingState::Closed, Some(CloseReason::Fulfilled)),
            () => (ListingState::Published, None),
        };
        row.state = Set(state);
        row.close_reason = Set(reason);
        row.closed_at = Set((state != ListingState::Published).then_some(closes.min(self.now)));
        if let Some(whole) = checked.quantity.filter(|_| dice.percent(15)) {
            let one = quantity::base_units(checked.unit);
            row.allocated = Set(if dice.percent(20) {
                whole
            } else {
                (whole / 2) / one * one
            });
        }
    }
}

fn window(dice: &mut Dice, today: chrono::NaiveDate) -> Window {
    let from = today + Days::new(dice.below(60) as u64);
    Window {
        from: Some(from),
        until: Some(from + Days::new(dice.below(90) as u64)),
        weekdays: Vec::new(),
        start_time: None,
        end_time: None,
    }
}

fn around(dice: &mut Dice, town: &area::Model) -> Option<Point> {
    Point::new(
        town.latitude? + dice.about(0.1),
        town.longitude? + dice.about(0.15),
    )
}

/// Rows of one table in the language of COPY.
struct Lines {
    into: String,
    text: String,
}

impl Lines {
    fn of<E: EntityTrait>() -> Self {
        let columns: Vec<&str> = E::Column::iter().map(|column| column.as_str()).collect();
        let into = format!(
            "COPY {} ({}) FROM STDIN",
            E::default().table_name(),
            columns.join(", ")
        );
        Self {
            into,
            text: String::new(),
        }
    }

    fn add<A: ActiveModelTrait>(&mut self, row: &A) {
        for column in <A::Entity as EntityTrait>::Column::iter() {
            match row.get(column) {
                ActiveValue::Set(value) | ActiveValue::Unchanged(value) => self.value(value),
                ActiveValue::NotSet => panic!(
                    "{column:?} of {} is not set",
                    A::Entity::default().table_name()
                ),
            }
            self.text.push('\t');
        }
        self.text.pop();
        self.text.push('\n');
    }

    fn value(&mut self, value: Value) {
        let text = match value {
            Value::Bool(value) => value.map(|value| value.to_string()),
            Value::Int(value) => value.map(|value| value.to_string()),
            Value::BigInt(value) => value.map(|value| value.to_string()),
            Value::Double(value) => value.map(|value| value.to_string()),
            Value::Uuid(value) => value.map(|value| value.to_string()),
            Value::ChronoDate(value) => value.map(|value| value.to_string()),
            Value::ChronoDateTimeUtc(value) => value.map(|value| value.to_rfc3339()),
            Value::Json(value) => value.map(|value| value.to_string()),
            Value::String(value) => value,
            other => panic!("COPY does not know how to write {other:?}"),
        };
        match text {
            None => self.text.push_str("\\N"),
            Some(text) => {
                for c in text.chars() {
                    match c {
                        '\\' => self.text.push_str("\\\\"),
                        '\n' => self.text.push_str("\\n"),
                        '\t' => self.text.push_str("\\t"),
                        c => self.text.push(c),
                    }
                }
            }
        }
    }

    async fn load(self, pool: &PgPool) {
        let mut copy = pool.copy_in_raw(&self.into).await.unwrap();
        copy.send(self.text.into_bytes()).await.unwrap();
        copy.finish().await.unwrap();
    }
}

/// What a chunk of listings leaves in all tables.
struct Rows {
    listings: Lines,
    areas: Lines,
    priorities: Lines,
    windows: Lines,
    activities: Lines,
}

impl Rows {
    fn new() -> Self {
        Self {
            listings: Lines::of::<listing::Entity>(),
            areas: Lines::of::<listing_area::Entity>(),
            priorities: Lines::of::<listing_priority_area::Entity>(),
            windows: Lines::of::<listing_window::Entity>(),
            activities: Lines::of::<activity::Entity>(),
        }
    }

    fn links(&mut self, listing_id: Uuid, Checked { content: said, .. }: &Checked) {
        for area in &said.areas {
            self.areas.add(
                &listing_area::Model {
                    listing_id,
                    area: area.clone(),
                }
                .into_active_model(),
            );
        }
        for (edition, code) in said
            .priority_areas
            .iter()
            .filter_map(|area| area.split_once('/'))
        {
            let (edition, code) = (edition.to_owned(), code.to_owned());
            self.priorities.add(
                &listing_priority_area::Model {
                    listing_id,
                    edition,
                    code,
                }
                .into_active_model(),
            );
        }
        for (window, position) in said.availability.iter().zip(0..) {
            self.windows.add(
                &listing_window::Model {
                    listing_id,
                    position,
                    from_date: window.from.unwrap_or_default(),
                    until_date: window.until.unwrap_or_default(),
                }
                .into_active_model(),
            );
        }
    }

    fn activity(
        &mut self,
        dice: &mut Dice,
        at: DateTime<Utc>,
        owner: &(Uuid, Uuid),
        subject: Uuid,
        act: &str,
    ) {
        self.activities.add(
            &activity::Model {
                id: dice.id(at),
                at,
                actor_kind: ActorKind::Person,
                actor_id: Some(owner.1),
                organisation_id: Some(owner.0),
                other_organisation_id: None,
                person_id: None,
                act: act.to_owned(),
                subject_kind: listing::Entity::NAME.to_owned(),
                subject_id: subject,
                fields: Vec::new().into(),
                seq: Some(PLACES.fetch_add(1, Ordering::Relaxed) + 1),
            }
            .into_active_model(),
        );
    }

    async fn load(self, pool: PgPool) {
        let links = async {
            self.areas.load(&pool).await;
            self.priorities.load(&pool).await;
            self.windows.load(&pool).await;
            self.activities.load(&pool).await;
        };
        tokio::join!(self.listings.load(&pool), links);
    }
}

/// Loads organisations, each with an owner, and the listings that they posted, oldest first.
pub async fn load(pool: &PgPool, reference: &Snapshot, organisations: usize, listings: usize) {
    let mut dice = Dice(20_270_401);
    let world = World::new(reference);
    let owners = organise(pool, &world, &mut dice, organisations).await;
    let span = Duration::days(DAYS);
    let mut loading = tokio::spawn(async {});
    for begin in (0..listings).step_by(CHUNK) {
        let mut rows = Rows::new();
        for at in begin..listings.min(begin + CHUNK) {
            let age = i32::try_from(listings - at).unwrap_or(i32::MAX);
            let posted = world.now - span / i32::try_from(listings).unwrap_or(i32::MAX) * age;
            let owner = *dice.of(&owners);
            world.listing(
                &mut dice,
                &mut rows,
                clock::from_micros(posted.timestamp_micros()),
                &owner,
            );
        }
        loading.await.unwrap();
        loading = tokio::spawn(rows.load(pool.clone()));
    }
    loading.await.unwrap();
    sqlx::query("UPDATE outbox_cursor SET seq = $1")
        .bind(PLACES.load(Ordering::Relaxed))
        .execute(pool)
        .await
        .unwrap();
}

/// Makes organisations and an owner for each: their ids in pairs.
async fn organise(
    pool: &PgPool,
    world: &World<'_>,
    dice: &mut Dice,
    count: usize,
) -> Vec<(Uuid, Uuid)> {
    let kinds: Vec<OrganisationKind> = OrganisationKind::iter().collect();
    let (mut organisations, mut areas) = (
        Lines::of::<organisation::Entity>(),
        Lines::of::<organisation_area::Entity>(),
    );
    let (mut people, mut members) = (
        Lines::of::<person::Entity>(),
        Lines::of::<membership::Entity>(),
    );
    let at = world.now - Duration::days(DAYS + 30);
    let mut owners = Vec::with_capacity(count);
    for number in 0..count {
        let (id, person_id, town) = (dice.id(at), dice.id(at), dice.skewed(&world.towns));
        let name = format!(
            "{} {} {} {number}",
            dice.of(NAMES.0),
            town.name,
            dice.of(NAMES.1)
        );
        organisations.add(
            &organisation::Model {
                id,
                sort_name: name.to_lowercase(),
                search_text: text::search::plain(&format!("{name} {}", town.name)),
                name,
                kind: *dice.of(&kinds),
                description: dice.of(SENTENCES).to_string(),
                town: Some(town.name.clone()),
                latitude: town.latitude,
                longitude: town.longitude,
                areas: vec![town.code.clone()].into(),
                created_at: at,
                updated_at: at,
                version: 1,
                ..Default::default()
            }
            .into_active_model(),
        );
        areas.add(
            &organisation_area::Model {
                organisation_id: id,
                area: town.code.clone(),
            }
            .into_active_model(),
        );
        people.add(
            &person::Model {
                id: person_id,
                email: format!("person{number}@example.org"),
                email_verified_at: None,
                display_name: format!("Person {number}"),
                search_text: format!("person {number}"),
                phone: None,
                password_version: 1,
                password_hash: String::new(),
                platform_roles: person::PlatformRoles::default(),
                created_at: at,
                updated_at: at,
            }
            .into_active_model(),
        );
        members.add(
            &membership::Model {
                id: dice.id(at),
                person_id,
                organisation_id: id,
                role: MembershipRole::Owner,
                state: MembershipState::Active,
                created_at: at,
                updated_at: at,
            }
            .into_active_model(),
        );
        owners.push((id, person_id));
    }
    for lines in [organisations, areas, people, members] {
        lines.load(pool).await;
    }
    owners
}
