/** The attacker's computation of a logarithm, or its questions to the server: the method and why, the phases, and what came of it. */

import { html, phrase, Prose, say, shorten, tell, term, useMemo, Value, visible } from "../draw/markup.js";
import { Facts } from "../draw/table.js";
import { holds } from "../model/equation.js";
import { searches } from "../model/fold.js";
import { to } from "../lab/route.js";
import { duration } from "../model/timeline.js";

/** The method that an event tells. */
const method = (event) => (event?.method ? say("method", event.method, undefined, visible) : null);

/** It does not compute a logarithm: it asks the server. */
export const asks = ({ work, solved }) => solved.some(({ type }) => type === "asked") || work.some(({ unit }) => unit === "questions");

/** `attacker` of the session's story; `running` while the session is; `next` where the next session of a campaign may go on with it. */
export const Cracking = ({ attacker, running, next = false }) => {
  const { chose, work, solved } = attacker;
  if (searches(attacker)) return html`<div class="cracking" data-cracking=${work.every(({ end }) => end !== null) ? "found" : running ? "working" : "cut-off"}><${Phases} work=${work} current=${running ? work.find(({ end }) => end === null) : null} /></div>`;
  const last = solved.at(-1);
  const bits = chose?.bits ?? last?.bits;
  const current = running && !last ? work.find((phase) => phase.phase === attacker.phase) : null;
  const began = Math.min(attacker.began ?? Infinity, chose?.at ?? Infinity);
  const cut = work.some(({ end }) => end === "cut-off") || Boolean(last?.cut_off);
  const state = last ? (last.found ? "found" : cut ? "cut-off" : "not-found") : running ? "working" : "cut-off";
  const goesOn = next && !last;
  const asking = asks(attacker);
  return html`
    <div class="cracking" data-cracking=${state}>
      ${goesOn && !chose ? null : html`<p class="method">${bits ? html`<strong>${tell("prime bits", { bits })}</strong>` : null} <${Prose} of=${method(chose ?? last) ?? tell("prime looking", { asks: asking })} limit=${280} /></p>`}
      ${chose && state !== "not-found" && state !== "cut-off" ? html`<${Payer} chose=${chose} />` : null}
      ${work.length ? html`<${Phases} work=${work} current=${goesOn ? work.at(-1) : current} waits=${goesOn} />` : null}
      ${goesOn ? html`<p>${tell("prime goes-on")}</p>` : last || running ? null : html`<p class="wrong">${tell("prime unended")}</p>`}
      ${last ? html`<${Solved} solved=${last} cut=${cut} took=${Number.isFinite(began) ? last.at - began : null} />` : null}
      ${to.cracking() && !asking ? html`<p><a href=${to.cracking()}>${tell("prime longer")}</a></p>` : null}
    </div>`;
};

/** `waits` where the phase at work goes on some other time. */
const Phases = ({ work, current, waits = false }) => {
  const longest = Math.max(...work.map(took));
  return html`<ol class="phases">${work.map((phase) => html`<${Phase} key=${phase.phase} phase=${phase} current=${phase === current} waits=${waits} share=${took(phase) / longest} />`)}</ol>`;
};

const Payer = ({ chose }) => chose.prepared_by
  ? html`<p class="payer saved" data-prepared-by=${chose.prepared_by}>${phrase("prime prepared", { session: html`<a href=${to.session(chose.prepared_by)}>${tell("prime session", { session: shorten(chose.prepared_by, 8, 0) })}</a>` })}</p>`
  : html`<p class="payer" data-prepared-by="none">${tell("prime pays")}</p>`;

/** Micro seconds left of a phase, at the pace so far. */
const left = ({ since, at, done, total }) => (done > 0 && total > done ? ((at - since) * (total - done)) / done : null);

/** Microseconds that a phase took in all. */
const took = ({ spent, until, at, since }) => spent + (until ?? at) - since;

/** How a phase looks: the one at work, one that came to what it was for, one that came to nothing, one that was cut off. */
const LOOKS = { current: "▸", finished: "✓", over: "–", "cut-off": "✕" };

/** The bar of a phase at work or cut off says how far it came, that of one which is over how its time compares with the others'. */
const Phase = ({ phase, current, waits, share }) => {
  const { phase: name, done, total } = phase;
  const title = shorten(term("phase", name), 60);
  const look = current ? "current" : phase.end ?? "cut-off";
  const partly = look === "current" || look === "cut-off";
  const rest = current && !waits ? left(phase) : null;
  // How far one at work is, of which nobody knows where it ends, is not told.
  const far = total ? { max: total, value: done } : current ? {} : { max: 1, value: 0 };
  return html`
    <li class=${look} data-phase=${name} data-current=${String(current)} data-end=${look}>
      <span class="sign" role="img" aria-label=${tell(`look ${look}`)}>${LOOKS[look]}</span>
      <span class="what">${title}</span>
      ${partly ? html`<progress aria-label=${title} ...${far} />` : html`<span class="share" aria-hidden="true" style=${{ "--share": String(share) }}></span>`}
      <span class="amount">${amount(phase, partly)}</span>
      <span class="time">${rest === null ? duration(took(phase)) : rest < 1e6 ? tell("prime nearly") : tell("prime left", { time: duration(Math.ceil(rest / 1e6) * 1e6).replace(".0 s", " s") })}</span>
    </li>`;
};

/** What was done: where a phase is over, what it came to. */
function amount({ done, total, unit }, partly) {
  if (!unit) return null;
  return tell(`amount ${unit}`, { done: total && partly ? group(done) : null, count: group(total || done) });
}

/** A number with its thousands apart. */
const group = (number) => (Number.isFinite(number) ? number.toLocaleString("en").replaceAll(",", "\u202f") : "?");

/** What a computation or questions came to, in numbers. */
const cost = ({ type, operations, questions }) => type === "asked" ? tell("amount questions", { done: null, count: group(questions) }) : tell("amount operations", { count: operations });

/** After a colon: how it was found and at what cost, or why it was not. */
function answer(solved) {
  const how = solved.found ? method(solved) : say("failure", solved.failure ?? {}, undefined, visible) ?? "";
  if (how === null) return `: ${cost(solved)}`;
  return html`:${" "}<${Prose} of=${how} limit=${280} />${solved.found ? `; ${cost(solved)}` : ""}`;
}

const Solved = ({ solved, cut, took }) => html`
  <div class=${`solved ${solved.found ? "found" : ""}`} data-solved=${String(solved.found)}>
    <p><strong>${tell(solved.found ? "prime found" : cut ? "prime cut" : "prime none", { asks: solved.type === "asked" })}</strong>${took === null ? "" : ` ${tell("prime after", { time: duration(took) })}`}${answer(solved)}.</p>
    ${solved.equation ? html`<${Equation} of=${solved.equation} />` : null}
  </div>`;

const Equation = ({ of }) => {
  const verdict = useMemo(() => holds(of), [of]);
  const told = (name) => [html`<var>${name}</var>`, html`<${Value} of=${String(of[name])} head=${28} tail=${12} /> <span class="quiet">${tell(`equation ${name}`)}</span>`];
  return html`
    <${Facts} kind="equation" of=${["p", "g", "y", "x"].map(told)} />
    <p class=${`check ${verdict ? "right" : "wrong"}`} data-equation=${String(verdict)}>
      <span aria-hidden="true">${verdict ? "✓" : "✕"}</span> <var>g</var><sup><var>x</var></sup>${" "}
      ${verdict === null ? tell("equation beyond") : html`${verdict ? "=" : "≠"} <var>y</var> ${tell("equation modulo")} <var>p</var>`}
      <span class="quiet">${tell("equation computed")}</span></p>`;
};
