/** The first page: the mission's three exchanges, the matrix, and what is going on now. */

import { Badge, html, outcome, shorten, tell, useState } from "../draw/markup.js";
import { get, start, useFault, useLoad } from "../lab/api.js";
import { Hands } from "../draw/keys.js";
import { newest, useLab } from "../lab/lab.js";
import { Matrix } from "./matrix.js";
import { LazyNear } from "./lazy.js";
import { SessionList } from "./sessions.js";
import { Unloaded } from "./states.js";
import { Legend } from "../draw/verdict.js";
import { to } from "../lab/route.js";
import { speaks } from "../model/board.js";
import { keepSince, since as countsSince } from "../lab/settings.js";

/** What the lab is there to show: no authentication, a weak group, and authentication. */
const MISSION = [
  { scenario: "dh/substitute", title: "home plain" },
  { scenario: "dh-weak:short/crack", title: "home weak" },
  { scenario: "ecdh-cert/substitute", title: "home signed" },
];

export const Home = () => {
  const lab = useLab();
  const matrix = useLoad(() => get("/api/matrix?applies=true"), [lab.epoch]);
  const sessions = newest();
  const waiting = lab.link === "open" ? null : tell("home waiting");
  const [since, setSince] = useState(countsSince("fresh"));
  const [filling, fill] = useState(null);
  const [fault, attempt] = useFault();
  const playAll = () => attempt(async () => {
    const cells = matrix.data?.cells ?? [];
    for (const [i, { scenario }] of cells.entries()) {
      fill(tell("home filling", { done: i, count: cells.length }));
      await start(scenario);
    }
    fill(null);
  });
  const count = (from) => () => (keepSince("fresh", from()), setSince(countsSince("fresh")));
  const known = [...sessions.filter(speaks), ...(matrix.data?.cells ?? []).map((cell) => cell.session).filter(Boolean)];
  return html`
    <h1 class="unseen" tabindex="-1">${tell("home question")}</h1>
    <section class="mission" aria-label=${tell("home mission")}>
      ${MISSION.map(({ scenario, title }) => html`
        <${Exchange} key=${scenario} scenario=${scenario} title=${tell(title)} empty=${waiting ?? tell("home not-run")}
          session=${known.find((session) => session.scenario === scenario)} />`)}
    </section>
    <div class="home">
      <section class="panel wide">
        <div class="line"><h2>${tell("home matrix")}</h2>
          <button type="button" class="small" data-action="play-all" onClick=${playAll} disabled=${!matrix.data}>${tell("home play-all")}</button>
          <button type="button" class="small" data-action="fresh" onClick=${count(Date.now)}>${tell("home fresh")}</button>
          ${since ? html`<button type="button" class="small" data-action="whole" onClick=${count(() => 0)}>${tell("home whole")}</button>` : null}
          <small role="status">${fault ?? filling}</small></div>
        ${matrix.data ? html`<${Matrix} matrix=${matrix.data} sessions=${sessions} since=${since} />` : html`<${Unloaded} error=${matrix.error} what="matrix" />`}
        <${Legend} />
      </section>
      <aside class="panel" aria-labelledby="live">
        <h2 id="live">${tell("home live")}</h2>
        <${SessionList} sessions=${sessions.slice(0, 40)} 
          empty=${waiting ?? tell("home empty")} />
      </aside>
      ${matrix.loading && !matrix.data ? null : html`<${LazyNear} part="Below" cells=${matrix.data?.cells} />`}
    </div>`;
};

/** A scenario and what last came of it, in one picture; `empty` stands there while there is no session of it. */
export const Exchange = ({ scenario, title, session, empty }) => {
  if (!session) {
    return html`<div class="exchange panel" data-scenario=${scenario} data-status="not-run"><h2>${title}</h2>
      <p class="scenario">${scenario}</p><p class="empty">${empty}</p></div>`;
  }
  return html`
    <a class=${`exchange panel ${session.verdict?.class ?? ""}`} href=${to.session(session.session)} data-scenario=${scenario}
      data-session=${session.session} data-verdict=${session.verdict?.kind} data-status=${session.status}>
      <span class="line"><${Badge} session=${session} /><h2>${title}</h2> <span class="scenario">${scenario}</span></span>
      <${Hands} session=${session} />
      <p class="because unseen"><bdi>${shorten(outcome(session, tell("session runs-briefly")), 240, 40)}</bdi></p>
    </a>`;
};
