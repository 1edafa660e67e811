/** An entry of the catalogue as it is seen: one scenario that holds beside one that breaks, and the drawing of an exchange. */

import { html, tell, useMemo } from "../draw/markup.js";
import { Diagram } from "../draw/diagram.js";
import { Keys } from "../draw/keys.js";
import { start, useFault } from "../lab/api.js";
import { lab } from "../lab/lab.js";
import { useRegistry } from "../lab/registry.js";
import { navigate, to } from "../lab/route.js";
import { speaks } from "../model/board.js";
import { pairOf } from "../model/entry.js";
import { fingerprints, fold, installed, peerOf, sessionsOf } from "../model/fold.js";
import { rows as rowsOf } from "../model/rows.js";
import { keysOf } from "../model/token.js";
import { rowsOf as traced } from "../model/trace.js";
import { Exchange } from "./home.js";
import { useSession } from "./session.js";

/** `sessions` are those in which the two may have been run; of a mode, `flights` are drawn until there is one. */
export const Pair = ({ registry, id, sessions, flights = [] }) => {
  const table = useRegistry("scenarios");
  const [fault, attempt] = useFault();
  const pair = pairOf(registry, id, table);
  const sides = ["holds", "breaks"].filter((side) => pair[side]).map((side) => ({
    side, scenario: pair[side], session: sessions.find((session) => session.scenario === pair[side] && session.status === "done" && speaks(session)),
  }));
  const shown = sides.map(({ session }) => session).filter(Boolean).at(-1);
  const run = () => attempt(async () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const ids = await Promise.all(sides.map(({ scenario }) => start(scenario, seed)));
    navigate(ids.length > 1 ? to.compare(...ids) : to.session(ids[0]));
  }, ({ message }) => tell("session not-run", { why: message }));
  return html`<section data-pair=${sides.length}>
    <div class="sides">${sides.map(({ side, scenario, session }) => html`
      <${Exchange} key=${side} scenario=${scenario} title=${tell(`catalogue ${side}`)} session=${session} empty=${tell("home not-run")} />`)}</div>
    ${sides.length ? html`<p><button type="button" class="primary" data-action="pair" onClick=${run}>${tell("catalogue pair")}</button></p>` : null}
    <p class="fault" role="alert">${fault}</p>
    ${shown ? html`<${Drawn} key=${shown.session} id=${shown.session} />` : flights.length ? html`<div class="panel"><${Diagram} rows=${undisturbed(flights)} story=${NOBODY} links=${false} keyless /></div>` : null}
  </section>`;
};

/** A session's drawing; of a campaign that of its last session. */
const Drawn = ({ id }) => {
  useSession(id);
  const all = lab.events.get(id) ?? NONE;
  const events = useMemo(() => sessionsOf(all).at(-1)?.events ?? all, [all]);
  const rows = useMemo(() => rowsOf(events), [events]);
  const story = fold(events);
  return rows.length ? html`<div class="panel"><${Keys} of=${keysOf(fingerprints(story), installed(story))}><${Diagram} rows=${rows} story=${story} links=${false} /><//></div>` : null;
};

const NONE = [];

/** An exchange that nobody sits in, nor anybody plays. */
const NOBODY = fold(NONE);

/** The messages of a mode's table as they are exchanged undisturbed. */
const undisturbed = (flights) => traced(flights.flatMap(({ from, messages }) => messages.flatMap(({ kind: message }) =>
  [{ role: from, does: "sends", message, fields: [] }, { role: peerOf(from), does: "takes", message, fields: [] }])));
