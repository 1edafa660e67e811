/** The page on what it costs to break a prime: the plot, the numbers behind it, and a prime to try. */

import { html, useState } from "../vendor/preact.js";
import { get, post, useLoad, useRegistry, LabError } from "../lab/api.js";
import { modelled, safe } from "../model/costs.js";
import { learn, newest, useLab } from "../lab/lab.js";
import { DEPLOYED, Plot, PlotKey } from "../draw/plot.js";
import { Price, time } from "./price.js";
import { navigate, to } from "../lab/route.js";
import { attackOf } from "../model/scenario.js";
import { Failed, Loading } from "./states.js";
import { shorten, visible } from "../model/text.js";

/** The sizes that the slider knows: small steps where something runs, the deployed ones above. */
const SIZES = [...Array.from({ length: 21 }, (_, i) => 40 + 8 * i), 224, 256, 320, 384, 512, 640, 768, 1024, 1536, 2048];

export const PrimesPage = () => {
  const { epoch } = useLab();
  const modes = useRegistry("modes");
  const computing = useRegistry("attacks").filter(({ logarithm }) => logarithm).map(({ id }) => id);
  const cracked = newest().filter(({ scenario, status }) => computing.includes(attackOf(scenario)) && status === "done").length;
  const { data, error } = useLoad(() => get("/api/cracking"), [epoch, cracked]);
  const [bits, setBits] = useState(128);
  if (!data) return error ? html`<${Failed} error=${error} what="cost of primes" />` : html`<${Loading} what="what primes cost" />`;
  return html`
    <article class="primes" data-page="cracking">
      <h1 tabindex="-1">What it costs to break a prime</h1>
      <p class="summary">Whoever finds one discrete logarithm modulo the server's prime has read the session. Nearly all of the work is for the
        prime and is done once; each further session costs next to nothing.</p>
      <section class="panel">
        <${Dial} bits=${bits} setBits=${setBits} data=${data} />
        <${Plot} data=${data} bits=${bits} />
        <${PlotKey} />
        <p class="quiet">Seconds of one core, except the sessions of this console, which are by the clock with all cores at work. Everything dashed is an
          extrapolation, drawn without the factor 1 + o(1) of the formulas.</p>
      </section>
      <div class="tables">
        <div>
          <section class="panel"><h2>Extrapolated: the sizes that were deployed</h2><${Extrapolated} data=${data} /></section>
          <section class="panel"><h2>Sessions of this console</h2><${Own} sessions=${data.sessions} /></section>
        </div>
        <section class="panel"><h2>Measured</h2><${MeasuredTable} data=${data} /></section>
      </div>
      <section class="panel"><h2>The groups of this lab</h2><${Groups} modes=${modes} /></section>
      <section class="panel"><h2>Published</h2><${Records} records=${data.records} /></section>
    </article>`;
};

const Dial = ({ bits, setBits, data }) => {
  const [fault, setFault] = useState(null);
  const weak = (mode) => mode.variants?.find(({ group }) => group === "safe");
  const mode = useRegistry("modes").find(weak);
  const attack = useRegistry("attacks").find(({ logarithm }) => logarithm === "live");
  const range = mode && weak(mode).parameters?.[0];
  const runs = range && attack && bits >= range.min && bits <= range.max;
  const run = async () => {
    setFault(null);
    try {
      const { sessions } = await post("/api/sessions", { scenario: `${mode.id}:${weak(mode).id},${range.name}=${bits}/${attack.id}` });
      learn(sessions);
      navigate(to.session(sessions[0].session));
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      setFault(error.message);
    }
  };
  return html`
    <div class="dial">
      <label>Size of the prime <output>${bits} bits</output>
        <input type="range" min="0" max=${SIZES.length - 1} step="1" value=${SIZES.indexOf(bits)} data-dial="bits"
          aria-valuetext=${`${bits} bits`} onInput=${(event) => setBits(SIZES[event.target.value])} /></label>
      <${Price} bits=${bits} data=${data} />
      <button type="button" class="primary" disabled=${!runs} onClick=${run} data-action="run-prime">Run ${bits} bits</button>
      ${range && !runs ? html`<span class="quiet">The lab runs ${range.min} to ${range.max} bits.</span>` : null}
      <p class="fault" role="alert">${fault && visible(fault)}</p>
    </div>`;
};

const Table = ({ head, rows, name, wide = false }) => html`
  <div class="scroll" tabindex="0" role="region" aria-label=${name}><table class=${`figures ${wide ? "stacks" : ""}`}>
    <thead><tr>${head.map((cell) => html`<th key=${cell} scope="col">${cell}</th>`)}</tr></thead>
    <tbody>${rows.map((row, i) => html`<tr key=${i}>${row.map((cell, j) => html`<td key=${j}>${cell}</td>`)}</tr>`)}</tbody>
  </table></div>`;

const Extrapolated = ({ data }) => html`
  <${Table} name="Extrapolated" head=${["bits", ...data.models.map((model) => model.title)]}
    rows=${DEPLOYED.map((size) => [size, ...data.models.map((model) => {
      const seconds = modelled(size, model, data);
      return seconds === null ? "–" : html`<em>${time(seconds)}</em> of one core`;
    })])} />
  ${data.models.map((model) => html`<p key=${model.id} class="quiet">${model.title}: L<sub>p</sub>[${model.a === 0.5 ? "1/2" : "1/3"}, ${model.c_text}], through ${
    model.through === null ? `the largest prime measured here (${safe(data.measured).at(-1)?.bits ?? "?"} bits)` : `the record of ${model.through} bits`}. ${model.source}.</p>`)}
  <p class="quiet">L<sub>p</sub>[a, c] = exp(c · (ln p)<sup>a</sup> · (ln ln p)<sup>1−a</sup>).</p>`;

const MeasuredTable = ({ data }) => html`
  <${Table} name="Measured" head=${["prime", "once, one core", "each session"]}
    rows=${data.measured.map((row) => [row.name, row.core_seconds ? time(row.core_seconds) : "under 10 ms", time(row.session_seconds)])} />
  <p class="quiet">${data.conditions.replaceAll("`", "")}</p>`;

const Records = ({ records }) => html`
  <${Table} name="Published" wide head=${["bits", "when", "who", "one core", "source"]}
    rows=${records.map((record) => [record.bits, record.date, record.who, record.core_seconds === null ? "not told" : time(record.core_seconds),
      html`<a href=${record.url} rel="noreferrer" target="_blank">${record.source}</a><br /><span class="quiet">${record.note}</span>`])} />`;

/** Every variant of a mode whose server comes with a group of its own, and how long its modulus can be. */
const Groups = ({ modes }) => html`
  <${Table} name="The groups of this lab" wide head=${["mode", "its group", "bits"]}
    rows=${modes.flatMap(({ id, variants }) => (variants ?? []).filter(({ group }) => group).map((variant) => {
      const size = (variant.parameters ?? []).find(({ name }) => name === "bits");
      return [html`<a href=${to.mode(id)} data-group=${variant.group}><code>${id}:${variant.id}</code></a>`, variant.title,
        size ? `${size.min} to ${size.max}` : "as published"];
    }))} />`;

const Own = ({ sessions }) => sessions.length ? html`
  <${Table} name="Sessions of this console" head=${["session", "bits", "by the clock", "the prime"]}
    rows=${sessions.slice(0, 20).map(({ session, mode, bits, seconds, found, cut_off: cut, prepared_by: payer }) => [
      html`<a href=${to.session(session)}>${shorten(session, 8, 0)}</a> <code>${visible(mode).split(",")[0]}</code>`, bits,
      found ? time(seconds) : cut ? `cut off after ${time(seconds)}` : `${time(seconds)}, not found`,
      payer ? html`paid by <a href=${to.session(payer)}>${shorten(payer, 8, 0)}</a>` : "paid here"])} />`
  : html`<p class="empty">None has run yet.</p>`;
