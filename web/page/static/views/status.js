/** One line on how the lab is: in touch or not, its three processes, its store. */

import { html } from "../vendor/preact.js";
import { ACTORS, Shape } from "../draw/cast.js";
import { useLab } from "../lab/lab.js";
import { clock, count, visible } from "../model/text.js";

export const Status = () => {
  const { link, heard, status } = useLab();
  const since = heard ? ` since ${clock(heard)}` : "";
  const words = {
    open: "connected",
    connecting: "connecting …",
    reconnecting: `reconnecting … last in touch ${heard ? clock(heard) : "never"}`,
    cut: `cut off from the lab${since}; what you see may be old`,
  }[link];
  return html`
    <div class="status">
      <span class=${`link ${link}`} role="status" data-link=${link}><i aria-hidden="true"></i>${words}</span>
      ${link === "open" && status ? ACTORS.map((actor) => html`
        <${Process} key=${actor} actor=${actor} process=${status.processes?.[actor]} />`) : null}
    </div>`;
};

const Process = ({ actor, process }) => {
  if (!process) return null;
  const restarts = process.restarts ? `, started again ${count(process.restarts, "time")}` : "";
  const words = `${actor}${process.pid ? ` (process ${process.pid})` : ""} is ${process.up ? "up" : "down"}${restarts}`;
  return html`<span class=${`process ${process.up ? "up" : "down"}`} title=${words} data-process=${actor} data-up=${String(Boolean(process.up))}>
    <${Shape} actor=${actor} size=${14} idle=${!process.up} /><span class="unseen">${words}</span>
    ${process.up ? null : html`<b>${actor} is down</b>`}</span>`;
};

/** Trouble that everybody has to see, above the page. */
export const Trouble = () => {
  const { link, heard, status } = useLab();
  if (link === "cut") {
    return html`<p class="trouble" role="alert" data-trouble="cut">Cut off from the lab${heard ? ` since ${clock(heard)}` : ""}. This page
      connects again by itself; is the lab still running?</p>`;
  }
  if (status && status.store?.ok === false) {
    return html`<p class="trouble" role="alert" data-trouble="store">Sessions are not being kept: ${visible(status.store.message)}.
      Live runs go on.</p>`;
  }
  if (status?.store?.unreadable > 0) {
    return html`<p class="trouble" role="alert" data-trouble="unreadable">${count(status.store.unreadable, "stored session")} cannot be
      read: left out of what is shown.</p>`;
  }
  return null;
};
