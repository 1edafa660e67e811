/**
 * The matrix: modes down, attacks across, in each cell the latest verdict of that mode against that attack with nothing
 * switched; a corner mark where it also ran with other checks or parameters. A click or Enter opens it, or runs it.
 */

import { html, Mark, sentence, tell, term, useEffect, useRef, useState, visible } from "../draw/markup.js";
import { get, start, useFault } from "../lab/api.js";
import { standing } from "../model/verdict.js";
import { Corner } from "../draw/verdict.js";
import { navigate, to, useKeys } from "../lab/route.js";
import { board, cellsOf, folds, groupKey, groups, modeKey, starts, summary } from "../model/board.js";
import { bare } from "../model/scenario.js";
import { groupName, titleOf } from "../model/words.js";

/** Where the keyboard last was, and what is unfolded, so that a way back from a session leads there too. */
let place = null;
const unfolded = new Set();

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
  const at = cellsOf(matrix, sessions, since);

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
  const again = () => {
    const [row, column] = place ? [rows[place[0]], columns[place[1]]] : [];
    const here = row && column && !column.members ? at(row, column) : null;
    if (here?.cell) run(here);
  };
  useKeys(() => ({ r: again, R: again }));
  // The way back from a session leads to the cell that it was opened from.
  useEffect(() => {
    if (place && [document.body, document.getElementById("main")].includes(document.activeElement)) grid.current?.querySelector(`[data-at="${place.join(",")}"]`)?.focus({ preventScroll: true });
  }, []);

  /** The arrows lead from the place at row `r` and column `c` to the next, and up to the heads of the columns, which are row −1. */
  const move = (r, c) => (event) => {
    const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -c], End: [0, columns.length] }[event.key] ?? [];
    if (down === undefined) return;
    event.preventDefault();
    const next = [clamp(r + down, -1, rows.length), clamp(c + right, 0, columns.length)];
    grid.current.querySelector(`[data-at="${next.join(",")}"]`)?.focus();
  };

  /** A button of the grid: one of all its cells is where the tabulator leads. */
  const Tile = (r, c, { kind, applies, label, children, ...rest }) => html`
    <button type="button" title=${label} aria-label=${label} aria-disabled=${applies ? undefined : "true"} tabindex=${focus[0] === r && focus[1] === c ? 0 : -1}
      data-at=${`${r},${c}`} onFocus=${() => setFocus([r, c])} onKeyDown=${move(r, c)} ...${rest}>${kind ? html`<${Mark} kind=${kind} />` : null}${children}</button>`;

  const single = (row, r, column, c) => {
    const here = at(row, column);
    const { cell, session, others } = here;
    const kind = session ? standing(session) : null;
    return Tile(r, c, {
      kind, applies: cell, label: words(here), class: `cell ${kind ?? (cell ? "open" : "never")}`, onClick: () => act(here),
      "data-scenario": `${row.mode}/${column.attack}`, "data-verdict": session?.verdict?.kind, "data-session": session?.session,
      "data-variations": others.length || undefined, "data-status": session ? session.status : cell ? "not-run" : "not-applicable",
      children: html`${cell && !kind ? html`<span class="hint" aria-hidden="true">▸</span>` : null}${others.length ? html`<${Corner} />` : null}`,
    });
  };

  const folded = (row, r, { group, members }, c) => {
    const { apply, run: ran, kind } = summary(members.map((member) => at(row, member)));
    return Tile(r, c, {
      kind, applies: apply, class: `cell folded ${kind ?? (apply ? "open" : "never")}`, onClick: apply ? fold(groupKey(group)) : undefined, "data-group": group, "data-kind": kind,
      label: tell(apply ? "cell folded" : "cell does-not-apply", { mode: row.mode, attack: groupName(group), run: ran, count: apply, kind: kind && term("kind", kind) }),
      children: apply ? html`<small aria-hidden="true">${ran}/${apply}</small>` : null,
    });
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
              <button type="button" class="upright small" tabindex="-1" data-at=${`-1,${c}`} onKeyDown=${move(-1, c)} aria-expanded="false" data-fold=${column.group} onClick=${fold(groupKey(column.group))}>${groupName(column.group)} ${column.members.length} ▸</button></th>`
              : html`<th key=${column.attack} scope="col" class=${starts(columns, c) ? "starts" : ""}>
              <a class="upright" tabindex="-1" data-at=${`-1,${c}`} onKeyDown=${move(-1, c)} href=${to.attack(bare(column.attack))} title=${titleOf(column.attack, column.title)}>${column.attack}</a></th>`)}
          </tr>
        </thead>
        <tbody>${rows.map((row, r) => html`
          <tr key=${row.mode}>
            <th scope="row"><a href=${to.mode(bare(row.mode))} title=${titleOf(row.mode, row.title)}>${row.mode}</a>
              ${row.more || row.less ? html`<button type="button" class="small" aria-expanded=${String(Boolean(row.less))} data-fold=${bare(row.mode)} onClick=${fold(modeKey(row.mode))}
                aria-label=${tell(row.more ? "cell more-variants" : "cell fewer-variants", { mode: bare(row.mode), count: row.more })}>${row.more ? `+${row.more}` : "−"}</button>` : null}</th>
            ${columns.map((column, c) => html`<td key=${column.attack ?? column.group} class=${column.members || starts(columns, c) ? "starts" : ""} role="gridcell">${
              (column.members ? folded : single)(row, r, column, c)}</td>`)}
          </tr>`)}
        </tbody>
      </table>
    </div>
    ${asked ? html`<p class="why" role="status">${asked}</p>` : null}
    <p class="fault" role="alert">${fault}</p>`;
};

const clamp = (n, from, until) => Math.max(from, Math.min(until - 1, n));
