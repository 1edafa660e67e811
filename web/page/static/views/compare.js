/** Two sessions side by side, row by row, with the first row in which they part. */

import { html, useMemo } from "../vendor/preact.js";
import { get, useLoad } from "../lab/api.js";
import { align, explained } from "../model/align.js";
import { Diagram, DiagramLegend } from "../draw/diagram.js";
import { Keys } from "../draw/keys.js";
import { fingerprints, fold } from "../model/fold.js";
import { keysOf } from "../model/token.js";
import { height } from "../draw/layout.js";
import { lab, useLab } from "../lab/lab.js";
import { to } from "../lab/route.js";
import { rows as rowsOf } from "../model/rows.js";
import { useSession } from "./session.js";
import { Failed, Loading } from "./states.js";
import { visible } from "../model/text.js";
import { Prose } from "../draw/value.js";
import { Badge } from "../draw/verdict.js";
import { narrate, sentence, tell, term } from "../model/words.js";

export const Comparison = ({ left, right }) => {
  if (left && right) return html`<${Both} key=${`${left} ${right}`} left=${left} right=${right} />`;
  const message = tell("comparison usage");
  return html`<${Failed} what="comparison" error=${{ status: 404, message }} />`;
};

const Both = ({ left, right }) => {
  useLab();
  const loaded = [useSession(left), useSession(right)];
  const sessions = [left, right].map((id, i) => lab.sessions.get(id) ?? loaded[i].data);
  const events = [left, right].map((id) => lab.events.get(id) ?? NONE);
  const done = sessions.every((session) => session?.status === "done");
  const told = useLoad(
    async () => (done ? get(`/api/compare?left=${encodeURIComponent(left)}&right=${encodeURIComponent(right)}`) : null),
    [left, right, done]);
  const lists = [useMemo(() => rowsOf(events[0]), [events[0]]), useMemo(() => rowsOf(events[1]), [events[1]])];
  const aligned = useMemo(() => align(...lists, told.data), [...lists, told.data]);
  const stories = events.map(fold);
  const first = aligned.first;
  const pairs = explained(aligned.pairs, { left: stories[0].checks, right: stories[1].checks });

  const failed = loaded.find((load, i) => load.error && (!sessions[i] || load.error.status === 404));
  if (failed) return html`<${Failed} what="session" error=${failed.error} />`;
  if (!sessions.every(Boolean)) return html`<${Loading} what="both" />`;

  const sides = ["left", "right"];
  const tall = (row, space) => (row ? height(row, space) : 0);
  const heights = (space) => pairs.map(({ left, right }) => Math.max(tall(left, space), tall(right, space)));
  return html`<${Keys} of=${stories.flatMap((story) => keysOf(fingerprints(story)))}>
    <article class="comparison" data-first-difference=${first ?? "none"}>
      <h1 tabindex="-1" data-words><${Prose} of=${told.data ? parting(told.data, sessions, events) : unsaid(told, done)} limit=${600} /></h1>
      <div class="sides">
        ${sides.map((side, i) => html`
          <section key=${side} class="panel" data-side=${side} data-session=${sessions[i].session} data-scenario=${sessions[i].scenario}
            data-verdict=${sessions[i].verdict?.kind} data-status=${sessions[i].status}>
            <p class="line"><${Badge} session=${sessions[i]} big />
              <a class="scenario" href=${to.session(sessions[i].session)}>${visible(sessions[i].scenario)}</a></p>
            <p class="because"><${Prose} of=${sessions[i].verdict ? sentence(sessions[i].verdict) : tell("session runs-briefly")} /></p>
          </section>`)}
      </div>
      <div class="sides drawn panel">
        ${sides.map((side, i) => html`<${Diagram} key=${side} rows=${pairs.map((pair) => pair[side])} story=${stories[i]}
          heights=${heights} marked=${first} minimum=${260} />`)}
      </div>
      <${DiagramLegend} />
    </article><//>`;
};

const NONE = [];

/** Where two runs part, as the lab found it, in the page's own language. */
function parting({ rows, first_difference: first }, sessions, events) {
  if (first === null || first === undefined) return tell("comparison equal");
  const { left, right } = rows[first];
  const said = (row, list) => (row ? narrate(list.find(({ n }) => n === row.n) ?? { type: row.text }) : tell("comparison nothing"));
  const kind = ({ verdict }) => term("kind", verdict?.kind ?? "running");
  const told = [said(left, events[0]), said(right, events[1])];
  return tell(told[0] === told[1] ? "comparison bytes" : "comparison parted", {
    flight: (left ?? right).flight,
    left: sessions[0].scenario, "left-kind": kind(sessions[0]), "left-told": told[0],
    right: sessions[1].scenario, "right-kind": kind(sessions[1]), "right-told": told[1],
  });
}

/** What stands for that sentence while there is none. */
function unsaid({ error }, done) {
  if (error) return tell("comparison failed", { why: error.message });
  return tell(done ? "comparison working" : "comparison waiting");
}
