//! The words for events, by the same samples by which the page's reader of the texts is held: one file, two readers.

use lab::words::english;
use serde_json::Value;

#[test]
fn events_are_told_as_the_samples_say() {
    let samples: Vec<(Value, String)> = serde_json::from_str(include_str!("../data/words.json")).unwrap();
    assert!(samples.len() > 10);
    for (event, told) in samples {
        assert_eq!(english().say("event", &event).as_deref(), Some(told.as_str()), "{event}");
    }
}
