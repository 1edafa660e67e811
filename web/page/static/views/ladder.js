/** The ladder of checks: what each victim looked at, what it wanted and what it found. */

import { html, Name, phrase, shorten, tell, useState } from "../draw/markup.js";
import { Facts, contrast } from "../draw/table.js";
import { VICTIMS } from "../model/fold.js";
import { to } from "../lab/route.js";
import { seen } from "../model/words.js";

const links = (checks, status) => checks.map((check, i) => html`${i ? ", " : ""}<a key=${check} href=${to.check(check)} data-check=${status && check} data-status=${status}>${check}</a>`);

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
      <p class="unreached">${tell("ladder unreached")} ${links(unseen, "not-reached")}</p>` : null}`;
};

/** What decided first, then what the scenario switched off, then the client's and the server's: the same in every run. */
function ranked(checks, decided, without) {
  const rank = ({ check, status, party }) => {
    if (check === decided && status === "failed") return 0;
    return status === "skipped" && without.includes(check) ? 1 : 2 + VICTIMS.indexOf(party);
  };
  return [...checks].sort((a, b) => rank(a) - rank(b));
}


/** One line of the ladder: a sign, what it is about, how it went and whose it is; `fold` shows and hides what is below. */
const Step = ({ kind, sign, title, outcome, actor, fold = null, children, ...data }) => html`
  <li class=${`rung ${kind}`} ...${data}>
    <span class="sign" aria-hidden="true">${sign}</span>
    <div>
      <p class="line">${title} <span class="outcome">${outcome}</span> <${Name} actor=${actor} />
        ${fold && html`<button type="button" class="small" aria-expanded=${String(fold.open)} aria-label=${`${fold.label}: ${fold.of}`} onClick=${fold.turn}>${fold.label}</button>`}</p>
      ${children}
    </div>
  </li>`;

/** A check that was not there to be performed. */
const Missing = ({ role, asks }) => html`
  <${Step} kind="missing" data-missing=${role} sign="?" title=${html`<strong>${tell("ladder with-whom")}</strong>`} outcome=${tell("ladder nothing-asks")} actor=${role}>
    <p>${tell("ladder deceived")}${asks.length ? html` ${phrase("ladder others-ask", { checks: links(asks) })}` : null}</p><//>`;

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
    <${Step} kind=${`run ${passed ? "passed" : "not-applicable"}`} data-run=${rungs.length} data-party=${rungs[0].party} sign=${passed ? "✓" : "·"}
      title=${tell("ladder certificate-checks", { count: passed })} outcome=${tell("status passed")} actor=${rungs[0].party}
      fold=${{ open, turn: () => setOpen(!open), label: tell(open ? "ladder fold" : "ladder show"), of: tell("ladder certificate-checks", { count: passed }) }}>
      <ol class="ladder" hidden=${!open}>${rungs.map((rung) => html`<${Rung} key=${rung.check} rung=${rung} />`)}</ol><//>`;
};

/** What went as it should is one line, with its facts on demand; what did not is spread out. */
const Rung = ({ rung, deciding, children }) => {
  const status = Object.hasOwn(STATUS, rung.status) ? rung.status : "not-applicable";
  const { sign, wanted, found } = STATUS[deciding ? "failed" : status];
  const [open, setOpen] = useState(false);
  const folds = calm({ status });
  return html`
    <${Step} kind=${deciding ? "caught" : status} data-check=${rung.check} data-status=${status} data-party=${rung.party} sign=${sign}
      title=${html`<a href=${to.check(rung.check)}>${shorten(rung.check, 40)}</a>`} actor=${rung.party}
      outcome=${`${tell(deciding ? "ladder stopped-it" : `status ${status}`)}${rung.times > 1 ? ` ${tell("ladder times", { count: rung.times })}` : ""}`}
      fold=${folds && { open, turn: () => setOpen(!open), label: tell("ladder facts"), of: rung.check }}>
      <${Facts} hidden=${folds && !open} of=${contrast([tell(`ladder ${wanted}`), tell(`ladder ${found}`)], [seen(rung.expected), seen(rung.observed)], 60)} />
      ${children}<//>`;
};
