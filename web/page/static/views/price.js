/** What a prime of a size costs, in words: before anything is run. */

import { html } from "../vendor/preact.js";
import { duration } from "../model/timeline.js";
import { tell } from "../model/words.js";

/** Seconds in words. */
export const time = (seconds) => duration(seconds * 1e6);

/** `data` as the lab gives it. */
export const Price = ({ bits, data }) => {
  const cost = data.prices.find((price) => price.bits === bits);
  if (!cost) return null;
  return html`
    <div class="price" data-price=${bits} data-fate=${cost.fate} data-beyond=${String(cost.beyond)}>
      <p><strong>${tell(cost.beyond ? "price beyond" : "price safe", {
        bits, time: time(cost.beyond ? cost.core : cost.first), each: cost.each === null ? null : time(cost.each),
      })}</strong>${" "}
        ${cost.beyond ? `${tell("price extrapolated")} ` : cost.paced ? `${tell("price paced")} ` : ""}${tell(`fate ${cost.fate}`)}</p>
    </div>`;
};
