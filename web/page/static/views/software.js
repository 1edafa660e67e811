/** Real software: which of it is installed here, how each attack on it went, and, of one program, what it was shown and did. */

import { Copy, html, Mark, phrase, Prose, say, shorten, tell, term, useEffect, useRef, visible } from "../draw/markup.js";
import { get, post, remove, useFault, useLoad } from "../lab/api.js";
import { lab, useLab } from "../lab/lab.js";
import { to } from "../lab/route.js";
import { Connection } from "../draw/connection.js";
import { Board } from "../draw/table.js";
import { DRESS, worst } from "../model/software.js";
import { Chains } from "./chains.js";
import { Unloaded } from "./states.js";
import { Victims } from "./victims.js";

/** `/api/software`, asked for again when something came of an audit. */
const useSoftware = () => {
  const { software, epoch } = useLab();
  return useLoad(() => get("/api/software"), [software.news, epoch]);
};

export const SoftwarePage = () => {
  const { data, error } = useSoftware();
  const [fault, attempt] = useFault();
  if (!data) return html`<${Unloaded} error=${error} what="software" />`;
  const installed = data.programs.filter(({ standing }) => standing.is !== "absent");
  const absent = data.programs.filter(({ standing }) => standing.is === "absent");
  const busy = installed.some(({ standing }) => ["runs", "waits"].includes(standing.is));
  const audit = (programs) => () => attempt(async () => {
    for (const { id } of programs) await post("/api/software", { program: id });
  });
  return html`<article class="software" data-busy=${String(busy)}>
    <div class="line"><h1 tabindex="-1">${tell("title software")}</h1>
      ${lab.role !== "trainer" ? null : busy ? html`<button type="button" data-action="cancel-audits" onClick=${() => attempt(() => remove("/api/software"))}>${tell("software stop")}</button>`
        : html`<button type="button" class="primary" data-action="audit-all" onClick=${audit(installed)}>${tell("software all", { count: installed.length })}</button>`}</div>
    <p class="summary">${tell("software what")}</p>
    <p class="fault" role="alert">${fault}</p>
    ${["client", "server"].map((role) => html`<${Grades} key=${role} role=${role} programs=${installed.filter((program) => program.role === role)} attacks=${data.attacks} audit=${busy ? null : audit} />`)}
    <ul class="legend" aria-label=${tell("software grades")}>${Object.keys(DRESS).map((grade) => html`<li key=${grade}><${Mark} kind=${DRESS[grade]} /> ${term("software-grade", grade)}</li>`)}</ul>
    ${absent.length ? html`<p class="quiet" data-absent>${tell("software absent", { names: absent.map(({ role, name }) => `${name} (${term("word", role)})`) })}</p>` : null}
    <${Victims} />
  </article>`;
};

/** The programs of one role by the attacks that any of them was put to. */
const Grades = ({ role, programs, attacks, audit }) => {
  if (!programs.length) return null;
  const met = new Set(programs.flatMap(({ cells }) => cells.map(({ attack }) => attack)));
  const columns = attacks.filter(({ attack }) => met.has(attack));
  return html`<section class="panel"><h2>${tell(`software ${role}s`)}</h2>
    <${Board} name=${tell(`software ${role}s`)} heads=${columns.map(({ attack, check }) => html`<a class="upright" href=${to.check(check)} title=${tell("software stops", { check })}>${attack}</a>`)}>
      ${programs.map((program) => html`<${Program} key=${program.id} program=${program} columns=${columns} audit=${audit} />`)}<//></section>`;
};

const Program = ({ program, columns, audit }) => {
  const { id, name, version, standing, cells } = program;
  const grades = new Map(cells.map(({ attack, grade }) => [attack, grade]));
  return html`<tr data-program=${id} data-standing=${standing.is}>
    <th scope="row">${lab.role === "trainer" && audit ? html`<button type="button" class="small" data-action="audit" aria-label=${tell("software audit", { name })} onClick=${audit([program])}>▸</button> ` : null}${
      cells.length ? html`<a href=${to.software(id)}>${name}</a>` : name} <small class="quiet" title=${visible(version ?? "")}>${number(version)}</small> <${Standing} program=${program} /></th>
    ${columns.map(({ attack }) => {
      const grade = grades.get(attack);
      const label = tell("software cell", { name, attack, grade: grade ? term("software-grade", grade) : null });
      return html`<td key=${attack}>${grade ? html`<a class="cell" href=${to.software(id, attack)} title=${label} aria-label=${label} data-attack=${attack} data-grade=${grade}><${Mark} kind=${DRESS[grade]} /></a>` : null}</td>`;
    })}</tr>`;
};

/** The number in a program's version. */
const number = (version) => shorten(/\d[\w.]*/.exec(version ?? "")?.[0] ?? "", 12, 0);

/** How far a program is, in words; nothing where that is seen. */
const Standing = ({ program: { id, standing } }) => {
  const at = lab.software.at?.program === id ? lab.software.at : standing;
  if (standing.is === "runs") return html`<span class="line"><progress max=${at.all} value=${at.done} aria-label=${tell("software runs", at)}></progress> <small>${at.done}/${at.all}</small></span>`;
  return ["waits", "failed"].includes(standing.is) ? html`<small>${tell(`software ${standing.is}`, { error: standing.error ?? "" })}</small>` : null;
};

/** One program: its attacks beside one of them whole. */
export const ProgramPage = ({ id, attack }) => {
  const { software, epoch } = useLab();
  const { data, error } = useLoad(() => get(`/api/software/${encodeURIComponent(id)}`), [id, software.news, epoch]);
  const sides = useRef(null);
  // What was chosen is what is seen: in the list beside it, and, where the two stand one below the other, by itself.
  useEffect(() => {
    if (attack === null || !sides.current) return;
    const [list, whole] = sides.current.children;
    list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    scrollTo(0, 0);
    if (whole.getBoundingClientRect().top >= list.getBoundingClientRect().bottom) whole.scrollIntoView();
  }, [attack, data === null]);
  if (!data) return html`<${Unloaded} error=${error} what="program" loading="software" />`;
  const role = data.client === undefined ? "server" : "client";
  const name = data[role];
  const loud = worst(data.cells.map(({ grade }) => grade));
  const at = Math.max(0, data.cells.findIndex((cell) => (attack === null ? cell.grade === loud : cell.attack === attack)));
  const cell = data.cells[at];
  return html`<article class="software program" data-program=${id} data-attack=${cell?.attack}>
    <p class="quiet"><a href=${to.list("software")}>${tell("title software")}</a> · ${visible(name)} ${number(data.version)}</p>
    <div class="sides" ref=${sides}>
      <nav class="panel" aria-label=${tell("software attacks")}><ol class="attacks">${data.cells.map((one) => html`<li key=${one.attack}>
        <a class="line" href=${to.software(id, one.attack)} aria-current=${one === cell ? "true" : undefined}><${Mark} kind=${DRESS[one.grade]} /> ${one.attack}</a></li>`)}</ol></nav>
      ${cell ? html`<${Cell} key=${cell.attack} cell=${cell} chains=${data.chains[at]} name=${name} role=${role} />` : html`<p class="empty">${tell("software nothing")}</p>`}
    </div></article>`;
};

const Cell = ({ cell, chains, name, role }) => {
  const { attack, check, grade, grounds, connections, twin, repeat } = cell;
  // What it printed stands by itself.
  const because = say("audit", { ...grounds, says: null }, undefined, visible) ?? cell.because;
  return html`<section class="panel whole" data-grade=${grade}>
    <p class="line"><span class="badge big"><${Mark} kind=${DRESS[grade]} /><span>${term("software-grade", grade)}</span></span> <span class="scenario">${attack}</span> <a href=${to.check(check)}>${check}</a></p>
    <h1 tabindex="-1" data-because><${Prose} of=${`${visible(name)}: ${because}.`} limit=${400} /></h1>
    ${grounds.says ? html`<p>${phrase("software says", { text: html`<q class="says"><${Prose} of=${grounds.says} limit=${200} /></q>` })}</p>` : null}
    <p class="quiet" data-twin=${twin}>${tell(`software twin-${twin}`)}</p>
    ${connections.map((connection, i) => html`<section key=${i}><h2>${tell("software connection-number", { number: i + 1, of: connections.length })}</h2>
      <${Connection} attempt=${connection} name=${name} role=${role} check=${check} /></section>`)}
    ${chains.length ? html`<h2>${tell("software chain")}</h2><${Chains} chains=${chains} verdict=${null} alone />` : null}
    <h2>${tell("software repeat")}</h2><p class="line"><code class="repeat">${visible(repeat)}</code> <${Copy} text=${repeat} /></p>
  </section>`;
};
