//! What a picture is drawn with: shapes, lines and letters of SVG, all looks as attributes. What is written is text, never markup.

use super::look::{Looks, PATTERNS, Theme};
use lab::{
    role::Actor,
    verdict::{Class, Kind},
};
use std::fmt::{self, Display, Write};

const SYSTEM: &str = "system-ui, 'Segoe UI', 'Noto Sans', 'Liberation Sans', sans-serif";
const MONO: &str = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace";

/// Text in XML: what would be markup is written as a reference, and what XML 1.0 has no place for (section 2.2) as U+FFFD.
struct Safe<'a>(&'a str);

impl Display for Safe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            '\t' | '\n' | '\r' => f.write_char(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => f.write_char('\u{fffd}'),
            other => f.write_char(other),
        })
    }
}

/// Where a text lies about its place.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How letters look.
#[derive(Clone)]
pub(super) struct Ink {
    colour: &'static str,
    size: u32,
    bold: bool,
    mono: bool,
    bare: bool,
}

impl Ink {
    /// In the colour of this name.
    pub(super) fn new(colour: &'static str) -> Self {
        Self { colour, size: 16, bold: false, mono: false, bare: false }
    }

    pub(super) fn size(self, size: u32) -> Self {
        Self { size, ..self }
    }

    pub(super) fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) fn mono(self) -> Self {
        Self { mono: true, size: 15, ..self }
    }

    /// On a shape: without the ground around the letters that keeps lines off them.
    pub(super) fn bare(self) -> Self {
        Self { bare: true, ..self }
    }
}

/// How an arrow is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// As it came.
    Solid,
    /// Altered.
    Dashed,
    /// Made up.
    Double,
    /// Read aloud.
    Voice,
    /// On its way.
    Flying,
}

pub(super) struct Pen<'a> {
    theme: Theme,
    looks: Looks<'a>,
    out: String,
}

impl<'a> Pen<'a> {
    pub(super) fn new(theme: Theme, looks: Looks<'a>) -> Self {
        Self { theme, looks, out: String::new() }
    }

    /// The file: all that was drawn on a ground of this size.
    pub(super) fn finish(self, (width, height): (f64, f64), title: &str) -> Result<String, fmt::Error> {
        let mut file = String::new();
        writeln!(
            file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"{SYSTEM}\">\n<title>{}</title>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"{}\"/>\n{}</svg>",
            Safe(title),
            self.colour("panel"),
            self.out
        )?;
        Ok(file)
    }

    fn colour(&self, name: &str) -> &'static str {
        self.theme.colour(name)
    }

    /// One line of text.
    pub(super) fn text(&mut self, at: (f64, f64), anchor: Anchor, ink: &Ink, text: &str) -> fmt::Result {
        self.pieces(at, anchor, &[(ink.clone(), text.to_owned())])
    }

    /// One line of text in several inks.
    pub(super) fn pieces(&mut self, (x, y): (f64, f64), anchor: Anchor, pieces: &[(Ink, String)]) -> fmt::Result {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        write!(self.out, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" xml:space=\"preserve\"")?;
        if pieces.iter().all(|(ink, _)| !ink.bare) {
            let ground = self.colour("panel");
            write!(
                self.out,
                " paint-order=\"stroke\" stroke=\"{ground}\" stroke-width=\"5\" stroke-linejoin=\"round\""
            )?;
        }
        self.out.push('>');
        for (ink, text) in pieces {
            write!(self.out, "<tspan font-size=\"{}\" fill=\"{}\"", ink.size, self.colour(ink.colour))?;
            if ink.bold {
                self.out.push_str(" font-weight=\"700\"");
            }
            if ink.mono {
                write!(self.out, " font-family=\"{MONO}\"")?;
            }
            write!(self.out, ">{}</tspan>", Safe(text))?;
        }
        writeln!(self.out, "</text>")
    }

    /// An actor's line of life.
    pub(super) fn lifeline(&mut self, x: f64, (from, to): (f64, f64), colour: &str) -> fmt::Result {
        let colour = self.colour(colour);
        writeln!(
            self.out,
            "<path d=\"M{x} {from}V{to}\" stroke=\"{colour}\" stroke-width=\"3\" opacity=\"0.4\" fill=\"none\"/>"
        )
    }

    /// An actor's shape.
    pub(super) fn shape(&mut self, actor: Actor, (x, y): (f64, f64), size: f64) -> fmt::Result {
        let r = size * 0.4;
        match actor {
            Actor::Client => {
                writeln!(self.out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" fill=\"{}\"/>", self.colour("client"))
            }
            Actor::Server => writeln!(
                self.out,
                "<rect x=\"{}\" y=\"{}\" width=\"{side}\" height=\"{side}\" rx=\"2\" fill=\"{}\"/>",
                x - r,
                y - r,
                self.colour("server"),
                side = 2.0 * r,
            ),
            Actor::Attacker | Actor::Console => writeln!(
                self.out,
                "<path d=\"M{x} {}L{} {y}L{x} {}L{} {y}Z\" fill=\"{}\"/>",
                y - size * 0.44,
                x + size * 0.44,
                y + size * 0.44,
                x - size * 0.44,
                self.colour("attacker"),
            ),
        }
    }

    /// A key's token about its centre.
    pub(super) fn token(&mut self, key: &str, (x, y): (f64, f64), scale: f64) -> fmt::Result {
        let (hue, pattern) = self.looks.find(key);
        let [line, wash] = self.theme.key(hue);
        let label: String = key.chars().take(4).collect();
        let (panel, ink) = (self.colour("panel"), self.colour("ink"));
        let pattern = PATTERNS.get(pattern).copied().unwrap_or_default();
        writeln!(
            self.out,
            "<g transform=\"translate({} {}) scale({scale})\">\
             <rect x=\"1\" y=\"1\" width=\"82\" height=\"26\" rx=\"13\" fill=\"{wash}\" stroke=\"{line}\" stroke-width=\"2\"/>\
             <rect x=\"6\" y=\"6\" width=\"16\" height=\"16\" rx=\"2\" fill=\"{panel}\"/>\
             <path d=\"{pattern}\" transform=\"translate(6 6)\" fill=\"none\" stroke=\"{line}\" stroke-width=\"2\"/>\
             <text x=\"28\" y=\"20\" font-family=\"{MONO}\" font-size=\"16\" font-weight=\"700\" fill=\"{ink}\">{}</text></g>",
            x - 42.0 * scale,
            y - 14.0 * scale,
            Safe(&lab::terminal::printable(&label)),
        )
    }

    /// An arrow from one place to another at a height. A closed end is encrypted; an open one the attacker could read.
    pub(super) fn arrow(&mut self, (from, to, y): (f64, f64, f64), line: Line, closed: bool) -> fmt::Result {
        let back = to - (to - from).signum() * 11.0;
        let colour = self.colour(if matches!(line, Line::Dashed | Line::Double) { "attacker-ink" } else { "ink" });
        let stop = if closed || line == Line::Double { back } else { to };
        let (width, more) = match line {
            Line::Dashed => (2, " stroke-dasharray=\"7 5\""),
            Line::Voice => (4, " stroke-linecap=\"round\" stroke-dasharray=\"0.1 9\""),
            Line::Flying => (2, " opacity=\"0.6\""),
            Line::Solid | Line::Double => (2, ""),
        };
        let shafts: &[f64] = if line == Line::Double { &[-2.5, 2.5] } else { &[0.0] };
        for off in shafts {
            let y = y + off;
            writeln!(
                self.out,
                "<path d=\"M{from} {y}H{stop}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"{more}/>"
            )?;
        }
        let (end, fill) = if closed { ("Z", colour) } else { ("", "none") };
        writeln!(
            self.out,
            "<path d=\"M{back} {}L{to} {y}L{back} {}{end}\" fill=\"{fill}\" stroke=\"{colour}\" stroke-width=\"2\" stroke-linejoin=\"round\" stroke-linecap=\"round\"/>",
            y - 6.0,
            y + 6.0,
        )
    }

    /// What goes no further.
    pub(super) fn cross(&mut self, (x, y): (f64, f64)) -> fmt::Result {
        let (left, right, above, below) = (x - 9.0, x + 9.0, y - 9.0, y + 9.0);
        let colour = self.colour("bad");
        writeln!(
            self.out,
            "<path d=\"M{left} {above}L{right} {below}M{right} {above}L{left} {below}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"4\" stroke-linecap=\"round\"/>"
        )
    }

    /// What waits.
    pub(super) fn clock(&mut self, (x, y): (f64, f64)) -> fmt::Result {
        let (panel, colour) = (self.colour("panel"), self.colour("attacker-ink"));
        writeln!(
            self.out,
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"9\" fill=\"{panel}\" stroke=\"{colour}\" stroke-width=\"2.5\"/>\
             <path d=\"M{x} {}V{y}H{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\" stroke-linecap=\"round\"/>",
            y - 5.0,
            x + 4.0,
        )
    }

    /// The mark of the check at which a victim stopped.
    pub(super) fn stop(&mut self, (x, y): (f64, f64)) -> fmt::Result {
        let (r, k) = (13.0, 5.5);
        let corners = [(-r, -k), (-k, -r), (k, -r), (r, -k), (r, k), (k, r), (-k, r), (-r, k)];
        let corners = corners.map(|(dx, dy)| format!("{} {}", x + dx, y + dy)).join("L");
        let (bad, panel) = (self.colour("bad"), self.colour("panel"));
        let (left, right, above, below) = (x - k, x + k, y - k, y + k);
        writeln!(
            self.out,
            "<path d=\"M{corners}Z\" fill=\"{bad}\"/>\
             <path d=\"M{left} {above}L{right} {below}M{right} {above}L{left} {below}\" fill=\"none\" stroke=\"{panel}\" stroke-width=\"3\" stroke-linecap=\"round\"/>"
        )
    }

    /// A verdict's letter on its colour, its upper left corner there.
    pub(super) fn mark(&mut self, (x, y): (f64, f64), kind: Kind) -> fmt::Result {
        let (fill, letter) = match (kind, kind.class()) {
            (Kind::Private, _) => (self.colour("calm"), "calm-ink"),
            (Kind::Stopped, _) => (self.colour("stopped"), "stopped-ink"),
            (_, Class::Broken) => (self.colour(kind.as_str()), "loud-ink"),
            (Kind::Inconclusive, _) => ("none", "ink"),
            _ => (self.colour("neutral"), "neutral-ink"),
        };
        let (edge, dashes) = (self.colour(letter), if kind.is_settled() { "" } else { " stroke-dasharray=\"4 3\"" });
        let edge = if kind.class() == Class::Broken { fill } else { edge };
        writeln!(
            self.out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"34\" height=\"34\" rx=\"6\" fill=\"{fill}\" stroke=\"{edge}\" stroke-width=\"2\"{dashes}/>"
        )?;
        self.text(
            (x + 17.0, y + 24.0),
            Anchor::Middle,
            &Ink::new(letter).size(20).bold().bare(),
            &kind.letter().to_string(),
        )
    }
}
