/** What stands where there is nothing to show yet, or nothing at all. */

import { html, tell, visible } from "../draw/markup.js";
import { to } from "../lab/route.js";

export const Loading = ({ what }) => html`<p class="empty loading" role="status">${tell(`loading ${what}`)}</p>`;

/** `what` could not be had: it does not exist (404), or the lab failed or was out of reach. */
export const Failed = ({ error, what }) => html`
  <div class="failure" role="alert" data-status="failed">
    <h1 tabindex="-1">${tell(`${error.status === 404 ? "unknown" : "failed"} ${what}`)}</h1>
    <p>${error.field ? `${visible(error.field)}: ` : ""}${visible(error.message)}</p>
    ${what === "matrix" ? null : html`<p><a href=${to.matrix()}>${tell("session back")}</a></p>`}
  </div>`;

/** What stands there until something is loaded: that it is, or why it could not be. */
export const Unloaded = ({ error, what, loading = what }) => (error ? html`<${Failed} error=${error} what=${what} />` : html`<${Loading} what=${loading} />`);
