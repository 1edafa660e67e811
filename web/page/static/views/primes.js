/** The page on what it costs to break a prime: the plot, the numbers behind it, and a prime to try. */

import { html, phrase, shorten, tell, useState, visible } from "../draw/markup.js";
import { get, start, useFault, useLoad } from "../lab/api.js";
import { useRegistry } from "../lab/registry.js";
import { formula, published } from "../model/catalogue.js";
import { modelled, safe } from "../model/costs.js";
import { newest, useLab } from "../lab/lab.js";
import { DEPLOYED, Plot, PlotKey } from "../draw/plot.js";
import { Table, headed } from "../draw/table.js";
import { navigate, to } from "../lab/route.js";
import { attackOf } from "../model/scenario.js";
import { Unloaded } from "./states.js";
import { duration } from "../model/timeline.js";

/** The sizes that the slider knows: small steps where something runs, the deployed ones above. */
const SIZES = [...Array.from({ length: 21 }, (_, i) => 40 + 8 * i), 224, 256, 320, 384, 512, 640, 768, 1024, 1536, 2048];

export const PrimesPage = () => {
  const { epoch } = useLab();
  const modes = useRegistry("modes");
  const computing = useRegistry("attacks").filter(({ logarithm }) => logarithm).map(({ id }) => id);
  const cracked = newest().filter(({ scenario, status }) => computing.includes(attackOf(scenario)) && status === "done").length;
  const { data, error } = useLoad(() => get("/api/cracking"), [epoch, cracked]);
  const [bits, setBits] = useState(128);
  if (!data) return html`<${Unloaded} error=${error} what="costs" />`;
  return html`
    <article class="primes" data-page="cracking">
      <h1 tabindex="-1">${tell("primes title")}</h1>
      <p class="summary">${tell("primes summary")}</p>
      <section class="panel">
        <${Dial} bits=${bits} setBits=${setBits} data=${data} />
        <${Plot} data=${data} bits=${bits} />
        <${PlotKey} />
        <p class="quiet">${tell("primes units")}</p>
      </section>
      <div class="tables">
        <div>
          <section class="panel"><h2>${tell("primes deployed")}</h2><${Extrapolated} data=${data} /></section>
          <section class="panel"><h2>${tell("primes own")}</h2><${Own} sessions=${data.sessions} /></section>
        </div>
        <section class="panel"><h2>${tell("primes measured")}</h2><${MeasuredTable} data=${data} /></section>
      </div>
      <section class="panel"><h2>${tell("primes groups")}</h2><${Groups} modes=${modes} /></section>
      <section class="panel"><h2>${tell("primes published")}</h2><${Records} records=${data.records} /></section>
    </article>`;
};

const Dial = ({ bits, setBits, data }) => {
  const [fault, attempt] = useFault();
  const weak = (mode) => mode.variants?.find(({ group }) => group === "safe");
  const mode = useRegistry("modes").find(weak);
  const attack = useRegistry("attacks").find(({ logarithm }) => logarithm === "live");
  const range = mode && weak(mode).parameters?.[0];
  const runs = range && attack && bits >= range.min && bits <= range.max;
  const run = () => attempt(async () => navigate(to.session(await start(`${mode.id}:${weak(mode).id},${range.name}=${bits}/${attack.id}`))));
  return html`
    <div class="dial">
      <label>${tell("primes size")} <output>${tell("prime bits", { bits })}</output>
        <input type="range" min="0" max=${SIZES.length - 1} step="1" value=${SIZES.indexOf(bits)} data-dial="bits"
          aria-valuetext=${tell("prime bits", { bits })} onInput=${(event) => setBits(SIZES[event.target.value])} /></label>
      <${Price} bits=${bits} data=${data} />
      <button type="button" class="primary" disabled=${!runs} onClick=${run} data-action="run-prime">${tell("primes run", { bits })}</button>
      ${range && !runs ? html`<span class="quiet">${tell("primes runs", { min: range.min, max: range.max })}</span>` : null}
      <p class="fault" role="alert">${fault}</p>
    </div>`;
};

const Figures = ({ head, rows, name, wide = false }) => html`
  <${Table} name=${name} kind=${`figures ${wide ? "stacks" : ""}`} heads=${head}>${
    rows.map((row, i) => html`<tr key=${i}>${row.map((cell, j) => html`<td key=${j} data-head=${head[j]}>${cell}</td>`)}</tr>`)}<//>`;

const Extrapolated = ({ data }) => html`
  <${Figures} name=${tell("primes extrapolated")} head=${[tell("head bits"), ...data.models.map(formula)]}
    rows=${DEPLOYED.map((size) => [size, ...data.models.map((model) => {
      const seconds = modelled(size, model, data);
      return seconds === null ? "–" : phrase("primes of-one-core", { time: html`<em>${time(seconds)}</em>` });
    })])} />
  ${data.models.map((model) => html`<p key=${model.id} class="quiet">${formula(model)}: L<sub>p</sub>[${model.a === 0.5 ? "1/2" : "1/3"}, ${model.c_text}], ${
    model.through === null ? tell("primes through-own", { bits: safe(data.measured).at(-1)?.bits ?? "?" }) : tell("primes through-record", { bits: model.through })}. ${model.source}.</p>`)}
  <p class="quiet">L<sub>p</sub>[a, c] = exp(c · (ln p)<sup>a</sup> · (ln ln p)<sup>1−a</sup>).</p>`;

const MeasuredTable = ({ data }) => html`
  <${Figures} name=${tell("primes measured")} head=${headed("prime", "once", "each")}
    rows=${data.measured.map((row) => [tell("primes row", { bits: row.bits, factors: row.factor_bits }), row.core_seconds ? time(row.core_seconds) : tell("primes quick"), time(row.session_seconds)])} />
  <p class="quiet">${data.machine ? tell("primes machine", data.machine) : null}</p>`;

const Records = ({ records }) => html`
  <${Figures} name=${tell("primes published")} wide head=${headed("bits", "when", "who", "one-core", "source")}
    rows=${records.map(published).map((record) => [record.bits, record.date, record.who, record.core_seconds === null ? tell("primes untold") : time(record.core_seconds),
      html`<a href=${record.url} rel="noreferrer" target="_blank">${record.source}</a><br /><span class="quiet">${record.note}</span>`])} />`;

/** Every variant of a mode whose server comes with a group of its own, and how long its modulus can be. */
const Groups = ({ modes }) => html`
  <${Figures} name=${tell("primes groups")} wide head=${headed("mode", "bits", "its-group")}
    rows=${modes.flatMap(({ id, variants }) => (variants ?? []).filter(({ group }) => group).map((variant) => {
      const size = (variant.parameters ?? []).find(({ name }) => name === "bits");
      return [html`<a href=${to.mode(id)} data-group=${variant.group}><code>${id}:${variant.id}</code></a>`,
        size ? tell("run range", { min: size.min, max: size.max }) : tell("primes as-published"), variant.title];
    }))} />`;

const Own = ({ sessions }) => sessions.length ? html`
  <${Figures} name=${tell("primes own")} head=${headed("session", "bits", "clock", "the-prime")}
    rows=${sessions.slice(0, 20).map(({ session, mode, bits, seconds, found, cut_off: cut, prepared_by: payer }) => [
      html`<a href=${to.session(session)}>${shorten(session, 8, 0)}</a> <code>${visible(mode).split(",")[0]}</code>`, bits,
      found ? time(seconds) : tell(cut ? "primes cut-off" : "primes not-found", { time: time(seconds) }),
      payer ? phrase("primes paid-by", { session: html`<a href=${to.session(payer)}>${shorten(payer, 8, 0)}</a>` }) : tell("primes paid-here")])} />`
  : html`<p class="empty">${tell("sessions none")}</p>`;

/** Seconds in words. */
export const time = (seconds) => duration(seconds * 1e6);

/** `data` as the lab gives it. */
export const Price = ({ bits, data }) => {
  const cost = data.prices.find((price) => price.bits === bits);
  if (!cost) return null;
  return html`
    <div class="price" data-price=${bits} data-fate=${cost.fate} data-beyond=${String(cost.beyond)}>
      <p><strong>${tell(cost.beyond ? "price beyond" : "price safe", {
        bits, time: time(cost.beyond ? cost.core : cost.first), each: cost.each === null ? null : time(cost.each),
      })}</strong>${" "}
        ${cost.beyond ? `${tell("price extrapolated")} ` : cost.paced ? `${tell("price paced")} ` : ""}${tell(`fate ${cost.fate}`)}</p>
    </div>`;
};
