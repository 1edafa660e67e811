/** The sessions of a campaign: which there are, what each came to, and which one is shown. */

import { html } from "../vendor/preact.js";
import { Badge } from "../draw/verdict.js";
import { to } from "../lab/route.js";
import { tell } from "../model/words.js";

/** `parts` as the fold has them, `at` the one that is shown; where no address leads anywhere, `choose` shows another. */
export const Sessions = ({ session, parts, at, choose }) => html`
  <nav class="panel campaign" aria-label=${tell("session of-campaign")}>
    <ol>
      ${parts.map((part) => {
        const verdict = session.sessions?.[part.number - 1]?.verdict;
        const current = part.number === at.number;
        const href = to.part(session.session, part.number);
        const label = html`<span>${tell("session number", { number: part.number, of: part.of })}</span>
          <${Badge} session=${{ ...session, verdict, status: verdict ? "done" : "running" }} />`;
        return html`<li key=${part.number} data-part=${part.number} data-verdict=${verdict?.kind}>
          ${href
            ? html`<a class="button" href=${href} aria-current=${current ? "step" : undefined}>${label}</a>`
            : html`<button type="button" aria-current=${current ? "step" : undefined} onClick=${() => choose(part.number)}>${label}</button>`}</li>`;
      })}
    </ol>
  </nav>`;

/** A session of a campaign as if it stood alone: its own verdict, keys and evidence. */
export const alone = (session, part) => ({ ...session, ...(session.sessions?.[part.number - 1] ?? { verdict: null, evidence: [], truths: null }) });
