/** The form that runs a scenario: mode, attack, switched checks, seed. */

import { html, useMemo, useState } from "../vendor/preact.js";
import { byField, get, start, useFault, useLoad } from "../lab/api.js";
import { useRegistry } from "../lab/registry.js";
import { useLab } from "../lab/lab.js";
import { Price } from "./primes.js";
import { navigate, to } from "../lab/route.js";
import { asPlayed, format, selected } from "../model/scenario.js";
import { groupName, tell } from "../model/words.js";

const flipped = (list, check) => (list.includes(check) ? list.filter((other) => other !== check) : [...list, check]);

/** `cells` of the matrix in which the attack makes sense against the mode, where they are known. */
export const RunForm = ({ cells = [] }) => {
  const [modes, attacks] = [useRegistry("modes"), useRegistry("attacks")];
  const [choice, choose] = useState({ mode: "ecdh-cert", attack: "substitute", switches: [], parameters: {} });
  const [seed, setSeed] = useState("");
  const [fault, attempt] = useFault();
  const [busy, setBusy] = useState(false);

  const picked = modes.find((m) => m.id === choice.mode) ?? modes[0];
  const mode = useMemo(() => picked && asPlayed(picked, choice.variant), [picked, choice.variant]);
  const attack = attacks.find((a) => a.id === choice.attack) ?? attacks[0];
  if (!mode || !attack) return html`<p class="empty">${tell("run loading")}</p>`;

  // The chosen variant, or the mode itself where it has none; a scenario names it unless it goes without saying.
  const { parameters = [], group, ...chosen } = mode.variants?.length ? mode.variants.find(({ id }) => id === choice.variant) ?? mode.variants[0] : mode;
  const variant = !mode.variants?.length || chosen.unsaid ? null : chosen.id;
  const scenario = compose(mode, attack, { ...choice, variant });
  // What a prime costs depends on its size alone where p − 1 has one large factor, or whatever factors.
  const priced = ["safe", "random"].includes(group) && parameters.length > 0;
  const sensible = cells.filter((cell) => cell.mode === selected({ id: mode.id, variant })).map((cell) => cell.attack);
  const senseless = new Set(sensible.length ? attacks.map(({ id }) => id).filter((id) => !sensible.includes(id)) : []);
  const set = (change) => void attempt(() => choose({ ...choice, ...change }));
  const run = async (event) => {
    event.preventDefault();
    setBusy(true);
    const step = event.submitter?.dataset.action === "step" || null;
    await attempt(async () => navigate(to.session(await start(scenario, seed === "" ? null : BigInt(seed), step))),
      byField).finally(() => setBusy(false));
  };

  return html`
    <form class="run" onSubmit=${run} data-form="run">
      <div class="pair">
        <${Choice} label=${tell("run mode")} list=${modes} value=${mode.id} name="mode"
          onPick=${(id) => set({ mode: id, variant: null, switches: [], parameters: {} })} />
        <${Choice} label=${tell("run attack")} list=${attacks} value=${attack.id} name="attack" without=${senseless} onPick=${(id) => set({ attack: id, attackVariant: null })} />
        ${mode.variants?.length ? html`<${Choice} label=${tell("run variant-of-mode")} list=${mode.variants} name="variant"
          value=${choice.variant ?? mode.variants[0].id} onPick=${(variant) => set({ variant, parameters: {}, switches: kept(mode, asPlayed(picked, variant), choice.switches) })} />` : null}
        ${attack.variants?.length ? html`<${Choice} label=${tell("run variant-of-attack")} list=${attack.variants} name="attack-variant"
          value=${choice.attackVariant ?? attack.variants[0].id} onPick=${(attackVariant) => set({ attackVariant })} />` : null}
      </div>
      ${parameters.map(({ name, min, max, default: usual }) => html`
        <${Parameter} key=${name} name=${name} min=${min} max=${max} value=${choice.parameters[name] || String(usual)}
          onPick=${(value) => set({ parameters: { ...choice.parameters, [name]: value } })} />`)}
      ${priced ? html`<${Priced} bits=${Number(choice.parameters.bits || parameters[0].default)} />` : null}
      <fieldset>
        <legend>${tell("run checks")}</legend>
        <div class="switches">
          ${[...(mode.checks ?? []), ...(mode.off ?? [])].filter((check, i, all) => all.indexOf(check) === i).map((check) => {
            const on = (mode.off ?? []).includes(check) === choice.switches.includes(check);
            return html`<label key=${check} class=${`switch ${choice.switches.includes(check) ? "switched" : ""}`}>
              <input type="checkbox" checked=${on} data-check=${check}
                onChange=${() => set({ switches: flipped(choice.switches, check) })} /> ${check}</label>`;
          })}
        </div>
      </fieldset>
      <div class="pair">
        <label>${tell("run seed")} <input name="seed" inputmode="numeric" pattern="[0-9]{1,20}" title=${tell("run seed-is")} autocomplete="off" value=${seed}
          placeholder=${tell("run fresh")} onInput=${(e) => setSeed(e.target.value)} /></label>
      </div>
      <div class="go">
        <button type="submit" class="primary" disabled=${busy} data-action="run">${tell("run run")}</button>
        <button type="submit" disabled=${busy} data-action="step">${tell("hand step")}</button>
        <code class="scenario" data-scenario=${scenario}>${scenario}</code>
      </div>
      <p class="fault" role="alert">${fault}</p>
    </form>`;
};

/** The switches of those checks that stay as they are where one table takes the place of another. */
const kept = (before, after, switches) => switches.filter((check) =>
  after.checks?.includes(check) && after.off?.includes(check) === before.off?.includes(check));

const Parameter = ({ name, min, max, value, onPick }) => html`
  <div class="parameter">
    <label for=${`parameter-${name}`}>${name}</label>
    <input type="range" min=${min} max=${max} step="1" value=${value} aria-label=${tell("run slider", { name })} data-slider=${name}
      onInput=${(event) => onPick(event.target.value)} />
    <input type="number" id=${`parameter-${name}`} name=${name} min=${min} max=${max} value=${value} onInput=${(event) => onPick(event.target.value)} />
    <span class="quiet">${tell("run range", { min, max })}</span>
  </div>`;

const Priced = ({ bits }) => {
  const { epoch } = useLab();
  const { data } = useLoad(() => get("/api/cracking"), [epoch]);
  return data && bits > 0 ? html`<div class="priced"><${Price} bits=${bits} data=${data} /> <a href=${to.cracking()}>${tell("run curve")}</a></div>` : null;
};

/** Things by their group, where they have one; those in `without` cannot be picked. */
const Choice = ({ label, list, value, name, onPick, without = new Set() }) => {
  const option = ({ id, title }) => html`
    <option key=${id} value=${id} selected=${id === value} disabled=${without.has(id)}>${id}${title ? ` · ${title}` : ""}</option>`;
  const groups = [...new Set(list.map(({ group }) => group))];
  return html`
    <label>${label}
      <select name=${name} value=${value} onChange=${(event) => onPick(event.target.value)}>
        ${groups.map((group) => {
          const options = list.filter((one) => one.group === group).map(option);
          return group === undefined ? options : html`<optgroup key=${group} label=${groupName(group)}>${options}</optgroup>`;
        })}
      </select>
    </label>`;
};

function compose(mode, attack, { variant, attackVariant, switches, parameters }) {
  const off = mode.off ?? [];
  return format({
    mode: { id: mode.id, variant, parameters: Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== "")) },
    attack: { id: attack.id, variant: attack.variants?.length ? attackVariant ?? attack.variants[0].id : null },
    without: switches.filter((check) => !off.includes(check)),
    with: switches.filter((check) => off.includes(check)),
  });
}
