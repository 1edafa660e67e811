/** A session told from its events alone: the dashboard's session page and the exported report are both this. */

import { Badge, headline, html, outcome, phrase, Prose, say, sentence, tell, useMemo, useState, visible } from "../draw/markup.js";
import { Beliefs } from "./beliefs.js";
import { Combined } from "./combined.js";
import { Cracking, asks } from "./cracking.js";
import { Diagram, DiagramLegend } from "../draw/diagram.js";
import { Keys } from "../draw/keys.js";
import { Evidence } from "./evidence.js";
import { Frames } from "./frames.js";
import { Ladder } from "./ladder.js";
import { Decided, Recipe } from "./recipe.js";
import { Stage, toRow, useRow } from "./stage.js";
import { deceived, fingerprints, fold, installed, searches, sessionsOf, waiting } from "../model/fold.js";
import { rows as rowsOf } from "../model/rows.js";
import { to, useKeys } from "../lab/route.js";
import { asPlayed, attackOf, bare, modeOf, parse } from "../model/scenario.js";
import { clock } from "../model/text.js";
import { keysOf } from "../model/token.js";
import { refutedBy } from "../model/misconceptions.js";

/**
 * `session` and its `events` are all that is needed; of a campaign, `part` is the number of the session to show. Without the events, `unloaded` says why they are not here. `mode` and `attack` of the registries, `action` (what can be done about
 * a check), `tools` (what can be done about the session), `hand` (what decides in the attacker's place), `from` (plays again from a decision on), `more` (what the lab has to add) and `octets` (of a frame) are there when a lab is; `edition`
 * is what a file says of itself.
 */
export const Story = ({ session, events: all, part = null, mode, attack, action, tools, hand = null, from = null, more = null, octets = null, unloaded = null, edition = null }) => {
  const parts = useMemo(() => sessionsOf(all), [all]);
  const [chosen, choose] = useState(null);
  const wanted = part ?? chosen ?? session.verdict?.session;
  const at = parts.find(({ number }) => number === wanted) ?? parts.at(-1) ?? null;
  const events = at?.events ?? all;
  const own = at ? alone(session, at) : session;
  const rows = useMemo(() => rowsOf(events), [events]);
  const story = useMemo(() => fold(events), [events]);
  const running = session.status !== "done";
  const row = useRow();
  const waits = hand ? waiting(events) : null;
  const held = waits && tell("session held", { row: rows.length, from: waits.from, kind: waits.kind });
  const staged = row !== null && rows.length > 0;
  useKeys(() => ({ f: !staged && rows.length && (() => toRow(0)) }));
  if (unloaded) {
    return html`
      <article class="session" data-session=${session.session} data-scenario=${session.scenario} data-verdict=${session.verdict?.kind}
        data-status=${session.status} data-unloaded>
        <${Sentence} session=${session} story=${story} edition=${edition} />
        ${tools}
        <section class="panel"><p class="empty" role="status">${unloaded}</p></section>
      </article>`;
  }
  if (staged) return html`<${Stage} session=${own} events=${events} rows=${rows} row=${row} hand=${hand} held=${held} />`;
  const { chose, work, solved } = story.attacker;
  // Decisions are counted through all sessions of a campaign.
  const before = at ? all.slice(0, all.indexOf(events[0])).filter(({ type }) => type === "decided").length : 0;
  const computes = chose || work.length || solved.length;
  const played = mode && asPlayed(mode, parse(session.scenario).mode.variant);
  const checks = [...(played?.checks ?? []), ...(played?.off ?? [])];
  return html`<${Keys} of=${keysOf(fingerprints(story), installed(story))}>
    <article class="session" data-session=${session.session} data-scenario=${session.scenario} data-verdict=${session.verdict?.kind}
      data-status=${session.status}>
      <${Sentence} session=${session} story=${story} edition=${edition} held=${held} />
      ${hand}
      ${rows.length ? html`<p><button type="button" class=${hand ? "" : "primary"} data-action="stage" onClick=${() => toRow(0)}>${tell("stage open")}</button></p>` : null}
      ${tools}
      ${at ? html`<${Sessions} session=${session} parts=${parts} at=${at} choose=${choose} />
        <p class="of-part" data-part=${at.number}>${own.verdict && at.number !== session.verdict?.session ? html`<${Prose} of=${sentence(own.verdict)} />` : null}</p>` : null}
      <div class="told">
        <div>
          <section class="panel drawn">
            ${rows.length ? html`<${Diagram} rows=${rows} story=${story} live=${running} />`
              : html`<p class="empty">${tell(running ? "session no-frame-yet" : "session no-frame")}</p>`}
            <${DiagramLegend} />
          </section>
          ${story.attacker.decided.length ? html`<${Decided} decided=${story.attacker.decided} again=${from} before=${before} />` : null}
          <section class="panel"><h2>${tell("session recipe")}</h2><${Recipe} attacker=${story.attacker} steps=${attack?.steps} /></section>
          <section class="panel"><h2>${tell("session frames")}</h2><${Frames} rows=${rows} octets=${octets} /></section>
        </div>
        <div>
          ${computes ? html`<section class="panel"><h2>${tell(fallen(story.attacker, running), { asks: asks(story.attacker) })}</h2><${Cracking} attacker=${story.attacker} running=${running} next=${at !== null && at.number < at.of} /></section>` : null}
          ${story.attacker.combined.length ? html`<section class="panel"><h2>${tell("session combined")}</h2><${Combined} attacker=${story.attacker} /></section>` : null}
          <section class="panel"><h2>${tell("session checks")}</h2>
            <${Ladder} checks=${story.checks} all=${[...new Set(checks)]} decided=${own.verdict?.check} without=${session.without}
              deceived=${session.without?.length ? [] : deceived(story)} asks=${attack?.stopped_by} action=${action} /></section>
          <${Refuted} scenario=${session.scenario} />
          <section class="panel"><h2>${tell("session beliefs")}</h2><${Beliefs} story=${story} truths=${own.truths} /></section>
        </div>
      </div>
      ${more}
      <section class="panel"><h2>${tell("session evidence")}</h2><${Evidence} events=${events} cited=${own.evidence} /></section>
    </article><//>`;
};

/** What became of the prime, or of what was asked about: not to have fallen yet is not to hold. */
function fallen(attacker, running) {
  if (searches(attacker)) return "session tries";
  const { solved, work } = attacker;
  const last = solved.at(-1);
  if (last?.found || (running && !last)) return "session prime-falls";
  return !last || last.cut_off || work.some(({ end }) => end === "cut-off") ? "session prime-so-far" : "session prime-holds";
}

/** `held` says what waits for somebody's decision. */
const Sentence = ({ session, story, edition = null, held = null }) => {
  const { verdict } = session;
  const lost = story.lost[0];
  const off = verdict?.class === "broken" && session.without?.length ? tell("session lacking", { checks: session.without }) : null;
  const { phase, chose } = story.attacker;
  const running = session.status === "sealed" || phase === null ? outcome(session) : tell(searches(story.attacker) ? "session searches" : "session computes", { bits: chose?.bits, phase });
  const [mode, attack] = [modeOf(session.scenario), attackOf(session.scenario)];
  return html`
    <header class=${`sentence ${verdict?.class ?? ""}`}>
      <p class="line"><${Badge} session=${session} big />
        <span class="scenario">
          <a href=${to.mode(bare(mode))}>${visible(session.scenario.split("/")[0])}</a>/<a href=${to.attack(bare(attack))}>${visible(attack)}</a>
          ${(session.without ?? []).map((check) => html`<a key=${check} class="switched" href=${to.check(check)}>~${check}</a>`)}
          ${(session.with ?? []).map((check) => html`<a key=${check} class="switched" href=${to.check(check)}>+${check}</a>`)}
        </span>
        <small class="quiet">${tell("session seed", { seed: session.seed })} · ${clock(session.started)}</small></p>
      ${edition}
      ${session.imported ? html`<p class="quiet" data-imported>${tell("session imported")}</p>` : null}
      ${session.continues ? html`<p class="quiet" data-continues=${session.continues}>${phrase("session continues", { session: html`<a href=${to.session(session.continues)}>${visible(session.continues)}</a>` })}</p>` : null}
      <h1 tabindex="-1" data-sentence><${Prose} of=${verdict ? headline(verdict) : held ?? running} /></h1>
      <p class="means"><${Prose} of=${verdict ? [off, tell(`meaning ${verdict.kind}`)].filter(Boolean).join(" ") : lost ? say("loss", lost.reason ?? {}) : ""} /></p>
    </header>`;
};

/** `parts` as the fold has them, `at` the one that is shown; where no address leads anywhere, `choose` shows another. */
const Sessions = ({ session, parts, at, choose }) => html`
  <nav class="panel campaign" aria-label=${tell("session of-campaign")}>
    <ol>
      ${parts.map((part) => {
        const verdict = session.sessions?.[part.number - 1]?.verdict;
        const current = part.number === at.number;
        const href = to.part(session.session, part.number);
        const label = html`<span>${tell("session number", { number: part.number, of: part.of })}</span>
          <${Badge} session=${{ ...session, verdict, status: verdict ? "done" : "running" }} />`;
        return html`<li key=${part.number} data-part=${part.number} data-verdict=${verdict?.kind}>
          ${href
            ? html`<a class="button" href=${href} aria-current=${current ? "step" : undefined}>${label}</a>`
            : html`<button type="button" aria-current=${current ? "step" : undefined} onClick=${() => choose(part.number)}>${label}</button>`}</li>`;
      })}
    </ol>
  </nav>`;

/** A session of a campaign as if it stood alone: its own verdict, keys and evidence. */
const alone = (session, part) => ({ ...session, ...(session.sessions?.[part.number - 1] ?? { verdict: null, evidence: [], truths: null }) });

/** The one that a session's scenario is about. */
const Refuted = ({ scenario }) => {
  const about = refutedBy(scenario);
  return about && html`
    <section class="panel" data-misconception=${about.name}><h2>${tell("session misconception")}</h2>
      <p><q>${tell(`misconception ${about.name}`)}</q></p><p>${tell(`misconception-answer ${about.name}`)}</p></section>`;
};
