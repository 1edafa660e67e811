/**
 * The matrix: modes down, attacks across, in each cell the latest verdict of that mode against that attack with nothing
 * switched; a corner mark where it also ran with other checks or parameters. A click or Enter opens it, or runs it.
 */

import { html, useRef, useState } from "../vendor/preact.js";
import { get, start, useFault } from "../lab/api.js";
import { standing } from "../model/verdict.js";
import { Corner, Mark } from "../draw/verdict.js";
import { navigate, to, useKeys } from "../lab/route.js";
import { board, folds, groupKey, loudest, modeKey } from "../model/board.js";
import { attackOf, modeOf } from "../model/scenario.js";
import { visible } from "../model/text.js";
import { groupName, sentence, tell, term, titleOf } from "../model/words.js";

/** Where the keyboard last was, and what is unfolded, so that a way back from a session leads there too. */
let place = null;
const unfolded = new Set();

/** Sessions by their cell: those of its own scenario, and those with other checks or parameters. */
export function placed(sessions) {
  const cells = new Map();
  for (const session of sessions) {
    const own = `${modeOf(session.scenario)}/${attackOf(session.scenario).split(":")[0]}`;
    const cell = cells.get(own) ?? { own: [], others: [] };
    (session.scenario === own ? cell.own : cell.others).push(session);
    cells.set(own, cell);
  }
  return cells;
}

/** The one that began last. */
const last = (sessions) => sessions.reduce((a, b) => ((b.started ?? 0) >= (a?.started ?? -1) ? b : a), null);

/** One a scenario, the latest first; what is live is newer than what was loaded. */
export function variations(loaded, live) {
  const known = new Map();
  for (const one of [...loaded, ...live.map(({ session, scenario, started, verdict }) => ({ session, scenario, started, kind: verdict?.kind ?? null }))]) {
    const before = known.get(one.scenario);
    if (!before || (one.started ?? 0) >= (before.started ?? 0)) known.set(one.scenario, one);
  }
  return [...known.values()].sort((a, b) => (b.started ?? 0) - (a.started ?? 0));
}

/** Newer of two, or the same one as it is known now. */
const later = (a, b) => (!a || (b && ((b.started ?? 0) > (a.started ?? 0) || b.session === a.session)) ? b : a);

/** What a cell says, in words. */
function words({ cell, row, column, session, others }) {
  const name = { mode: row.mode, attack: column.attack };
  if (!cell) return tell("cell does-not-apply", name);
  const kind = (of) => term("kind", of ?? "running");
  const beside = others.length ? tell("cell beside", { count: others.length, scenario: others[0].scenario, kind: kind(others[0].kind) }) : null;
  if (!session) return tell("cell not-run", { ...name, beside });
  const expected = cell.expected && session.verdict && cell.expected.kind !== session.verdict.kind ? kind(cell.expected.kind) : null;
  const because = session.verdict ? sentence(session.verdict).slice(0, 300) : null;
  return tell("cell run", { ...name, kind: kind(standing(session)), expected, because, beside });
}

/** The sessions of a folded group in one cell: how many of those that apply have run, and the verdict that stands out. */
function summary(cells) {
  const apply = cells.filter(({ cell }) => cell);
  const kinds = apply.filter(({ session }) => session).map(({ session }) => standing(session));
  return { apply: apply.length, run: kinds.length, kind: loudest(kinds) };
}

/** `matrix` has the cells in which the attack makes sense against the mode; `since` leaves out what ran before (unix milliseconds). */
export const Matrix = ({ matrix, sessions, since = 0 }) => {
  const [focus, redraw] = useState(place ?? [0, 0]);
  const setFocus = (next) => redraw((place = next));
  const [fault, attempt] = useFault();
  /** Why the cell that was asked last does not apply. */
  const [asked, ask] = useState(null);
  const grid = useRef(null);
  const { columns, rows } = board(matrix, unfolded);
  const [, unfold] = useState(0);
  const fold = (key) => () => {
    if (!unfolded.delete(key)) unfolded.add(key);
    unfold((n) => n + 1);
  };
  const cells = new Map(matrix.cells.map((cell) => [`${cell.mode}/${cell.attack}`, cell]));
  const live = placed(sessions);
  const at = (row, column) => {
    const cell = cells.get(`${row.mode}/${column.attack}`);
    const { own = [], others = [] } = live.get(`${row.mode}/${column.attack}`) ?? {};
    const session = later(cell?.session, last(own));
    return { cell, row, column, session: (session?.started ?? 0) < since ? null : session, others: variations(cell?.variations ?? [], others) };
  };

  const run = ({ cell: { scenario } }) => attempt(() => start(scenario), ({ message }) => tell("cell fault", { scenario, why: message }));
  const explain = async ({ row, column }) => {
    const { cells: [cell] } = await get(`/api/matrix?mode=${encodeURIComponent(row.mode)}&attack=${encodeURIComponent(column.attack)}`);
    ask(visible(`${cell.why_not}.`));
  };
  const act = (here) => {
    ask(null);
    if (!here.cell) attempt(() => explain(here));
    else if (here.session) navigate(to.session(here.session.session));
    else run(here);
  };
  const move = (event, r, c, here) => {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -c], End: [0, columns.length] };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const next = [clamp(r + step[0], rows.length), clamp(c + step[1], columns.length)];
    setFocus(next);
    grid.current.querySelector(`[data-at="${next.join("-")}"]`)?.focus();
  };

  const again = () => {
    const [row, column] = place ? [rows[place[0]], columns[place[1]]] : [];
    const here = row && column && !column.members ? at(row, column) : null;
    if (here?.cell) run(here);
  };
  useKeys(() => ({ r: again, R: again }));

  const Cell = (row, r) => (column, c) => {
    if (column.members) return Folded(row, r, column, c);
    const here = at(row, column);
    const { cell, session } = here;
    const kind = session ? standing(session) : null;
    const label = words(here);
    return html`
      <td key=${column.attack} class=${starts(columns, c) ? "starts" : ""} role="gridcell">
        <button type="button" class=${`cell ${kind ?? (cell ? "open" : "never")}`} title=${label} aria-label=${label}
          aria-disabled=${cell ? undefined : "true"} tabindex=${focus[0] === r && focus[1] === c ? 0 : -1}
          data-at=${`${r}-${c}`} data-scenario=${`${row.mode}/${column.attack}`} data-verdict=${session?.verdict?.kind}
          data-session=${session?.session} data-variations=${here.others.length || undefined} data-status=${session ? session.status : cell ? "not-run" : "not-applicable"}
          onClick=${() => act(here)} onFocus=${() => setFocus([r, c])} onKeyDown=${(event) => move(event, r, c, here)}>
          ${kind ? html`<${Mark} kind=${kind} />` : cell ? html`<span class="hint" aria-hidden="true">▸</span>` : null}
          ${here.others.length ? html`<${Corner} />` : null}
        </button>
      </td>`;
  };

  const Folded = (row, r, column, c) => {
    const { apply, run: ran, kind } = summary(column.members.map((member) => at(row, member)));
    const label = tell(apply ? "cell folded" : "cell does-not-apply", { mode: row.mode, attack: groupName(column.group), run: ran, count: apply, kind: kind && term("kind", kind) });
    return html`
      <td key=${column.group} class="starts" role="gridcell">
        <button type="button" class=${`cell folded ${kind ?? (apply ? "open" : "never")}`} title=${label} aria-label=${label} aria-disabled=${apply ? undefined : "true"}
          tabindex=${focus[0] === r && focus[1] === c ? 0 : -1} data-at=${`${r}-${c}`} data-group=${column.group} data-kind=${kind}
          onClick=${apply ? fold(groupKey(column.group)) : undefined} onFocus=${() => setFocus([r, c])} onKeyDown=${(event) => move(event, r, c, null)}>
          ${kind ? html`<${Mark} kind=${kind} />` : null}${apply ? html`<small aria-hidden="true">${ran}/${apply}</small>` : null}
        </button>
      </td>`;
  };

  if (!columns.length) return html`<p class="empty">${tell("cell no-attack")}</p>`;
  return html`
    <div class="matrix-frame" tabindex="-1" style=${{ "--columns": String(columns.length + columns.filter(({ members }) => members).length), "--rows": String(rows.length) }}>
      <table class="matrix" role="grid" aria-label=${tell("cell grid")} ref=${grid}>
        <thead>
          <tr>
            <td></td>
            ${groups(columns).map(({ group, span }) => {
              const foldable = folds(matrix.columns, group);
              // A folded group has its name below.
              if (foldable && span === 1) return html`<td key=${group} class="group starts"></td>`;
              return html`<th key=${group} colspan=${span} scope="colgroup" class="group starts">${foldable ? html`
                <button type="button" class="small" aria-expanded="true" data-fold=${group} onClick=${fold(groupKey(group))}>${groupName(group)} ◂</button>` : html`<span>${groupName(group)}</span>`}</th>`;
            })}
          </tr>
          <tr>
            <td class="corner"><small>${tell("cell corner")}</small></td>
            ${columns.map((column, c) => column.members ? html`<th key=${column.group} scope="col" class="starts">
              <button type="button" class="upright small" aria-expanded="false" data-fold=${column.group} onClick=${fold(groupKey(column.group))}>${groupName(column.group)} ${column.members.length} ▸</button></th>`
              : html`<th key=${column.attack} scope="col" class=${starts(columns, c) ? "starts" : ""}>
              <a class="upright" href=${to.attack(column.attack.split(":")[0])} title=${titleOf(column.attack, column.title)}>${column.attack}</a></th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map((row, r) => html`
            <tr key=${row.mode}>
              <th scope="row"><a href=${to.mode(row.mode.split(":")[0])} title=${titleOf(row.mode, row.title)}>${row.mode}</a>
                ${row.more || row.less ? html`<button type="button" class="small" aria-expanded=${String(Boolean(row.less))} data-fold=${row.mode.split(":")[0]}
                  aria-label=${tell(row.more ? "cell more-variants" : "cell fewer-variants", { mode: row.mode.split(":")[0], count: row.more })} onClick=${fold(modeKey(row.mode))}>${row.more ? `+${row.more}` : "−"}</button>` : null}</th>
              ${columns.map(Cell(row, r))}
            </tr>`)}
        </tbody>
      </table>
    </div>
    ${asked ? html`<p class="why" role="status">${asked}</p>` : null}
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
