/** A mode with numbers that fit on paper: on the arrows, and computed line by line. */

import { html, Name, tell, useState } from "../draw/markup.js";
import { Diagram } from "../draw/diagram.js";
import { get, useLoad } from "../lab/api.js";
import { useKeys } from "../lab/route.js";
import { fold } from "../model/fold.js";
import { between, undisturbed } from "../model/toy.js";

export const Toy = ({ mode }) => {
  const [open, set] = useState(false);
  const [seed, draw] = useState(0);
  const { data } = useLoad(async () => (open ? get(`/api/modes/${encodeURIComponent(mode)}/toy?seed=${seed}`) : null), [mode, open, seed]);
  const turn = () => set(!open);
  useKeys(() => ({ y: turn }));
  return html`<section class="panel toy" data-toy=${String(open)}><h2 id="toy">${tell("toy what")}</h2>
    <p><button type="button" data-action="toy" aria-expanded=${String(open)} onClick=${turn}>${tell(open ? "toy close" : "toy open")}</button></p>
    ${open && data ? html`<p data-seed=${data.seed}><strong class="toy-mark">${tell("toy mark")}</strong> ${tell("toy why")}</p>
      <${Shown} name="undisturbed" rows=${undisturbed(data.undisturbed)} of=${[data.undisturbed]} says=${tell("toy shared", { shared: data.undisturbed.shared, broken: data.broken.is })} />
      <${Broken} of=${data.broken} />
      <${Shown} name="between" rows=${between(data.between)} of=${data.between} says=${tell("toy apart", { client: data.between[0].shared, server: data.between[1].shared })} />
      <p><button type="button" data-action="draw" onClick=${() => draw(seed + 1)}>${tell("toy others")}</button></p>` : null}
  </section>`;
};

const NOBODY = fold([]);
const SOMEBODY = { ...NOBODY, attacker: { ...NOBODY.attacker, present: true, interferes: true } };

/** One drawing with what each end drew and computed. */
const Shown = ({ name, rows, of, says }) => html`<section data-exchange=${name}>
  <h3><strong class="toy-mark">${tell("toy mark")}</strong> ${tell(`toy ${name}`)}</h3>
  <${Diagram} rows=${rows} story=${of.length > 1 ? SOMEBODY : NOBODY} links=${false} keyless />
  <ul class="sums">
    ${of.flatMap(({ drawn }) => drawn).map(({ by, name: what, value }, i) => html`<li key=${`drawn ${i}`} class="line"><${Name} actor=${by} /> ${tell("toy drawn")} <code>${what} = ${value}</code></li>`)}
    ${of.flatMap(({ computed }) => computed).map((one, i) => html`<li key=${i} class="line" data-computed=${one.name}><${Name} actor=${one.by} /> ${tell("toy computes")} <${Sum} of=${one} /></li>`)}
  </ul>
  <p data-says><strong>${says}</strong></p></section>`;

/** A power, and the way there. */
const Sum = ({ of: { name, base, exponent, modulus, result, steps } }) => html`<code>${name} = ${base}<sup>${exponent}</sup> ${tell("toy modulo")} ${modulus} = <b>${result}</b></code>
  <small class="quiet">${steps.map(({ left, right, product, quotient, remainder }, i) => html`<code key=${i}>${left} · ${right} = ${product} = ${quotient} · ${modulus} + ${remainder}</code>${" "}`)}</small>`;

const Broken = ({ of }) => html`<section data-broken=${of.is}><h3><strong class="toy-mark">${tell("toy mark")}</strong> ${tell("toy listens")}</h3>
  <p>${tell(of.is === "factors" ? "toy factors" : "toy tries")}</p>
  <p>${of.is === "factors"
    ? html`<code>${of.n} = ${of.p} · ${of.q}</code> <code>(${of.p} − 1) · (${of.q} − 1) = ${of.phi}</code> <code>${of.e} · ${of.d} = ${of.e * of.d} = ${(of.e * of.d - 1) / of.phi} · ${of.phi} + 1</code>`
    : of.powers.map((power, i) => html`<code key=${i}>${of.g}<sup>${i + 1}</sup> = ${i + 1 === of.powers.length ? html`<b>${power}</b>` : power}</code> `)}</p></section>`;
