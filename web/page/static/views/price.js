/** What a prime of a size costs, in words: before anything is run. */

import { html } from "../vendor/preact.js";
import { expected, fate } from "../model/costs.js";
import { duration } from "../model/text.js";

/** Seconds in words. */
export const time = (seconds) => duration(seconds * 1e6);

const FATES = {
  live: "The victims wait that long: the attacker reads while the session runs.",
  later: "The victims do not wait that long: the session is recorded, and read afterwards.",
  beyond: "No session of this lab computes that.",
  "too-late": "That is longer than the attacker goes on: the session stays unread.",
};

/** `data` as the lab gives it. */
export const Price = ({ bits, data }) => {
  const cost = expected(bits, data);
  if (!cost) return null;
  const comes = cost.beyond ? "beyond" : fate(cost.first, cost.core, data);
  return html`
    <div class="price" data-price=${bits} data-fate=${comes} data-beyond=${String(cost.beyond)}>
      <p><strong>A safe prime of ${bits} bits: about ${time(cost.beyond ? cost.core : cost.first)}${cost.beyond ? " of one core" : ""} for the prime${
        cost.each === null || cost.beyond ? "" : `, then ${time(cost.each)} for each session`}.</strong>${" "}
        ${cost.beyond ? "Extrapolated, not measured. " : cost.paced ? "At the pace of this console's own sessions. " : ""}${FATES[comes]}</p>
    </div>`;
};
