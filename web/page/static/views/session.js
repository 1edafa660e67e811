/** The page of a session: the sentence first, then how it came to it. */

import { html, tell, term, useEffect, useRef } from "../draw/markup.js";
import { begin, drawn, get, post, start, useFault, useLoad } from "../lab/api.js";
import { useRegistry } from "../lab/registry.js";
import { Certificates } from "./chains.js";
import { Hand } from "./hand.js";
import { hear, lab, learn, useLab, watch } from "../lab/lab.js";
import { navigate, to, useKeys } from "../lab/route.js";
import { Octets } from "./octets.js";
import { remedies } from "../model/remedy.js";
import { attackOf, bare, lacking, modeOf, restored } from "../model/scenario.js";
import { address, dots } from "../draw/picture.js";
import { Unloaded } from "./states.js";
import { Story } from "./story.js";
import { isDefence } from "../model/verdict.js";
import { theme, tongue } from "../lab/settings.js";

export const SessionPage = ({ id, part = null }) => {
  useLab();
  const loaded = useSession(id);
  // What was known when the lab was in reach is known for as long as the page is shown.
  const known = useRef(null);
  const session = (known.current = lab.sessions.get(id) ?? loaded.data ?? known.current);
  const events = lab.events.get(id) ?? [];
  const modes = useRegistry("modes");
  const attacks = useRegistry("attacks");
  const expected = useRegistry("scenarios");
  const [fault, attempt] = useFault();

  const act = (deed) => () => attempt(async () => navigate(await deed(session)), ({ message }) => tell("session not-run", { why: message }));
  const again = act(async ({ scenario, seed }) => to.session(await start(scenario, seed)));
  const step = act(async ({ scenario, seed }) => to.session(await start(scenario, seed, true)));
  const further = act(async ({ session: before }) => to.session(await begin(`/api/sessions/${encodeURIComponent(before)}/continuation`, {})));
  const from = (decisions) => act(async ({ session: before, status }) => {
    // What looks the same on the wire never runs at the same time.
    if (status === "running") await post(`/api/sessions/${encodeURIComponent(before)}/cancel`, {});
    return to.session(await begin(`/api/sessions/${encodeURIComponent(before)}/again`, { decisions }));
  })();
  const without = (check) => act(async () => to.compare(...(await twins(session, lacking(session.scenario, check)))));
  const instead = (scenario) => act(async () => to.compare(...(await twins(session, scenario)).reverse()));
  const having = (check) => instead(restored(session.scenario, check));
  const cancel = () => attempt(() => post(`/api/sessions/${encodeURIComponent(id)}/cancel`, {}), ({ message }) => tell("session not-cancelled", { why: message }));
  const decided = session?.verdict?.check ?? null;

  useKeys(() => ({ w: decided && without(decided), r: session && again }));

  const kind = session?.verdict?.kind;
  useEffect(() => {
    if (session) document.title = [kind ? term("kind", kind) : tell(`state ${session.status}`), session.scenario, "Interlock"].join(" · ");
  }, [kind, session?.status, session?.scenario]);

  const chains = useChains(id, events);

  // A lab that was started anew may not have it any more: then what was loaded from the one before is still so.
  const gone = loaded.error?.status === 404;
  const unloaded = events.length ? null : loaded.loading ? tell("session loading")
    : loaded.error ? tell(gone ? "session gone" : "session unreachable") : null;
  if (!session) return html`<${Unloaded} error=${loaded.error} what="session" />`;

  const mode = modes.find((m) => m.id === bare(modeOf(session.scenario)));
  const attack = attacks.find((a) => a.id === bare(attackOf(session.scenario)));
  const Without = (check) => html`
    <button type="button" class="primary" data-action="without" data-check=${check} onClick=${without(check)}>${tell("session without")}</button>`;
  const action = (check, status) => {
    if (check === decided && status === "failed") {
      return html`${Without(check)} ${chains && check.startsWith("cert-") ? html`<a class="button" href="#certificates">${tell("session in-the-chain")}</a>` : null}`;
    }
    if (status === "skipped" && session.without?.includes(check)) {
      return html`<button type="button" data-action="with" data-check=${check} onClick=${having(check)}>${tell("session with")}</button>`;
    }
    return null;
  };
  return html`
    ${gone ? html`<p class="trouble gone" role="status" data-status="gone">${tell("session outlived")}${" "}<a href=${to.matrix()}>${tell("session to-the-matrix")}</a></p>` : null}
    <${Story} session=${session} events=${events} part=${part} mode=${mode} attack=${attack} action=${action} unloaded=${unloaded}
      octets=${(row, leg, frame) => html`<${Octets} session=${id} row=${row} leg=${leg} frame=${frame} />`}
      hand=${session.by_hand && session.status === "running" ? html`<${Hand} id=${id} events=${events} />` : null} from=${gone || lab.role === "viewer" ? null : from}
      more=${chains ? html`<${Certificates} chains=${chains} session=${session} />` : null}
      tools=${html`
        <div class="actions">
          ${decided ? Without(decided) : null}
          ${session.verdict?.class === "broken" && expected.length ? html`<${Remedy} found=${remedies(session.scenario, expected, isDefence)} instead=${instead} />` : null}
          ${goesOn(session, events) && !gone && lab.role !== "viewer" ? html`<button type="button" class="primary" data-action="go-on" title=${tell("session go-on-why")} onClick=${further}>${tell("session go-on")}</button>` : null}
          ${session.status === "running" ? html`<button type="button" data-action="cancel" onClick=${cancel}>${tell("session cancel")}</button>` : null}
          <button type="button" data-action="again" onClick=${again}>${tell("session again")}</button>
          <button type="button" data-action="step" onClick=${step}>${tell("hand step")}</button>
          ${gone || !session.by_hand || session.status !== "done" ? null : html`<a class="button" data-action="script" href=${`/api/sessions/${encodeURIComponent(id)}/script`} download>${tell("hand script")}</a>`}
          ${gone ? null : html`<${Exports} id=${id} attempt=${attempt} />`}
        </div>
        <p class="fault" role="alert">${fault}</p>`} />`;
};

/** How many remedies there is room for. */
const OFFERED = 2;

/** What would have stopped this: each a comparison with the same seed. */
const Remedy = ({ found, instead }) => {
  if (!found.length) return html`<p class="quiet" data-remedy="none">${tell("remedy none")}</p>`;
  return html`<span class="line" data-remedy=${found[0].scenario}><strong>${tell("remedy what")}</strong>
    ${found.slice(0, OFFERED).map(({ scenario, check, mode }, i) => html`
      <button key=${scenario} type="button" class=${i ? "" : "primary"} data-action="remedy" data-scenario=${scenario} onClick=${instead(scenario)}>${tell("remedy that", { check: check ?? null, mode: mode ?? null })}</button>`)}</span>`;
};

const EXPORTS = ["html", "json", "pcapng"];
const PICTURES = ["svg", "png"];

/** A session for others, in each form that there is. */
export const Exports = ({ id, attempt }) => html`
  ${EXPORTS.map((format) => html`
    <a key=${format} class="button" href=${`/api/sessions/${encodeURIComponent(id)}/export?format=${format}&lang=${tongue()}`} download>${tell(`session export-${format}`)}</a>`)}
  ${PICTURES.map((format) => html`
    <button key=${format} type="button" data-action=${format} onClick=${() => attempt(() => save(format, id))}>${tell(`session picture-${format}`)}</button>`)}`;

/** Keeps the diagram as the lab draws it, on the ground that the page has. */
async function save(format, id) {
  const drawing = await drawn(`/api/sessions/${encodeURIComponent(id)}/export?format=svg&theme=${theme()}&lang=${tongue()}`);
  const link = document.createElement("a");
  link.href = format === "svg" ? address(drawing) : await dots(drawing);
  link.download = `interlock-${id}.${format}`;
  link.click();
}

/** Whether a logarithm was cut off on which the key of a session hangs that is unread so far: its recording is there. */
const goesOn = ({ verdict, sessions }, events) => {
  const last = events.findLast(({ type }) => type === "solved" || type === "asked");
  return verdict?.kind === "unread" && !sessions?.length && last?.type === "solved" && Boolean(last.cut_off);
};

/** The ids of this session and of one that differs in the scenario alone: without one seed for both, every frame would. */
async function twins({ session, scenario, seed }, other) {
  if (seed !== null && seed !== undefined) return [session, await start(other, seed)];
  const fresh = Math.floor(Math.random() * 2 ** 32);
  return Promise.all([start(scenario, fresh), start(other, fresh)]);
}

/** A session's certificate chains, asked for again whenever another of its frames may carry one; null where it has none. */
export function useChains(id, events) {
  const { epoch } = useLab();
  const told = events.filter((event) => event.type === "trusts" || (event.type === "frame" && CERTIFIED.test(event.kind))).length;
  const load = async () => (told ? (await get(`/api/sessions/${encodeURIComponent(id)}/chains`)).chains : null);
  const chains = useLoad(load, [id, told, epoch]).data;
  return chains?.length ? chains : null;
}

/** Kinds of frames that carry a chain. */
const CERTIFIED = /certificate/;

/** Loads a session and its events, and keeps the events that come while it is shown. */
export function useSession(id) {
  const { epoch } = useLab();
  useEffect(() => (id === null ? undefined : watch(id)), [id]);
  return useLoad(async () => {
    if (id === null) return null;
    const path = `/api/sessions/${encodeURIComponent(id)}`;
    const [session, { events }] = await Promise.all([get(path), get(`${path}/events`)]);
    learn([session]);
    hear(id, events ?? []);
    return session;
  }, [id, epoch]);
}
