/** The way into a lab that is shown to a network: a code, out of the link's `#` or typed. */

import { html, tell, useEffect, useState } from "../draw/markup.js";
import { post, useFault } from "../lab/api.js";

export const Join = () => {
  const [code, setCode] = useState(() => decodeURIComponent(location.hash.slice(1)).slice(0, 64));
  const [fault, attempt] = useFault();
  const join = () => attempt(() => post("/api/join", { code }).then(() => location.reload()));
  // No code stays in the address, where a projector or the next one at this machine would find it.
  useEffect(() => {
    if (!code) return;
    history.replaceState(null, "", location.pathname);
    join();
  }, []);
  return html`<main class="slide" data-join><h1>${tell("join title")}</h1>
    <form onSubmit=${(event) => { event.preventDefault(); join(); }}>
      <label>${tell("join code")} <input name="code" type="password" autocomplete="off" autocapitalize="characters" autofocus value=${code} onInput=${(event) => setCode(event.target.value)} /></label>
      <button type="submit" class="primary">${tell("join enter")}</button></form>
    <p class="fault" role="alert">${fault}</p></main>`;
};

/** How others join: the link as a picture and in words; and codes by which another speaker, or another device, has the control, for whoever has it. */
export const Invitation = ({ invited, speaker }) => {
  const [handed, hand] = useState(null);
  const make = (shared) => async () => hand({ shared, ...await post("/api/handover", { shared }) });
  return html`<figure class="invitation"><img src="/api/invitation.svg" alt="" width="220" height="220" /><figcaption>${invited.link.split("#")[0]}<br /><strong>${invited.code}</strong>
    ${speaker ? html`<br /><button type="button" class="small" data-action="hand-over" onClick=${make(false)}>${tell("join hand-over")}</button> <button type="button" class="small" data-action="share" onClick=${make(true)}>${tell("join share")}</button>
    ${handed ? html`<br /><b data-handed>${handed.code}</b> ${tell("join handed", handed)}` : null}` : null}</figcaption></figure>`;
};
