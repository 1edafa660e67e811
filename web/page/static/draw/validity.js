/** When the certificates of one or two chains are valid, and when they were judged. */

import { html, shorten, tell, word } from "./markup.js";
import { MARKS, day, place, span, standing } from "../model/timeline.js";

const percent = (part) => `${(100 * part).toFixed(2)}%`;

/** `groups` are `{title, links}`, a link as the lab gives it; `now` is when they are judged, unix seconds. */
export const Validity = ({ groups, now }) => html`
  <figure class="validity">
    <figcaption><h3>${tell("validity when")}</h3> <span class="quiet">${tell("validity judged", { day: day(now) })}</span></figcaption>
    ${groups.map(({ title, links }) => html`
      <div key=${title} class="stretch" role="list" aria-label=${tell("validity of", { title })}>
        ${groups.length > 1 ? html`<p class="quiet">${title}</p>` : null}
        ${links.map((link, i) => html`<${Bar} key=${i} certificate=${link.certificate} now=${now} />`)}
      </div>`)}
    <div class="stretch axis" aria-hidden="true"><div class="term"><span></span><${Axis} /></div></div>
  </figure>`;

const Bar = ({ certificate, now }) => {
  if (!certificate) return html`<div class="term" role="listitem"><span class="who">${tell("validity unreadable")}</span><span class="quiet">${tell("validity no-dates")}</span></div>`;
  const { subject, not_before: from, not_after: until } = certificate;
  const { state, words } = standing(certificate, now);
  const [left, right] = [place(from, now), place(until, now)];
  return html`
    <div class=${`term ${state}`} role="listitem" data-validity=${state}>
      <span class="who"><bdi>${commonName(subject)}</bdi>
        <small>${state === "valid" ? null : html`<span class="sign" aria-hidden="true">✕</span> `}${words}</small></span>
      <svg width="100%" height="44" aria-hidden="true">
        ${MARKS.map(({ away }) => [-away, away].map((at) => html`<line class="grid" x1=${percent(place(at, 0))} x2=${percent(place(at, 0))} y1="0" y2="44" />`))}
        <rect class="valid-from" x=${percent(Math.min(left, right))} width=${percent(Math.max(0.004, right - left))} y="12" height="20" rx="4" />
        <line class="now" x1="50%" x2="50%" y1="0" y2="44" />
      </svg>
      <span class="unseen">${tell("validity range", { from: day(from), until: day(until) })}</span>
    </div>`;
};

const Axis = () => html`
  <svg width="100%" height="28">
    <text class="now-word" x="50%" y="20" text-anchor="middle">${tell("validity now")}</text>
    ${MARKS.map(({ away, room }, i) => [[-away, "−", "start"], [away, "+", "end"]].map(([at, sign, edge]) => {
      // The outermost words stay within the drawing.
      const last = i === MARKS.length - 1;
      const x = last ? (at < 0 ? 0 : 1) : place(at, 0);
      return html`<text key=${at} class=${room} x=${percent(x)} y="20" text-anchor=${last ? edge : "middle"}>${sign}${span(away)}</text>`;
    }))}
  </svg>`;

/** The last common name of a subject, or all of it where it has none. */
export function commonName(subject) {
  const names = [...String(subject).matchAll(/(?:^|, )CN=((?:\\.|[^,\\])*)/g)];
  return shorten(names.at(-1)?.[1] || subject || word("empty-name"), 48, 8);
}
