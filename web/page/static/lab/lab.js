/** What the page knows of the lab: sessions and events as they come, and whether it is in touch at all. */

import { useListener, useRedraw } from "../hooks/listen.js";
import { merge } from "../model/fold.js";

/** Sessions kept in memory; the lab has the others. */
const MOST_SESSIONS = 300;

export const lab = {
  /** Sessions by id. */
  sessions: new Map(),
  /** Ids of sessions that the lab has forgotten since the page was opened. */
  gone: new Set(),
  /** Events by session, only of those that somebody looks at. */
  events: new Map(),
  /** The id of the session that was last begun here. */
  begun: null,
  /** As `/api/status`. */
  status: null,
  /** As `/api/class`, and as `/api/role`. */
  class: null,
  role: "trainer",
  exposed: false,
  /** How often something came of an audit of real software, and how far the one at work is: `{program, done, all}`. */
  software: { news: 0, at: null },
  /** `connecting`, `open`, `reconnecting` or `cut`; and when the lab was last in touch, unix milliseconds. */
  link: "connecting",
  heard: null,
  /** Counts how often the stream lost its thread: what was loaded before has to be loaded again. */
  epoch: 0,
};

const watchers = new Set();
let due = false;
/** Ids of sessions learnt before the stream lost its thread, and not heard of since. */
let doubted = new Set();

/** Takes in what is new of the lab, and tells every component, at most once a picture. */
export function changed(news = {}) {
  Object.assign(lab, news);
  if (due) return;
  due = true;
  const tell = () => {
    due = false;
    watchers.forEach((watcher) => watcher());
  };
  if (document.hidden) setTimeout(tell, 200);
  else requestAnimationFrame(tell);
}

/** The lab, and a new picture whenever it changes. */
export function useLab() {
  useListener(watchers, useRedraw());
  return lab;
}

/** Takes in sessions. One that is done stays done: an older answer may come in late. */
export function learn(sessions) {
  for (const session of sessions) {
    doubted.delete(session.session);
    const known = lab.sessions.get(session.session);
    if (known?.status !== "done" || session.status !== "running") lab.sessions.set(session.session, session);
  }
  const surplus = lab.sessions.size - MOST_SESSIONS;
  if (surplus > 0) newest().slice(-surplus).forEach((session) => lab.sessions.delete(session.session));
  changed();
}

/** What is known so far may be of a lab that is no more, or may have changed unseen: it stands until {@link forget}. */
export function doubt() {
  doubted = new Set(lab.sessions.keys());
}

/** Drops what is still doubted after the lab has told what it has. The lists and pages ask for what is older. */
export function forget() {
  for (const id of doubted) lab.sessions.delete(id);
  doubted.clear();
  changed();
}

/** Drops a session that the lab has forgotten for good. */
export function drop(session) {
  lab.sessions.delete(session);
  lab.gone.add(session);
  changed();
}

/** Takes in what the class sees, unless something later is known. */
export function attend(now) {
  if (now.at >= (lab.class?.at ?? 0)) lab.class = now;
  document.documentElement.toggleAttribute("data-exercise", Boolean(lab.class.exercise));
  changed();
}

/** Takes in events of sessions that are looked at. */
export function hear(session, events) {
  if (!lab.events.has(session)) return;
  lab.events.set(session, merge(lab.events.get(session), events));
  changed();
}

/** Keeps a session's events from now on. Returns what ends it. */
export function watch(session) {
  if (!lab.events.has(session)) lab.events.set(session, []);
  return () => lab.events.delete(session);
}

/** Sessions, the newest first. */
export const newest = () => [...lab.sessions.values()].sort((a, b) => (b.started ?? 0) - (a.started ?? 0));
