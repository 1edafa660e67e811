/** The dashboard: one shell, one page at a time, the live stream behind all of them. */

import { html, render, useEffect, useRef, useState } from "./vendor/preact.js";
import { Help } from "./views/help.js";
import { Home } from "./views/home.js";
import { Join } from "./views/join.js";
import { Lazy } from "./views/lazy.js";
import { lab } from "./lab/lab.js";
import { PLACES, navigate, placeOf, to, useKeys, useRoute } from "./lab/route.js";
import { projector, switchTongue, texts, theme, tongue, useSettings } from "./lab/settings.js";
import { Status, Trouble } from "./views/status.js";
import { connect, refresh } from "./lab/stream.js";
import { know } from "./model/verdict.js";
import { phrase, speak, tell } from "./model/words.js";
import { get, text } from "./lab/api.js";

/** Pages with a title of their own; a session's page says its verdict. */
const TITLES = ["matrix", "sessions", "compare", "cracking", "modes", "attacks", "checks", "terms", "class", "present", "challenges", "software", "unknown"];

const App = () => {
  const { page, id, query } = useRoute();
  const { switchTheme, switchSize } = useSettings();
  const [help, setHelp] = useState(false);
  const [palette, setPalette] = useState(false);

  const first = useRef(true);
  useEffect(() => {
    document.documentElement.dataset.page = page;
    const title = TITLES.includes(page) && (page !== "sessions" || id === null) ? tell(`title ${page}`) : null;
    if (title) document.title = [id, title, "Interlock"].filter(Boolean).join(" · ");
    const main = document.getElementById("main");
    // What is shown may have taken the focus to where it belongs.
    if (!first.current && !main.contains(document.activeElement)) main.focus({ preventScroll: true });
    first.current = false;
  }, [page, id]);

  useKeys(() => ({ "?": () => setHelp(true), "/": () => setPalette(true), p: switchSize, "+": switchSize, t: switchTheme, m: () => navigate(to.matrix()) }));

  return html`
    <a class="skip" href="#main">${tell("page skip")}</a>
    <header class="bar">
      <a class="brand" href=${to.matrix()}><${Logo} /> Interlock</a>
      <nav class="places" aria-label=${tell("page places")}>
        ${PLACES.map((place) => html`<a key=${place} href=${to.place(place, lab.role)} aria-current=${placeOf(page) === place ? "page" : undefined}>${tell(`place ${place}`)}</a>`)}
      </nav>
      <${Status} />
      <nav class="settings" aria-label=${tell("page settings")}>
        <button type="button" aria-pressed=${String(projector())} onClick=${switchSize} title=${tell("page projector")}>A<small>A</small></button>
        <button type="button" onClick=${switchTheme} title=${tell("page theme")} data-action="theme">${phrase(theme() === "dark" ? "page to-light" : "page to-dark", { lead: html`<span class="lead">${tell("page switch")}</span>` })}</button>
        <button type="button" onClick=${switchTongue} lang=${tongue() === "en" ? "de" : "en"} data-action="language">${tell("page language")}</button>
        <button type="button" onClick=${() => setPalette(true)} title=${tell("palette what")} aria-label=${`/ ${tell("palette what")}`} data-action="palette">/</button>
        <button type="button" onClick=${() => setHelp(true)} title=${tell("page keys")} aria-label=${tell("page keys")}>?</button>
      </nav>
    </header>
    <${Trouble} />
    <main id="main" tabindex="-1">${page === "matrix" ? html`<${Home} />` : html`<${Lazy} part="Page" page=${page} id=${id} query=${query} />`}</main>
    ${palette ? html`<${Lazy} part="Palette" onClose=${() => setPalette(false)} />` : null}
    ${help ? html`<${Help} onClose=${() => setHelp(false)} />` : null}`;
};

const Logo = () => html`<svg class="logo" viewBox="0 0 44 24" width="44" height="24" aria-hidden="true">
  <path class="wire" d="M10 12H34" />
  <circle class="cast client" cx="8" cy="12" r="7" /><path class="cast attacker" d="M22 5 29 12 22 19 15 12Z" />
  <rect class="cast server" x="30" y="5.5" width="13" height="13" rx="1.5" />
</svg>`;

const root = document.getElementById("app");
document.documentElement.lang = tongue();
const [words, role] = await Promise.all([text(texts()), get("/api/role")]);
speak(words);
Object.assign(lab, role);
document.documentElement.dataset.role = lab.role;
root.replaceChildren();
if (lab.role === "nobody") render(html`<${Join} />`, root);
else {
  know((await get("/api/verdicts")).verdicts);
  render(html`<${App} />`, root);
  connect();
  refresh();
}
