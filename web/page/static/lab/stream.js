/** The live stream: server-sent events, resumed where they broke off, and a word on how things stand. */

import { get } from "./api.js";
import { parse } from "../model/text.js";
import { attend, changed, doubt, drop, forget, hear, lab, learn } from "./lab.js";

/** Out of touch for longer than this is called cut off. */
const PATIENCE = 4000;

let source = null;
let cutting = null;

/**
 * Connects and stays connected for as long as the page is looked at. A hidden page holds no connection: a browser has only
 * six for each lab, and a few sessions opened in tabs of their own would leave none to show or run anything.
 */
export function connect() {
  if (!document.hidden) open();
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : source || reopen()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", () => source || document.hidden || reopen());
}

function open() {
  source = new EventSource("/api/events");
  source.onopen = () => {
    // The lab that answers again may be another one, which numbers its events anew.
    if (lab.link === "reconnecting" || lab.link === "cut") again();
    is("open");
  };
  source.onerror = () => {
    if (lab.link === "open") lab.heard = Date.now();
    is(lab.link === "cut" ? "cut" : "reconnecting");
    cutting ??= setTimeout(() => is("cut"), PATIENCE);
    if (source?.readyState === EventSource.CLOSED) {
      source = null;
      setTimeout(() => source || document.hidden || reopen(), PATIENCE);
    }
  };
  on("session", (session) => learn([session]));
  on("event", (event) => hear(event.session, [event]));
  on("forgotten", ({ session }) => drop(session));
  on("status", (status) => {
    lab.status = status;
    changed();
  });
  on("class", attend);
  on("roles", () => lab.role === "trainer" && get("/api/role").then(({ role }) => role === lab.role || location.reload(), () => null));
  on("software", (at) => {
    lab.software = at.program ? { ...lab.software, at } : { news: lab.software.news + 1, at: null };
    changed();
  });
  on("reset", again);
}

function on(type, take) {
  source.addEventListener(type, (message) => {
    try {
      take(type === "reset" ? null : parse(message.data));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  });
}

function close() {
  source?.close();
  source = null;
  is("connecting");
}

/** A new stream knows nothing of the old one's place: everything is loaded again. */
function reopen() {
  open();
  again();
}

function again() {
  lab.epoch += 1;
  doubt();
  refresh();
}

/** Loads what every page shows: the newest sessions and the lab's own state. */
export async function refresh() {
  const [sessions, status, now] = await Promise.allSettled(["/api/sessions?limit=60", "/api/status", "/api/class"].map(get));
  if (now.status === "fulfilled") attend(now.value);
  if (status.status === "fulfilled") lab.status = status.value;
  if (sessions.status === "fulfilled") {
    learn(sessions.value.sessions ?? []);
    forget();
  }
  changed();
}

function is(link) {
  if (link === "open" || link === "connecting") {
    clearTimeout(cutting);
    cutting = null;
  }
  lab.link = link;
  document.documentElement.dataset.live = link;
  changed();
}
