/** Tasks that the lab checks by itself: each is solved by a session that is as wanted. */

import { html, useState } from "../vendor/preact.js";
import { get, useLoad } from "../lab/api.js";
import { spoken } from "./class.js";
import { newest, useLab } from "../lab/lab.js";
import { to } from "../lab/route.js";
import { keepSince, since } from "../lab/settings.js";
import { tell } from "../model/words.js";

export const ChallengesPage = () => {
  useLab();
  if (!since("tasks")) keepSince("tasks", Date.now());
  const [from, setFrom] = useState(since("tasks"));
  const judged = newest().filter(({ status }) => status === "done").length;
  const tasks = useLoad(() => get(`/api/challenges?since=${from}`), [from, judged]).data?.challenges ?? [];
  const again = () => {
    keepSince("tasks", Date.now());
    setFrom(since("tasks"));
  };
  return html`<div class="line"><h1 tabindex="-1">${tell("title challenges")}</h1>
      <strong role="status" data-solved>${tell("challenge solved", { solved: tasks.filter(({ solved }) => solved).length, all: tasks.length })}</strong>
      <button type="button" class="small" data-action="again" onClick=${again}>${tell("challenge again")}</button></div>
    <ol class="challenges">${tasks.map(({ id, task, hint, solved }) => html`<li key=${id} class="panel" data-challenge=${id} data-solved=${String(Boolean(solved))}>
      <p>${solved ? html`<a href=${to.session(solved)}>✓ ${tell("challenge by")}</a> ` : ""}${spoken(task)}</p><details><summary>${tell("challenge hint")}</summary><p>${spoken(hint)}</p></details></li>`)}</ol>`;
};
