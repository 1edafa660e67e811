/** Step mode: what the attacker does with the frame that it holds. */

import { html, useState } from "../vendor/preact.js";
import { LabError, post } from "../lab/api.js";
import { Name } from "../draw/cast.js";
import { decode } from "../model/frame.js";
import { shorten, visible } from "../model/text.js";

/** The frame that waits: the last one that was held and not yet dealt with. */
function heldFrame(events) {
  const last = events.filter((event) => event.type === "relayed").at(-1);
  return last?.action === "hold" ? last : null;
}

export const Held = ({ session, events }) => {
  const held = heldFrame(events);
  const [edits, edit] = useState({});
  const [fault, setFault] = useState(null);
  const fields = decode(held?.before).fields ?? {};
  const decide = async (action) => {
    setFault(null);
    const altered = Object.entries(edits).filter(([name, value]) => Object.hasOwn(fields, name) && value !== text(fields[name]));
    const decision = action === "alter" ? { action, fields: Object.fromEntries(altered) } : { action };
    try {
      await post(`/api/sessions/${encodeURIComponent(session.session)}/decision`, decision);
      edit({});
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      setFault(`${error.field ? `${error.field}: ` : ""}${error.message}`);
    }
  };
  return html`
    <section class="panel decision" data-status="held" aria-label="The held frame">
      <p class="line"><${Name} actor="attacker" /> holds
        ${held ? html`<code>${shorten(held.kind, 40)}</code> of the <${Name} actor=${held.from} />` : "a frame"}</p>
      ${Object.entries(fields).slice(0, 20).map(([name, value]) => html`
        <label key=${name} class="edit"><code>${shorten(name, 30)}</code>
          <input type="text" value=${edits[name] ?? text(value)} onInput=${(event) => edit({ ...edits, [name]: event.target.value })} /></label>`)}
      <div class="actions">
        ${["forward", "alter", "drop"].map((action) => html`<button key=${action} type="button" class=${action === "forward" ? "primary" : ""}
          data-decision=${action} onClick=${() => decide(action)}>${action}</button>`)}
      </div>
      <p class="fault" role="alert">${fault && visible(fault)}</p>
    </section>`;
};

const text = (value) => (typeof value === "string" ? value : JSON.stringify(value));
