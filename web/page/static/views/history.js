/** Every session that is kept, the newest first. */

import { html, useEffect, useState } from "../vendor/preact.js";
import { LabError, get, post, useLoad } from "../lab/api.js";
import { newest, useLab } from "../lab/lab.js";
import { SessionList } from "./sessions.js";
import { Failed, Loading } from "./states.js";
import { visible } from "../model/text.js";

const PAGE = 60;

export const HistoryPage = () => {
  const { epoch, gone } = useLab();
  const first = useLoad(() => get(`/api/sessions?limit=${PAGE}`), [epoch]);
  const [older, setOlder] = useState({ sessions: [], next: undefined });
  const [fault, setFault] = useState(null);
  useEffect(() => setOlder({ sessions: [], next: undefined }), [epoch]);
  if (!first.data) return first.error ? html`<${Failed} error=${first.error} what="list of sessions" />` : html`<${Loading} what="the sessions" />`;
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
      setFault(`Nothing was cancelled: ${error.message}`);
    }
  };
  // What is live is newer than what was loaded, and what was loaded may have become done since.
  const known = new Map([...older.sessions, ...first.data.sessions, ...newest()].map((session) => [session.session, session]));
  const sessions = [...known.values()].filter(({ session }) => !gone.has(session)).sort((a, b) => (b.started ?? 0) - (a.started ?? 0));
  return html`
    <h1 tabindex="-1">Sessions</h1>
    <section class="panel history">
      ${sessions.some((session) => session.status === "running")
        ? html`<div class="actions"><button type="button" data-action="cancel-all" onClick=${cancel}>Cancel all that wait or run</button></div>`
        : null}
      <${SessionList} sessions=${sessions} empty="Nothing has run yet." />
      ${next ? html`<button type="button" onClick=${more} data-action="older">Older sessions</button>` : null}
      <p class="fault" role="alert">${fault && visible(fault)}</p>
    </section>`;
};
