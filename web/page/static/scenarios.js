/** Scenarios with what last came out of them and what has to. */

import { html } from "./vendor/preact.js";
import { get, useLoad, useRegistry } from "./api.js";
import { newest, useLab } from "./lab.js";
import { to } from "./route.js";
import { Mark, standing } from "./verdict.js";

/** Those of which `concerns(scenario, expected)` holds, out of the expected outcomes and of what was run. */
export const Scenarios = ({ concerns }) => {
  const { epoch } = useLab();
  const table = useRegistry("scenarios");
  const stored = useLoad(() => get("/api/sessions?limit=100"), [epoch]);
  const sessions = [...newest(), ...(stored.data?.sessions ?? [])];
  const expected = new Map(table.map((row) => [row.scenario, row.expected]));
  const all = new Set([...expected.keys(), ...sessions.map((session) => session.scenario)]);
  const list = [...all].filter((scenario) => concerns(scenario, expected.get(scenario)));
  if (!list.length) return html`<p class="empty">None has run yet.</p>`;
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Scenarios">
      <table class="scenarios">
        <thead><tr><th>Scenario</th><th>Last verdict</th><th>Expected</th></tr></thead>
        <tbody>${list.map((scenario) => html`
          <${Row} key=${scenario} scenario=${scenario} expected=${expected.get(scenario)}
            session=${sessions.find((session) => session.scenario === scenario)} />`)}</tbody>
      </table>
    </div>`;
};

const Row = ({ scenario, session, expected }) => html`
  <tr data-scenario=${scenario} data-verdict=${session?.verdict?.kind}>
    <td><code>${scenario}</code></td>
    <td>${session ? html`
      <a class="line" href=${to.session(session.session)}><${Mark} kind=${standing(session)} /> ${standing(session)}</a>`
      : html`<span class="quiet">not run yet</span>`}</td>
    <td>${expected ? expected.kind : html`<span class="quiet">nothing</span>`}
      ${expected?.check ? html` at <a href=${to.check(expected.check)}>${expected.check}</a>` : null}</td>
  </tr>`;
