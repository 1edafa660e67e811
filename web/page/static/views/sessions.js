/** Sessions in a list, the newest first. */

import { html } from "../vendor/preact.js";
import { Badge } from "../draw/verdict.js";
import { to } from "../lab/route.js";
import { clock, shorten, visible } from "../model/text.js";
import { sentence } from "../model/words.js";

export const SessionList = ({ sessions, empty }) => {
  if (!sessions.length) return html`<p class="empty">${empty}</p>`;
  return html`
    <ol class="sessions" data-list="sessions">
      ${sessions.map((session) => html`
        <li key=${session.session} data-session=${session.session} data-scenario=${session.scenario}
          data-verdict=${session.verdict?.kind} data-status=${session.status}>
          <a href=${to.session(session.session)}>
            <span class="line"><${Badge} session=${session} /> <time>${clock(session.started)}</time></span>
            <span class="scenario">${visible(session.scenario).split(/(?=[~+])/).map((part) => html`<span key=${part}>${part}</span>`)}</span>
            ${session.verdict ? html`<span class="because"><bdi>${shorten(sentence(session.verdict), 160, 20)}</bdi></span>` : null}
          </a>
        </li>`)}
    </ol>`;
};
