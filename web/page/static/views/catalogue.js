/** What a mode, an attack or a check is, where it is from, and how its scenarios ended. */

import { html, Name, phrase, say, tell, visible } from "../draw/markup.js";
import { Facts, Table, headed } from "../draw/table.js";
import { get, useLoad } from "../lab/api.js";
import { registry, useSessions } from "../lab/registry.js";
import { Chains } from "./chains.js";
import { useLab } from "../lab/lab.js";
import { to } from "../lab/route.js";
import { attackOf, bare, modeOf, parse } from "../model/scenario.js";
import { Pair } from "./pair.js";
import { Scenarios } from "./scenarios.js";
import { Failed, Unloaded } from "./states.js";
import { Think } from "./think.js";
import { Toy } from "./toy.js";
import { VICTIMS } from "../model/fold.js";

export const ModePage = ({ id }) => html`
  <${Entry} registry="modes" noun="mode" id=${id} concerns=${(scenario) => bare(modeOf(scenario)) === id}>
    ${(mode) => html`
      <p>${phrase("catalogue authenticated", { by: html`<strong>${mode.authenticated_by}</strong>` })}</p>
      <${Variants} of=${mode.variants} />
      ${mode.variants?.length ? null : html`<${Parameters} of=${mode.parameters} />`}
      ${mode.flights?.some((flight) => flight.messages.some((message) => message.fields?.some(({ sort }) => sort === "group")))
        ? html`<p><a href=${to.cracking()}>${tell("catalogue primes")}</a></p>` : null}
      ${mode.toy ? html`<${Toy} key=${mode.id} mode=${mode.id} />` : null}
      <h2>${tell("head flights")}</h2>
      <${Flights} flights=${mode.flights ?? []} />
      ${(mode.variants ?? []).filter(({ table }) => table).map(({ id: variant, table }) => html`
        <h3 key=${variant}>${phrase("catalogue flights-of", { mode: html`<code>${mode.id}:${variant}</code>` })}</h3>
        <${Flights} flights=${table.flights} of=${`${mode.id}:${variant}`} />`)}
      <h2>${tell("session checks")}</h2>
      <${Links} ids=${allChecks(mode).filter((check) => !mode.off?.includes(check))} href=${to.check} />
      ${mode.off?.length ? html`<p>${tell("catalogue off")}</p>` : null}
      <${Links} ids=${mode.off ?? []} href=${to.check} />
      ${mode.promises?.length ? html`<${Promises} mode=${mode} />` : null}
      <${Think} key=${mode.id} mode=${mode} />`}
  <//>`;

/** What a mode protects and what it does not, and how it is lived with. */
const Promises = ({ mode: { promises, deployed, renewal } }) => html`
  <h2>${tell("catalogue promises")}</h2>
  <table class="promises"><tbody>${promises.map((promise) => html`
    <tr key=${promise.name} data-promise=${promise.name} data-is=${promise.is}><th scope="row">${tell(`promise ${promise.name}`)}</th><td>${say("promised", promise)}</td></tr>`)}
  </tbody></table>
  <${Facts} of=${[[tell("catalogue deployed"), deployed], [tell("catalogue renewal"), renewal]]} />
  <${AllPromises} />`;

/** The same of all modes, beside each other. */
const AllPromises = () => {
  const { epoch } = useLab();
  const { data } = useLoad(() => registry("modes"), ["modes", epoch]);
  const modes = (data ?? []).filter(({ promises }) => promises?.length);
  if (!modes.length) return null;
  return html`
    <details class="panel"><summary>${tell("catalogue all-modes")}</summary>
      <div class="scroll"><table class="promises all">
        <thead><tr><td></td>${modes[0].promises.map(({ name }) => html`<th key=${name} scope="col">${tell(`promise ${name}`)}</th>`)}</tr></thead>
        <tbody>${modes.map(({ id, promises }) => html`
          <tr key=${id}><th scope="row"><a href=${to.mode(id)}>${id}</a></th>${promises.map((promise) => html`
            <td key=${promise.name} data-is=${promise.is} data-label=${tell(`promise ${promise.name}`)}>${say("promised", promise)}</td>`)}</tr>`)}</tbody>
      </table></div>
    </details>`;
};

export const AttackPage = ({ id }) => html`
  <${Entry} registry="attacks" noun="attack" id=${id} concerns=${(scenario) => bare(attackOf(scenario)) === id}>
    ${(attack) => html`
      <${Variants} of=${attack.variants} />
      <h2>${tell("catalogue recipe")}</h2>
      <ol class="recipe">${(attack.steps ?? []).map((step, i) => html`<li key=${i}>${step}</li>`)}</ol>
      <h2>${tell("catalogue stopped-by")}</h2>
      ${attack.stopped_by?.length ? null : html`<p>${tell("catalogue unstopped")}</p>`}
      <${Links} ids=${attack.stopped_by ?? []} href=${to.check} />
      ${attack.case ? html`<h2>${tell("catalogue case")}</h2>
        <p data-seen=${String(attack.seen)}>${attack.seen ? null : `${tell("catalogue unseen")} `}${attack.case}</p>` : null}`}
  <//>`;

export const CheckPage = ({ id }) => html`
  <${Entry} registry="checks" noun="check" id=${id}
    concerns=${(scenario, expected) => expected?.check === id || switches(scenario, id)}>
    ${(check) => html`
      <${Facts} of=${[[tell("catalogue threat"), check.threat], [tell("catalogue compares"), check.compares]]} />
      <h2>${tell("catalogue modes")}</h2>
      <${Links} ids=${check.modes ?? []} href=${to.mode} />`}
  <//>`;

function switches(scenario, check) {
  try {
    const { without, with: on } = parse(scenario);
    return without.includes(check) || on.includes(check);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

const Entry = ({ registry: name, noun, id, concerns, children: show }) => {
  const { epoch } = useLab();
  const sessions = useSessions();
  const { data, error } = useLoad(() => registry(name), [name, epoch]);
  if (!data) return html`<${Unloaded} error=${error} what=${noun} />`;
  const entry = data.find((one) => one.id === id);
  if (!entry) {
    const message = tell(`catalogue no-${noun}`, { id: id ?? "", known: data.map((one) => one.id) });
    return html`<${Failed} error=${{ status: 404, message }} what=${noun} />`;
  }
  return html`
    <article class="entry" data-entry=${entry.id}>
      <p class="quiet">${tell(`catalogue ${noun}`)} <code>${entry.id}</code></p>
      <h1 tabindex="-1">${entry.title}</h1>
      <p class="summary">${entry.summary}</p>
      <${Pair} key=${id} registry=${name} id=${id} sessions=${sessions} flights=${entry.flights} />
      ${show(entry)}
      <${References} of=${entry.references ?? (entry.reference ? [entry.reference] : [])} />
      <${Example} of=${sessions.find(({ status, scenario, verdict }) => status === "done" && concerns(scenario, verdict ?? undefined))} />
      <h2>${tell("catalogue scenarios")}</h2>
      <${Scenarios} concerns=${concerns} />
    </article>`;
};

/** The certificates of the last session that concerns the entry, where such a session carried any. */
const Example = ({ of: last }) => {
  const id = last?.session ?? null;
  const { data: chains } = useLoad(async () => (id ? (await get(`/api/sessions/${encodeURIComponent(id)}/chains`)).chains : []), [id]);
  if (!chains?.length) return null;
  return html`
    <section class="panel example"><h2>${phrase("catalogue example", { session: html`<a href=${to.session(id)}>${visible(last.scenario)}</a>` })}</h2>
      <${Chains} chains=${chains} verdict=${last.verdict} without=${last.without} /></section>`;
};

const References = ({ of }) => of.length ? html`
  <h2>${tell("catalogue references")}</h2>
  <ul>${of.map(({ title, url }) => html`<li key=${title}>${/^https?:\/\//.test(url ?? "")
    ? html`<a href=${url} rel="noreferrer" target="_blank">${title}</a>` : title}</li>`)}</ul>` : null;

/** The checks of a mode in any of its variants. */
const allChecks = ({ checks = [], variants = [] }) => [...new Set([checks, ...variants.map(({ table }) => table?.checks ?? [])].flat())];

const Variants = ({ of }) => of?.length ? html`
  <p>${tell("catalogue variants")}</p>
  <ul>${of.map(({ id, title, parameters }) => html`<li key=${id}><code>${id}</code> ${title}${(parameters ?? []).map((one) => html`; <${Range} of=${one} />`)}</li>`)}</ul>` : null;

const Parameters = ({ of }) => of?.length ? html`
  <p>${tell("catalogue parameters")}</p>
  <ul>${of.map((one) => html`<li key=${one.name}><${Range} of=${one} /></li>`)}</ul>` : null;

const Range = ({ of: { name, min, max, default: usual } }) => phrase("catalogue range", { name: html`<code>${name}</code>` }, { min, max, usual });

const Links = ({ ids, href }) => ids.length
  ? html`<ul class="links">${ids.map((id) => html`<li key=${id}><a href=${href(id)}>${id}</a></li>`)}</ul>` : null;

/** `of` names the table, where a page has several. */
const Flights = ({ flights, of = null }) => html`
  <${Table} name=${[tell("head flights"), of].filter(Boolean).join(" ")} kind="flights" heads=${headed("flight", "from", "carries", "happens")}>
    ${flights.flatMap(({ number, from, messages }) => messages.map(({ kind, fields = [], steps = [] }, i) => html`
      <tr key=${`${number} ${i}`}>
        <td class="number" data-head=${tell("head flight")}>${i === 0 ? number : null}</td>
        <td>${i === 0 ? html`<${Name} actor=${from} />` : null}</td>
        <td><code>${kind}</code><dl class="fields">${fields.map(({ name, value, sort }) => html`
          <div key=${name}><dt><code>${name}</code></dt><dd><code>${value}</code> <small>${sort}</small></dd></div>`)}</dl></td>
        <td><ul class="steps">${steps.map(({ party, text }, at) => html`
          <li key=${at} class="line">${(party === "both" ? VICTIMS : [party]).map((actor) => html`<${Name} key=${actor} actor=${actor} />`)} <code>${text}</code></li>`)}</ul></td>
      </tr>`))}<//>`;
