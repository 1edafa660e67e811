/** One connection of a real program, as far as it was seen: two lanes, time downwards, as in the diagram of a session. */

import { html, say, Shape, shorten, tell, word } from "./markup.js";
import { Arrow } from "./diagram.js";
import { useWidth } from "./room.js";
import { messages } from "../model/software.js";

/** Heights in sixteenths of the letter size: of the head, and of a row. */
const [HEAD, ROW] = [64, 44];

/** `attempt` as the audit has it, `name` of the program and its `role`, `check` that the attack is about. */
export const Connection = ({ attempt, name, role, check }) => {
  const [box, { width, unit }] = useWidth(280);
  const rows = messages(attempt, role).map((row) => ({ ...row, text: words(row, attempt, check) }));
  const x = { program: role === "client" ? 70 * unit : width - 70 * unit, attacker: role === "client" ? width - 70 * unit : 70 * unit };
  const tall = (HEAD + ROW * rows.length + 16) * unit;
  const lane = (who, actor, title) => html`<g class=${`lane ${actor}`} aria-hidden="true"><path class="lifeline" d=${`M${x[who]} ${52 * unit}V${tall}`} />
    <${Shape} actor=${actor} size=${24 * unit} x=${x[who]} y=${16 * unit} /><text x=${x[who]} y=${46 * unit} text-anchor="middle">${title}</text></g>`;
  return html`<div class="diagram connection" ref=${box} data-depth=${attempt.depth}>
    <svg width=${width} height=${tall} role="list" aria-label=${tell("software connection")}>
      ${lane("program", role, shorten(name, 16, 0))}${lane("attacker", "attacker", word("attacker"))}
      ${rows.map((row, i) => {
        const [from, until] = row.from === "program" ? [x.program, x.attacker] : [x.attacker, x.program];
        const [y, toward] = [(HEAD + ROW * i + 30) * unit, Math.sign(until - from)];
        const taken = ["canary", "answer", "kept"].includes(row.says);
        return html`<g key=${i} class="row" role="listitem" aria-label=${row.text} data-says=${row.says}>
          <text class=${`caption ${taken ? "read" : "message"}`} x=${width / 2} y=${y - 8 * unit} text-anchor="middle">${shorten(row.text, Math.max(20, Math.floor(width / (8.5 * unit)) - 4), 0)}</text>
          <${Arrow} from=${from + 6 * unit * toward} to=${until - 6 * unit * toward} y=${y} unit=${unit} open=${row.open} style="solid" /></g>`;
      })}
    </svg></div>`;
};

const words = ({ says, end }, { server_name: name, version }, check) =>
  says === "ends" ? say("connection", end) ?? end.is : tell(`wire ${says}`, { name: name ?? null, version: version?.replace("_", ".").replace("TLSv", "TLS ") ?? null, check });
