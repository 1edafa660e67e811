/**
 * A session in a file: `<script type="application/json" id="session">` holds `{"session": …, "events": […], "chains": […],
 * "words": …, "verdicts": […],
 * "version": …}`, the chains as `/api/sessions/{id}/chains` has them, the texts as `/static/words/english.txt`, the kinds
 * of verdicts as `/api/verdicts`; `#app` is where it is shown. The same fold and the same drawing as on the live page, without a lab behind it.
 *
 * A file can carry the modules in an import map: each as a `data:` address under a bare name, which its imports then use.
 */

import { html, render } from "./vendor/preact.js";
import { Certificates } from "./views/chains.js";
import { standAlone } from "./lab/route.js";
import { Story } from "./views/story.js";
import { date, parse } from "./model/text.js";
import { know } from "./model/verdict.js";
import { speak, tell } from "./model/words.js";

standAlone();

const { session, events, chains, words, verdicts, version } = parse(document.getElementById("session").textContent);
speak(words);
know(verdicts);

const root = document.getElementById("app");
root.replaceChildren();
const certificates = chains.length ? html`<${Certificates} chains=${chains} session=${session} />` : null;
const edition = html`<p class="quiet edition">${tell("session edition", { session: session.session, begun: date(session.started), version })}</p>`;
render(html`<main class="report"><${Story} session=${{ ...session, status: "done" }} events=${events}
  edition=${edition} more=${certificates} /></main>`, root);
