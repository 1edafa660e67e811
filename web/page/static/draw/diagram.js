/**
 * The sequence diagram: client, attacker and server, time downwards.
 *
 * Solid = forwarded as it came, dashed = altered, double = made up, dotted = by voice, crossed = dropped, clock = held. A closed end is
 * encrypted; an open one the attacker could read.
 */

import { ACTORS, html, Shape, shorten, tell, useMemo, word } from "./markup.js";
import { VICTIMS, fingerprints } from "../model/fold.js";
import { truth } from "../model/replay.js";
import { Token, TOKEN } from "./keys.js";
import { NAMED, captions, height, lanes, lowered, nameLines, stack, stopLines, words } from "./layout.js";
import { secretive } from "../model/text.js";
import { duration } from "../model/timeline.js";
import { useWidth } from "./room.js";

/**
 * `heights` and `rows` with gaps (null) let two diagrams stand side by side; `marked` is the row to point out. Frames are `links` to
 * where they stand in detail. What nobody played is `keyless`: who holds which key is not told.
 */
export const Diagram = ({ rows, story, live = false, heights = null, marked = null, minimum = 300, links = true, keyless = false }) => {
  const beliefs = Object.fromEntries(VICTIMS.map((role) => [role, truth(story, role)]));
  const [box, space] = useSpace(minimum, VICTIMS.some((role) => beliefs[role]?.belief));
  const tall = heights?.(space) ?? rows.map((row) => height(row, space));
  const { tops, end } = stack(tall, space.head);
  const wire = !story.attacker.interferes && !story.attacker.holds.length && !story.attacker.recovered.length;
  const { unit, x, width } = space;
  const held = fingerprints(story);
  const hands = { client: [held.client].filter(Boolean), attacker: held.attacker, server: [held.server].filter(Boolean) };
  return html`
    <div class="diagram" ref=${box} data-rows=${rows.length} tabindex=${links ? undefined : "0"} role=${links ? undefined : "group"}
      aria-label=${links ? undefined : tell("diagram what")}>
      <svg width=${width} height=${end + 12 * unit} viewBox=${`0 0 ${width} ${end + 12 * unit}`} role="list" aria-label=${tell("diagram what")}>
        ${ACTORS.map((actor) => html`
          <g key=${actor} class=${`lane ${actor} ${wire ? "wire" : ""}`} aria-hidden="true">
            <path class="lifeline" d=${`M${x[actor]} ${space.head - 12 * unit}V${end + 8 * unit}`} />
            <${Shape} actor=${actor} size=${28 * unit} x=${x[actor]} y=${18 * unit} idle=${actor === "attacker" && wire} />
            ${actor === "client" && !space.narrow ? html`<text class="flight" x=${8 * unit} y=${50 * unit}>${tell("diagram flight")}</text>` : null}
            <text x=${x[actor]} y=${50 * unit} text-anchor="middle">${actor === "attacker" && wire && story.attacker.present ? tell("diagram relays") : word(actor)}</text>
            ${space.named && beliefs[actor]?.belief ? html`<${Belief} of=${beliefs[actor]} x=${x[actor]} unit=${unit} />` : null}
            ${keyless ? null : html`<${Hand} keys=${hands[actor]} x=${x[actor]} space=${space} />`}
          </g>`)}
        ${marked === null ? null : html`<g class="parting" aria-hidden="true">
          <rect class="mark-band" x="1" y=${tops[marked]} width=${width - 2} height=${tall[marked]} rx=${6 * unit} />
          <text class="mark-word" x=${width - 12 * unit} y=${tops[marked] + 5 * unit} text-anchor="end">${tell("diagram first-difference")}</text></g>`}
        ${rows.map((row, i) => row && html`
          <g key=${`${row.what} ${row.ns[0]}`} class=${`row ${row.what} ${row.action ?? ""} ${live ? "live" : ""}`}
            role="listitem" aria-label=${words(row)} data-row=${row.index} data-what=${row.what} data-action=${row.action ?? undefined}>
            <title>${words(row)}</title>
            <${PARTS[row.what]} row=${row} y=${tops[i]} space=${space} links=${links} />
          </g>`)}
      </svg>
    </div>`;
};

/** One row by itself, between the three lanes. */
export const Scene = ({ row, minimum = 300 }) => {
  const [box, space] = useSpace(minimum);
  const { unit, x, width } = space;
  const tall = height(row, space) + 12 * unit;
  return html`
    <div class="diagram" ref=${box}>
      <svg width=${width} height=${tall} viewBox=${`0 0 ${width} ${tall}`} aria-hidden="true">
        ${ACTORS.map((actor) => html`<g key=${actor} class=${`lane ${actor}`}><path class="lifeline" d=${`M${x[actor]} 0V${tall}`} /></g>`)}
        <g key=${`${row.what} ${row.ns[0]}`} class=${`row ${row.what} ${row.action ?? ""} live`}><${PARTS[row.what]} row=${row} y=${6 * unit} space=${space} links=${false} /></g>
      </svg>
    </div>`;
};

/** For whom a victim takes its peer, and whether that is so. */
const Belief = ({ of: { belief, right }, x, unit }) => html`
  <text class=${`believes ${right === null ? "" : right ? "right" : "wrong"}`} x=${x} y=${106 * unit} text-anchor="middle">${
    right === null ? "" : right ? "✓ " : "✕ "}${tell("stage believes", { peer: shorten(belief, 18, 0) })}</text>`;

/** The keys in an actor's hand, side by side beneath its name; three at the most. */
const Hand = ({ keys, x, space }) => {
  if (!keys.length) return html`<text class="no-key" x=${x} y=${77 * space.unit} text-anchor="middle">${tell(space.narrow ? "diagram no-key-short" : "diagram no-key")}</text>`;
  return keys.slice(0, 3).map((key, i, shown) => {
    const scale = space.unit * (space.narrow ? 0.85 : 1);
    const width = (TOKEN.width + 6) * scale;
    const last = (shown.length - 1) * width;
    const from = Math.min(Math.max(x - last / 2, width / 2), space.width - width / 2 - last);
    return html`<${Token} key=${key} fingerprint=${key} scale=${scale} x=${from + i * width} y=${72 * space.unit} />`;
  });
};

/** The lanes for the width that there is: letters keep their size on every screen. */
function useSpace(minimum, named = false) {
  const [box, { width, unit }] = useWidth(minimum);
  return [box, useMemo(() => lanes(width, unit, named), [width, unit, named])];
}

const Frame = ({ row, y, space, links }) => {
  const { unit, x } = space;
  const to = row.from === "client" ? "server" : "client";
  const at = y + (36 + lowered(row, space)) * unit;
  const middle = x.attacker;
  const toward = Math.sign(x[to] - x[row.from]);
  const { open } = row;
  const plain = row.name === SPOKEN ? "voice" : "solid";
  const leg = (from, until, style) => html`<${Arrow} from=${from} to=${until} y=${at} unit=${unit} open=${open} style=${style} />`;
  const acts = !["forward", "direct", null].includes(row.action);
  const gap = (acts ? 13 : 0) * unit * toward;
  const reach = 7 * unit * toward;
  const incoming = row.before !== null && row.action !== "direct";
  const outgoing = row.after !== null && row.action !== "direct";
  return html`
    <a href=${links ? `#frame-${row.index}` : undefined}>
      <rect class="hit" x="0" y=${y} width=${space.width} height=${height(row, space)} />
      ${row.action === "direct" ? leg(x[row.from] + reach, x[to] - reach, plain) : null}
      ${row.action === "forward"
        ? leg(x[row.from] + reach, x[to] - reach, plain)
        : [incoming ? leg(x[row.from] + reach, middle - gap, row.action ? "solid" : "flying") : null,
           outgoing ? leg(middle + gap, x[to] - reach, STYLE[row.action] ?? "solid") : null]}
      ${acts ? html`<${Act} row=${row} x=${middle} y=${at} unit=${unit} />` : null}
      <${Label} row=${row} from=${(x[row.from] + middle) / 2} to=${(middle + x[to]) / 2} y=${at - 14 * unit} space=${space} />
      ${captions(row, space).map((caption, i) => html`<${Caption} key=${i} caption=${caption} x=${middle} y=${at + (24 + 22 * i) * unit} />`)}
    </a>`;
};

/** The kind of what is read aloud: the attacker hears it, and its line does not pass through anybody's hands. */
const SPOKEN = "spoken";

const STYLE = { alter: "dashed", inject: "double" };

/** The name of a frame, on the leg that it took first, its last line at `y`; what is sealed carries on each leg the key that it is sealed with. */
const Label = ({ row, from, to, y, space }) => html`
  ${row.keys?.before || row.keys?.after ? [[row.keys.before, from], [row.keys.after, to]].map(([key, x]) => key && html`
    <${Token} key=${x} fingerprint=${key} scale=${0.75 * space.unit} x=${x} y=${y - 3 * space.unit} />`)
    : nameLines(row, space).map((line, i, lines) => html`
      <text key=${i} class="kind" x=${row.before === null ? to : from} y=${y - NAMED * (lines.length - 1 - i) * space.unit} text-anchor="middle">${line}</text>`)}
  ${space.narrow ? null : html`<text class="flight" x=${8 * space.unit} y=${y + 19 * space.unit}>${row.flight}</text>`}`;

/** A shaft and its end. Double shafts are two lines; a frame nobody has decided about ends in nothing. */
export const Arrow = ({ from, to, y, unit, open, style }) => {
  const toward = Math.sign(to - from);
  const back = to - toward * 11 * unit;
  const half = 6 * unit;
  const end = open
    ? html`<path class="end open" d=${`M${back} ${y - half}L${to} ${y}L${back} ${y + half}`} />`
    : html`<path class="end closed" d=${`M${back} ${y - half}L${to} ${y}L${back} ${y + half}Z`} />`;
  const stop = open && style !== "double" ? to : back;
  const shafts = style === "double" ? [-2.5, 2.5] : [0];
  return html`<g class=${`arrow ${style} ${toward > 0 ? "right" : "left"}`}>
    ${shafts.map((off) => html`<path class="shaft" d=${`M${from} ${y + off * unit}H${stop}`} />`)}${end}</g>`;
};

/** What the attacker does, in its lane: its diamond, with the number of the recipe's step; a cross; a clock. */
const Act = ({ row, x, y, unit }) => {
  const r = 9 * unit;
  if (row.action === "drop") {
    return html`<path class="cross" d=${`M${x - r} ${y - r}L${x + r} ${y + r}M${x + r} ${y - r}L${x - r} ${y + r}`} />`;
  }
  if (row.action === "hold") {
    return html`<g class="clock"><circle cx=${x} cy=${y} r=${r} /><path d=${`M${x} ${y - 5 * unit}V${y}H${x + 4 * unit}`} /></g>`;
  }
  return html`<${Shape} actor="attacker" size=${24 * unit} x=${x} y=${y} />
    ${row.step === null ? null : html`<text class="step" x=${x} y=${y + 4.5 * unit} text-anchor="middle">${row.step}</text>`}`;
};

/** What was read, the canary in it quieter than the words. */
const Secretive = ({ of }) => {
  const { words, canary, rest } = secretive(of);
  return html`${words}<tspan class="canary">${canary}</tspan>${rest}`;
};

const Caption = ({ caption, x, y }) => {
  const { kind, text, field, old, new: made } = caption;
  return html`
    <text class=${`caption ${kind}`} x=${x} y=${y} text-anchor="middle">
      ${kind.startsWith("change") ? html`
        <tspan class="field">${`${field} `}</tspan><tspan class="old">${old}</tspan>
        <tspan class="field">${" → "}</tspan><tspan class="new">${made}</tspan>` : kind === "read" ? html`<${Secretive} of=${text} />` : text}
    </text>`;
};

const Keys = ({ row, y, space }) => ACTORS.map((actor) => (row[actor] ?? []).slice(0, 4).map((key, i) => {
  const { unit, x, width } = space;
  const half = (TOKEN.width / 2 + 2) * unit;
  const at = Math.min(Math.max(x[actor], half), width - half);
  return html`<${Token} key=${actor + key} fingerprint=${key} scale=${unit} x=${at} y=${y + (24 + 32 * i) * unit} />`;
}));

/** A mark on a victim's lane, with the check that it is about and lines that say more, beside it towards the middle. */
const Marked = (sign, title, lines) => ({ row, y, space }) => {
  const { unit, x } = space;
  const [cx, cy] = [x[row.party], y + 26 * unit];
  const [anchor, beside] = row.party === "client" ? ["start", cx + 20 * unit] : ["end", cx - 20 * unit];
  return html`
    <g transform=${`translate(${cx} ${cy}) scale(${unit})`}>${sign}</g>
    <text class=${`${row.what}-check`} x=${beside} y=${cy - 2 * unit} text-anchor=${anchor}>${title(row, space)}</text>
    ${lines(row, space).map((line, i) => html`<text key=${i} class="caption" x=${beside} y=${cy + (18 + 20 * i) * unit} text-anchor=${anchor}>${line}</text>`)}`;
};

/** The mark of the check at which a victim stopped. */
const Stop = Marked(
  html`<path class="octagon" d="M-13-5.5L-5.5-13L5.5-13L13-5.5L13 5.5L5.5 13L-5.5 13L-13 5.5Z" /><path class="octagon-x" d="M-5.5-5.5L5.5 5.5M5.5-5.5L-5.5 5.5" />`,
  ({ check }, { narrow, beside }) => (check ? tell(narrow ? "diagram stops-short" : "diagram stops", { check: shorten(check, beside - 10, 4) }) : tell("diagram gives-up")),
  stopLines,
);

/** Where the other of two compared runs stopped: a check that is switched off looks at nothing. */
const Off = Marked(
  html`<circle class="off-ring" r="12" /><text class="off-sign" y="5" text-anchor="middle">~</text>`,
  ({ check }, { beside }) => shorten(check, beside - 2, 4),
  () => [tell("diagram goes-on")],
);

/** A word in somebody's lane. */
const Said = (say) => ({ row, y, space }) => html`
  <text class=${`said ${row.what}`} x=${space.x.attacker} y=${y + 26 * space.unit} text-anchor="middle">
    <${Secretive} of=${shorten(say(row), Math.floor(space.across * 0.85), 4)} /></text>`;

const PARTS = {
  frame: Frame, keys: Keys, stop: Stop, off: Off,
  solved: Said((row) => tell("diagram solved", row)),
  asked: Said((row) => tell("diagram asked", row)),
  combined: Said((row) => tell("diagram combined", row)),
  read: Said((row) => tell("diagram read", { text: row.text })),
  parted: Said((row) => tell("diagram parted", row)),
  cancelled: Said((row) => tell("diagram cancelled", { why: row.why })),
  overdue: Said((row) => tell("diagram overdue", { time: duration(row.after * 1000) })),
  lost: Said((row) => tell("diagram lost", { party: row.party, reason: row.reason })),
};

/** How to read the lines. */
export const DiagramLegend = () => html`
  <ul class="lines" aria-label=${tell("drawn-line how")}>
    ${LINES.map(([name, style, open]) => html`
      <li key=${name}><svg width="44" height="16" aria-hidden="true">
        <${Arrow} from=${2} to=${42} y=${8} unit=${0.8} open=${open} style=${style} /></svg> ${tell(`drawn-line ${name}`)}</li>`)}
    <li><svg width="20" height="16" aria-hidden="true"><path class="cross" d="M4 2 16 14M16 2 4 14" /></svg> ${tell("drawn-line dropped")}</li>
    <li><svg width="20" height="20" aria-hidden="true">
      <g class="clock"><circle cx="10" cy="10" r="8" /><path d="M10 5V10H14" /></g></svg> ${tell("drawn-line held")}</li>
  </ul>`;

const LINES = [
  ["readable", "solid", true], ["encrypted", "solid", false], ["altered", "dashed", true], ["made-up", "double", true], ["by-voice", "voice", true],
];
