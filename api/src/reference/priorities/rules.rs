//! Permissions and validation of editions and priority areas.

use chrono::NaiveDate;
use entity::{
    priority_area,
    priority_edition::{self, PriorityEditionState},
};
use uuid::Uuid;

use crate::{
    kit::{
        Error, UserError, UserErrorCode, Viewer, lifecycle::check_version, validation::Validator,
    },
    reference::{Snapshot, rules, was_adopted},
};

/// Maximum number of editions.
pub const MAX_EDITIONS: usize = 100;
/// Maximum number of priority areas of an edition, and of outcomes of a priority area.
pub const MAX_AREAS: usize = 15;
/// Maximum length of the description of a priority area, in characters.
const LONGEST_DESCRIPTION: usize = 2_000;

/// States in which an edition can be edited and adopted.
pub const OPEN: [PriorityEditionState; 2] = [
    PriorityEditionState::Draft,
    PriorityEditionState::Consultation,
];

/// Input for a new edition.
#[derive(Clone, Debug, Default)]
pub struct NewEdition {
    /// Stable code.
    pub code: String,
    /// Title.
    pub title: String,
    /// Planned first day.
    pub valid_from: Option<NaiveDate>,
    /// Code of the previous edition.
    pub follows: Option<String>,
    /// Code of the edition whose priority areas are copied. The new edition follows that one.
    pub copy_from: Option<String>,
}

/// Input of an administrator for a priority area. `None` keeps the value, `Some(None)` removes it.
#[derive(Clone, Debug, Default)]
pub struct AreaChange {
    /// Code of the edition that contains it.
    pub edition: String,
    /// Code in the edition. Names the priority area to change; if none has it, a new one is created.
    pub code: String,
    /// Title.
    pub title: Option<String>,
    /// Explanation.
    pub description: Option<String>,
    /// Code of the priority area to which this outcome belongs.
    pub parent: Option<Option<String>>,
    /// Code of its predecessor in the previous edition.
    pub predecessor: Option<Option<String>>,
}

/// Changes that the adoption of an edition makes.
#[derive(Debug, PartialEq, Eq)]
pub struct Adoption {
    /// Id of the edition to adopt.
    pub id: Uuid,
    /// Id and last day of the edition that is superseded; `None` if none was adopted.
    pub supersedes: Option<(Uuid, NaiveDate)>,
}

/// Returns the states of editions that the viewer may see. Only staff see drafts.
#[must_use]
pub fn seen_states(viewer: &Viewer) -> Vec<PriorityEditionState> {
    use PriorityEditionState::{Adopted, Consultation, Draft, Superseded};

    [Draft, Consultation, Adopted, Superseded]
        .into_iter()
        .filter(|state| may_see(viewer, *state))
        .collect()
}

/// Returns true if the viewer may see an edition in this state, and its priority areas.
#[must_use]
pub fn may_see(viewer: &Viewer, state: PriorityEditionState) -> bool {
    state != PriorityEditionState::Draft || viewer.is_staff()
}

/// Validates the input, and returns the draft with the priority areas that are copied to it.
pub fn new_edition(
    input: NewEdition,
    known: &Snapshot,
) -> Result<(priority_edition::Model, Vec<priority_area::Model>), Error> {
    let NewEdition {
        code,
        title,
        valid_from,
        follows,
        copy_from,
    } = input;
    let mut checks = Validator::new();
    rules::new_code(&mut checks, "code", &code, false);
    checks.require(
        known.edition(&code).is_none(),
        "code",
        UserErrorCode::AlreadyExists,
        "An edition with this code already exists. Choose another code.",
    );
    rules::room(&mut checks, "code", known.editions.len(), MAX_EDITIONS);
    let title = checks.line("title", &title, 2..=150);
    rules::day(&mut checks, "validFrom", valid_from);
    for (field, other) in [("follows", &follows), ("copyFrom", &copy_from)] {
        if let Some(other) = other {
            rules::known(&mut checks, field, other, known.edition(other).is_some());
        }
    }
    checks.require(
        follows.is_none() || copy_from.is_none() || follows == copy_from,
        "copyFrom",
        UserErrorCode::Invalid,
        "An edition can copy only from the edition that it follows. Set one of the two, or set both to the same edition.",
    );
    checks.finish()?;
    let copies = known
        .priorities
        .iter()
        .filter(|area| copy_from.as_ref() == Some(&area.edition))
        .map(|area| priority_area::Model {
            id: Uuid::now_v7(),
            edition: code.clone(),
            predecessor: Some(area.code.clone()),
            ..area.clone()
        })
        .collect();
    let edition = priority_edition::Model {
        id: Uuid::now_v7(),
        code,
        title,
        state: PriorityEditionState::Draft,
        valid_from,
        valid_to: None,
        follows: follows.or(copy_from),
        version: 1,
    };
    Ok((edition, copies))
}

/// Validates a change, and returns the new row.
pub fn priority_area(change: AreaChange, known: &Snapshot) -> Result<priority_area::Model, Error> {
    let AreaChange {
        edition,
        code,
        title,
        description,
        parent,
        predecessor,
    } = change;
    let follows = open(known, "edition", &edition)?.follows.as_deref();
    let find = |code: &str| known.priority(&edition, code);
    let before = find(&code);
    let mut checks = Validator::new();
    rules::new_code(&mut checks, "code", &code, before.is_some());
    let title = rules::line(&mut checks, "title", title, before.map(|area| &area.title));
    let description = description.map_or_else(
        || {
            before
                .map(|area| area.description.clone())
                .unwrap_or_default()
        },
        |text| checks.lines("description", &text, 0..=LONGEST_DESCRIPTION),
    );
    if let Some(Some(parent)) = &parent {
        let up = |code: &str| find(code)?.parent.as_deref();
        rules::holder(&mut checks, &code, parent, find(parent).is_some(), up);
    }
    let parent_is = parent.clone().unwrap_or_else(|| before?.parent.clone());
    let beside = known.priorities.iter().filter(|other| {
        other.edition == edition && other.code != code && other.parent == parent_is
    });
    rules::room(&mut checks, "parent", beside.count(), MAX_AREAS);
    if let Some(Some(old)) = &predecessor {
        let exists = follows.is_some_and(|follows| known.priority(follows, old).is_some());
        rules::known(&mut checks, "predecessor", old, exists);
    }
    checks.finish()?;
    Ok(priority_area::Model {
        id: before.map_or_else(Uuid::now_v7, |area| area.id),
        title,
        description,
        parent: parent.unwrap_or_else(|| before?.parent.clone()),
        predecessor: predecessor.unwrap_or_else(|| before?.predecessor.clone()),
        edition,
        code,
    })
}

/// Returns the GraphQL names of the fields that differ from the known priority area.
#[must_use]
pub fn changed_fields(known: &Snapshot, new: &priority_area::Model) -> Vec<&'static str> {
    type Row = priority_area::Model;
    let old = known.priority(&new.edition, &new.code);
    let was = |same: fn(&Row, &Row) -> bool| old.is_some_and(|old| same(old, new));
    rules::changed([
        ("title", was(|a, b| a.title == b.title)),
        ("description", was(|a, b| a.description == b.description)),
        ("parent", was(|a, b| a.parent == b.parent)),
        ("predecessor", was(|a, b| a.predecessor == b.predecessor)),
    ])
}

/// Returns the id of a priority area that can be removed: its edition can be edited, and it has no outcomes.
pub fn removable(edition: &str, code: &str, known: &Snapshot) -> Result<Uuid, Error> {
    open(known, "edition", edition)?;
    let mut checks = Validator::new();
    let found = known.priority(edition, code);
    rules::known(&mut checks, "code", code, found.is_some());
    let has_outcomes = known
        .priorities
        .iter()
        .any(|area| area.edition == edition && area.parent.as_deref() == Some(code));
    checks.require(
        !has_outcomes,
        "code",
        UserErrorCode::InvalidState,
        "This priority area has outcomes. Remove them or move them to another priority area first.",
    );
    checks.finish()?;
    found.map(|area| area.id).ok_or(Error::NotFound)
}

/// Returns the id of an edition that can be opened for consultation: a draft.
pub fn consultation(code: &str, known: &Snapshot) -> Result<Uuid, Error> {
    let edition = open(known, "code", code)?;
    if edition.state == PriorityEditionState::Draft {
        return Ok(edition.id);
    }
    Err(UserError::at(
        "code",
        UserErrorCode::InvalidState,
        "This edition is already open for consultation.",
    )
    .into())
}

/// Checks the adoption of an edition, and returns its effects. Adoptions go forward in time: no edition begins on or
/// before the first day of one that was adopted earlier.
pub fn adoption(
    code: &str,
    version: i32,
    from: NaiveDate,
    known: &Snapshot,
) -> Result<Adoption, Error> {
    let edition = open(known, "code", code)?;
    check_version("edition", Some(version), edition.version)?;
    let mut checks = Validator::new();
    rules::day(&mut checks, "validFrom", Some(from));
    let adopted = known.editions.iter().filter(|row| was_adopted(row.state));
    let last = adopted.clone().filter_map(|row| row.valid_from).max();
    if let Some(last) = last {
        checks.require(
            last < from,
            "validFrom",
            UserErrorCode::OutOfRange,
            format!("Another edition was adopted from {last}. Choose a later day."),
        );
    }
    checks.finish()?;
    let mut adopted = adopted.filter(|row| row.state == PriorityEditionState::Adopted);
    let eve = from.pred_opt().unwrap_or(from);
    Ok(Adoption {
        id: edition.id,
        supersedes: adopted.next().map(|row| (row.id, eve)),
    })
}

/// Returns the edition if it can still be edited.
fn open<'a>(
    known: &'a Snapshot,
    field: &str,
    code: &str,
) -> Result<&'a priority_edition::Model, Error> {
    let mut checks = Validator::new();
    let found = known.edition(code);
    rules::known(&mut checks, field, code, found.is_some());
    checks.require(
        found.is_none_or(|edition| OPEN.contains(&edition.state)),
        field,
        UserErrorCode::InvalidState,
        "This edition was adopted and can no longer be changed. Create a new edition that follows it.",
    );
    checks.finish()?;
    found.ok_or(Error::NotFound)
}

#[cfg(test)]
mod tests {
    use chrono::Days;
    use proptest::prelude::*;

    use super::{
        UserErrorCode::{AlreadyExists, Circular, Invalid, InvalidState, OutOfRange, Unknown},
        *,
    };
    use crate::reference::{Tables, in_force};

    fn code_of<T>(answer: Result<T, Error>) -> Option<UserErrorCode> {
        match answer {
            Err(Error::Refused(errors)) => errors.first().map(|error| error.code),
            _ => None,
        }
    }

    fn day(year: i32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, 4, 1).unwrap()
    }

    #[test]
    fn a_copy_names_what_it_carries_on_and_follows_where_it_came_from() {
        let known = Snapshot::shipped();
        let input = NewEdition {
            code: "2031-2035".into(),
            title: "Next".into(),
            copy_from: Some("2021-2026".into()),
            ..NewEdition::default()
        };
        let (edition, areas) = new_edition(input, &known).unwrap();
        assert_eq!(edition.follows.as_deref(), Some("2021-2026"));
        assert_eq!(edition.state, PriorityEditionState::Draft);
        let originals = known
            .priorities
            .iter()
            .filter(|area| area.edition == "2021-2026");
        assert_eq!(areas.len(), originals.count());
        assert!(areas.iter().all(
            |area| area.edition == "2031-2035" && area.predecessor.as_ref() == Some(&area.code)
        ));
    }

    #[test]
    fn a_new_edition_has_a_code_of_its_own_and_follows_one_edition() {
        let known = Snapshot::shipped();
        let input = |code: &str, follows: Option<&str>, copy_from: Option<&str>| NewEdition {
            code: code.into(),
            title: "Next".into(),
            follows: follows.map(Into::into),
            copy_from: copy_from.map(Into::into),
            valid_from: None,
        };
        for (input, code) in [
            (input("2021-2026", None, None), AlreadyExists),
            (input("next", Some("never"), None), Unknown),
            (input("next", Some("2021-2026"), Some("2027-2031")), Invalid),
        ] {
            assert_eq!(code_of(new_edition(input, &known)), Some(code));
        }
    }

    #[test]
    fn only_open_editions_are_written() {
        let known = Snapshot::shipped();
        let change = |edition: &str,
                      code: &str,
                      parent: Option<&str>,
                      predecessor: Option<&str>| AreaChange {
            edition: edition.into(),
            code: code.into(),
            title: Some("Something".into()),
            description: None,
            parent: Some(parent.map(Into::into)),
            predecessor: Some(predecessor.map(Into::into)),
        };
        for (change, code) in [
            (change("2021-2026", "new", None, None), Some(InvalidState)),
            (change("never", "new", None, None), Some(Unknown)),
            (
                change("2027-2031", "new", Some("sustainable-economy"), None),
                Some(Unknown),
            ),
            (
                change("2027-2031", "new", None, Some("good-work-nearby")),
                Some(Unknown),
            ),
            (
                change("2027-2031", "good-work-nearby", Some("open-doors"), None),
                Some(Circular),
            ),
            (
                change("2027-2031", "new", Some("open-doors"), Some("volunteering")),
                None,
            ),
        ] {
            assert_eq!(code_of(priority_area(change, &known)), code);
        }
        assert_eq!(
            code_of(removable("2027-2031", "good-work-nearby", &known)),
            Some(InvalidState)
        );
        assert_eq!(
            code_of(removable("2027-2031", "never", &known)),
            Some(Unknown)
        );
        assert!(removable("2027-2031", "open-doors", &known).is_ok());
    }

    #[test]
    fn adopting_ends_the_edition_before_and_only_goes_forward() {
        let known = Snapshot::shipped();
        let adoption_of = |code: &str, year| adoption(code, 1, day(year), &known);
        let Adoption { supersedes, .. } = adoption_of("2027-2031", 2027).unwrap();
        let old = known.edition("2021-2026").unwrap().id;
        assert_eq!(
            supersedes,
            Some((old, NaiveDate::from_ymd_opt(2027, 3, 31).unwrap()))
        );
        assert_eq!(code_of(adoption_of("2027-2031", 2021)), Some(OutOfRange));
        assert_eq!(code_of(adoption_of("2027-2031", 9999)), Some(OutOfRange));
        assert_eq!(code_of(adoption_of("2021-2026", 2027)), Some(InvalidState));
        assert_eq!(code_of(adoption_of("never", 2027)), Some(Unknown));
    }

    #[derive(Clone, Debug)]
    enum Step {
        Create(usize),
        Consult(usize),
        Adopt(usize, u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            (0..5_usize).prop_map(Step::Create),
            (0..5_usize).prop_map(Step::Consult),
            (0..5_usize, 0..400_u64).prop_map(|(at, day)| Step::Adopt(at, day)),
        ];
        proptest::collection::vec(step, 0..30)
    }

    proptest! {
        #[test]
        fn whatever_is_done_one_edition_is_in_force_from_the_first_adoption_on(steps in steps()) {
            let mut editions: Vec<priority_edition::Model> = Vec::new();
            let mut first: Option<NaiveDate> = None;
            for step in steps {
                let tables = Tables { editions: editions.clone(), ..Tables::default() };
                let known = Snapshot::of(1, tables);
                let name = |at: usize| format!("edition-{at}");
                match step {
                    Step::Create(at) => {
                        let input = NewEdition { code: name(at), title: "One".into(), ..NewEdition::default() };
                        editions.extend(new_edition(input, &known).ok().map(|(edition, _)| edition));
                    }
                    Step::Consult(at) => if let Ok(id) = consultation(&name(at), &known) {
                        let edition = editions.iter_mut().find(|edition| edition.id == id).unwrap();
                        prop_assert_eq!(edition.state, PriorityEditionState::Draft);
                        edition.state = PriorityEditionState::Consultation;
                    },
                    Step::Adopt(at, days) => {
                        let from = day(2027) + Days::new(days);
                        if let Ok(Adoption { id, supersedes }) = adoption(&name(at), 1, from, &known) {
                            first = first.or(Some(from));
                            for edition in &mut editions {
                                if edition.id == id {
                                    prop_assert!(OPEN.contains(&edition.state));
                                    edition.state = PriorityEditionState::Adopted;
                                    edition.valid_from = Some(from);
                                }
                                if let Some((_, last)) = supersedes.filter(|(old, _)| *old == edition.id) {
                                    edition.state = PriorityEditionState::Superseded;
                                    edition.valid_to = Some(last);
                                }
                            }
                        }
                    }
                }
                for days in 0..400 {
                    let on = day(2027) + Days::new(days);
                    let force = editions.iter().filter(|edition| {
                        was_adopted(edition.state) && in_force(edition.valid_from, edition.valid_to, on)
                    });
                    prop_assert_eq!(force.count(), usize::from(first.is_some_and(|first| first <= on)));
                }
            }
        }
    }
}
