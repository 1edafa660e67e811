/** One line on how the lab is: in touch or not, its three processes, its store. */

import { ACTORS, html, sentence, Shape, tell, visible } from "../draw/markup.js";
import { useLab } from "../lab/lab.js";
import { clock } from "../model/text.js";

export const Status = () => {
  const { link, heard, status, sessions, begun } = useLab();
  // What came of what was begun here is told to whoever does not see it.
  const came = sessions.get(begun);
  const words = tell(`link ${link}`, { since: heard ? clock(heard) : null });
  return html`
    <div class="status">
      <span class=${`link ${link}`} role="status" data-link=${link}><i aria-hidden="true"></i>${words}</span>
      ${link === "open" && status ? ACTORS.map((actor) => html`
        <${Process} key=${actor} actor=${actor} process=${status.processes?.[actor]} />`) : null}
      <p class="unseen" role="status" data-came>${came?.verdict ? `${visible(came.scenario)}: ${sentence(came.verdict)}` : ""}</p>
    </div>`;
};

const Process = ({ actor, process }) => {
  if (!process) return null;
  const words = tell("link process", { actor, pid: process.pid || null, up: Boolean(process.up), restarts: process.restarts || null });
  return html`<span class=${`process ${process.up ? "up" : "down"}`} title=${words} data-process=${actor} data-up=${String(Boolean(process.up))}>
    <${Shape} actor=${actor} size=${14} idle=${!process.up} /><span class="unseen">${words}</span>
    ${process.up ? null : html`<b>${tell("link down", { actor })}</b>`}</span>`;
};

/** Trouble that everybody has to see, above the page. */
export const Trouble = () => {
  const { link, heard, status } = useLab();
  if (link === "cut") {
    return html`<p class="trouble" role="alert" data-trouble="cut">${tell("link trouble", { since: heard ? clock(heard) : null })}</p>`;
  }
  if (status && status.store?.ok === false) {
    return html`<p class="trouble" role="alert" data-trouble="store">${tell("link not-kept", { why: status.store.state })}</p>`;
  }
  if (status?.store?.unreadable > 0) {
    return html`<p class="trouble" role="alert" data-trouble="unreadable">${tell("link unreadable", { count: status.store.unreadable })}</p>`;
  }
  return null;
};
