/** What is often said and is not so, each with the scenario that shows it. */

import { html, tell } from "../draw/markup.js";
import { MISCONCEPTIONS, refutedBy } from "../model/misconceptions.js";
import { Scenarios } from "./scenarios.js";

/** All of them, and their scenarios to run. */
export const Misconceptions = () => html`
  <section class="panel wide misconceptions">
    <h2>${tell("home misconceptions")}</h2>
    <dl>${MISCONCEPTIONS.map(({ name, scenario }) => html`
      <div key=${name} data-misconception=${name}><dt>${tell(`misconception ${name}`)}</dt>
        <dd>${tell(`misconception-answer ${name}`)} <code>${scenario}</code></dd></div>`)}</dl>
    <${Scenarios} concerns=${(scenario) => refutedBy(scenario) !== null} />
  </section>`;
