//! A switch has one meaning: what a victim told of a check of certificates is what the page shows of the same chain.

use lab::{
    certificate::{self, CHECKS},
    event::{Fact, Status},
    modes,
    role::Actor,
    scenario::Scenario,
    staging::Setting,
};
use std::{collections::BTreeMap, error::Error};
use support::{conversation::attacked, staging::stage};
use web::sessions::{
    chains::{Chain, chains},
    session::{Record, Session},
};

type Statuses = BTreeMap<String, Status>;

/// How each check ended over the whole path as it is shown.
fn shown(chain: &Chain) -> Statuses {
    let of_check = |id: &'static str| {
        let steps = || chain.path.iter().flat_map(|link| &link.steps).filter(|step| step.check == id);
        let any = |status| steps().any(|step| step.status == status);
        if any(certificate::Status::Failed) || any(certificate::Status::Unsupported) {
            Status::Failed
        } else if any(certificate::Status::Skipped) {
            Status::Skipped
        } else if steps().next().is_some() {
            Status::Passed
        } else {
            Status::NotApplicable
        }
    };
    CHECKS.iter().map(|check| (check.id.to_owned(), of_check(check.id))).collect()
}

/// What both ends told and what the page shows of the chains that they received, by scenario.
fn compare(scenario: &str) -> Result<usize, Box<dyn Error>> {
    let scenario: Scenario = scenario.parse()?;
    let orders = stage(&scenario, &Setting::seeded("s", 1))?;
    let record = Record { events: attacked(&orders).events, session: Session::new("s".into(), scenario, Some(1), 0) };
    let mut judged = 0;
    for chain in chains(&record) {
        let Some(received) = &chain.received else { continue };
        let party = Actor::from(chain.owner.peer());
        let told = record.events.iter().filter(|event| event.source == party).filter_map(|event| match &event.fact {
            Fact::Check { check, status, .. } if check.starts_with("cert-") => Some((check.clone(), *status)),
            _ => None,
        });
        let told: Statuses = told.collect();
        assert_eq!(told, shown(received), "{}: {party}", record.session.scenario);
        let failed = told.values().any(|status| *status == Status::Failed);
        assert_eq!(received.accepted, Some(!failed), "{}: {party}", record.session.scenario);
        judged += 1;
    }
    Ok(judged)
}

#[test]
fn victims_and_the_page_obey_switches_alike() -> Result<(), Box<dyn Error>> {
    let both = "ecdh-mutual";
    assert!(modes::find(both).is_some());
    assert_eq!(compare(&format!("{both}/relay"))?, 2);
    assert_eq!(compare(&format!("{both}/relay+cert-pin"))?, 2);
    for check in CHECKS.iter().map(|check| check.id) {
        assert_eq!(compare(&format!("{both}/relay~{check}"))?, 2, "{check}");
    }
    for forgery in certificate::FORGERIES {
        assert!(compare(&format!("{both}/{}", forgery.id))? > 0);
        assert_eq!(compare(&format!("{both}/{}~{}", forgery.id, forgery.check))?, 2, "{}", forgery.id);
    }
    Ok(())
}
