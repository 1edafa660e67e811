/** The page of a comparison: two sessions of the lab side by side. */

import { html, tell } from "../draw/markup.js";
import { get, start, useFault, useLoad } from "../lab/api.js";
import { lab, useLab } from "../lab/lab.js";
import { navigate, to } from "../lab/route.js";
import { tongue } from "../lab/settings.js";
import { Beside } from "./beside.js";
import { Exports, useSession } from "./session.js";
import { Failed, Loading } from "./states.js";

export const Comparison = ({ left, right }) => (left && right ? html`<${Both} key=${`${left} ${right}`} left=${left} right=${right} />`
  : html`<${Failed} what="comparison" error=${{ status: 404, message: tell("comparison usage") }} />`);

/** The forms of a file with both. */
const FORMATS = ["html", "json"];

const Both = ({ left, right }) => {
  useLab();
  const loaded = [useSession(left), useSession(right)];
  const sessions = [left, right].map((id, i) => lab.sessions.get(id) ?? loaded[i].data);
  const events = [left, right].map((id) => lab.events.get(id) ?? NONE);
  const done = sessions.every((session) => session?.status === "done");
  const both = `left=${encodeURIComponent(left)}&right=${encodeURIComponent(right)}`;
  const told = useLoad(async () => (done ? get(`/api/compare?${both}`) : null), [left, right, done]);
  const [fault, attempt] = useFault();
  // Both with the seed that they had: one for the two, where they had none.
  const again = () => attempt(async () => {
    const fresh = Math.floor(Math.random() * 2 ** 32);
    navigate(to.compare(...await Promise.all(sessions.map(({ scenario, seed }) => start(scenario, seed ?? fresh)))));
  }, ({ message }) => tell("session not-run", { why: message }));

  const failed = loaded.find((load, i) => load.error && (!sessions[i] || load.error.status === 404));
  if (failed) return html`<${Failed} what="session" error=${failed.error} />`;
  if (!sessions.every(Boolean)) return html`<${Loading} what="both" />`;
  return html`<${Beside} sessions=${sessions} events=${events} told=${told.data} 
    unsaid=${told.error ? tell("comparison failed", { why: told.error.message }) : tell(done ? "comparison working" : "comparison waiting")}
    tools=${html`
      <a class="button small" href=${to.compare(right, left)} data-action="swap">${tell("comparison swap")}</a>
      <button type="button" data-action="again" onClick=${again}>${tell("comparison again")}</button>
      ${done ? FORMATS.map((format) => html`<a key=${format} class="button small" href=${`/api/compare/export?${both}&format=${format}&lang=${tongue()}`} download data-action=${format}>${tell(`session export-${format}`)}</a>`) : null}`}
    below=${html`<p class="fault" role="alert">${fault}</p>`}
    ofSide=${(i) => html`<details><summary>${tell("comparison export")}</summary><div class="actions"><${Exports} id=${sessions[i].session} attempt=${attempt} /></div></details>`} />`;
};

const NONE = [];
