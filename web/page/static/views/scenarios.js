/** Scenarios with what last came out of them and what has to. */

import { html, Mark, phrase, tell, term, word } from "../draw/markup.js";
import { start, useFault } from "../lab/api.js";
import { useRegistry, useSessions } from "../lab/registry.js";
import { navigate, to } from "../lab/route.js";
import { Table, headed } from "../draw/table.js";
import { speaks } from "../model/board.js";
import { standing } from "../model/verdict.js";

/** Those of which `concerns(scenario, expected)` holds, out of the expected outcomes and of what was run. */
export const Scenarios = ({ concerns }) => {
  const [fault, attempt] = useFault();
  const table = useRegistry("scenarios");
  const sessions = useSessions();
  const expected = new Map(table.map((row) => [row.scenario, row.expected]));
  const all = new Set([...expected.keys(), ...sessions.map((session) => session.scenario)]);
  const list = [...all].filter((scenario) => concerns(scenario, expected.get(scenario)));
  const run = (scenario) => () => attempt(async () => navigate(to.session(await start(scenario))), ({ message }) => tell("session not-run", { why: message }));
  if (!list.length) return html`<p class="empty">${tell("sessions none")}</p>`;
  return html`
    <${Table} name=${tell("head scenarios")} kind="scenarios" heads=${headed("scenario", "last-verdict", "expected")}>${list.map((scenario) => html`
      <${Row} key=${scenario} scenario=${scenario} run=${run(scenario)} expected=${expected.get(scenario)}
        session=${sessions.find((session) => session.scenario === scenario && speaks(session))} />`)}<//>
    <p class="fault" role="alert">${fault}</p>`;
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
