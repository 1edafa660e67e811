//! The words for events and verdicts, by the same samples by which the page's reader of the texts is held: one file, two readers.

use lab::words::english;
use serde_json::Value;

#[test]
fn values_are_told_as_the_samples_say() {
    let samples: Vec<(String, Value, String)> = serde_json::from_str(include_str!("../data/words.json")).unwrap();
    assert!(samples.len() > 10);
    for (family, value, told) in samples {
        assert_eq!(english().say(&family, &value).as_deref(), Some(told.as_str()), "{value}");
    }
}
