//! One session, or two side by side, for others: as JSON, as one HTML file that needs nothing else; and one as a recording of packets,
//! or as a picture.

mod html;
mod packets;
mod picture;

pub use picture::Theme;

use crate::sessions::{
    compare::{Comparison, compare},
    session::Record,
};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::io;

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// The session and its events, as the routes give them.
    Json,
    /// A page to read.
    Html,
    /// Its frames, as a capture of both legs would have them.
    Pcapng,
    /// Its sequence diagram, for slides.
    Svg,
}

impl Format {
    /// What ends the name of such a file, and names the format.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
            Self::Pcapng => "pcapng",
            Self::Svg => "svg",
        }
    }

    /// Whether it shows two sessions side by side too.
    pub const fn of_two(self) -> bool {
        matches!(self, Self::Json | Self::Html)
    }

    /// Its media type.
    pub const fn media(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Html => "text/html; charset=utf-8",
            Self::Pcapng => "application/x-pcapng",
            Self::Svg => "image/svg+xml",
        }
    }
}

/// The export of a session, in the language that is spoken; a picture is drawn on this ground.
///
/// # Errors
/// It cannot be written in this form.
pub fn export(record: &Record, format: Format, theme: Theme) -> io::Result<Vec<u8>> {
    match format {
        Format::Json => json(record),
        Format::Pcapng => packets::packets(record),
        Format::Svg => picture::picture(record, theme).map(String::into_bytes).map_err(io::Error::other),
        Format::Html => html::session(record).map(String::into_bytes).map_err(io::Error::other),
    }
}

/// Two sessions with all that was told of them, and how they compare.
#[derive(Serialize)]
struct Pair<'a> {
    left: &'a Record,
    right: &'a Record,
    comparison: Comparison,
}

/// The export of two judged sessions side by side, in the language that is spoken.
///
/// # Errors
/// The format [shows one session](Format::of_two), or it cannot be written.
pub fn export_both(left: &Record, right: &Record, format: Format) -> io::Result<Vec<u8>> {
    let comparison = compare(left, right);
    match format {
        Format::Json => json(&Pair { left, right, comparison }),
        Format::Html => html::comparison([left, right], &comparison).map(String::into_bytes).map_err(io::Error::other),
        Format::Pcapng | Format::Svg => Err(io::ErrorKind::Unsupported.into()),
    }
}

fn json(of: &impl Serialize) -> io::Result<Vec<u8>> {
    Ok((serde_json::to_string_pretty(of)? + "\n").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::session::{Session, lost};
    use lab::{
        event::Fact,
        loss::Loss,
        role::Actor,
        words::{TONGUES, language, speaking},
    };

    fn text(record: &Record, format: Format) -> String {
        String::from_utf8(export(record, format, Theme::Light).unwrap()).unwrap()
    }

    fn refused(reason: &str) -> Loss {
        Loss::Refused { reason: reason.to_owned() }
    }

    #[test]
    fn what_a_session_says_is_text_and_never_markup() {
        let session = Session::new("a".into(), "dh/relay".parse().unwrap(), Some(1), 0);
        let record =
            Record { session, events: vec![lost("a", 1, Actor::Client, refused("<script>alert('&')</script>"))] };
        let page = text(&record, Format::Html);
        assert!(page.contains("&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;"));
        assert!(page.contains(r"\u003cscript>alert('&')\u003c/script>"), "in the data too");
        assert!(!page.contains("<script>"));
        assert_eq!(page.matches("<script").count(), 2, "the data, and the modules that show it");
    }

    #[test]
    fn a_report_says_of_what_when_and_by_which_version_it_tells() {
        let session = Session::new("a1".into(), "dh/relay".parse().unwrap(), Some(u64::MAX), 1_767_225_600_123);
        let page = text(&Record { session, events: vec![] }, Format::Html);
        assert!(page.contains("<title>dh/relay: running, 2026-01-01 00:00:00 UTC · Interlock</title>"));
        assert!(page.contains("seed 18446744073709551615") && page.contains("begun at 2026-01-01 00:00:00 UTC"));
        assert!(page.contains(&format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION"))), "in the data too");
    }

    #[test]
    fn a_page_speaks_as_it_is_asked_to_in_its_plain_text_too() {
        let mut session = Session::new("a".into(), "dh/relay".parse().unwrap(), None, 0);
        let events = vec![lost("a", 1, Actor::Client, Loss::NoPipes)];
        session.close(&events, 1);
        let record = Record { session, events };
        for (tongue, head, lang) in [(TONGUES[0], "What happened", "en"), (TONGUES[1], "Was geschah", "de")] {
            let page = speaking(tongue, || text(&record, Format::Html));
            assert!(page.contains(&format!("<html lang=\"{lang}\">")), "{lang}");
            let plain = page.split("<script").next().unwrap();
            assert!(plain.contains(&format!("<h2>{head}</h2>")), "{plain}");
            // What stands between the marks is in the language's file, whatever the session says.
            let kind = language(lang).term("kind", "inconclusive");
            assert!(plain.contains(&format!("<strong>{kind}</strong>")), "{plain}");
        }
        assert!(text(&record, Format::Html).contains("<html lang=\"en\">"));
    }

    #[test]
    fn the_plain_text_is_short_however_long_the_sessions_texts_are() {
        let session = Session::new("a".into(), "dh/relay".parse().unwrap(), None, 0);
        let long = |letter: &str| letter.repeat(25_000);
        let relayed = Fact::Relayed {
            from: lab::role::Role::Client,
            action: lab::event::Action::Alter,
            flight: 1,
            kind: long("k"),
            before: None,
            after: None,
            changed: vec![lab::event::Change { field: long("f"), old: long("o"), new: long("o") + "n" }],
        };
        let mut events =
            vec![lost("a", 1, Actor::Client, refused(&long("r"))), lost("a", 2, Actor::Attacker, Loss::NoPipes)];
        events[1].fact = relayed;
        let page = text(&Record { session, events }, Format::Html);
        let plain = page.split("<script").next().unwrap().rsplit("class=\"plain\"").next().unwrap();
        assert!(plain.len() < 3000, "{}", plain.len());
        assert!(plain.contains("n</code>"), "where old and new differ is shown");
    }

    #[test]
    fn a_comparison_tells_of_both_in_the_data_and_in_plain_text_and_its_json_has_them_whole() {
        let record = |id: &str, scenario: &str, why: &str| {
            let mut session = Session::new(id.into(), scenario.parse().unwrap(), Some(1), 0);
            let events = vec![lost(id, 1, Actor::Client, refused(why))];
            session.close(&events, 1);
            Record { session, events }
        };
        let (left, right) = (record("a", "dh/relay", "</script><b>"), record("b", "dh/drop", "the other"));
        let both = |format| export_both(&left, &right, format).map(|bytes| String::from_utf8(bytes).unwrap());
        let page = both(Format::Html).unwrap();
        assert_eq!(page.matches("<script").count(), 2, "the data, and the modules that show it");
        let plain = page.split("<script").next().unwrap();
        for told in ["&lt;/script&gt;&lt;b&gt;", "the other", "<h2>dh/relay", "<h2>dh/drop", "first difference"] {
            assert!(plain.contains(told), "{told} is not in {plain}");
        }
        let whole: serde_json::Value = serde_json::from_str(&both(Format::Json).unwrap()).unwrap();
        for (side, record) in [("left", &left), ("right", &right)] {
            assert_eq!(serde_json::from_value::<Record>(whole[side].clone()).unwrap(), *record);
        }
        assert_eq!(whole["comparison"]["first_difference"], 0);
        for format in [Format::Pcapng, Format::Svg] {
            assert!(!format.of_two() && both(format).is_err());
        }
    }

    #[test]
    fn json_reads_back() {
        let session = Session::new("a".into(), "dh/relay".parse().unwrap(), None, 0);
        let record = Record { session, events: vec![lost("a", 1, Actor::Client, Loss::NoPipes)] };
        let json = text(&record, Format::Json);
        assert_eq!(serde_json::from_str::<Record>(&json).unwrap(), record);
    }
}
