/** The attacker's hand: the frame that is held, what the attack would do with it, and what somebody decides. */

import { html, shorten, tell, useEffect, useRef, useState, visible } from "../draw/markup.js";
import { useEvent } from "../hooks/listen.js";
import { byField, post, useFault } from "../lab/api.js";
import { lab, useLab } from "../lab/lab.js";
import { isTyping } from "../lab/route.js";
import { waiting } from "../model/fold.js";
import { fieldsOf } from "../model/frame.js";
import { json, parse } from "../model/text.js";

const KEYS = { f: "forward", d: "drop", a: "alter", p: "propose", r: "resume" };

/** A field as it is edited: text as it is, everything else as JSON. */
const shown = (value) => (typeof value === "string" ? value : json(value) ?? "");

export const Hand = ({ id, events }) => {
  useLab();
  const held = waiting(events);
  const [texts, setTexts] = useState({});
  const [fault, attempt] = useFault();
  const form = useRef(null);
  useEffect(() => setTexts({}), [held?.n]);
  const came = held ? fieldsOf(held.bytes) : {};
  const proposed = Object.fromEntries((held?.changed ?? []).map((change) => [change.field, change.new]));

  const decide = (action) => attempt(async () => {
    const fields = Object.fromEntries(Object.entries(action === "alter" ? texts : {}).map(([name, text]) => [name, typeof came[name] === "string" ? text : parse(text)]));
    if (action === "alter" && !Object.keys(fields).length) return form.current?.querySelector("input")?.focus();
    await post(`/api/sessions/${encodeURIComponent(id)}/decision`, { action, held: held.n, ...(action === "alter" && { fields }) });
    form.current?.focus();
  }, byField);
  // While a frame is held, these keys are the hand's, whatever else they do.
  useEvent(["keydown"], (event) => {
    const action = isTyping(event) ? null : KEYS[event.key];
    if (!action || !held || lab.role === "viewer") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    decide(action);
  }, true);

  const submit = (event) => {
    event.preventDefault();
    decide("alter");
  };
  return html`
    <form class="panel grip" tabindex="-1" ref=${form} onSubmit=${submit} data-held=${held?.kind ?? ""} data-n=${held?.n ?? ""} aria-labelledby="hand">
      <h2 id="hand">${tell("hand title")}</h2>
      <p role="status">${held ? html`<strong>${tell("hand held", { from: held.from, kind: held.kind })}</strong> ${tell("hand proposes", { proposes: held.proposes ?? null, fields: Object.keys(proposed) })}` : tell("hand empty")}</p>
      ${lab.role === "viewer" ? null : html`
        <div class="actions">${Object.entries(KEYS).map(([key, action]) => html`
          <button key=${action} type=${action === "alter" ? "submit" : "button"} class=${action === "propose" ? "primary" : ""} data-decide=${action} disabled=${!held} onClick=${action === "alter" ? undefined : () => decide(action)}>${tell(`hand ${action}`)} <kbd>${key}</kbd></button>`)}</div>
        <div class="fields">${Object.entries(came).map(([name, value]) => html`
          <label key=${`${held.n} ${name}`} class=${name in texts ? "altered" : ""}><span>${visible(name)}</span>
            <input name=${name} spellcheck="false" autocomplete="off" value=${texts[name] ?? shown(value)} data-field=${name} onInput=${({ target }) => setTexts({ ...texts, [name]: target.value })} />
            ${name in proposed ? html`<small data-proposed=${name}>${tell("hand instead", { value: shorten(visible(proposed[name]), 48, 8) })}</small>` : null}</label>`)}</div>`}
      <p class="fault" role="alert">${fault}</p>
    </form>`;
};
