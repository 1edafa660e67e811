/** The ladder of checks: what each victim looked at, what it wanted and what it found. */

import { html } from "./vendor/preact.js";
import { Name } from "./cast.js";
import { to } from "./route.js";
import { capital } from "./text.js";
import { Value } from "./value.js";

const SIGN = { passed: "✓", failed: "✕", skipped: "~", "not-applicable": "·", "not-reached": "…" };
const WORD = { passed: "passed", failed: "failed", skipped: "switched off", "not-applicable": "not applicable", "not-reached": "not reached" };

/**
 * `checks` as the fold has them; `all` the ids of the mode's checks, where known: those that nobody came to are told too.
 * `decided` is the check at which the session was decided, `action(check, status)` what can be done about a check.
 */
export const Ladder = ({ checks, all = [], decided = null, action = () => null }) => {
  const seen = new Set(checks.map((rung) => rung.check));
  const unseen = all.filter((check) => !seen.has(check));
  if (!checks.length && !unseen.length) return html`<p class="empty">No check has been performed yet.</p>`;
  return html`
    <ol class="ladder">
      ${checks.map((rung) => html`
        <${Rung} key=${`${rung.party} ${rung.check}`} rung=${rung} deciding=${rung.check === decided && rung.status === "failed"}>
          ${action(rung.check, rung.status, rung.party)}<//>`)}
      ${unseen.map((check) => html`<${Rung} key=${check} rung=${{ check, status: "not-reached" }} />`)}
    </ol>`;
};

const Rung = ({ rung, deciding, children }) => {
  const status = Object.hasOwn(SIGN, rung.status) ? rung.status : "not-applicable";
  return html`
    <li class=${`rung ${status} ${deciding ? "deciding" : ""}`} id=${deciding ? "decided" : undefined} data-check=${rung.check}
      data-status=${status} data-party=${rung.party}>
      <span class="sign" aria-hidden="true">${SIGN[status]}</span>
      <div>
        <p class="line"><a href=${to.check(rung.check)}>${rung.check}</a> <span class="outcome">${WORD[status]}</span>
          ${rung.party ? html` <${Name} actor=${rung.party} />` : null}
          ${rung.times > 1 ? html` <small>${rung.times} times</small>` : null}</p>
        ${status === "passed" ? html`
          <p class="quiet">${"wanted "}<${Value} of=${rung.expected} head=${60} />${", found "}<${Value} of=${rung.observed} head=${60} /></p>`
          : status === "failed" || status === "skipped" ? html`<dl class="facts">
            <dt>${status === "skipped" ? "would want" : "wanted"}</dt><dd><${Value} of=${rung.expected} head=${60} /></dd>
            <dt>${status === "skipped" ? "would find" : "found"}</dt><dd><${Value} of=${rung.observed} head=${60} /></dd></dl>`
          : rung.observed ? html`<p class="quiet">${capital(rung.observed.slice(0, 200))}</p>` : null}
        ${children}
      </div>
    </li>`;
};
