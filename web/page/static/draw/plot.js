/** Time against size: what was measured, what was published, and, dashed, what the formulas say beyond it. */

import { html, tell } from "./markup.js";
import { modelled, safe } from "../model/costs.js";
import { superscript } from "../model/text.js";
import { useWidth } from "./room.js";

const YEAR = 31_557_600;
/** The drawing's corners: bits and core seconds, both on logarithmic scales. */
const [LEAST, MOST, QUICK, LONG] = [40, 2500, 1e-3, 1e36];
/** Sizes that deployed primes have had, and for which the curves are read off. */
export const DEPLOYED = [512, 1024, 2048];

const SIZES = [{ bits: 48 }, { bits: 64, wide: true }, { bits: 96, wide: true }, { bits: 128 }, { bits: 200, wide: true }, { bits: 256 }, { bits: 512 }, { bits: 1024, wide: true }, { bits: 2048 }];
const TIMES = [
  { seconds: 1e-3, key: "millisecond" }, { seconds: 1, key: "second" }, { seconds: 3600, key: "hour" }, { seconds: YEAR, key: "year" },
  { seconds: 1e3 * YEAR, key: "years", count: "1000" }, { seconds: 1e6 * YEAR, key: "years", count: "10⁶" },
  // 13.8 thousand million years.
  { seconds: 13.8e9 * YEAR, key: "universe", short: "universe-short", strong: true },
  ...[15, 20, 25].map((power) => ({ seconds: 10 ** power * YEAR, key: "years", count: `10${superscript(power)}` })),
];

/** Functions from bits and seconds to pixels. */
function scales(width, height, unit) {
  const narrow = width < 560 * unit;
  const [left, right, top, bottom] = [(narrow ? 106 : 206) * unit, width - (narrow ? 12 : 28) * unit, 16 * unit, height - 56 * unit];
  const part = (value, from, to) => Math.log(value / from) / Math.log(to / from);
  return {
    narrow, left, right, top, bottom,
    x: (bits) => left + (right - left) * part(bits, LEAST, MOST),
    y: (seconds) => bottom - (bottom - top) * part(Math.min(LONG, Math.max(QUICK, seconds)), QUICK, LONG),
  };
}

const path = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/** Sizes from one to another, evenly on the logarithmic scale. */
const sizes = (from, to) => Array.from({ length: 49 }, (_, i) => from * (to / from) ** (i / 48));

/** `data` as the lab gives it; `bits` is the size that is asked about. */
export const Plot = ({ data, bits }) => {
  const [box, { width, unit }] = useWidth(280);
  const height = Math.round(Math.min(Math.max(width * 0.56, 430 * unit), 760 * unit));
  const { x, y, left, right, top, bottom, narrow } = scales(width, height, unit);
  const rows = safe(data.measured);
  const [lab, records] = ["lab", "records"].map((id) => data.models.find((model) => model.id === id));
  const curve = (model, from) => path(sizes(from, 2048).map((size) => [x(size), y(modelled(size, model, data))]));
  const last = rows.at(-1);
  const told = data.records.filter((record) => record.core_seconds !== null);
  return html`
    <div class="plot" ref=${box}>
      <svg width=${width} height=${height} role="img" aria-label=${tell("plot what")}>
        ${TIMES.map(({ seconds, key, short = key, count, strong }) => html`<g key=${seconds} class=${`guide ${strong ? "strong" : ""}`}>
          <line x1=${left} x2=${right} y1=${y(seconds)} y2=${y(seconds)} />
          <text x=${left - 10 * unit} y=${y(seconds) + 5 * unit} text-anchor="end">${tell(`plot ${narrow ? short : key}`, { count })}</text></g>`)}
        ${SIZES.filter(({ wide }) => !narrow || !wide).map(({ bits }) => html`<g key=${bits} class="guide">
          <line x1=${x(bits)} x2=${x(bits)} y1=${top} y2=${bottom} /><text x=${x(bits)} y=${bottom + 22 * unit} text-anchor="middle">${bits}</text></g>`)}
        <text class="axis-name" x=${(left + right) / 2} y=${height - 8 * unit} text-anchor="middle">${tell("plot bits")}</text>
        ${last && lab ? html`<path class="curve lab beyond" d=${curve(lab, last.bits)} />` : null}
        ${records ? html`<path class="curve records beyond" d=${curve(records, 364)} />` : null}
        ${rows.length ? html`
          <path class="curve lab" d=${path(rows.map((row) => [x(row.bits), y(row.core_seconds)]))} />
          <path class="curve each" d=${path(rows.map((row) => [x(row.bits), y(row.session_seconds)]))} />` : null}
        ${rows.map((row) => html`<g key=${row.bits}><circle class="point measured" cx=${x(row.bits)} cy=${y(row.core_seconds)} r=${5 * unit} />
          <circle class="point each" cx=${x(row.bits)} cy=${y(row.session_seconds)} r=${4 * unit} /></g>`)}
        ${data.measured.filter((row) => row.factor_bits !== null).slice(0, 1).map((row) => html`<g key="smooth">
          <${Diamond} x=${x(row.bits)} y=${y(row.core_seconds)} size=${8 * unit} name="point smooth" />
          <text class="note" x=${x(row.bits)} y=${y(row.core_seconds) + 26 * unit} text-anchor="middle">${tell(narrow ? "plot smooth-short" : "plot smooth", { bits: row.bits })}</text></g>`)}
        ${told.map((record) => html`<g key=${record.bits} class="record"><rect class="point" x=${x(record.bits) - 5 * unit} y=${y(record.core_seconds) - 5 * unit} width=${10 * unit} height=${10 * unit} />
          ${narrow || ![431, 512, 795].includes(record.bits) ? null : html`<${RecordName} record=${record} x=${x(record.bits)} y=${y(record.core_seconds)} unit=${unit} />`}</g>`)}
        ${data.sessions.filter((session) => session.found && session.seconds > 0).map((session) => html`
          <${Diamond} key=${session.session} x=${x(session.bits)} y=${y(session.seconds)} size=${(session.prepared_by ? 5 : 7) * unit}
            name=${`point own ${session.prepared_by ? "saved" : ""}`} />`)}
        ${DEPLOYED.flatMap((size) => [lab, records].filter(Boolean).map((model) => {
          const seconds = modelled(size, model, data);
          return seconds === null ? null : html`<path key=${`${size} ${model.id}`} class=${`reading ${model.id}`} d=${`M${x(size) - 6 * unit} ${y(seconds)}h${12 * unit}M${x(size)} ${y(seconds) - 6 * unit}v${12 * unit}`} />`;
        }))}
        <g class="asked"><line x1=${x(bits)} x2=${x(bits)} y1=${top} y2=${bottom} />
          <text x=${x(bits)} y=${top + 12 * unit} text-anchor=${bits > 900 ? "end" : "start"} dx=${(bits > 900 ? -7 : 7) * unit}>${tell("prime bits", { bits })}</text></g>
      </svg>
    </div>`;
};

/** To the right below its mark, where the curve of the formula is not; the older ones stand above that curve. */
const RecordName = ({ record, x, y, unit }) => {
  const above = record.bits < 500;
  return html`<text class="note" x=${x + (above ? -8 : 11) * unit} y=${y + (above ? -12 : 18) * unit} text-anchor=${above ? "end" : "start"}>${
    tell("plot record", { bits: record.bits, year: record.date.slice(0, 4) })}</text>`;
};

const Diamond = ({ x, y, size, name }) => html`<path class=${name} d=${`M${x} ${y - size}L${x + size} ${y}L${x} ${y + size}L${x - size} ${y}Z`} />`;

const KEY = [
  ["measured", html`<circle class="point measured" cx="12" cy="9" r="5" />`],
  ["each", html`<circle class="point each" cx="12" cy="9" r="4" />`],
  ["own", html`<path class="point own" d="M12 2 19 9 12 16 5 9Z" />`],
  ["record", html`<g class="record"><rect class="point" x="7" y="4" width="10" height="10" /></g>`],
  ["lab", html`<path class="curve lab beyond" d="M0 9H24" />`],
  ["records", html`<path class="curve records beyond" d="M0 9H24" />`],
];

export const PlotKey = () => html`
  <ul class="lines plot-key">${KEY.map(([name, drawn]) => html`<li key=${name}><svg width="24" height="18" aria-hidden="true">${drawn}</svg> ${tell(`drawn ${name}`)}</li>`)}</ul>`;
