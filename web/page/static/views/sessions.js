/** Sessions in a list, the newest first. */

import { html } from "../vendor/preact.js";
import { Badge } from "../draw/verdict.js";
import { to } from "../lab/route.js";
import { clock, day, shorten, visible } from "../model/text.js";
import { sentence, tell } from "../model/words.js";

/** `pick` is told the id of a session that is ticked, `picked` are those that are; `dated` shows days and seeds. */
export const SessionList = ({ sessions, empty, picked = [], pick = null, dated = false }) => {
  if (!sessions.length) return html`<p class="empty">${empty}</p>`;
  return html`
    <ol class="sessions" data-list="sessions">
      ${sessions.map((session) => html`
        <li key=${session.session} data-session=${session.session} data-scenario=${session.scenario}
          data-verdict=${session.verdict?.kind} data-status=${session.status}>
          ${pick ? html`<input type="checkbox" checked=${picked.includes(session.session)} onChange=${() => pick(session.session)} aria-label=${tell("sessions pick", { scenario: session.scenario })} />` : null}
          <a href=${to.session(session.session)}>
            <span class="line"><${Badge} session=${session} /> <time>${dated ? `${day(session.started)} ` : ""}${clock(session.started)}</time></span>
            <span class="scenario">${visible(session.scenario).split(/(?=[~+])/).map((part) => html`<span key=${part}>${part}</span>`)}${dated && session.seed !== null ? html` <small>${tell("session seed", { seed: session.seed })}</small>` : null}</span>
            ${session.verdict ? html`<span class="because"><bdi>${shorten(sentence(session.verdict), 160, 20)}</bdi></span>` : null}
          </a>
        </li>`)}
    </ol>`;
};
