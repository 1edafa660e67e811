/** What there is: modes, attacks, checks and terms, each by its title, with how its scenarios have to end. */

import { html, Mark, tell, term } from "../draw/markup.js";
import { useRegistry } from "../lab/registry.js";
import { LISTS, to } from "../lab/route.js";
import { outcomes } from "../model/entry.js";
import { glossary } from "../model/words.js";

const HREF = { modes: to.mode, attacks: to.attack, checks: to.check };

export const IndexPage = ({ list }) => html`
  <h1 tabindex="-1">${tell(`index ${list}`)}</h1>
  <nav class="line tabs" aria-label=${tell("index lists")}>${LISTS.map((name) => html`
    <a key=${name} class="button" href=${to.list(name)} aria-current=${name === list ? "page" : undefined}>${tell(`index ${name}`)}</a>`)}</nav>
  ${list === "terms" ? html`<${Terms} />` : html`<${Entries} list=${list} />`}`;

const Entries = ({ list }) => {
  const entries = useRegistry(list);
  const table = useRegistry("scenarios");
  return html`<ul class="index" data-list=${list}>${entries.map((entry) => html`
    <li key=${entry.id} class="panel" data-entry=${entry.id}>
      <h2><a href=${HREF[list](entry.id)}>${entry.title}</a> <code>${entry.id}</code></h2>
      <p>${entry.summary ?? entry.threat}</p>
      <${Outcomes} kinds=${outcomes(list, entry.id, table)} />
    </li>`)}</ul>`;
};

const Outcomes = ({ kinds }) => (kinds.length ? html`<p class="line outcomes">${kinds.map(([kind, count]) => html`
  <span key=${kind} class="line" data-kind=${kind}><${Mark} kind=${kind} /> ${term("kind", kind)} × ${count}</span>`)}</p>` : null);

/** The words that the lab uses, each explained. */
const Terms = () => html`<dl class="terms">${glossary().map(([name, text]) => html`
  <div key=${name} id=${`term-${name}`} class="panel"><dt>${tell(`term-name ${name}`)}</dt><dd>${text}</dd></div>`)}</dl>`;
