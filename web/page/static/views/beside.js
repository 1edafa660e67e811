/** Two sessions drawn side by side, row by row, with the first row in which they part: on the page of a comparison and in a file. */

import { Badge, html, outcome, Prose, tell, term, useMemo, useState, visible } from "../draw/markup.js";
import { align, explained } from "../model/align.js";
import { Diagram, DiagramLegend } from "../draw/diagram.js";
import { Keys } from "../draw/keys.js";
import { fingerprints, fold, installed, sessionsOf } from "../model/fold.js";
import { keysOf } from "../model/token.js";
import { height } from "../draw/layout.js";
import { to } from "../lab/route.js";
import { rows as rowsOf } from "../model/rows.js";
import { parse, selected } from "../model/scenario.js";
import { narrate } from "../model/narrate.js";

/**
 * `sessions` and their `events`, the left one first; `told` as `/api/compare` has it, or null with `unsaid` for the reason. `tools` is
 * what can be done about both, `below` stands beneath that, and `ofSide(i)` is what can be done about one.
 */
export const Beside = ({ sessions, events, told = null, unsaid = null, tools = null, below = null, ofSide }) => {
  // Of campaigns, the sessions in which the two part.
  const number = whereTheyPart(told);
  const parts = [0, 1].map((i) => useMemo(() => partOf(events[i], number), [events[i], number]));
  const lists = [useMemo(() => rowsOf(parts[0]), [parts[0]]), useMemo(() => rowsOf(parts[1]), [parts[1]])];
  const aligned = useMemo(() => align(...lists, told), [...lists, told]);
  const stories = parts.map(fold);
  const [whole, setWhole] = useState(false);
  const every = explained(aligned.pairs, { left: stories[0].checks, right: stories[1].checks });

  // What both have in common is one line, until it is asked for: the difference stands on the first screen.
  const skipped = whole || aligned.first === null ? 0 : Math.max(0, aligned.first - BEFORE);
  const pairs = every.slice(skipped);
  const first = aligned.first === null ? null : aligned.first - skipped;
  const sides = ["left", "right"];
  const heights = (space) => pairs.map(({ left, right }) => Math.max(height(left, space), height(right, space)));
  return html`<${Keys} of=${stories.flatMap((story) => keysOf(fingerprints(story), installed(story)))}>
    <article class="comparison" data-first-difference=${aligned.first ?? "none"}>
      <div class="line"><h1 tabindex="-1" data-headline><${Prose} of=${headline(sessions)} limit=${240} /></h1>
        ${tools}</div>
      ${below}
      <p data-words><${Prose} of=${told ? parting(told, sessions, events) : unsaid} limit=${600} /></p>
      <div class="sides">
        ${sides.map((side, i) => html`
          <section key=${side} class="panel" data-side=${side} data-session=${sessions[i].session} data-scenario=${sessions[i].scenario}
            data-verdict=${sessions[i].verdict?.kind} data-status=${sessions[i].status}>
            <p class="line"><${Badge} session=${sessions[i]} big />
              <a class="scenario" href=${to.session(sessions[i].session)}>${visible(sessions[i].scenario)}</a></p>
            <p class="because"><${Prose} of=${outcome(sessions[i], tell("session runs-briefly"))} /></p>
            ${ofSide(i)}
          </section>`)}
      </div>
      ${skipped ? html`<p><button type="button" class="small" data-action="common" onClick=${() => setWhole(true)}>${tell("comparison common", { count: skipped })}</button></p>` : null}
      <div class="sides drawn panel">
        ${sides.map((side, i) => html`<${Diagram} key=${side} rows=${pairs.map((pair) => pair[side])} story=${stories[i]}
          heights=${heights} marked=${first} minimum=${260} links=${false} />`)}
      </div>
      <${DiagramLegend} />
    </article><//>`;
};

/** Rows in common that stay in view before the first difference. */
const BEFORE = 2;

const NONE = [];

/** The number of the session in which two campaigns part, as the lab found it; the first where they are alike. */
function whereTheyPart(told) {
  const { left, right } = told?.rows[told.first_difference ?? 0] ?? {};
  return (left ?? right)?.session ?? 1;
}

/** The events of this session of a campaign; all events where the scenario is one session. */
function partOf(events, number) {
  const parts = sessionsOf(events);
  return parts.length ? parts.find((part) => part.number === number)?.events ?? NONE : events;
}

const kind = ({ verdict }) => term("kind", verdict?.kind ?? "running");

/** What sets the two apart, and what came of it. */
function headline(sessions) {
  const [one, other] = sessions.map(({ scenario }) => parse(scenario));
  const kinds = sessions.map(kind);
  const off = (a, b) => a.without.filter((check) => !b.without.includes(check)).concat(b.with.filter((check) => !a.with.includes(check)));
  const [gone, come] = [off(other, one), off(one, other)];
  const alike = (part) => selected(one[part]) === selected(other[part]);
  if (alike("mode") && alike("attack") && gone.length + come.length === 1) {
    const [has, lacks] = gone.length ? kinds : [...kinds].reverse();
    return tell("comparison one-check", { check: gone[0] ?? come[0], has, lacks });
  }
  const apart = alike("attack") && !alike("mode") ? "modes" : "scenarios";
  const name = (scenario, i) => (apart === "modes" ? selected([one, other][i].mode) : visible(scenario));
  return tell(`comparison ${apart}`, {
    attack: selected(one.attack), left: name(sessions[0].scenario, 0), right: name(sessions[1].scenario, 1), "left-kind": kinds[0], "right-kind": kinds[1],
  });
}

/** Where two runs part, as the lab found it, in the page's own language. */
function parting({ rows, first_difference: first }, sessions, events) {
  if (first === null || first === undefined) return tell("comparison equal");
  const { left, right } = rows[first];
  const said = (row, list) => (row ? narrate(list.find(({ n }) => n === row.n) ?? { type: row.text }) : tell("comparison nothing"));
  const told = [said(left, events[0]), said(right, events[1])];
  const number = (left ?? right).session;
  const words = tell(told[0] === told[1] ? "comparison bytes" : "comparison parted", {
    flight: (left ?? right).flight,
    left: sessions[0].scenario, "left-kind": kind(sessions[0]), "left-told": told[0],
    right: sessions[1].scenario, "right-kind": kind(sessions[1]), "right-told": told[1],
  });
  return number ? tell("campaign sentence", { number, told: words }) : words;
}
