//! An anonymous attacker asks for all public statistics that the schema offers and solves for what few organisations did.

use std::collections::{BTreeMap, BTreeSet};

use api::kit::clock;
use chrono::{DateTime, Datelike, Duration, Months, NaiveDate, Utc};
use entity::{fulfilment, listing, matching, person::PlatformRole};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, prelude::Uuid, sea_query::Expr};
use serde_json::{Value, json};

use crate::{
    both,
    matches::{accept, act, confirm, laptops, posted, record, verified},
    support::{Caller, On, World},
};

/// Prime modulus of the attacker's arithmetic.
const PRIME: i128 = (1 << 61) - 1;
const FIGURES: [(&str, &str); 5] = [
    ("offers", "offered"),
    ("requests", "requested"),
    ("matches", "agreed"),
    ("claimedDeliveries", "claimed"),
    ("confirmedDeliveries", "confirmed"),
];
const AREAS: [&str; 3] = ["elmbridge", "woking", "guildford"];

/// Something that is counted: its figure, organisations, and what it is selected by.
#[derive(Clone, Debug)]
struct Counted {
    figure: usize,
    organisations: [usize; 2],
    month: NaiveDate,
    kind: &'static str,
    areas: BTreeSet<&'static str>,
}

/// Numbers that follow from a seed (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap()
    }
}

/// A question of the attacker: arguments, and what each contribution must meet.
struct Question {
    months: (NaiveDate, NaiveDate),
    kind: Option<&'static str>,
    areas: Vec<&'static str>,
    by: Option<&'static str>,
}

impl Question {
    fn written(&self) -> String {
        let month = |month: NaiveDate| month.format("%Y-%m").to_string();
        let period = format!(
            "from: \"{}\", until: \"{}\"",
            month(self.months.0),
            month(self.months.1)
        );
        let kind = self.kind.map(|kind| format!("resourceKinds: [{kind}]"));
        let areas = (!self.areas.is_empty()).then(|| format!("areas: {:?}", self.areas));
        let filter = [kind, areas]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ");
        let by = self
            .by
            .map(|by| format!("groupBy: {by}"))
            .unwrap_or_default();
        format!(
            "statistics(period: {{{period}}}, filter: {{{filter}}} {by}) {{ resourceKind month area {{ code }}
            {} measures {{ unit {} }} }}",
            FIGURES.map(|(count, _)| count).join(" "),
            FIGURES.map(|(_, measure)| measure).join(" ")
        )
    }

    fn selects(&self, one: &Counted, group: &Value) -> bool {
        let inside =
            |code: &&str| one.areas.contains(code) || *code == "surrey" && !one.areas.is_empty();
        (self.months.0..=self.months.1).contains(&one.month)
            && self.kind.is_none_or(|kind| kind == one.kind)
            && (self.areas.is_empty() || self.areas.iter().any(inside))
            && match self.by {
                Some("RESOURCE_KIND") => group["resourceKind"] == one.kind,
                Some("MONTH") => group["month"] == one.month.format("%Y-%m").to_string(),
                Some("AREA") => match group["area"]["code"].as_str() {
                    Some(code) => one.areas.contains(code),
                    None => one.areas.is_empty(),
                },
                _ => true,
            }
    }
}

/// A world of seven organisations with few listings and matches in three months.
struct Town {
    world: World,
    counted: Vec<Counted>,
    months: Vec<NaiveDate>,
}

impl Town {
    async fn new(on: On, seed: u64) -> Self {
        let world = World::new(on).await;
        let broker = world.staff("Bo Broker", PlatformRole::Broker).await;
        let mut owners = Vec::new();
        for number in 0..7 {
            let owner = world.person(&format!("Owner {number}")).await;
            let id = verified(&owner, &broker, &format!("House {number}")).await;
            owners.push((owner, id));
        }
        let this = clock::local_day(clock::now()).with_day(1).unwrap();
        let months = (1..=3).map(|back| this - Months::new(back)).collect();
        let mut town = Self {
            world,
            counted: Vec::new(),
            months,
        };
        let mut dice = Dice(seed);
        for _ in 0..10 {
            town.match_of(&mut dice, &owners).await;
        }
        town
    }

    /// An offer and a request, agreed, and mostly delivered.
    async fn match_of(&mut self, dice: &mut Dice, owners: &[(Caller, String)]) {
        let first = dice.below(owners.len());
        let sides = [
            first,
            (first + 1 + dice.below(owners.len() - 1)) % owners.len(),
        ];
        let [giver, taker] = sides.map(|side| &owners[side]);
        let (kind, resource) = [("EQUIPMENT", "laptops"), ("GOODS", "food")][dice.below(2)];
        let areas: BTreeSet<&'static str> =
            AREAS.into_iter().filter(|_| dice.below(5) < 2).collect();
        let more = json!({"remote": true, "resourceType": resource, "areas": areas, "quantity": {"amount": "5", "unit": "ITEM"}});
        let offer = posted(&giver.0, "Offer", &giver.1, more.clone()).await;
        let request = posted(&taker.0, "Request", &taker.1, more).await;
        let input = json!({"offerId": offer, "requestId": request, "terms": laptops("5")});
        let id = act(&taker.0, "proposeMatch", input)
            .await
            .text("act.match.id");
        accept(&giver.0, &id, 1).await.at("act.match");
        let mut one = |figure, organisations, month| {
            let areas = areas.clone();
            self.counted.push(Counted {
                figure,
                organisations,
                month,
                kind,
                areas,
            });
        };
        let months = self.months.clone();
        let mut month = || months[dice.below(months.len())];
        let [posted_in, agreed_in, delivered_in] = [month(), month(), month()];
        one(0, [sides[0]; 2], posted_in);
        one(1, [sides[1]; 2], posted_in);
        one(2, sides, agreed_in);
        if dice.below(3) > 0 {
            let part = record(&giver.0, &id, "5").await;
            let confirmed = dice.below(3) > 0;
            if confirmed {
                confirm(&taker.0, &part, "5").await.at("act.fulfilment");
            }
            one(3 + usize::from(confirmed), sides, delivered_in);
        }
        let at =
            |month: NaiveDate| -> DateTime<Utc> { clock::end_of_day(month) + Duration::hours(9) };
        let write = &self.world.app.database.write;
        let uuid = |id: &str| id.rsplit(':').next().unwrap().parse::<Uuid>().unwrap();
        listing::Entity::update_many()
            .col_expr(
                listing::Column::FirstPublishedAt,
                Expr::value(at(posted_in)),
            )
            .filter(listing::Column::Id.is_in([uuid(&offer), uuid(&request)]))
            .exec(write)
            .await
            .unwrap();
        matching::Entity::update_many()
            .col_expr(matching::Column::AgreedAt, Expr::value(at(agreed_in)))
            .filter(matching::Column::Id.eq(uuid(&id)))
            .exec(write)
            .await
            .unwrap();
        fulfilment::Entity::update_many()
            .col_expr(fulfilment::Column::DeliveredOn, Expr::value(delivered_in))
            .filter(fulfilment::Column::MatchId.eq(uuid(&id)))
            .exec(write)
            .await
            .unwrap();
    }

    fn questions(&self) -> Vec<Question> {
        let mut months = self.months.clone();
        months.sort();
        let mut all = Vec::new();
        for from in 0..months.len() {
            for until in from..months.len() {
                for kind in [None, Some("EQUIPMENT"), Some("GOODS")] {
                    let areas = [
                        vec![],
                        vec!["surrey"],
                        vec!["elmbridge"],
                        vec!["woking"],
                        vec!["elmbridge", "woking"],
                    ];
                    for areas in areas {
                        for by in [None, Some("RESOURCE_KIND"), Some("MONTH"), Some("AREA")] {
                            let months = (months[from], months[until]);
                            // One month and one kind are the only groups of themselves.
                            if !(by == Some("MONTH") && from == until
                                || by == Some("RESOURCE_KIND") && kind.is_some())
                            {
                                all.push(Question {
                                    months,
                                    kind,
                                    areas: areas.clone(),
                                    by,
                                });
                            }
                        }
                    }
                }
            }
        }
        all
    }
}

/// Reports whether a sum of multiples of these rows has values only in columns of contributions of one of two organisations.
fn leaks(counted: &[&Counted], rows: &BTreeSet<Vec<bool>>, pair: [usize; 2]) -> bool {
    let known = |one: &&Counted| one.organisations.iter().any(|id| pair.contains(id));
    let order: Vec<usize> = (0..counted.len())
        .filter(|at| !known(&counted[*at]))
        .chain((0..counted.len()).filter(|at| known(&counted[*at])))
        .collect();
    let outside = counted.iter().filter(|one| !known(one)).count();
    let mut rows: Vec<Vec<i128>> = rows
        .iter()
        .map(|row| order.iter().map(|at| i128::from(row[*at])).collect())
        .collect();
    for column in 0..outside {
        let Some(at) = rows.iter().position(|row| row[column] != 0) else {
            continue;
        };
        let pivot = rows.swap_remove(at);
        for row in &mut rows {
            let (own, by) = (row[column], pivot[column]);
            for (value, other) in row.iter_mut().zip(&pivot) {
                *value = (*value * by - own * other).rem_euclid(PRIME);
            }
        }
    }
    rows.iter().any(|row| row.iter().any(|value| *value != 0))
}

/// Asks all questions, compares what is told with the truth, and solves for each two organisations.
async fn attack(town: &Town) -> usize {
    let (stranger, mut shown) = (town.world.stranger(), 0);
    let mut learned: BTreeMap<(usize, bool), BTreeSet<Vec<bool>>> = BTreeMap::new();
    for questions in town.questions().chunks(1) {
        let aliased = questions.iter().enumerate();
        let fields: Vec<String> = aliased
            .map(|(at, question)| format!("q{at}: {}", question.written()))
            .collect();
        let reply = stranger
            .ask(&format!("{{ {} }}", fields.join("\n")), json!({}))
            .await;
        for (at, question) in questions.iter().enumerate() {
            for group in reply.at(&format!("q{at}")).as_array().unwrap() {
                for (figure, (count, measure)) in FIGURES.iter().enumerate() {
                    let own: Vec<&Counted> = town
                        .counted
                        .iter()
                        .filter(|one| one.figure == figure)
                        .collect();
                    let row: Vec<bool> =
                        own.iter().map(|one| question.selects(one, group)).collect();
                    let truth = row.iter().filter(|selected| **selected).count();
                    let told = group[*count].as_u64();
                    assert!(
                        told.is_none_or(|told| told == truth as u64),
                        "{} {count} {told:?}, not {truth}",
                        question.written()
                    );
                    assert!(truth > 0 || told == Some(0), "nothing is told as nothing");
                    let items = group["measures"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .find(|of| of["unit"] == "ITEM");
                    let measured = items.and_then(|items| items[*measure].as_str());
                    assert!(
                        measured.is_none_or(|told| told == (5 * truth).to_string()),
                        "{measured:?}, not 5 times {truth}"
                    );
                    for (is_measure, told) in [(false, told.is_some()), (true, measured.is_some())]
                    {
                        if told && truth > 0 {
                            shown += 1;
                            learned
                                .entry((figure, is_measure))
                                .or_default()
                                .insert(row.clone());
                        }
                    }
                }
            }
        }
    }
    for ((figure, is_measure), rows) in learned {
        let own: Vec<&Counted> = town
            .counted
            .iter()
            .filter(|one| one.figure == figure)
            .collect();
        for one in 0..7 {
            for other in one..7 {
                assert!(
                    !leaks(&own, &rows, [one, other]),
                    "figure {figure} (measure: {is_measure}) tells of {one} and {other}: {own:?}"
                );
            }
        }
    }
    shown
}

both! {
    async fn nothing_about_fewer_than_three_organisations_follows_from_all_public_statistics(on) {
        for seed in [3, 11] {
            let town = Town::new(on, seed).await;
            let shown = attack(&town).await;
            assert!(shown > 20, "seed {seed}: {shown} figures are public, which is too few to prove anything");
        }
    }
}
