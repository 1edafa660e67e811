/** Every session that is kept, the newest first. */

import { html, useEffect, useState } from "../vendor/preact.js";
import { LabError, get, post, useLoad } from "../lab/api.js";
import { newest, useLab } from "../lab/lab.js";
import { SessionList } from "./sessions.js";
import { Failed, Loading } from "./states.js";
import { visible } from "../model/text.js";
import { tell } from "../model/words.js";

const PAGE = 60;

export const HistoryPage = () => {
  const { epoch, gone } = useLab();
  const first = useLoad(() => get(`/api/sessions?limit=${PAGE}`), [epoch]);
  const [older, setOlder] = useState({ sessions: [], next: undefined });
  const [fault, setFault] = useState(null);
  useEffect(() => setOlder({ sessions: [], next: undefined }), [epoch]);
  if (!first.data) return first.error ? html`<${Failed} error=${first.error} what="sessions" />` : html`<${Loading} what="sessions" />`;
  const next = older.next === undefined ? first.data.next : older.next;
  const more = async () => {
    setFault(null);
    try {
      const page = await get(`/api/sessions?limit=${PAGE}&after=${encodeURIComponent(next)}`);
      setOlder({ sessions: [...older.sessions, ...page.sessions], next: page.next });
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      setFault(error.message);
    }
  };
  const cancel = async () => {
    setFault(null);
    try {
      await post("/api/cancel", {});
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      setFault(tell("sessions not-cancelled", { why: error.message }));
    }
  };
  // What is live is newer than what was loaded, and what was loaded may have become done since.
  const known = new Map([...older.sessions, ...first.data.sessions, ...newest()].map((session) => [session.session, session]));
  const sessions = [...known.values()].filter(({ session }) => !gone.has(session)).sort((a, b) => (b.started ?? 0) - (a.started ?? 0));
  return html`
    <h1 tabindex="-1">${tell("place sessions")}</h1>
    <section class="panel history">
      ${sessions.some((session) => session.status === "running")
        ? html`<div class="actions"><button type="button" data-action="cancel-all" onClick=${cancel}>${tell("sessions cancel-all")}</button></div>`
        : null}
      <${SessionList} sessions=${sessions} empty=${tell("sessions empty")} />
      ${next ? html`<button type="button" onClick=${more} data-action="older">${tell("sessions older")}</button>` : null}
      <p class="fault" role="alert">${fault && visible(fault)}</p>
    </section>`;
};
