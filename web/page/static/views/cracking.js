/** The attacker's computation of a logarithm: the method and why, its phases, and what came of it. */

import { html, useMemo } from "../vendor/preact.js";
import { holds } from "../model/equation.js";
import { to } from "../lab/route.js";
import { duration, shorten } from "../model/text.js";
import { Prose, Value } from "../draw/value.js";

/** `attacker` of the session's story; `running` while the session is. */
export const Cracking = ({ attacker, running }) => {
  const { chose, work, solved } = attacker;
  const last = solved.at(-1);
  const bits = chose?.bits ?? last?.bits;
  const current = running && !last ? work.find((phase) => phase.phase === attacker.phase) : null;
  const began = Math.min(attacker.began ?? Infinity, chose?.at ?? Infinity);
  const cut = work.some(({ end }) => end === "cut-off") || Boolean(last?.cut_off);
  const state = last ? (last.found ? "found" : cut ? "cut-off" : "not-found") : running ? "working" : "cut-off";
  const longest = Math.max(...work.map(took));
  return html`
    <div class="cracking" data-cracking=${state}>
      <p class="method">${bits ? html`<strong>${bits} bits</strong>` : null} <${Prose} of=${chose?.method ?? last?.method ?? "It looks at the group …"} limit=${280} /></p>
      ${chose && state !== "not-found" && state !== "cut-off" ? html`<${Payer} chose=${chose} />` : null}
      ${work.length ? html`<ol class="phases">${work.map((phase) => html`<${Phase} key=${phase.phase} phase=${phase} current=${phase === current} share=${took(phase) / longest} />`)}</ol>` : null}
      ${last || running ? null : html`<p class="wrong">The computation never came to its end: how the attacker went on is not known.</p>`}
      ${last ? html`<${Solved} solved=${last} cut=${cut} took=${Number.isFinite(began) ? last.at - began : null} />` : null}
      ${to.cracking() ? html`<p><a href=${to.cracking()}>What a longer prime would cost</a></p>` : null}
    </div>`;
};

const Payer = ({ chose }) => chose.prepared_by
  ? html`<p class="payer saved" data-prepared-by=${chose.prepared_by}>Read at once, from the precomputation of${" "}<a href=${to.session(chose.prepared_by)}>session ${shorten(chose.prepared_by, 8, 0)}</a>: the work is for the prime, not for the session.</p>`
  : html`<p class="payer" data-prepared-by="none">This session pays for the prime. Every further session that uses the same prime is read at once.</p>`;

/** Micro seconds left of a phase, at the pace so far. */
const left = ({ since, at, done, total }) => (done > 0 && total > done ? ((at - since) * (total - done)) / done : null);

/** Microseconds that a phase took in all. */
const took = ({ spent, until, at, since }) => spent + (until ?? at) - since;

/** How a phase looks: the one at work, one that came to what it was for, one that came to nothing, one that was cut off. */
const LOOKS = {
  current: { sign: "▸", word: "at work" },
  finished: { sign: "✓", word: "finished" },
  over: { sign: "–", word: "to no end" },
  "cut-off": { sign: "✕", word: "cut off" },
};

/** The bar of a phase at work or cut off says how far it came, that of one which is over how its time compares with the others'. */
const Phase = ({ phase, current, share }) => {
  const { phase: name, done, total, unit } = phase;
  const look = current ? "current" : phase.end ?? "cut-off";
  const { sign, word } = LOOKS[look];
  const partly = look === "current" || look === "cut-off";
  const rest = current ? left(phase) : null;
  const matrix = /matrix/.test(unit ?? "");
  return html`
    <li class=${look} data-phase=${name} data-current=${String(current)} data-end=${look}>
      <span class="sign" role="img" aria-label=${word}>${sign}</span>
      <span class="what">${shorten(name, 60)}</span>
      ${!partly ? html`<span class="share" aria-hidden="true" style=${{ "--share": String(share) }}></span>`
        : total ? html`<progress max=${total} value=${done} aria-label=${shorten(name, 60)} />`
          : current ? html`<progress aria-label=${shorten(name, 60)} />` : html`<progress max="1" value="0" aria-label=${shorten(name, 60)} />`}
      <span class="amount">${matrix ? `matrix ${group(total)} × ${group(total)}` : amount(phase, partly)}</span>
      <span class="time">${rest === null ? duration(took(phase)) : rest < 1e6 ? "under a second left" : `about ${duration(Math.ceil(rest / 1e6) * 1e6).replace(".0 s", " s")} left`}</span>
    </li>`;
};

/** What was done: where a phase is over, what it came to. */
function amount({ done, total, unit }, partly) {
  if (!unit) return null;
  const of = total && partly ? `${group(done)} of ` : "";
  const many = total || done;
  return `${of}${group(many)} ${shorten(many === 1 ? unit.replace(/s$/, "") : unit, 40)}`;
}

/** A number with its thousands apart. */
const group = (number) => (Number.isFinite(number) ? number.toLocaleString("en").replaceAll(",", "\u202f") : "?");

const Solved = ({ solved, cut, took }) => html`
  <div class=${`solved ${solved.found ? "found" : ""}`} data-solved=${String(solved.found)}>
    <p><strong>${solved.found ? "The logarithm is found" : cut ? "Cut off" : "No logarithm"}</strong>${took === null ? "" : ` after ${duration(took)}`}:${" "}<${Prose} of=${solved.found ? solved.method : solved.cost} limit=${280} />${solved.found ? html`; <${Prose} of=${solved.cost} limit=${80} />` : ""}.</p>
    ${solved.equation ? html`<${Equation} of=${solved.equation} />` : null}
  </div>`;

const Equation = ({ of }) => {
  const verdict = useMemo(() => holds(of), [of]);
  const row = (name, what) => html`<dt><var>${name}</var></dt><dd><${Value} of=${String(of[name])} head=${28} tail=${12} /> <span class="quiet">${what}</span></dd>`;
  return html`
    <dl class="facts equation">${row("p", "the prime")}${row("g", "the generator")}${row("y", "the client's share")}${row("x", "its secret exponent, found")}</dl>
    <p class=${`check ${verdict ? "right" : "wrong"}`} data-equation=${String(verdict)}>
      <span aria-hidden="true">${verdict ? "✓" : "✕"}</span> <var>g</var><sup><var>x</var></sup>${" "}
      ${verdict === null ? "cannot be computed here" : html`${verdict ? "=" : "≠"} <var>y</var> modulo <var>p</var>`}
      <span class="quiet">, computed in this browser.</span></p>`;
};
