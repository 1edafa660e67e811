/** The attacker thinks: predict, search, and perform what was found. */

import { html, tell, useEffect, useState, visible } from "../draw/markup.js";
import { ending } from "../hooks/listen.js";
import { begin, get, post, remove, useFault, useLoad } from "../lab/api.js";
import { lab, useLab } from "../lab/lab.js";
import { navigate, to } from "../lab/route.js";
import { Diagram } from "../draw/diagram.js";
import { bare } from "../model/scenario.js";
import { rowsOf } from "../model/trace.js";

/** Milliseconds between two looks at how far it is. */
const PACE = 400;
const NOBODY = { client: {}, server: {}, attacker: { holds: [], recovered: [], interferes: true, present: true } };

/** Whether what is shown is about a mode. */
const about = (shown, id) => bare(shown.mode ?? shown.answer?.mode ?? "") === id;

export const Think = ({ mode }) => {
  const [shown, set] = useState({ is: "idle" });
  const [predicted, predict] = useState(null);
  const [asked, ask] = useState({ variant: mode.variants?.[0]?.id ?? null, goal: "", sessions: "2+2", off: [], edits: false, written: null });
  const [fault, attempt] = useFault();
  const { epoch } = useLab();
  const selection = asked.variant === null ? mode.id : `${mode.id}:${asked.variant}`;
  const { data } = useLoad(() => get(`/api/modes/${encodeURIComponent(selection)}/table`), [selection, epoch]);
  const look = () => get("/api/exploration").then(set, () => null);
  useEffect(() => void look(), [epoch]);
  useEffect(() => (shown.is === "runs" ? ending(setTimeout(look, PACE)) : undefined), [shown]);
  const table = asked.edits ? asked.written ?? data?.table ?? null : null;
  const change = (name) => (event) => ask({ ...asked, [name]: event.target.value });
  const search = (event) => {
    event.preventDefault();
    const what = table === null ? { mode: selection, without: asked.off } : { table };
    attempt(async () => set(await post("/api/exploration", { ...what, goals: asked.goal ? [asked.goal] : [], sessions: asked.sessions })));
  };
  const answered = shown.is === "done" && (about(shown, mode.id) || shown.answer.mode === /^mode\s+(\S+)/m.exec(table ?? "")?.[1]);
  const checks = mode.variants?.find(({ id }) => id === asked.variant)?.table?.checks ?? mode.checks ?? [];
  return html`<section class="panel think" data-thinks=${shown.is}>
    <h2 id="think">${tell("catalogue think")}</h2><p>${tell("catalogue think-why")}</p>
    ${lab.role !== "trainer" ? null : html`<form onSubmit=${search}>
      <p class="line">
        ${mode.variants?.length ? html`<label>${tell("catalogue think-variant")} <select name="variant" value=${asked.variant} onChange=${(event) => ask({ ...asked, variant: event.target.value, off: [], written: null })}>
          ${mode.variants.map(({ id }) => html`<option key=${id} value=${id} selected=${id === asked.variant}>${id}</option>`)}</select></label>` : null}
        <label>${tell("catalogue think-goal")} <select name="goal" value=${asked.goal} onChange=${change("goal")}><option value="">${tell("catalogue think-promised")}</option>
          ${(data?.goals ?? []).map((goal) => html`<option key=${goal} value=${goal} selected=${goal === asked.goal}>${goal}</option>`)}</select></label>
        <label>${tell("catalogue think-sessions")} <select name="sessions" value=${asked.sessions} onChange=${change("sessions")}>
          ${(data?.sessions ?? []).map((bound) => html`<option key=${bound} value=${bound} selected=${bound === asked.sessions}>${bound}</option>`)}</select></label></p>
      ${asked.edits ? null : html`<details><summary>${tell("catalogue think-off")}${asked.off.length ? `: ${asked.off.join(", ")}` : ""}</summary>
        <p class="line">${checks.filter((check) => !mode.off?.includes(check)).map((check) => html`<label key=${check} class="line"><input type="checkbox" name=${check} checked=${asked.off.includes(check)}
          onChange=${(event) => ask({ ...asked, off: event.target.checked ? [...asked.off, check] : asked.off.filter((one) => one !== check) })} /> ${check}</label>`)}</p></details>`}
      <details onToggle=${(event) => event.target.open !== asked.edits && ask({ ...asked, edits: event.target.open })}>
        <summary>${tell("catalogue think-edit")}</summary><p>${tell("catalogue think-edited")}</p>
        ${table === null ? null : html`<textarea name="table" rows="16" spellcheck="false" aria-label=${tell("catalogue think-edit")} value=${table} onInput=${change("written")}></textarea>`}</details>
      <fieldset class="line"><legend>${tell("catalogue think-predict")}</legend>${["attack", "none"].map((what) => html`<label key=${what} class="line">
        <input type="radio" name="predicted" value=${what} checked=${predicted === what} onChange=${() => predict(what)} /> ${tell(`catalogue think-${what === "attack" ? "yes" : "no"}`)}</label>`)}</fieldset>
      <p class="line">${shown.is === "runs"
        ? html`<button type="button" data-action="stop-thinking" onClick=${() => attempt(() => remove("/api/exploration"))}>${tell("catalogue think-stop")}</button>`
        : html`<button class="primary" data-action="think" disabled=${!data || predicted === null}>${tell("catalogue think-search")}</button>`}</p>
      <p class="fault" role="alert">${fault}</p></form>`}
    <div aria-live="polite">${shown.is === "runs" && about(shown, mode.id) ? html`<p data-states><progress></progress> ${tell("catalogue think-running", { states: shown.states })}</p>` : null}
      ${answered ? html`<${Answer} answer=${shown.answer} predicted=${predicted} attempt=${attempt} />` : null}</div>
  </section>`;
};

const Answer = ({ answer, predicted, attempt }) => {
  const { result, goal, victim, vacuous, trace, gains, unscripted, bound, states, seconds } = answer;
  const rows = rowsOf(trace);
  const settled = predicted !== null && result !== "capped" && !vacuous;
  const perform = () => attempt(async () => navigate(to.session(await begin("/api/exploration/performance", {}))));
  const checks = [...answer.without.map((check) => `~${check}`), ...answer.with.map((check) => `+${check}`)].join("");
  return html`<div class="found" data-result=${result} data-right=${settled ? String(predicted === result) : undefined}>
    <p><strong>${vacuous ? tell("catalogue think-vacuous", { why: visible(vacuous) }) : tell(`catalogue think-${result}`, { goal: goal ?? "", victim: victim ?? "" })}</strong>
      ${settled ? ` ${tell(`catalogue think-${predicted === result ? "right" : "wrong"}`)}` : null}</p>
    <p class="quiet">${tell("catalogue think-states", { mode: visible(answer.mode) + checks, states, seconds: seconds.toFixed(3), sessions: bound.sessions })}</p>
    ${bound.granted.length ? html`<p class="quiet" data-granted>${tell("catalogue think-granted", { goals: bound.granted.join(", ") })}</p>` : null}
    ${rows.length ? html`<${Diagram} rows=${rows} story=${NOBODY} keyless />
      <ol class="recipe">${rows.filter(({ changed }) => changed.length).map((row) => html`<li key=${row.index} id=${`frame-${row.index}`}><code>${row.name}</code> → ${row.party}
        <ul>${row.changed.map((field) => html`<li key=${field.field}><code>${field.field}</code> ${visible(field.new)}</li>`)}</ul></li>`)}</ol>` : null}
    ${gains.map(({ value, from }) => html`<p key=${value}>${tell("catalogue think-known", { value, from: visible(from) })}</p>`)}
    ${result === "attack" && unscripted ? html`<p>${tell("catalogue think-unscripted", { why: visible(unscripted) })}</p>` : null}
    ${result === "attack" && !unscripted && lab.role === "trainer" ? html`<p><button type="button" class="primary" data-action="perform" onClick=${perform}>${tell("catalogue think-perform")}</button></p>` : null}
  </div>`;
};
