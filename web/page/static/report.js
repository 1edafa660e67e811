/**
 * A session in a file, or two side by side: `<script type="application/json" id="session">` holds `{"session": …, "events": […],
 * "chains": […]}`, `id="comparison"` `{"sides": […], "told": …}` with two of these and how they compare as `/api/compare` has it; beside
 * them stand `words`, `verdicts` and `version`: the texts as `/static/words/english.txt`, the kinds of verdicts as `/api/verdicts`. The
 * chains are as `/api/sessions/{id}/chains` has them; `#app` is where it is shown. The same fold and the same drawing as on the live
 * page, without a lab behind it. Of two, `?side=left` in the address shows one whole, with its replay.
 *
 * A file can carry the modules in an import map: each as a `data:` address under a bare name, which its imports then use.
 */

import { html, render } from "./vendor/preact.js";
import { Beside } from "./views/beside.js";
import { Certificates } from "./views/chains.js";
import { standAlone } from "./lab/route.js";
import { Story } from "./views/story.js";
import { date, parse } from "./model/text.js";
import { know } from "./model/verdict.js";
import { speak, tell } from "./model/words.js";

standAlone();

const one = document.getElementById("session");
const { words, verdicts, version, ...held } = parse((one ?? document.getElementById("comparison")).textContent);
speak(words);
know(verdicts);

const sides = one ? [held] : held.sides;
const judged = ({ session }) => ({ ...session, status: "done" });
const edition = ({ session }) => html`<p class="quiet edition">${tell("session edition", { session: session.session, begun: date(session.started), version })}</p>`;

const Whole = ({ side }) => html`<${Story} session=${judged(side)} events=${side.events} edition=${edition(side)}
  more=${side.chains.length ? html`<${Certificates} chains=${side.chains} session=${side.session} />` : null} />`;

const SIDES = ["left", "right"];
const shown = SIDES.indexOf(new URLSearchParams(location.search).get("side"));

/** Where a link leads that shows this side, or both: the stage's row stands behind it in the address. */
const way = (side, row = "") => `${location.pathname}${side === null ? "" : `?side=${side}`}${row}`;

const two = () => html`<${Beside} sessions=${sides.map(judged)} events=${sides.map(({ events }) => events)} told=${held.told}
  ofSide=${(i) => html`${edition(sides[i])}<p class="line">
    <a class="button" data-action="replay" href=${way(SIDES[i], "#row=1")}>${tell("comparison replay")}</a>
    <a class="button" data-action="whole" href=${way(SIDES[i])}>${tell("comparison whole")}</a></p>`} />`;

const side = () => html`<p><a class="button" data-action="both" href=${way(null)}>${tell("comparison both")}</a></p><${Whole} side=${sides[shown]} />`;

const root = document.getElementById("app");
root.replaceChildren();
render(html`<main class="report">${one ? html`<${Whole} side=${held} />` : shown < 0 ? two() : side()}</main>`, root);
