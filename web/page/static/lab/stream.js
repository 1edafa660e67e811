/** The live stream: server-sent events, resumed where they broke off, and a word on how things stand. */

import { get } from "./api.js";
import { parse } from "../model/text.js";
import { join } from "./windows.js";
import { attend, changed, doubt, drop, forget, hear, lab, learn } from "./lab.js";

/** Out of touch for longer than this is called cut off. */
const PATIENCE = 4000;

let source = null;
let cutting = null;
/** The windows of this browser, this one among them, while it is looked at. */
let windows = null;
/** Whether another window has told of the lab since this one joined. */
let followed = false;

/**
 * Connects and stays connected for as long as the page is looked at. A hidden page holds no connection, and those that are seen share
 * one: a browser has only six for each lab, and a few sessions opened in tabs and windows of their own would leave none to show or run
 * anything.
 */
export function connect() {
  if (!document.hidden) open();
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : windows || reopen()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", () => windows || document.hidden || reopen());
}

function open() {
  followed = false;
  windows = join({ hold, hear: follow, stands: () => ({ link: lab.link }) });
}

/** Listens for all windows. Returns what ends it. */
function hold() {
  listen();
  return () => (source = source?.close() ?? null);
}

function listen() {
  source = new EventSource("/api/events");
  // What came while no window listened is missing in each of them.
  source.onopen = () => tell("open", followed);
  source.onerror = () => {
    if (lab.link === "open") lab.heard = Date.now();
    tell(lab.link === "cut" ? "cut" : "reconnecting");
    cutting ??= setTimeout(() => tell("cut"), PATIENCE);
    if (source?.readyState === EventSource.CLOSED) {
      source = null;
      setTimeout(() => {
        if (source || !windows?.holds()) return;
        listen();
        again();
      }, PATIENCE);
    }
  };
  for (const type of Object.keys(TAKEN)) {
    source.addEventListener(type, ({ data }) => {
      windows?.pass({ type, data });
      take(type, data);
    });
  }
}

/** What is done with each type of event. */
const TAKEN = {
  session: (session) => learn([session]),
  event: (event) => hear(event.session, [event]),
  forgotten: ({ session }) => drop(session),
  status: (status) => changed({ status }),
  class: attend,
  roles: () => lab.role === "trainer" && get("/api/role").then(({ role }) => role === lab.role || location.reload(), () => null),
  software: (at) => changed({ software: at.program ? { ...lab.software, at } : { news: lab.software.news + 1, at: null } }),
  reset: again,
};

function take(type, data) {
  try {
    TAKEN[type](type === "reset" ? null : parse(data));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
}

/** Takes what the window that listens passes on. */
function follow({ link, anew, type, data }) {
  followed = true;
  if (link) stand(link, anew);
  else take(type, data);
}

/** How the connection stands, here and in the other windows. */
function tell(link, anew = false) {
  windows?.pass({ link, anew });
  stand(link, anew);
}

function stand(link, anew) {
  // The lab that answers again may be another one, which numbers its events anew.
  if (link === "open" && (anew || lab.link === "reconnecting" || lab.link === "cut")) again();
  is(link);
}

function close() {
  windows?.leave();
  windows = null;
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
  document.documentElement.dataset.live = link;
  changed({ link });
}
