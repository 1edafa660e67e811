/** The matrix: modes down, attacks across, the latest verdict in each cell. A click or Enter opens it, or runs it. */

import { html, useRef, useState } from "../vendor/preact.js";
import { LabError, post } from "../lab/api.js";
import { learn } from "../lab/lab.js";
import { Mark, standing } from "../draw/verdict.js";
import { navigate, to } from "../lab/route.js";
import { attackOf, modeOf } from "../model/scenario.js";
import { visible } from "../model/text.js";

/** Where the keyboard last was, so that a way back from a session leads there too. */
let place = [0, 0];

/** The groups of attacks, in the order in which they are shown. */
const GROUPS = ["control", "substitution", "parameters", "certificates", "records", "keys-and-people"];

/** Columns by group; a group that is not known here stands last. */
export function arranged(columns) {
  const rank = (column) => (GROUPS.indexOf(column.group) + GROUPS.length + 1) % (GROUPS.length + 1);
  return [...columns].sort((a, b) => rank(a) - rank(b));
}

/** The latest session of each `mode/attack`, among the live ones. */
export function latest(sessions) {
  const cells = new Map();
  for (const session of sessions) {
    const cell = `${modeOf(session.scenario)}/${attackOf(session.scenario)}`;
    if ((cells.get(cell)?.started ?? -1) <= (session.started ?? 0)) cells.set(cell, session);
  }
  return cells;
}

const later = (a, b) => (!a || (b && ((b.started ?? 0) > (a.started ?? 0) || b.session === a.session)) ? b : a);

const switched = (session) => Boolean(session?.without?.length || session?.with?.length);

/** What a cell says, in words. */
function words({ cell, row, column, session }) {
  const name = `${row.mode} against ${column.attack}`;
  if (!cell?.applies) return `${name}: does not apply${cell?.why_not ? `, ${cell.why_not}` : ""}`;
  if (!session) return `${name}: not run yet. Enter runs it.`;
  const note = switched(session) ? `, with switched checks: ${session.scenario}` : "";
  const odd = cell.expected && session.verdict && !switched(session) && cell.expected.kind !== session.verdict.kind
    ? `, where ${cell.expected.kind} was expected` : "";
  const because = session.verdict?.because ?? "";
  return visible(`${name}: ${standing(session)}${note}${odd}. ${because.slice(0, 300)} Enter opens it, R runs it again.`);
}

export const Matrix = ({ matrix, sessions }) => {
  const [focus, redraw] = useState(place);
  const setFocus = (next) => redraw((place = next));
  const [fault, setFault] = useState(null);
  const grid = useRef(null);
  const columns = arranged(matrix.columns);
  const cells = new Map(matrix.cells.map((cell) => [`${cell.mode}/${cell.attack}`, cell]));
  const live = latest(sessions);
  const at = (row, column) => {
    const cell = cells.get(`${row.mode}/${column.attack}`);
    return { cell, row, column, session: later(cell?.session, live.get(`${row.mode}/${column.attack}`)) };
  };

  const run = async ({ cell }) => {
    setFault(null);
    try {
      learn((await post("/api/sessions", { scenario: cell.scenario })).sessions);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      setFault(`${cell.scenario} was not run: ${error.message}`);
    }
  };
  const act = (here) => {
    if (!here.cell?.applies) return;
    if (here.session) navigate(to.session(here.session.session));
    else run(here);
  };
  const move = (event, r, c, here) => {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -c], End: [0, columns.length] };
    if (event.key.toLowerCase() === "r" && !event.ctrlKey && !event.metaKey && here.cell?.applies) return void run(here);
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const next = [clamp(r + step[0], matrix.rows.length), clamp(c + step[1], columns.length)];
    setFocus(next);
    grid.current.querySelector(`[data-at="${next.join("-")}"]`)?.focus();
  };

  const Cell = (row, r) => (column, c) => {
    const here = at(row, column);
    const { cell, session } = here;
    const kind = session ? standing(session) : null;
    const label = words(here);
    return html`
      <td key=${column.attack} class=${starts(columns, c) ? "starts" : ""} role="gridcell">
        <button type="button" class=${`cell ${kind ?? (cell?.applies ? "open" : "never")}`} title=${label} aria-label=${label}
          aria-disabled=${cell?.applies ? undefined : "true"} tabindex=${focus[0] === r && focus[1] === c ? 0 : -1}
          data-at=${`${r}-${c}`} data-scenario=${cell?.scenario} data-verdict=${session?.verdict?.kind}
          data-session=${session?.session} data-status=${session ? session.status : cell?.applies ? "not-run" : "not-applicable"}
          onClick=${() => act(here)} onFocus=${() => setFocus([r, c])} onKeyDown=${(event) => move(event, r, c, here)}>
          ${kind ? html`<${Mark} kind=${kind} />` : cell?.applies ? html`<span class="hint" aria-hidden="true">▸</span>` : null}
          ${switched(session) ? html`<span class="tilde" aria-hidden="true">~</span>` : null}
        </button>
      </td>`;
  };

  if (!columns.length) return html`<p class="empty">The lab knows no attack.</p>`;
  return html`
    <div class="matrix-frame" tabindex="-1" style=${{ "--columns": String(columns.length) }}>
      <table class="matrix" role="grid" aria-label="Modes and attacks" ref=${grid}>
        <thead>
          <tr>
            <td></td>
            ${groups(columns).map(({ group, span }) => html`<th key=${group} colspan=${span} scope="colgroup" class="group starts">
              <span>${group.replaceAll("-", " ")}</span></th>`)}
          </tr>
          <tr>
            <td class="corner"><small>mode ↓  attack →</small></td>
            ${columns.map((column, c) => html`<th key=${column.attack} scope="col" class=${starts(columns, c) ? "starts" : ""}>
              <a class="upright" href=${to.attack(column.attack.split(":")[0])} title=${column.title}>${column.attack}</a></th>`)}
          </tr>
        </thead>
        <tbody>
          ${matrix.rows.map((row, r) => html`
            <tr key=${row.mode}>
              <th scope="row"><a href=${to.mode(row.mode.split(":")[0])} title=${row.title}>${row.mode}</a></th>
              ${columns.map(Cell(row, r))}
            </tr>`)}
        </tbody>
      </table>
    </div>
    <p class="fault" role="alert">${fault}</p>`;
};

const clamp = (n, length) => Math.max(0, Math.min(length - 1, n));

const starts = (columns, c) => c > 0 && columns[c - 1].group !== columns[c].group;

function groups(columns) {
  const spans = [];
  for (const { group } of columns) {
    if (spans.at(-1)?.group === group) spans.at(-1).span += 1;
    else spans.push({ group, span: 1 });
  }
  return spans;
}
