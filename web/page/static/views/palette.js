/** The command palette, at `/`: everything that there is by a few letters of it, and Enter opens or runs it. */

import { html, tell, term, useLayoutEffect, useMemo, useRef, useState, visible } from "../draw/markup.js";
import { start, useFault } from "../lab/api.js";
import { useRegistry } from "../lab/registry.js";
import { lab, newest } from "../lab/lab.js";
import { PLACES, navigate, to } from "../lab/route.js";
import { matches } from "../model/search.js";

const SHOWN = 12;

export const Palette = ({ onClose }) => {
  const dialog = useRef(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [fault, attempt] = useFault();
  const [modes, attacks, checks, scenarios] = ["modes", "attacks", "checks", "scenarios"].map(useRegistry);
  useLayoutEffect(() => dialog.current.showModal(), []);
  const everything = useMemo(() => [
    ...PLACES.map((place) => ({ kind: "place", name: tell(`place ${place}`), go: to.place(place, lab.role) })),
    ...newest().slice(0, 50).map((session) => ({ kind: "session", name: session.scenario, more: session.verdict ? term("kind", session.verdict.kind) : "", go: to.session(session.session) })),
    ...scenarios.map(({ scenario }) => ({ kind: "scenario", name: scenario, run: scenario })),
    ...modes.map(({ id, title }) => ({ kind: "mode", name: id, more: title, go: to.mode(id) })),
    ...attacks.map(({ id, title }) => ({ kind: "attack", name: id, more: title, go: to.attack(id) })),
    ...checks.map(({ id, title }) => ({ kind: "check", name: id, more: title, go: to.check(id) })),
  ], [modes, attacks, checks, scenarios]);
  const found = useMemo(() => matches(everything, text).slice(0, SHOWN), [everything, text]);
  const current = Math.min(at, found.length - 1);
  const choose = (one) => one && attempt(async () => {
    const place = one.run ? to.session(await start(one.run)) : one.go;
    dialog.current.close();
    navigate(place);
  }, ({ message }) => tell("session not-run", { why: message }));
  const press = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt(Math.max(0, Math.min(found.length - 1, current + step)));
    else if (event.key === "Enter") choose(found[current]);
    else return;
    event.preventDefault();
  };
  return html`
    <dialog ref=${dialog} class="palette" onClose=${onClose} aria-label=${tell("palette what")}>
      <input type="text" role="combobox" aria-expanded="true" aria-controls="found" aria-activedescendant=${found.length ? `found-${current}` : undefined}
        aria-label=${tell("palette what")} placeholder=${tell("palette what")} autofocus autocomplete="off" spellcheck=${false} value=${text}
        onInput=${(event) => { setText(event.target.value); setAt(0); }} onKeyDown=${press} />
      <ul id="found" role="listbox" aria-label=${tell("palette found")}>${found.map((one, i) => html`
        <li key=${`${one.kind} ${one.name} ${one.go}`} id=${`found-${i}`} role="option" aria-selected=${String(i === current)} data-kind=${one.kind} onClick=${() => choose(one)}>
          <small>${tell(`palette ${one.kind}`)}</small> <code>${visible(one.name)}</code> <span class="quiet">${one.more ?? ""}</span></li>`)}</ul>
      <p class="fault" role="alert">${fault}</p>
    </dialog>`;
};
