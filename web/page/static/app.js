/** The dashboard: one shell, one page at a time, the live stream behind all of them. */

import { html, render, useEffect, useRef, useState } from "./vendor/preact.js";
import { AttackPage, CheckPage, ModePage } from "./views/catalogue.js";
import { Comparison } from "./views/compare.js";
import { Help } from "./views/help.js";
import { HistoryPage } from "./views/history.js";
import { Home } from "./views/home.js";
import { SessionPage } from "./views/session.js";
import { PrimesPage } from "./views/primes.js";
import { isTyping, navigate, to, useRoute } from "./lab/route.js";
import { projector, theme, useSettings } from "./lab/settings.js";
import { Failed } from "./views/states.js";
import { Status, Trouble } from "./views/status.js";
import { connect, refresh } from "./lab/stream.js";
import { know } from "./model/verdict.js";
import { speak } from "./model/words.js";
import { registry, text } from "./lab/api.js";

/** Titles of the pages; a session's page says its verdict. */
const TITLES = { matrix: "Matrix", compare: "Comparison", cracking: "What a prime costs", modes: "Mode", attacks: "Attack", checks: "Check", unknown: "No such page" };

const PLACES = [
  { page: "matrix", words: "Matrix", href: to.matrix },
  { page: "sessions", words: "Sessions", href: to.sessions },
  { page: "cracking", words: "Primes", href: to.cracking },
];

const App = () => {
  const { page, id, query } = useRoute();
  const { switchTheme, switchSize } = useSettings();
  const [help, setHelp] = useState(false);

  const first = useRef(true);
  useEffect(() => {
    document.documentElement.dataset.page = page;
    const title = page === "sessions" && id === null ? "Sessions" : TITLES[page];
    if (title) document.title = [id, title, "Interlock"].filter(Boolean).join(" · ");
    if (!first.current) document.getElementById("main").focus({ preventScroll: true });
    first.current = false;
  }, [page, id]);

  useEffect(() => {
    const press = (event) => {
      if (isTyping(event)) return;
      const does = { "?": () => setHelp(true), p: switchSize, "+": switchSize, t: switchTheme, m: () => navigate(to.matrix()) }[event.key];
      if (!does) return;
      event.preventDefault();
      does();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });

  return html`
    <a class="skip" href="#main">To the content</a>
    <header class="bar">
      <a class="brand" href=${to.matrix()}><${Logo} /> Interlock</a>
      <nav class="places" aria-label="Pages">
        ${PLACES.map(({ page: place, words, href }) => html`<a key=${place} href=${href()} aria-current=${page === place ? "page" : undefined}>${words}</a>`)}
      </nav>
      <${Status} />
      <nav class="settings" aria-label="Settings">
        <button type="button" aria-pressed=${String(projector())} onClick=${switchSize} title="Projector size (p)">A<small>A</small></button>
        <button type="button" onClick=${switchTheme} title="Light or dark (t)" data-action="theme"><span class="lead">switch to</span>${` ${theme() === "dark" ? "light" : "dark"}`}</button>
        <button type="button" onClick=${() => setHelp(true)} title="Keys (?)" aria-label="Keys (?)">?</button>
      </nav>
    </header>
    <${Trouble} />
    <main id="main" tabindex="-1"><${Page} page=${page} id=${id} query=${query} /></main>
    ${help ? html`<${Help} onClose=${() => setHelp(false)} />` : null}`;
};

const Page = ({ page, id, query }) => {
  switch (page) {
    case "matrix": return html`<${Home} />`;
    case "sessions": return id === null ? html`<${HistoryPage} />` : html`<${SessionPage} key=${id} id=${id} />`;
    case "compare": return html`<${Comparison} left=${query.get("left")} right=${query.get("right")} />`;
    case "modes": return html`<${ModePage} key=${id} id=${id} />`;
    case "attacks": return html`<${AttackPage} key=${id} id=${id} />`;
    case "checks": return html`<${CheckPage} key=${id} id=${id} />`;
    case "cracking": return html`<${PrimesPage} />`;
    default: return html`<${Failed} what="page" error=${{ status: 404, message: id }} />`;
  }
};

const Logo = () => html`<svg class="logo" viewBox="0 0 44 24" width="44" height="24" aria-hidden="true">
  <path class="wire" d="M10 12H34" />
  <circle class="cast client" cx="8" cy="12" r="7" /><path class="cast attacker" d="M22 5 29 12 22 19 15 12Z" />
  <rect class="cast server" x="30" y="5.5" width="13" height="13" rx="1.5" />
</svg>`;

const root = document.getElementById("app");
speak(await text("/static/words/english.txt"));
know(await registry("verdicts"));
root.replaceChildren();
render(html`<${App} />`, root);
connect();
refresh();
