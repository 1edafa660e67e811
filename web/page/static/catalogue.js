/** What a mode, an attack or a check is, where it is from, and how its scenarios ended. */

import { html } from "./vendor/preact.js";
import { get, registry, useLoad, useRegistry } from "./api.js";
import { Name } from "./cast.js";
import { VICTIMS } from "./fold.js";
import { lab, newest, useLab } from "./lab.js";
import { to } from "./route.js";
import { attackOf, modeOf, parse } from "./scenario.js";
import { Failed, Loading } from "./states.js";
import { Mark, standing } from "./verdict.js";

export const ModePage = ({ id }) => html`<${Entry} registry="modes" noun="mode" id=${id} concerns=${(scenario) => modeOf(scenario).split(":")[0] === id}>
  ${(mode) => html`
    <p class="line">Authenticated by <strong>${mode.authenticated_by}</strong></p>
    <${Variants} of=${mode.variants} />
    ${mode.parameters?.length ? html`<p>${mode.parameters.map((p) => html`<code>${p.name}</code> from ${p.min} to ${p.max}, ${p.default} unless told otherwise. `)}</p>` : null}
    <h2>Flights</h2>
    <${Flights} flights=${mode.flights ?? []} />
    <h2>Checks</h2>
    <${Links} ids=${mode.checks ?? []} href=${to.check} />
    ${mode.off?.length ? html`<p>Off unless a scenario switches them on with +:</p><${Links} ids=${mode.off} href=${to.check} />` : null}`}<//>`;

export const AttackPage = ({ id }) => html`<${Entry} registry="attacks" noun="attack" id=${id} concerns=${(scenario) => attackOf(scenario).split(":")[0] === id}>
  ${(attack) => html`
    <${Variants} of=${attack.variants} />
    <h2>Recipe</h2>
    <ol class="recipe">${(attack.steps ?? []).map((step, i) => html`<li key=${i} class="done">${step}</li>`)}</ol>
    <h2>What stops it</h2>
    ${attack.stopped_by?.length ? html`<${Links} ids=${attack.stopped_by} href=${to.check} />` : html`<p>No check stops it.</p>`}`}<//>`;

export const CheckPage = ({ id }) => html`<${Entry} registry="checks" noun="check" id=${id} concerns=${(scenario, expected) => switches(scenario, id) || expected?.check === id}>
  ${(check) => html`
    <dl class="facts wide">
      <dt>Without it</dt><dd>${check.threat}</dd>
      <dt>It compares</dt><dd>${check.compares}</dd>
    </dl>
    <h2>Modes that have it</h2>
    <${Links} ids=${check.modes ?? []} href=${to.mode} />`}<//>`;

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
  const { data, error } = useLoad(() => registry(name), [name]);
  if (!data) return error ? html`<${Failed} error=${error} what=${noun} />` : html`<${Loading} what=${`the ${noun}`} />`;
  const entry = data.find((one) => one.id === id);
  if (!entry) return html`<${Failed} error=${{ status: 404, message: `There is no ${noun} "${id ?? ""}". There are: ${data.map((one) => one.id).join(", ")}.` }} what=${noun} />`;
  const references = entry.references ?? (entry.reference ? [entry.reference] : []);
  return html`
    <article class="entry" data-entry=${entry.id}>
      <p class="quiet">${noun} <code>${entry.id}</code></p>
      <h1 tabindex="-1">${entry.title}</h1>
      <p class="summary">${entry.summary}</p>
      ${show(entry)}
      ${references.length ? html`<h2>Where it is from</h2><ul>${references.map((reference) => html`<li key=${reference.title}><${Reference} title=${reference.title} url=${reference.url} /></li>`)}</ul>` : null}
      <h2>Scenarios and how they last ended</h2>
      <${Scenarios} concerns=${concerns} />
    </article>`;
};

const Reference = ({ title, url }) =>
  /^https?:\/\//.test(url ?? "") ? html`<a href=${url} rel="noreferrer" target="_blank">${title}</a>` : html`<span>${title}</span>`;

const Variants = ({ of }) => of?.length
  ? html`<ul class="variants">${of.map(({ id, title }) => html`<li key=${id}><code>${id}</code> ${title}</li>`)}</ul>` : null;

const Links = ({ ids, href }) => html`<ul class="links">${ids.map((id) => html`<li key=${id}><a href=${href(id)}>${id}</a></li>`)}</ul>`;

const Flights = ({ flights }) => html`
  <div class="scroll"><table class="flights">
    <thead><tr><th>Flight</th><th>From</th><th>What it carries</th><th>What happens</th></tr></thead>
    <tbody>${flights.map((flight) => html`
      <tr key=${flight.number}>
        <td class="number">${flight.number}</td>
        <td><${Name} actor=${flight.from} /></td>
        <td>${flight.messages.map((message) => html`<div key=${message.kind} class="message"><code>${message.kind}</code>
          <dl class="fields">${(message.fields ?? []).map((field) => html`<div key=${field.name}><dt><code>${field.name}</code></dt>
            <dd><code>${field.value}</code> <small>${field.sort}</small></dd></div>`)}</dl></div>`)}</td>
        <td><ul class="steps">${flight.messages.flatMap((message) => message.steps ?? []).map((step, i) => html`
          <li key=${i}>${(step.party === "both" ? VICTIMS : [step.party]).map((party) => html`<${Name} key=${party} actor=${party} /> `)}<code>${step.text}</code></li>`)}</ul></td>
      </tr>`)}</tbody>
  </table></div>`;

/** The scenarios with an expected outcome, with what last came out. */
const Scenarios = ({ concerns }) => {
  useLab();
  const expected = useRegistry("scenarios");
  const stored = useLoad(() => get("/api/sessions?limit=100"), [lab.epoch]);
  const sessions = [...newest(), ...(stored.data?.sessions ?? [])];
  const outcomes = new Map(expected.map((row) => [row.scenario, row.expected]));
  const names = [...new Set([...outcomes.keys(), ...sessions.map((session) => session.scenario)])];
  const list = names.filter((scenario) => concerns(scenario, outcomes.get(scenario)));
  if (!list.length) return html`<p class="empty">None has run yet.</p>`;
  return html`
    <table class="scenarios">
      <thead><tr><th>Scenario</th><th>Last verdict</th><th>Expected</th></tr></thead>
      <tbody>${list.map((scenario) => {
        const session = sessions.find((one) => one.scenario === scenario);
        const outcome = outcomes.get(scenario);
        return html`<tr key=${scenario} data-scenario=${scenario} data-verdict=${session?.verdict?.kind}>
          <td><code>${scenario}</code></td>
          <td>${session ? html`<a class="line" href=${to.session(session.session)}><${Mark} kind=${standing(session)} /> ${standing(session)}</a>` : html`<span class="quiet">not run yet</span>`}</td>
          <td>${outcome ? html`${outcome.kind}${outcome.check ? html` at <a href=${to.check(outcome.check)}>${outcome.check}</a>` : ""}` : html`<span class="quiet">nothing</span>`}</td></tr>`;
      })}</tbody>
    </table>`;
};
