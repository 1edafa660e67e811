/** Every session that is kept, the newest first. */

import { html, tell, useEffect, useRef, useState, visible } from "../draw/markup.js";
import { useEvent } from "../hooks/listen.js";
import { bring, byField, get, post, useFault, useLoad } from "../lab/api.js";
import { lab, newest, useLab } from "../lab/lab.js";
import { markOf } from "../lab/marks.js";
import { navigate, to } from "../lab/route.js";
import { filter, meets, query } from "../model/search.js";
import { LongList } from "./sessions.js";
import { Unloaded } from "./states.js";

/** Sessions that are asked for first, and each time that older ones are. */
const [FIRST, MORE] = [60, 200];

/** What was on the page when it was left, so that the way back leads to the same place. */
let left = null;

const NONE = { sessions: [], next: undefined };

export const HistoryPage = () => {
  const { epoch, gone } = useLab();
  const [line, setLine] = useState(() => new URLSearchParams(location.search).get("filter") ?? "");
  const [back] = useState(() => (left?.line === line && left.epoch === epoch ? left : null));
  const [picked, pick] = useState(back?.picked ?? []);
  const asked = filter(line);
  const selection = query(asked);
  const [kept, setOlder] = useState(back?.older ?? NONE);
  const older = kept.epoch === epoch ? kept : NONE;
  const narrow = (text) => {
    setLine(text);
    setOlder(NONE);
    history.replaceState(null, "", text ? `/sessions?filter=${encodeURIComponent(text)}` : "/sessions");
  };
  const first = useLoad(() => get(`/api/sessions?limit=${FIRST}${selection}`), [epoch, selection]);
  const [fault, attempt] = useFault();
  const file = useRef(null);
  const take = ({ target: { files: [brought] } }) => attempt(async () => {
    const [left, right] = await bring(await brought.text());
    navigate(right ? to.compare(left, right) : to.session(left));
  }, (error) => tell("sessions not-imported", { file: brought.name, why: byField(error) }));
  const place = useRef({ y: 0 });
  Object.assign(place.current, { line, epoch, older, picked });
  // Whoever leaves the page is taken to the top of the next one.
  useEvent(["scroll"], () => location.pathname === to.sessions() && Object.assign(place.current, { y: scrollY }), { passive: true });
  useEffect(() => () => (left = place.current), []);
  // What is above has to be there first.
  useEffect(() => void (back && first.data && requestAnimationFrame(() => scrollTo(0, back.y))), [first.data === null]);
  if (!first.data) return html`<${Unloaded} error=${line ? null : first.error} what="sessions" />`;
  const listed = first.error ? { sessions: [], next: null } : first.data;
  const next = older.next === undefined ? listed.next : older.next;
  const more = () => attempt(async () => {
    const page = await get(`/api/sessions?limit=${MORE}${selection}&after=${encodeURIComponent(next)}`);
    setOlder({ epoch, sessions: [...older.sessions, ...page.sessions], next: page.next });
  });
  const cancel = () => attempt(() => post("/api/cancel", {}), ({ message }) => tell("sessions not-cancelled", { why: message }));
  // What is live is newer than what was loaded, and what was loaded may have become done since.
  const known = new Map([...older.sessions, ...listed.sessions, ...newest()].map((session) => [session.session, session]));
  const sessions = [...known.values()].filter((session) => !gone.has(session.session) && meets(session, asked, markOf(session.session))).sort((a, b) => (b.started ?? 0) - (a.started ?? 0));
  return html`
    <div class="line"><h1 tabindex="-1">${tell("place sessions")}</h1>
      ${lab.role === "trainer" ? html`<button type="button" class="small" data-action="import" title=${tell("sessions import-what")} onClick=${() => file.current.click()}>${tell("sessions import")}</button>
        <input type="file" accept=".json,application/json" hidden aria-label=${tell("sessions import-what")} data-field="import" ref=${file} onChange=${take} />` : null}</div>
    <section class="panel history">
      ${sessions.some(({ status }) => status === "running") ? html`<div class="actions"><button type="button" data-action="cancel-all" onClick=${cancel}>${tell("sessions cancel-all")}</button></div>` : null}
      <p class="line"><label class="filter">${tell("sessions filter")} <input type="search" data-field="filter" value=${line} placeholder=${tell("sessions filter-example")} onInput=${(event) => narrow(event.target.value)} /></label>
        <small role="status" data-count=${sessions.length}>${tell("sessions shown", { count: sessions.length, more: Boolean(next) })}</small>
        ${picked.length === 2 ? html`<a class="button" data-action="compare" href=${to.compare(...picked)}>${tell("sessions compare")}</a>` : html`<small>${tell("sessions tick")}</small>`}</p>
      <${LongList} sessions=${sessions} empty=${tell(line ? "sessions unmet" : "sessions empty")} picked=${picked} more=${next && older.sessions.length ? more : null} pick=${(id) => pick(picked.includes(id) ? picked.filter((one) => one !== id) : [...picked, id].slice(-2))} />
      ${next ? html`<button type="button" onClick=${more} data-action="older">${tell("sessions older")}</button>` : null}
      <p class="fault" role="alert">${(fault ?? (line && first.error?.message)) && visible(fault ?? first.error.message)}</p>
    </section>`;
};
