/** A class: everybody sees the scene that the speaker has chosen, at its row; the speaker has notes, the time, and the keys of a clicker. */

import { html, tell, term, useEffect, useMemo, useState, visible } from "../draw/markup.js";
import { LabError, byField, get, post, useFault, useLoad } from "../lab/api.js";
import { Comparison } from "./compare.js";
import { ending, useRedraw } from "../hooks/listen.js";
import { attend, lab, useLab } from "../lab/lab.js";
import { to, useKeys } from "../lab/route.js";
import { keep, kept, spoken } from "../lab/settings.js";
import { Exercise, Students } from "./challenges.js";
import { useSession } from "./session.js";
import { Invitation } from "./join.js";
import { Stage } from "./stage.js";
import { rows as rowsOf } from "../model/rows.js";
import { parse } from "../model/text.js";

/** Does it, or says nothing: what the class shows is what the lab says of it. */
const steer = (action) => post("/api/class", action).then(attend, (error) => (error instanceof LabError ? null : Promise.reject(error)));

/** The scene that is shown, by its key, and how many rows it has. */
let shown = { key: null, rows: 0 };

/** What the speaker's keys do, where the class is now. While a scene is still loading, none leads on. */
function hand() {
  if (lab.role === "viewer" || !lab.class?.lesson) return {};
  const last = lab.class.sessions.length !== 1 ? 0 : shown.key === keyOf(lab.class) ? shown.rows : null;
  const { scene, scenes, row, sealed, black, question, scenarios } = lab.class;
  const asked = question?.state ?? "closed";
  const go = (to, at = null) => (to >= 1 && to <= scenes ? steer({ do: "go", scene: to, row: at }) : null);
  const next = () => (asked === "open" ? steer({ do: "reveal" }) : asked === "told" ? steer({ do: "close" }) : last === null ? null
    : row < last + (sealed ? 0 : 1) && last ? go(scene, row + 1) : question && !question.done && (sealed || !scenarios.length) ? steer({ do: "ask" }) : go(scene + 1));
  const back = () => (asked !== "closed" ? steer({ do: "close" }) : last === null ? null : row > 1 && last ? go(scene, Math.min(row, last + 1) - 1) : go(scene - 1));
  const dark = () => steer({ do: "black", on: !black });
  const start = () => steer({ do: "start" });
  const vote = (answer) => () => (asked === "open" ? steer({ do: "hand", answer }) : null);
  return { PageDown: next, ArrowRight: next, " ": next, PageUp: back, ArrowLeft: back, b: dark, ".": dark, Home: start, 0: start, a: () => (question ? steer({ do: "ask" }) : null),
    ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [n, vote(n)])) };
}

/** Presses a key of the clicker. */
const press = (key) => () => dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));

/** How others join, where they can. */
const Invited = () => {
  const { data } = useLoad(async () => (lab.exposed ? get("/api/invitation") : null), []);
  return data ? html`<${Invitation} invited=${data} speaker=${lab.role === "trainer" && location.pathname === to.list("present")} />` : null;
};

/** The scene as everybody sees it. */
const Screen = ({ now, preview = false }) => {
  const id = now.sessions.length === 1 ? now.sessions[0] : null;
  const { data } = useSession(id);
  const events = lab.events.get(id) ?? NONE;
  const rows = useMemo(() => rowsOf(events), [events]);
  useEffect(() => {
    shown = { key: keyOf(now), rows: events.length ? rows.length : null };
  });
  const session = lab.sessions.get(id) ?? data;
  if (now.black && !preview) return html`<div class="blackout" data-black></div>`;
  if (now.question && now.question.state !== "closed") return html`<${Question} key=${now.question.round} ...${now.question} />`;
  if (session && rows.length) return html`<${Stage} session=${session} events=${events} rows=${rows} row=${now.row - 1} follow=${preview ? "preview" : "class"} />`;
  if (now.sessions.length === 2 && !now.sealed && !preview) return html`<${Comparison} left=${now.sessions[0]} right=${now.sessions[1]} />`;
  if (now.exercise) return html`<${Exercise} now=${now} />`;
  return html`<article class="slide"><h1 tabindex="-1">${spoken(now.title)}</h1>${now.scenarios.map((one) => html`<p key=${one} class="scenario">${visible(one)}</p>`)}${now.scenarios.length || preview ? null : html`<${Invited} />`}</article>`;
};

const NONE = [];

/** The question, and what can be answered; once it is told, how many said what, and what is right. */
const Question = ({ state, round, ask, answers, answered, tally, right }) => {
  // Whoever leaves and comes back sees what it answered.
  const put = `${lab.class.began} ${round}`;
  const [mine, choose] = useState(Number(kept("answer")?.split(`${put} `)[1]) || null);
  const [fault, attempt] = useFault();
  const answer = (i) => async () => {
    if (lab.role !== "viewer") return press(String(i))();
    await attempt(() => post("/api/class/answer", { answer: i }).then(() => {
      keep("answer", `${put} ${i}`);
      choose(i);
    }), byField);
  };
  return html`<article class="question" data-question=${state}>
    <h1 tabindex="-1">${spoken(ask)}</h1>
    <ol>${answers.map((text, i) => html`<li key=${i} data-right=${String(right === i + 1)}>
      <button type="button" disabled=${state !== "open"} aria-pressed=${String(mine === i + 1)} data-answer=${i + 1} onClick=${answer(i + 1)}>${right === i + 1 ? "✓ " : ""}${spoken(text)}</button>
      ${tally ? html`<span class="line"><progress max=${Math.max(1, ...tally)} value=${tally[i]} aria-label=${spoken(text)}></progress> <b>${tally[i]}</b></span>` : null}</li>`)}</ol>
    <p role="status">${tell(mine === null ? "class answered" : "class counted", { answered })}</p><p class="fault" role="alert">${fault}</p>
  </article>`;
};

/** A scene anew where another is shown, or where it is told what came of it. */
const keyOf = ({ loaded, scene, sealed, sessions }) => [loaded, scene, sealed, ...sessions].join(" ");

export const ClassPage = () => {
  const { class: now } = useLab();
  useKeys(hand);
  if (!now?.lesson) return html`<h1 class="unseen" tabindex="-1">${tell("title class")}</h1><p class="empty" data-class="none">${tell("class none")}</p><${Invited} />`;
  return html`<div class="class" data-scene=${now.scene} data-sealed=${String(now.sealed)}><${Screen} key=${keyOf(now)} now=${now} /></div>`;
};

/** The speaker's own window: notes, what comes next, the time, and what the class sees, small. */
export const PresentPage = () => {
  const { class: now, epoch } = useLab();
  useKeys(hand);
  const { data: script } = useLoad(async () => (now?.lesson ? get("/api/lesson") : null), [now?.loaded, now?.ready, now?.question?.answered, epoch]);
  const tick = useRedraw();
  useEffect(() => ending(setInterval(tick, 1000)), []);
  if (!now?.lesson || !script || script.lesson.scenes.length !== now.scenes) return html`<h1 tabindex="-1">${tell("title present")}</h1><${Lessons} />`;
  const { scenes } = script.lesson;
  const [here, next] = [scenes[now.scene - 1], scenes[now.scene]];
  const planned = (until) => scenes.slice(0, until).reduce((sum, { minutes }) => sum + minutes, 0);
  return html`<article class="present" data-scene=${now.scene} data-ready=${now.ready}>
    <header class="line"><h1 tabindex="-1">${now.scene}/${now.scenes} ${spoken(here.title)}</h1>
      <strong data-timer>${tell("class time", { spent: Math.floor((Date.now() - now.began) / 60000), planned: planned(now.scene), all: planned(scenes.length) })}</strong></header>
    <nav class="clicker" aria-label=${tell("class clicker")}>
      <button type="button" data-action="back" onClick=${press("PageUp")}>◀ ${tell("class back")}</button>
      <button type="button" class="primary" data-action="next" onClick=${press("PageDown")}>${tell("class next")} ▶</button>
    </nav>
    <p class="line"><button type="button" aria-pressed=${String(now.black)} data-action="black" onClick=${press("b")}>${tell("class black")}</button>
      ${now.question ? html`<button type="button" data-action="ask" onClick=${press("a")}>${tell("class ask")}</button>` : null}
      <button type="button" data-action="start" onClick=${press("Home")}>${tell("class start")}</button>
      <a class="button" href=${to.list("class")} target="_blank">${tell("class window")}</a></p>
    <div class="sides"><section class="panel notes"><h2>${tell("class notes")}</h2><p>${here.notes ? spoken(here.notes) : tell("class no-notes")}</p>
      ${here.question ? html`<p data-tally>${here.question.answers.map((text, i) => html`<span key=${i}>${here.question.right === i + 1 ? "✓ " : ""}${spoken(text)}: <b>${script.tally[i] ?? 0}</b><br /></span>`)}</p>` : null}
      <p class="quiet" data-next>${next ? tell("class then", { title: spoken(next.title) }) : tell("class last")}</p></section>
      <section class="panel preview" aria-label=${tell("class preview")}><${Screen} key=${keyOf(now)} now=${now} preview /></section></div>
    <section class="panel"><h2><span role="status" data-rehearsed>${tell("class ready", now)}</span></h2>
      <ol class="scenes">${scenes.map(({ title, minutes }, i) => html`<li key=${i} data-ready=${script.rehearsed[i].ready} aria-current=${i + 1 === now.scene ? "step" : undefined}>
        <button type="button" class="small" onClick=${() => steer({ do: "go", scene: i + 1 })}>${spoken(title)}</button> ${tell("class minutes", { minutes })} · ${tell(`rehearsal ${script.rehearsed[i].ready}`)}${script.rehearsed[i].kinds.map((kind) => ` · ${term("kind", kind)}`)}</li>`)}</ol></section>
    <${Students} />
    ${lab.exposed ? html`<section class="panel"><${Invited} /></section>` : null}
    <details><summary>${tell("class other")}</summary><${Lessons} /></details>
  </article>`;
};

/** Lessons to take up: those that come with the program, and a file. */
const Lessons = () => {
  const { data } = useLoad(() => get("/api/lessons"), []);
  const [fault, attempt] = useFault();
  const read = (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new LabError(0, error.message);
    }
  };
  const load = (wanted) => (event) => attempt(async () => attend(await post("/api/lesson", wanted ?? { lesson: read(await event.target.files[0].text()) })),
    byField);
  return html`<section class="panel lessons">
    ${(data?.lessons ?? []).map(({ name, title, minutes, scenes }) => html`<p key=${name}><button type="button" data-lesson=${name} onClick=${load({ name })}>${spoken(title)}</button> ${tell("class offer", { minutes, scenes })}</p>`)}
    <label>${tell("class file")} <input type="file" accept=".json,application/json" onChange=${load(null)} /></label>
    <p class="fault" role="alert">${fault}</p></section>`;
};
