/** Every octet of a frame beside what it means, as the lab takes it apart. */

import { html, say, tell, useEffect, useState, Value, visible } from "../draw/markup.js";
import { useEvent } from "../hooks/listen.js";
import { get, useLoad } from "../lab/api.js";
import { bytesOf, hex } from "../model/frame.js";

/** `row` of the diagram, on its leg `before` or `after` the attacker, with the octets of the frame there. */
export const Octets = ({ session, row, leg, frame }) => {
  const place = `frame-${row.index}-${leg}`;
  const aimed = () => location.hash.startsWith(`#${place}`);
  const [open, setOpen] = useState(aimed);
  useEvent(["hashchange"], () => aimed() && setOpen(true));
  return html`
    <details class="octets" id=${place} open=${open} onToggle=${(event) => setOpen(event.target.open)} data-leg=${leg}>
      <summary>${tell("octet every")}</summary>
      ${open ? html`<${Taken} path=${`/api/sessions/${encodeURIComponent(session)}/octets?event=${row.relayed ?? row.ns[0]}`} leg=${leg} place=${place} bytes=${bytesOf(frame)} />` : null}
    </details>`;
};

const Taken = ({ path, leg, place, bytes }) => {
  const { data, error } = useLoad(() => get(path), [path]);
  useEffect(() => {
    if (data && location.hash.startsWith(`#${place}-`)) document.getElementById(location.hash.slice(1))?.scrollIntoView({ block: "center" });
  }, [data]);
  if (!data) return html`<p class="empty" role="status">${error ? visible(error.message) : tell("octet loading")}</p>`;
  return html`<${Parts} parts=${data[leg] ?? []} bytes=${bytes} place=${place} fields=${data.fields} />`;
};

/** Parts of these octets; `place` is where they are within the page, `fields` what the table says of a body's. */
const Parts = ({ parts, bytes, place, fields = {} }) => html`<ol class="parts">
  ${parts.map((part) => html`<${Part} key=${part.from} part=${part} bytes=${bytes} place=${place} fields=${fields} />`)}</ol>`;

/** So long a value of a certificate is folded at first. */
const LONG = 64;

const Part = ({ part, bytes, place, fields }) => {
  const { is, from, to, parts = [], within = [] } = part;
  const here = `${place}-${from}${is === "octets" ? "-octets" : ""}`;
  const own = bytes.subarray(from, to);
  const nested = parts.length > 0;
  // What a text stands for is of more use than its letters, which stand in the field above.
  const decoded = is === "octets" ? bytesOf(new TextDecoder().decode(own).slice(1, -1)) : null;
  const number = is === "length" || is === "sequence" ? own.reduce((sum, octet) => sum * 256 + octet, 0) : null;
  const text = is === "field" || is === "item" ? new TextDecoder().decode(own) : null;
  const told = is === "field" && Object.hasOwn(fields, part.name) ? fields[part.name] : null;
  const line = html`<span class="line"><span class="at">${String(from).padStart(4, "0")}</span>
    <strong>${is === "value" ? part.field : tell(`octet ${is}`, { ...part, kind: own[0], number })}</strong>
    <small>${tell("octet count", { octets: to - from })}${part.says === undefined ? null : html` · <bdi>${visible(part.says)}</bdi>`}</small></span>`;
  const meaning = is === "value" ? [say("der", { is: part.field })] : told ? [
    tell("octet holds", told),
    tell(`octet takes-${told.takes}`),
    tell(told.covered.length ? "octet covered" : "octet uncovered", told),
    told.checked.length ? tell("octet checked", told) : null,
  ] : [say("octet", { is: `${is}-means` })];
  return html`
    <li id=${here} data-octets=${is} data-name=${part.name ?? part.field}>
      <details open=${is === "value" ? to - from < LONG : is !== "item"}><summary>${line}</summary>
        <div class="beside"><p>${meaning.filter(Boolean).join(" ")} <a href=${`#${here}`} aria-label=${tell("octet link", { from })}>#</a></p>
          ${nested && text === null ? null : html`<p><${Value} of=${hex(decoded ?? own)} head=${64} tail=${16} />${text === null ? null : html`<br /><${Value} of=${text} head=${64} tail=${16} />`}</p>`}</div>
        ${nested ? html`<${Parts} parts=${parts} bytes=${bytes} place=${place} fields=${is === "body" ? fields : {}} />` : null}
        ${within.length ? html`<${Parts} parts=${within} bytes=${decoded} place=${here} />` : null}
      </details>
    </li>`;
};
