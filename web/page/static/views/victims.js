/** Victims of students' own, beside each other: what each does about every check, as its owner's lab graded it. */

import { html, Mark, phrase, tell, term, useState, visible } from "../draw/markup.js";
import { LabError, byField, get, post, useFault, useLoad } from "../lab/api.js";
import { lab, useLab } from "../lab/lab.js";
import { to } from "../lab/route.js";
import { Board } from "../draw/table.js";
import { OWN_DRESS, worst } from "../model/software.js";

/** What writes a report. */
const COMMAND = "interlock check --client PROGRAM --json";

export const Victims = () => {
  const { class: now, epoch } = useLab();
  const victims = useLoad(() => get("/api/class/victims"), [now?.worked, epoch]).data?.victims ?? [];
  const [fault, attempt] = useFault();
  const [open, show] = useState(null);
  const hand = (event) => attempt(async () => {
    try {
      await post("/api/class/victims", JSON.parse(await event.target.files[0].text()));
    } catch (error) {
      throw error instanceof SyntaxError ? new LabError(0, error.message, "report") : error;
    }
  }, byField);
  const checks = [...new Set(victims.flatMap(({ cells }) => cells.map(({ check }) => check)))];
  return html`<section class="panel victims"><h2>${tell("victims title")}</h2>
    <p class="quiet">${phrase("victims what", { command: html`<code>${COMMAND}</code>` })}</p>
    <p><label>${tell("victims file")} <input type="file" accept=".json,application/json" data-field="report" onChange=${hand} /></label> <span class="fault" role="alert">${fault}</span></p>
    ${victims.length ? html`<${Board} name=${tell("victims title")} heads=${checks.map((check) => check === "honest" ? html`<span class="upright">${check}</span>` : html`<a class="upright" href=${to.check(check)}>${check}</a>`)}>
        ${victims.map((victim) => html`<${Row} key=${`${victim.student} ${victim.role}`} victim=${victim} checks=${checks} show=${show} />`)}<//>
      <ul class="legend" aria-label=${tell("software grades")}>${Object.keys(OWN_DRESS).map((grade) => html`<li key=${grade}><${Mark} kind=${OWN_DRESS[grade]} /> ${term("victim-grade", grade)}</li>`)}</ul>` : html`<p class="empty">${tell(lab.role === "trainer" ? "victims none" : "victims none-own")}</p>`}
    ${open ? html`<div role="status" class="why"><strong>${visible(open.title)}</strong><ul>${open.cells.map(({ mode, grade, because }) => html`<li key=${mode}><code>${mode}</code> ${term("victim-grade", grade)}: ${visible(because)}</li>`)}</ul></div>` : null}
  </section>`;
};

/** A victim: a check that several modes perform is one cell, in which the worst of them counts. */
const Row = ({ victim: { student, name, role, cells }, checks, show }) => {
  const called = name === null ? tell("student number", { id: student }) : visible(name);
  return html`<tr data-victim=${student} data-role=${role}><th scope="row"><bdi>${called}</bdi> <small class="quiet">${term("word", role)}</small></th>${checks.map((check) => {
    const own = cells.filter((cell) => cell.check === check);
    const grade = worst(own.map((cell) => cell.grade));
    const title = tell("victims cell", { name: called, check, grade: grade && term("victim-grade", grade) });
    return html`<td key=${check}>${grade ? html`<button type="button" class="cell" title=${title} aria-label=${title} data-check=${check} data-grade=${grade} onClick=${() => show({ title, cells: own })}><${Mark} kind=${OWN_DRESS[grade]} /></button>` : null}</td>`;
  })}</tr>`;
};
