/** What a mode, an attack or a check is, where it is from, and how its scenarios ended. */

import { html } from "../vendor/preact.js";
import { get, registry, useLoad } from "../lab/api.js";
import { Chains } from "./chains.js";
import { Flights } from "./flights.js";
import { newest, useLab } from "../lab/lab.js";
import { to } from "../lab/route.js";
import { attackOf, modeOf, parse } from "../model/scenario.js";
import { Scenarios } from "./scenarios.js";
import { Failed, Loading } from "./states.js";
import { visible } from "../model/text.js";

export const ModePage = ({ id }) => html`
  <${Entry} registry="modes" noun="mode" id=${id} concerns=${(scenario) => bare(modeOf(scenario)) === id}>
    ${(mode) => html`
      <p>Authenticated by <strong>${mode.authenticated_by}</strong>.</p>
      <${Variants} of=${mode.variants} />
      ${mode.variants?.length ? null : html`<${Parameters} of=${mode.parameters} />`}
      ${mode.flights?.some((flight) => flight.messages.some((message) => message.fields?.some(({ sort }) => sort === "group")))
        ? html`<p><a href=${to.cracking()}>What it costs to break its primes</a></p>` : null}
      <h2>Flights</h2>
      <${Flights} flights=${mode.flights ?? []} />
      ${(mode.variants ?? []).filter(({ table }) => table).map(({ id: variant, table }) => html`
        <h3 key=${variant}>Flights of <code>${mode.id}:${variant}</code></h3>
        <${Flights} flights=${table.flights} />`)}
      <h2>Checks</h2>
      <${Links} ids=${allChecks(mode).filter((check) => !mode.off?.includes(check))} href=${to.check} />
      ${mode.off?.length ? html`<p>Off unless a scenario switches them on with +:</p>` : null}
      <${Links} ids=${mode.off ?? []} href=${to.check} />`}
  <//>`;

export const AttackPage = ({ id }) => html`
  <${Entry} registry="attacks" noun="attack" id=${id} concerns=${(scenario) => bare(attackOf(scenario)) === id}>
    ${(attack) => html`
      <${Variants} of=${attack.variants} />
      <h2>Recipe</h2>
      <ol class="recipe">${(attack.steps ?? []).map((step, i) => html`<li key=${i}>${step}</li>`)}</ol>
      <h2>What stops it</h2>
      ${attack.stopped_by?.length ? null : html`<p>No check stops it.</p>`}
      <${Links} ids=${attack.stopped_by ?? []} href=${to.check} />`}
  <//>`;

export const CheckPage = ({ id }) => html`
  <${Entry} registry="checks" noun="check" id=${id}
    concerns=${(scenario, expected) => expected?.check === id || switches(scenario, id)}>
    ${(check) => html`
      <dl class="facts">
        <dt>Without it</dt><dd>${check.threat}</dd>
        <dt>It compares</dt><dd>${check.compares}</dd>
      </dl>
      <h2>Modes that have it</h2>
      <${Links} ids=${check.modes ?? []} href=${to.mode} />`}
  <//>`;

/** An id without its variant. */
const bare = (selection) => selection.split(":")[0];

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
  const { data, error } = useLoad(() => registry(name), [name, epoch]);
  if (!data) return error ? html`<${Failed} error=${error} what=${noun} />` : html`<${Loading} what=${`the ${noun}`} />`;
  const entry = data.find((one) => one.id === id);
  if (!entry) {
    const message = `There is no ${noun} "${id ?? ""}". There are: ${data.map((one) => one.id).join(", ")}.`;
    return html`<${Failed} error=${{ status: 404, message }} what=${noun} />`;
  }
  return html`
    <article class="entry" data-entry=${entry.id}>
      <p class="quiet">${noun} <code>${entry.id}</code></p>
      <h1 tabindex="-1">${entry.title}</h1>
      <p class="summary">${entry.summary}</p>
      ${show(entry)}
      <${References} of=${entry.references ?? (entry.reference ? [entry.reference] : [])} />
      <${Example} of=${(session) => concerns(session.scenario, session.verdict ?? undefined)} />
      <h2>Scenarios and how they last ended</h2>
      <${Scenarios} concerns=${concerns} />
    </article>`;
};

/** The certificates of the last session that concerns the entry, where such a session carried any. */
const Example = ({ of }) => {
  const { epoch } = useLab();
  const kept = useLoad(() => get("/api/sessions?limit=100"), [epoch]);
  const last = [...newest(), ...(kept.data?.sessions ?? [])].find((session) => session.status === "done" && of(session));
  const id = last?.session ?? null;
  const { data: chains } = useLoad(async () => (id ? (await get(`/api/sessions/${encodeURIComponent(id)}/chains`)).chains : []), [id]);
  if (!chains?.length) return null;
  return html`
    <section class="panel example"><h2>The certificates of the last such session: <a href=${to.session(id)}>${visible(last.scenario)}</a></h2>
      <${Chains} chains=${chains} verdict=${last.verdict} without=${last.without} /></section>`;
};

const References = ({ of }) => of.length ? html`
  <h2>Where it is from</h2>
  <ul>${of.map(({ title, url }) => html`<li key=${title}>${/^https?:\/\//.test(url ?? "")
    ? html`<a href=${url} rel="noreferrer" target="_blank">${title}</a>` : title}</li>`)}</ul>` : null;

/** The checks of a mode in any of its variants. */
const allChecks = ({ checks = [], variants = [] }) => [...new Set([checks, ...variants.map(({ table }) => table?.checks ?? [])].flat())];

const Variants = ({ of }) => of?.length ? html`
  <p>Variants:</p>
  <ul>${of.map(({ id, title, parameters }) => html`<li key=${id}><code>${id}</code> ${title}${(parameters ?? []).map((one) => html`; <${Range} of=${one} />`)}</li>`)}</ul>` : null;

const Parameters = ({ of }) => of?.length ? html`
  <p>Parameters:</p>
  <ul>${of.map((one) => html`<li key=${one.name}><${Range} of=${one} /></li>`)}</ul>` : null;

const Range = ({ of: { name, min, max, default: usual } }) => html`<code>${name}</code> from ${min} to ${max}, ${usual} unless told otherwise`;

const Links = ({ ids, href }) => ids.length
  ? html`<ul class="links">${ids.map((id) => html`<li key=${id}><a href=${href(id)}>${id}</a></li>`)}</ul>` : null;
