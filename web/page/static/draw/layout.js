/** Where everything of the sequence diagram goes: rows into coordinates, in units of a sixteenth of the letter size. */

import { ACTORS } from "./cast.js";
import { abbreviate, apart, shorten, visible } from "../model/text.js";
import { say, tell, word } from "../model/words.js";

const LINE = 22;
/** The height of a further line above an arrow. */
export const NAMED = 18;
/** Altered fields shown in the diagram; the frame itself shows all. */
const CHANGES = 3;

/** Lane positions and measures for a drawing `width` pixels wide whose letters are `unit` × 16 pixels; `named` has room for beliefs above the lanes. */
export function lanes(width, unit, named = false) {
  const narrow = width < 620 * unit;
  const edge = (narrow ? 46 : 110) * unit;
  return {
    narrow, unit, width,
    x: { client: edge, attacker: width / 2, server: width - edge },
    named: named && !narrow,
    head: (named && !narrow ? 126 : 102) * unit,
    // Letters that fit on one leg, across both, and beside one lane.
    leg: Math.max(8, Math.floor((width / 2 - (narrow ? 8 * unit : edge)) / (9 * unit))),
    // Those between the lines of two lanes: a name may lie over a line, numbers that somebody computes with may not.
    between: Math.max(6, Math.floor((width / 2 - edge - 12 * unit) / (9 * unit))),
    across: Math.max(16, Math.floor((width - 16 * unit) / (9 * unit))),
    beside: Math.max(16, Math.floor((width - edge - 24 * unit) / (8.5 * unit))),
  };
}

/**
 * What a frame says beneath its arrow: each altered field as old → new, the message in it as it was written and, where that
 * differs, as it was taken in, and what the attacker read.
 */
export function captions(row, { across }) {
  if (row.what !== "frame") return [];
  // What was opened and sealed anew differs in every octet: its two keys say so.
  const changed = row.keys && row.open ? [] : row.changed;
  const lines = changed.slice(0, CHANGES).map(({ field, old, new: made }) => {
    const name = shorten(field, 18, 4);
    const room = Math.max(8, Math.min(20, Math.floor((across - name.length - 5) / 2)));
    const [before, after] = apart(plain(old), plain(made), room);
    return { kind: "change", field: name, old: before, new: after };
  });
  const more = changed.length - CHANGES;
  if (more > 0) lines.push({ kind: "more", text: tell("diagram more", { count: more }) });
  if (foreign(row)) {
    const [wrote, took] = apart(row.wrote?.text ?? word("nothing"), row.took.text ?? tell("diagram something-else"), Math.max(10, Math.floor((across - 18) / 2)));
    lines.push({ kind: "change foreign", field: tell("diagram wrote"), old: `“${wrote}”`, new: tell("diagram took", { text: took }) });
  }
  if (row.read) {
    const how = tell("diagram read-live", { live: row.read.live });
    lines.push({ kind: "read", text: `${how}: “${shorten(row.read.text, Math.min(60, Math.floor(across * 0.85) - how.length - 10), 6)}”` });
  } else if (row.wrote?.text && row.action !== "hold" && !foreign(row)) {
    lines.push({ kind: "message", text: `“${shorten(row.wrote.text, Math.min(60, Math.floor(across * 0.85)), 6)}”` });
  }
  return lines;
}

/** Whether the receiver took in another message than the sender wrote. */
const foreign = (row) => row.took !== null && row.took.digest !== row.wrote?.digest;

/** What stands on a frame's arrow, in lines: its name, or its numbers, as many in a line as fit between two lanes. */
export function nameLines({ name, numbers = [] }, { leg, between }) {
  if (!numbers.length) return [shorten(name, leg - 1, 0)];
  const lines = [];
  for (const number of numbers) {
    const longer = lines.length ? `${lines.at(-1)}, ${number}` : number;
    if (longer.length <= between) lines.splice(-1, 1, longer);
    else lines.push(...(number.length <= between ? [number] : number.split(/ (?==)/)));
  }
  return lines;
}

/** By how much a frame's arrow lies lower than under one line, in units. */
export const lowered = (row, space) => NAMED * (nameLines(row, space).length - 1);

/** JSON text of a string without its quotes. */
const plain = (text) => (/^".*"$/s.test(text) ? text.slice(1, -1) : text);

/** Why a victim gave up, in lines that fit beside its lane; nothing where it did so at a check, whose name says more from afar. */
export function stopLines(row, { beside }) {
  if (row.check) return [];
  const lines = [""];
  const pieces = new RegExp(`\\S{1,${beside}}`, "gu");
  for (const word of shorten(abbreviate(say("cause", row.reason ?? {}, undefined, visible) ?? ""), 160, 20).match(pieces) ?? []) {
    const line = `${lines.at(-1)} ${word}`.trim();
    if (line.length > beside) lines.push(word);
    else lines[lines.length - 1] = line;
  }
  return lines;
}

/** A row's height in pixels; a gap has none. */
export const height = (row, space) => (row ? space.unit * (HEIGHTS[row.what]?.(row, space) ?? SAID) : 0);

/** The height of a word in somebody's lane, and of what is more than that. */
const SAID = 40;
const HEIGHTS = {
  frame: (row, space) => 60 + lowered(row, space) + LINE * captions(row, space).length,
  keys: (row) => 20 + 32 * Math.max(1, ...ACTORS.map((actor) => Math.min(4, row[actor]?.length ?? 0))),
  stop: (row, space) => 44 + 20 * stopLines(row, space).length,
  off: () => 56,
};

/** The tops of rows with these heights, and where the last one ends. */
export function stack(heights, from) {
  const tops = [];
  let y = from;
  for (const height of heights) {
    tops.push(y);
    y += height;
  }
  return { tops, end: y };
}

/** A row in words, for those who do not see the drawing and for its tooltip. */
export function words(row) {
  if (row.what === "keys") {
    const holders = ACTORS.filter((actor) => row[actor]).map((actor) => ({ is: "holder", actor, keys: row[actor].map((key) => ({ is: "key", key })) }));
    return say("row", { holders }, "keys");
  }
  if (row.what !== "frame") return say("row", row, row.what);
  const changes = row.changed.map(({ field, old, new: made }) => {
    const [before, after] = apart(plain(old), plain(made));
    return { is: "change", field: shorten(field), old: before, new: after };
  });
  const [wrote, took] = [row.wrote?.text ?? "", row.took?.text ?? ""];
  return say("row", {
    ...row, to: row.from === "client" ? "server" : "client", seal: !row.sealed ? "readable" : row.open ? "opened" : "encrypted",
    action: row.action ?? "undecided", changes, read: row.read?.text, ...(foreign(row) ? { wrote, took } : { wrote: null, took: null, message: wrote }),
  }, "frame");
}
