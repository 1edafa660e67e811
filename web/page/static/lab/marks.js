/** What somebody marks sessions with in this browser: a star, or a name. */

import { keep, kept } from "./settings.js";
import { changed } from "./lab.js";
import { parse } from "../model/text.js";

/** Sessions whose marks are kept, and characters of a name. */
const MOST = 500;
export const LONGEST = 40;

/** Marks by session, the latest last; what this browser kept may be anything. */
const marks = new Map(read());

function read() {
  try {
    const list = parse(kept("marks") ?? "[]");
    return list.filter(([id, mark]) => typeof id === "string" && typeof mark?.name === "string").map(([id, { star, name }]) => [id, { star: star === true, name: name.slice(0, LONGEST) }]);
  } catch {
    return [];
  }
}

const NONE = { star: false, name: "" };

/** How a session is marked: `{star, name}`. */
export const markOf = (session) => marks.get(session) ?? NONE;

/** Marks a session, in part. */
export function mark(session, change) {
  const now = { ...markOf(session), ...change };
  marks.delete(session);
  if (now.star || now.name) marks.set(session, now);
  for (const id of [...marks.keys()].slice(0, -MOST)) marks.delete(id);
  keep("marks", marks.size ? JSON.stringify([...marks]) : null);
  changed();
}
