/** The lab's routes. Errors carry the field and the message that the lab gave. */

import { useEffect, useState } from "../vendor/preact.js";
import { lab, learn } from "./lab.js";
import { tongue } from "./settings.js";
import { parse, visible, written } from "../model/text.js";
import { tell } from "../model/words.js";

/** What the lab answered instead, or that it did not answer (`status` 0). */
export class LabError extends Error {
  constructor(status, message, field = null) {
    super(message);
    this.status = status;
    this.field = field;
  }
}

async function ask(path, options, read = parse) {
  let answer;
  try {
    // What the lab refuses it tells in the page's language, whatever the browser's is.
    answer = await fetch(path, { ...options, headers: { ...options?.headers, "accept-language": tongue() } });
  } catch {
    throw new LabError(0, tell("link silent"));
  }
  let body = null;
  if (answer.status === 204) return null;
  try {
    body = (answer.ok ? read : parse)(await answer.text());
  } catch {
    if (answer.ok) throw new LabError(answer.status, tell("link no-json"));
  }
  if (answer.ok) return body;
  throw new LabError(answer.status, body?.error?.message ?? tell("link answered", { status: answer.status }), body?.error?.field);
}

export const get = (path) => ask(path);

/** What the lab answers in another form than JSON, as text. */
export const drawn = (path) => ask(path, undefined, String);

export const post = (path, body) =>
  ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: written(body) });

/** Takes in what an export has written, text of a file; returns the ids of its sessions. */
export async function bring(text) {
  const { sessions } = await ask("/api/sessions/import", { method: "POST", headers: { "content-type": "application/json" }, body: text });
  learn(sessions);
  return sessions.map(({ session }) => session);
}

/** Has the lab forget what is at this path. */
export const remove = (path) => ask(path, { method: "DELETE" });

/** Runs a scenario, for who only watches as far as an exercise allows it, else with `step` held at every frame; returns the session's id. */
export const start = (scenario, seed = null, step = null) =>
  (lab.role === "viewer" ? begin("/api/class/run", { scenario, seed }) : begin("/api/sessions", { scenario, seed, step }));

/** Asks for a new session; returns its id. */
export async function begin(path, body) {
  const { sessions } = await post(path, body);
  learn(sessions);
  lab.begun = sessions[0].session;
  return lab.begun;
}

/** What was refused, by the name of the field that it is about. */
export const byField = ({ field, message }) => `${field ? `${field}: ` : ""}${message}`;

/** `[fault, attempt]`: what the lab answered instead of doing the last thing that was attempted, in the words given with it, fit to be shown. */
export function useFault() {
  const [fault, setFault] = useState(null);
  const attempt = async (deed, words = (error) => error.message) => {
    setFault(null);
    try {
      await deed();
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      setFault(visible(words(error)));
    }
  };
  return [fault, attempt];
}

/** A file of the page as text; nothing, where the lab does not answer. */
export const text = (path) => fetch(path).then((answer) => (answer.ok ? answer.text() : "")).catch(() => "");

/**
 * Loads while a component is shown: `{data, error, loading}`, again whenever `deps` change. What was there stays until
 * something newer comes, also when the lab is out of reach.
 */
export function useLoad(load, deps) {
  const [state, set] = useState({ data: null, error: null, loading: true });
  useEffect(() => {
    let current = true;
    set((before) => ({ ...before, loading: true, error: null }));
    load().then(
      (data) => current && set({ data, error: null, loading: false }),
      (error) => current && set((before) => ({ ...before, error, loading: false })),
    );
    return () => (current = false);
  }, deps);
  return state;
}
