//! How a picture looks: the page's own colours, and the tokens by which keys are told apart.

use crate::page;
use clap::ValueEnum;
use serde::Deserialize;
use std::collections::HashSet;

/// Which of the page's two grounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// A light ground.
    #[default]
    Light,
    /// A dark ground.
    Dark,
}

impl Theme {
    /// The colour of this name in the page's style sheets, where it stands for both grounds.
    pub(super) fn colour(self, name: &str) -> &'static str {
        const NONE: &str = "#808080";
        let found = page::text("style.css").and_then(|styles| {
            let (_, both) = styles.split_once(&format!("--{name}:"))?;
            let (both, _) = both.split_once("light-dark(")?.1.split_once(')')?;
            let (light, dark) = both.split_once(',')?;
            Some(if self == Self::Light { light.trim() } else { dark.trim() })
        });
        found.filter(|colour| colour.starts_with('#')).unwrap_or(NONE)
    }

    /// Line and ground of a key of this hue: equally light and strong in all of them.
    pub(super) fn key(self, hue: u32) -> [String; 2] {
        let hue = f64::from(hue);
        match self {
            Self::Light => [oklch(0.52, 0.15, hue), oklch(0.95, 0.04, hue)],
            Self::Dark => [oklch(0.74, 0.14, hue), oklch(0.30, 0.05, hue)],
        }
    }
}

/// A colour of OKLCH in sRGB, as hexadecimal digits (Ottosson, "A perceptual color space for image processing", 2020).
fn oklch(lightness: f64, chroma: f64, hue: f64) -> String {
    let (sin, cos) = hue.to_radians().sin_cos();
    let (a, b) = (chroma * cos, chroma * sin);
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    let linear = [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
    ];
    let digits = linear.map(|part| {
        let curved = if part <= 0.003_130_8 { 12.92 * part } else { 1.055 * part.powf(1.0 / 2.4) - 0.055 };
        format!("{:02x}", (curved * 255.0).round().clamp(0.0, 255.0) as u8)
    });
    format!("#{}", digits.concat())
}

/// Patterns as paths in a square of 16, as the page has them: they tell keys apart where colour does not.
pub(super) const PATTERNS: [&str; 8] = [
    "M3 1V15M8 1V15M13 1V15",
    "M1 3H15M1 8H15M1 13H15",
    "M1 9 9 1M1 15 15 1M7 15 15 7",
    "M7 1 15 9M1 1 15 15M1 7 9 15",
    "M4 1V15M12 1V15M1 4H15M1 12H15",
    "M1 8 8 1 15 8 8 15ZM5 8 8 5 11 8 8 11Z",
    "M1 5 4.5 2 8 5 11.5 2 15 5M1 10 4.5 7 8 10 11.5 7 15 10M1 15 4.5 12 8 15 11.5 12 15 15",
    "M3 3H6V6H3ZM10 3H13V6H10ZM3 10H6V13H3ZM10 10H13V13H10Z",
];
/// Hues for the keys of a session, in degrees: far from each other and from the cast's three.
const HUES: [u32; 4] = [108, 286, 326, 6];
const CAST: [u32; 3] = [50, 166, 241];

/// The looks of a session's keys: within it a key looks the same wherever it appears, and no two look alike.
#[derive(Default)]
pub(super) struct Looks<'a>(Vec<(&'a str, u32, usize)>);

impl<'a> Looks<'a> {
    /// The looks of these keys, in the order in which they are given; the same as the page gives them.
    pub(super) fn of(keys: impl IntoIterator<Item = &'a str>) -> Self {
        let mut given: Vec<(&str, u32, usize)> = Vec::new();
        for key in keys {
            if given.iter().any(|(known, ..)| *known == key) {
                continue;
            }
            let hash = hashed(key);
            let wish = (hash >> 3) as usize % PATTERNS.len();
            let used: HashSet<usize> = given.iter().map(|(.., pattern)| *pattern).collect();
            let pattern = (0..PATTERNS.len()).map(|i| (wish + i) % PATTERNS.len()).find(|it| !used.contains(it));
            let hues: Vec<u32> = given.iter().map(|(_, hue, _)| *hue).collect();
            let hue = if hues.is_empty() { HUES[(hash >> 8) as usize % HUES.len()] } else { farthest(&hues) };
            given.push((key, hue, pattern.unwrap_or(wish)));
        }
        Self(given)
    }

    /// Hue and pattern of a key.
    pub(super) fn find(&self, key: &str) -> (u32, usize) {
        self.0.iter().find(|(known, ..)| *known == key).map_or((HUES[0], 0), |(_, hue, pattern)| (*hue, *pattern))
    }
}

/// Degrees between two hues, the short way round.
fn apart(a: u32, b: u32) -> u32 {
    180 - 180_u32.abs_diff(a.abs_diff(b) % 360)
}

/// The first of the hues that are farthest from those given; more keys than hues have as much room as there is.
fn farthest(given: &[u32]) -> u32 {
    let best = |hues: Vec<u32>, others: &[u32]| {
        let room = |hue: u32| others.iter().map(|other| apart(hue, *other)).min().unwrap_or(360);
        hues.into_iter().reduce(|one, other| if room(other) > room(one) { other } else { one })
    };
    let free: Vec<u32> = HUES.into_iter().filter(|hue| !given.contains(hue)).collect();
    let found = if free.is_empty() { best((0..360).collect(), &[given, &CAST].concat()) } else { best(free, given) };
    found.unwrap_or(HUES[0])
}

/// FNV-1a over the characters, its halves put together.
fn hashed(key: &str) -> u32 {
    let hash =
        key.chars().fold(0x811c_9dc5, |hash: u32, character| (hash ^ u32::from(character)).wrapping_mul(0x0100_0193));
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = include_str!("../../../../page/static/model/token.js");

    #[test]
    fn a_key_looks_as_it_does_on_the_page() {
        let quoted: Vec<&str> =
            TOKEN.lines().filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\",")).collect();
        assert_eq!(quoted, PATTERNS);
        for (name, hues) in [("HUES", HUES.as_slice()), ("CAST", &CAST)] {
            assert!(TOKEN.contains(&format!("export const {name} = {hues:?};")), "{name}");
        }
        // Every further key gets the hue farthest from those given, and another pattern.
        let keys = ["7f3a", "c04e", "0000", "ffff", "1234", "7f3a"];
        let looks = Looks::of(keys);
        assert_eq!(looks.0.len(), 5);
        let different = |of: fn(&(&str, u32, usize)) -> usize| looks.0.iter().map(of).collect::<HashSet<_>>().len();
        assert_eq!((different(|it| it.1 as usize), different(|it| it.2)), (5, 5));
    }

    #[test]
    fn the_colours_are_the_pages() {
        let names =
            "panel ink quiet line client attacker server client-ink attacker-ink server-ink bad split stopped-ink";
        for name in names.split(' ') {
            let [light, dark] = [Theme::Light, Theme::Dark].map(|theme| theme.colour(name));
            assert!(light != dark && light != "#808080", "{name}: {light}, {dark}");
        }
        assert_eq!((Theme::Light.colour("panel"), Theme::Dark.colour("client")), ("#ffffff", "#3fa7e3"));
        // White, black, and sRGB's red, whose place is known (CSS Color 4, section 9.2).
        assert_eq!([oklch(1.0, 0.0, 0.0), oklch(0.0, 0.0, 0.0)], ["#ffffff", "#000000"]);
        assert_eq!(oklch(0.627_96, 0.257_68, 29.234), "#ff0000");
    }
}
