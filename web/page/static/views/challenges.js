/** Tasks that the lab checks by itself: each is solved by a session that is as wanted. Alone, in a class's exercise, and who of it solved what. */

import { html, tell, useState, visible } from "../draw/markup.js";
import { get, post, remove, useFault, useLoad } from "../lab/api.js";
import { lab, newest, useLab } from "../lab/lab.js";
import { to } from "../lab/route.js";
import { Table } from "../draw/table.js";
import { keepSince, since, spoken } from "../lab/settings.js";
import { RunForm } from "./run.js";

export const ChallengesPage = () => {
  const { class: now } = useLab();
  if (!since("tasks")) keepSince("tasks", Date.now());
  const [from, setFrom] = useState(since("tasks"));
  const { challenges, own } = useTasks(from);
  const again = () => {
    keepSince("tasks", Date.now());
    setFrom(since("tasks"));
  };
  return html`<div class="line"><h1 tabindex="-1">${tell("title challenges")}</h1><${Solved} tasks=${challenges} />
      ${own ? null : html`<button type="button" class="small" data-action="again" onClick=${again}>${tell("challenge again")}</button>`}</div>
    ${own ? html`<${Own} own=${own} open=${Boolean(now?.exercise)} />` : null}
    <${Tasks} tasks=${challenges} />
    ${lab.role === "trainer" ? html`<${Students} />` : null}`;
};

/** The tasks with the sessions that solved them since then, and how a student stands: asked for again with whatever may solve one. */
function useTasks(from = 0) {
  const { class: now, epoch } = useLab();
  const judged = newest().filter(({ status }) => status === "done").length;
  const { challenges = [], own = null } = useLoad(() => get(`/api/challenges?since=${from}`), [from, judged, now?.worked, now?.scene, epoch]).data ?? {};
  return { challenges, own };
}

/** A scene in which each runs scenarios of its own. */
export const Exercise = ({ now }) => {
  const { challenges, own } = useTasks();
  const tasks = chosen(challenges, now);
  return html`<article class="exercise" data-exercise>
    <div class="line"><h1 tabindex="-1">${spoken(now.title)}</h1>${own ? html`<${Solved} tasks=${tasks} />` : null}</div>
    ${own ? html`<${Own} own=${own} open />` : null}
    <${Tasks} tasks=${own ? tasks : tasks.map((task) => ({ ...task, solved: null }))} />
    ${own ? html`<section class="panel"><h2>${tell("student run")}</h2><${RunForm} /></section>` : null}
  </article>`;
};

/** Those of the tasks that the exercise is about; all where it names none. */
const chosen = (tasks, now) => (now?.exercise?.tasks.length ? tasks.filter(({ id }) => now.exercise.tasks.includes(id)) : tasks);

const Solved = ({ tasks }) => html`<strong role="status" data-solved>${tell("challenge solved", { solved: tasks.filter(({ solved }) => solved).length, all: tasks.length })}</strong>`;

const Tasks = ({ tasks }) => html`<ol class="challenges">${tasks.map(({ id, task, hint, solved }) => html`<li key=${id} class="panel" data-challenge=${id} data-solved=${String(Boolean(solved))}>
  <p>${solved ? html`<a href=${to.session(solved)}>✓ ${tell("challenge by")}</a> ` : ""}${spoken(task)}</p>
  <details><summary>${tell("challenge hint")}</summary><p>${spoken(hint)}</p></details></li>`)}</ol>`;

/** How a student stands, and what it wants to be called. */
const Own = ({ own, open }) => {
  const [name, setName] = useState(null);
  const [fault, attempt] = useFault();
  const take = (event) => {
    event.preventDefault();
    attempt(() => post("/api/class/name", { name: name ?? "" }).then(() => setName(null)));
  };
  return html`<form class="line own" onSubmit=${take}>
    <strong role="status" data-left=${own.left}>${tell(!open ? "student closed" : own.runs ? "student runs" : "student left", own)}</strong>
    <label>${tell("student name")} <input name="nickname" maxlength="24" autocomplete="off" value=${name ?? own.name ?? ""} onInput=${(event) => setName(event.target.value)} /></label>
    <button type="submit" class="small" disabled=${name === null}>${tell("student take")}</button>
    <span class="fault" role="alert">${fault}</span></form>`;
};

/** Rows that are shown; the route has all. */
const MOST = 300;

/** Who has solved what: for the speaker alone, whose window may be kept off the projector. */
export const Students = () => {
  const { class: now, epoch } = useLab();
  const students = useLoad(() => get("/api/class/students"), [now?.worked, now?.loaded, now?.began, epoch]).data?.students ?? [];
  const tasks = chosen(useTasks().challenges, now);
  const [fault, attempt] = useFault();
  const unname = (id) => () => attempt(() => remove(`/api/class/students/${id}`));
  if (!students.length) return now?.exercise ? html`<section class="panel"><h2>${tell("student who")}</h2><p class="empty">${tell("student nobody")}</p></section>` : null;
  const called = ({ id, name }) => (name === null ? tell("student number", { id }) : visible(name));
  const head = ({ id, task }) => html`<abbr title=${spoken(task)}>${id}</abbr><br /><small>${tell("student solved", { count: students.filter(({ solved }) => solved[id]).length, all: students.length })}</small>`;
  return html`<section class="panel students"><h2>${tell("student who")}</h2>
    <${Table} name=${tell("student who")} kind="figures" heads=${[tell("student called"), tell("student sessions"), ...tasks.map(head)]}>
      ${students.slice(0, MOST).map((student) => html`<tr key=${student.id} data-student=${student.id}>
        <th scope="row"><bdi>${called(student)}</bdi>${student.name === null ? null : html` <button type="button" class="small" data-action="unname" aria-label=${tell("student unname", { name: called(student) })} onClick=${unname(student.id)}>✕</button>`}</th>
        <td>${student.sessions}</td>${tasks.map(({ id }) => html`<td key=${id} data-task=${id}>${student.solved[id] ? html`<a href=${to.session(student.solved[id])} aria-label=${`${called(student)}: ${id}`}>✓</a>` : "–"}</td>`)}</tr>`)}<//>
    ${students.length > MOST ? html`<p class="quiet">${tell("diagram more", { count: students.length - MOST })}</p>` : null}
    <p class="fault" role="alert">${fault}</p></section>`;
};
