/** The frames in detail: each as it left its sender and, where it differs, as it went on. */

import { Copy, html, Name, say, shorten, tell, useEffect, useRef, useState, Value, word } from "../draw/markup.js";
import { useEvent } from "../hooks/listen.js";
import { bytesOf, decode, hex } from "../model/frame.js";
import { peerOf } from "../model/fold.js";
import { json } from "../model/text.js";

/** `octets`, where there is a lab to ask, shows a frame of a row octet by octet. */
export const Frames = ({ rows, octets = null }) => {
  const list = rows.filter((row) => row.what === "frame");
  if (!list.length) return html`<p class="empty">${tell("frame none")}</p>`;
  return html`<div class="frames">${list.map((row) => html`<${FrameDetail} key=${row.ns[0]} row=${row} octets=${octets} />`)}</div>`;
};

const FrameDetail = ({ row, octets }) => {
  const [open, setOpen] = useState(false);
  const details = useRef(null);
  const aimed = () => {
    const [, index, within] = /^#frame-(\d+)(-.*)?$/.exec(location.hash) ?? [];
    if (index !== String(row.index)) return;
    setOpen(true);
    if (!within) details.current.scrollIntoView({ block: "center" });
  };
  useEffect(aimed, [row.index]);
  useEvent(["hashchange"], aimed);
  const changed = row.changed.map((change) => change.field);
  const twofold = row.before !== null && row.after !== null && row.before !== row.after;
  return html`
    <details id=${`frame-${row.index}`} ref=${details} open=${open} onToggle=${(event) => setOpen(event.target.open)}
      data-frame=${row.index} data-action=${row.action ?? undefined}>
      <summary><span class="line"><span class="flight">${row.flight}</span> <${Name} actor=${row.from} /> → <${Name} actor=${peerOf(row.from)} />
        <code>${shorten(row.name, 40)}</code> <span class=${`did ${row.action}`}>${word(row.action ?? "undecided")}</span></span></summary>
      ${open ? html`<div class=${twofold ? "twofold" : ""}>
        ${row.before !== null ? html`<${Body} title=${tell("frame sent", { from: row.from })} frame=${row.before} beside=${twofold ? row.after : null} changed=${changed} />${octets?.(row, "before", row.before)}` : null}
        ${row.after !== null && row.after !== row.before ? html`
          <${Body} title=${tell("frame reached", { to: peerOf(row.from) })} frame=${row.after} beside=${row.before} changed=${changed} />${octets?.(row, "after", row.after)}` : null}
      </div>` : null}
    </details>`;
};

const Body = ({ title, frame, beside, changed }) => {
  const { kind, length, fault, fields, hex: sealed } = decode(frame);
  const other = beside === null ? null : decode(beside);
  const bytes = bytesOf(frame);
  const told = fields && json(fields, 2);
  return html`
    <section class="body">
      <p class="line"><strong>${title}</strong>
        <small>${tell("frame measures", { kind, length, fault: fault && say("frame", fault) })}</small>
        <${Copy} text=${bytes ? hex(bytes) : String(frame)} label=${tell("value copy-hex")} />
        ${told ? html`<${Copy} text=${told} label=${tell("value copy-json")} />` : null}</p>
      ${fields ? html`<${Fields} of=${fields} beside=${other?.fields} changed=${changed} />`
        : html`<${Value} of=${sealed} head=${64} tail=${16} beside=${other?.hex ?? undefined} />`}
    </section>`;
};

/** Deeper than this is shown as text: a frame may nest as deep as its sender likes. */
const DEEPEST = 6;

/** `beside` is what stands in the same place of the other version of the frame, if there is one. */
const Fields = ({ of, beside, changed = [], depth = 0 }) => {
  if (of === null || typeof of !== "object") return html`<${Value} of=${of} beside=${beside} />`;
  if (depth >= DEEPEST) return html`<${Value} of=${of} />`;
  const entries = Object.entries(of).slice(0, 200);
  const other = (name) => (beside && typeof beside === "object" && Object.hasOwn(beside, name) ? beside[name] : undefined);
  if (Array.isArray(of) && entries.every(([, value]) => value === null || typeof value !== "object")) {
    return html`<ul class="items">${entries.map(([i, value]) => html`<li key=${i}><${Value} of=${value} beside=${other(i)} /></li>`)}</ul>`;
  }
  return html`
    <dl class="fields">
      ${entries.map(([name, value]) => html`
        <div key=${name} class=${changed.includes(name) ? "changed" : ""}>
          <dt><code>${shorten(name, 40)}</code></dt><dd><${Fields} of=${value} beside=${other(name)} depth=${depth + 1} /></dd></div>`)}
    </dl>`;
};
