/** Sessions in a list, the newest first. */

import { Badge, headline, html, shorten, tell, useEffect, useState, visible } from "../draw/markup.js";
import { useWindow } from "../draw/room.js";
import { LONGEST, mark, markOf } from "../lab/marks.js";
import { to } from "../lab/route.js";
import { clock, day } from "../model/text.js";

export const SessionList = ({ sessions, empty }) => (sessions.length
  ? html`<ol class="sessions" data-list="sessions">${sessions.map((session) => html`<${Item} key=${session.session} session=${session} />`)}</ol>`
  : html`<p class="empty">${empty}</p>`);

/**
 * The same with days, seeds, stars and names, however long it is. `pick` is told the id of a session that is ticked, `picked` are
 * those that are; `more`, where there is, brings older ones as soon as the end is near.
 */
export const LongList = ({ sessions, empty, picked, pick, more = null }) => {
  const [list, { from, until, above, below }] = useWindow(sessions.length);
  const near = until >= sessions.length;
  useEffect(() => void (near && more?.()), [near, sessions.length]);
  if (!sessions.length) return html`<p class="empty">${empty}</p>`;
  return html`<ol class="sessions long" data-list="sessions" ref=${list} style=${{ paddingTop: `${above}px`, paddingBottom: `${below}px` }}>
    ${sessions.slice(from, until).map((session) => html`<${Item} key=${session.session} session=${session} dated>
      <${Marks} session=${session} picked=${picked} pick=${pick} /><//>`)}</ol>`;
};

const Item = ({ session, dated = false, children }) => {
  const { name } = markOf(session.session);
  return html`<li data-session=${session.session} data-scenario=${session.scenario} data-verdict=${session.verdict?.kind} data-status=${session.status}>
    ${children}
    <a href=${to.session(session.session)}>
      <span class="line"><${Badge} session=${session} /> <time>${dated ? `${day(session.started)} ` : ""}${clock(session.started)}</time></span>
      <span class="scenario">${name ? html`<strong class="named">${visible(name)}</strong> ` : ""}${visible(session.scenario).split(/(?=[~+])/).map((part) => html`<span key=${part}>${part}</span>`)}${dated && session.seed !== null ? html` <small>${tell("session seed", { seed: session.seed })}</small>` : null}</span>
      ${session.verdict ? html`<span class="because"><bdi>${shorten(headline(session.verdict), 160, 20)}</bdi></span>` : null}
    </a>
  </li>`;
};

/** The tick that picks it for a comparison, its star, and its name. */
const Marks = ({ session: { session, scenario }, picked, pick }) => {
  const [naming, setNaming] = useState(false);
  const { star, name } = markOf(session);
  const take = (event) => {
    event.preventDefault();
    mark(session, { name: event.target.elements.name.value.trim() });
    setNaming(false);
  };
  return html`<span class="marks">
    <input type="checkbox" checked=${picked.includes(session)} onChange=${() => pick(session)} aria-label=${tell("sessions pick", { scenario })} />
    <button type="button" class="small" data-action="star" aria-pressed=${String(star)} aria-label=${tell("sessions star", { scenario })} onClick=${() => mark(session, { star: !star })}>${star ? "★" : "☆"}</button>
    ${naming ? html`<form onSubmit=${take}><input name="name" maxlength=${LONGEST} value=${name} autofocus aria-label=${tell("sessions name", { scenario })} /></form>`
      : html`<button type="button" class="small" data-action="name" aria-label=${tell("sessions name", { scenario })} onClick=${() => setNaming(true)}>✎</button>`}</span>`;
};
