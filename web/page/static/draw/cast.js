/** The cast: shape, place and word for client, attacker and server. */

import { html } from "../vendor/preact.js";
import { word } from "../model/words.js";

export const ACTORS = ["client", "attacker", "server"];

/** Outlines in a square of 24. */
const SHAPES = {
  client: html`<circle cx="12" cy="12" r="9" />`,
  attacker: html`<path d="M12 1.5 22.5 12 12 22.5 1.5 12Z" />`,
  server: html`<rect x="3" y="3" width="18" height="18" rx="1.5" />`,
};

/** An actor's shape at `x`, `y` (its centre) within another drawing, or by itself. `idle` draws only the outline. */
export const Shape = ({ actor, size = 24, x, y, idle = false }) => html`
  <svg class=${`cast ${actor} ${idle ? "idle" : ""}`} viewBox="0 0 24 24" width=${size} height=${size} aria-hidden="true"
    x=${x === undefined ? undefined : x - size / 2} y=${y === undefined ? undefined : y - size / 2}>
    ${SHAPES[actor]}
  </svg>`;

/** Shape and word. */
export const Name = ({ actor }) =>
  html`<span class=${`name ${actor}`}><${Shape} actor=${actor} size=${18} /> ${word(actor)}</span>`;
