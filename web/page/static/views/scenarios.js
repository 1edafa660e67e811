/** Scenarios with what last came out of them and what has to. */

import { html } from "../vendor/preact.js";
import { get, start, useFault, useLoad } from "../lab/api.js";
import { useRegistry } from "../lab/registry.js";
import { newest, useLab } from "../lab/lab.js";
import { navigate, to } from "../lab/route.js";
import { visible } from "../model/text.js";
import { standing } from "../model/verdict.js";
import { Mark } from "../draw/verdict.js";
import { phrase, tell, term, word } from "../model/words.js";

/** Those of which `concerns(scenario, expected)` holds, out of the expected outcomes and of what was run. */
export const Scenarios = ({ concerns }) => {
  const { epoch } = useLab();
  const [fault, attempt] = useFault();
  const table = useRegistry("scenarios");
  const stored = useLoad(() => get("/api/sessions?limit=100"), [epoch]);
  const sessions = [...newest(), ...(stored.data?.sessions ?? [])];
  const expected = new Map(table.map((row) => [row.scenario, row.expected]));
  const all = new Set([...expected.keys(), ...sessions.map((session) => session.scenario)]);
  const list = [...all].filter((scenario) => concerns(scenario, expected.get(scenario)));
  const run = (scenario) => () => attempt(async () => navigate(to.session(await start(scenario))), ({ message }) => tell("session not-run", { why: message }));
  if (!list.length) return html`<p class="empty">${tell("sessions none")}</p>`;
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${tell("head scenarios")}>
      <table class="scenarios">
        <thead><tr>${["scenario", "last-verdict", "expected"].map((head) => html`<th key=${head}>${tell(`head ${head}`)}</th>`)}</tr></thead>
        <tbody>${list.map((scenario) => html`
          <${Row} key=${scenario} scenario=${scenario} run=${run(scenario)} expected=${expected.get(scenario)}
            session=${sessions.find((session) => session.scenario === scenario)} />`)}</tbody>
      </table>
    </div>
    <p class="fault" role="alert">${fault && visible(fault)}</p>`;
};

const Row = ({ scenario, session, expected, run }) => html`
  <tr data-scenario=${scenario} data-verdict=${session?.verdict?.kind}>
    <td><code>${scenario}</code></td>
    <td>${session ? html`
      <a class="line" href=${to.session(session.session)}><${Mark} kind=${standing(session)} /> ${term("kind", standing(session))}</a>`
      : html`<button type="button" class="small" onClick=${run} data-action="run-scenario" aria-label=${tell("run scenario", { scenario })}>${tell("run small")}</button>`}</td>
    <td>${!expected ? html`<span class="quiet">${word("nothing")}</span>`
      : phrase("head outcome", { check: expected.check ? html`<a href=${to.check(expected.check)}>${expected.check}</a>` : null }, { kind: term("kind", expected.kind) })}</td>
  </tr>`;
