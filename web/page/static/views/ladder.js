/** The ladder of checks: what each victim looked at, what it wanted and what it found. */

import { html, useState } from "../vendor/preact.js";
import { Name } from "../draw/cast.js";
import { VICTIMS } from "../model/fold.js";
import { to } from "../lab/route.js";
import { Value } from "../draw/value.js";
import { shorten } from "../model/text.js";
import { phrase, seen, tell } from "../model/words.js";

const STATUS = {
  passed: { sign: "✓", wanted: "wanted", found: "found" },
  failed: { sign: "✕", wanted: "wanted", found: "found" },
  skipped: { sign: "~", wanted: "would-want", found: "would-find" },
  "not-applicable": { sign: "·", wanted: "would-want", found: "because" },
};

/**
 * `checks` as the fold has them; `all` the ids of the mode's checks, where known: those that nobody came to are told too.
 * `decided` is the check at which the session was stopped, `without` those that its scenario switches off, `deceived` who
 * shares a key with the attacker without having asked with whom, `asks` the checks of other modes that would have asked;
 * `action(check, status)` is what can be done about a check.
 */
export const Ladder = ({ checks, all = [], decided = null, without = [], deceived = [], asks = [], action = () => null }) => {
  const seen = new Set(checks.map((rung) => rung.check));
  const unseen = all.filter((check) => !seen.has(check));
  if (!checks.length && !unseen.length) return html`<p class="empty">${tell("ladder empty")}</p>`;
  return html`
    <ol class="ladder">
      ${deceived.map((role) => html`<${Missing} key=${role} role=${role} asks=${asks} />`)}
      ${runs(ranked(checks, decided, without)).map((run) => run.length > 2
        ? html`<${Run} key=${`${run[0].party} ${run[0].check}`} rungs=${run} />`
        : run.map((rung) => html`
          <${Rung} key=${`${rung.party} ${rung.check}`} rung=${rung} deciding=${rung.check === decided && rung.status === "failed"}>
            ${action(rung.check, rung.status)}<//>`))}
    </ol>
    ${unseen.length ? html`
      <p class="unreached">${tell("ladder unreached")}${" "}${unseen.map((check, i) => html`${i ? ", " : ""}<a key=${check} href=${to.check(check)}
        data-check=${check} data-status="not-reached">${check}</a>`)}</p>` : null}`;
};

/** What decided first, then what the scenario switched off, then the client's and the server's: the same in every run. */
function ranked(checks, decided, without) {
  const rank = ({ check, status, party }) => {
    if (check === decided && status === "failed") return 0;
    return status === "skipped" && without.includes(check) ? 1 : 2 + VICTIMS.indexOf(party);
  };
  return [...checks].sort((a, b) => rank(a) - rank(b));
}

/** A check that was not there to be performed. */
const Missing = ({ role, asks }) => html`
  <li class="rung missing" data-missing=${role}>
    <span class="sign" aria-hidden="true">?</span>
    <div>
      <p class="line"><strong>${tell("ladder with-whom")}</strong> <span class="outcome">${tell("ladder nothing-asks")}</span> <${Name} actor=${role} /></p>
      <p>${tell("ladder deceived")}${asks.length ? html` ${phrase("ladder others-ask", { checks: asks.map((check, i) => html`${i ? ", " : ""}<a key=${check} href=${to.check(check)}>${check}</a>`) })}` : null}</p>
    </div>
  </li>`;

const calm = ({ status }) => status === "passed" || status === "not-applicable";

/** Rungs, the calm ones of one path validation together: they say one thing. */
function runs(checks) {
  const list = [];
  let open = null;
  for (const rung of checks) {
    const joins = calm(rung) && rung.check.startsWith("cert-");
    if (joins && open?.[0].party === rung.party) open.push(rung);
    else list.push((open = [rung]));
    if (!joins) open = null;
  }
  return list;
}

const Run = ({ rungs }) => {
  const [open, setOpen] = useState(false);
  const passed = rungs.filter(({ status }) => status === "passed").length;
  return html`
    <li class=${`rung run ${passed ? "passed" : "not-applicable"}`} data-run=${rungs.length} data-party=${rungs[0].party}>
      <span class="sign" aria-hidden="true">${passed ? "✓" : "·"}</span>
      <div>
        <p class="line">${tell("ladder certificate-checks", { count: passed })} <span class="outcome">${tell("status passed")}</span>
          <${Name} actor=${rungs[0].party} />
          <button type="button" class="small" aria-expanded=${String(open)} onClick=${() => setOpen(!open)}>${tell(open ? "ladder fold" : "ladder show")}</button></p>
        <ol class="ladder" hidden=${!open}>${rungs.map((rung) => html`<${Rung} key=${rung.check} rung=${rung} />`)}</ol>
      </div>
    </li>`;
};

/** What went as it should is one line, with its facts on demand; what did not is spread out. */
const Rung = ({ rung, deciding, children }) => {
  const status = Object.hasOwn(STATUS, rung.status) ? rung.status : "not-applicable";
  const { sign, wanted, found } = STATUS[deciding ? "failed" : status];
  const [open, setOpen] = useState(false);
  const [expected, observed] = [seen(rung.expected), seen(rung.observed)];
  return html`
    <li class=${`rung ${deciding ? "caught" : status}`} data-check=${rung.check} data-status=${status} data-party=${rung.party}>
      <span class="sign" aria-hidden="true">${sign}</span>
      <div>
        <p class="line">
          <a href=${to.check(rung.check)}>${shorten(rung.check, 40)}</a>
          <span class="outcome">${tell(deciding ? "ladder stopped-it" : `status ${status}`)}${rung.times > 1 ? ` ${tell("ladder times", { count: rung.times })}` : ""}</span>
          <${Name} actor=${rung.party} />
          ${calm({ status }) ? html`<button type="button" class="small" aria-expanded=${String(open)} onClick=${() => setOpen(!open)}>${tell("ladder facts")}</button>` : null}
        </p>
        <dl class="facts" hidden=${calm({ status }) && !open}>
          ${expected ? html`<dt>${tell(`ladder ${wanted}`)}</dt><dd><${Value} of=${expected} head=${60} beside=${observed} /></dd>` : null}
          ${observed ? html`<dt>${tell(`ladder ${found}`)}</dt><dd><${Value} of=${observed} head=${60} beside=${expected} /></dd>` : null}
        </dl>
        ${children}
      </div>
    </li>`;
};
