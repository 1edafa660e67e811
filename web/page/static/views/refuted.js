/** The misconception that a session shows to be one. */

import { html } from "../vendor/preact.js";
import { refutedBy } from "../model/misconceptions.js";
import { tell } from "../model/words.js";

/** The one that a session's scenario is about. */
export const Refuted = ({ scenario }) => {
  const about = refutedBy(scenario);
  return about && html`
    <section class="panel" data-misconception=${about.name}><h2>${tell("session misconception")}</h2>
      <p><q>${tell(`misconception ${about.name}`)}</q></p><p>${tell(`misconception-answer ${about.name}`)}</p></section>`;
};
