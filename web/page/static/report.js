/**
 * A session in a file: `<script type="application/json" id="session">` holds `{"session": …, "events": […]}`, `#app` is
 * where it is shown. The same fold and the same drawing as on the live page, without a lab behind it.
 *
 * A file can carry the modules in an import map: each as a `data:` address under a bare name, which its imports then use.
 */

import { html, render } from "./vendor/preact.js";
import { fold } from "./fold.js";
import { standAlone } from "./route.js";
import { Story } from "./story.js";

standAlone();

const { session, events } = JSON.parse(document.getElementById("session").textContent);

const root = document.getElementById("app");
root.replaceChildren();
render(html`<main class="report"><${Story} session=${{ ...session, status: "done" }} events=${events} story=${fold(events)} /></main>`, root);
