/**
 * What the lab says to people. A language is one file of texts, the same for the terminal and for the page; how it is read
 * stands at the top of it. What is told is a value as the routes give it: its members choose the text and fill its gaps.
 */

import { abbreviate, apart, capital, json, shorten, visible } from "./text.js";

/** Texts by family and name, each with its conditions. */
let texts = new Map();

/** Takes files of texts for the language from now on; what a later one says is said so. */
export function speak(...files) {
  texts = new Map();
  files.forEach(speakToo);
}

/** Takes in another file besides. */
export const speakToo = (file) => read(file).forEach((cases, key) => texts.set(key, cases));

function read(file) {
  const read = new Map();
  for (const line of file.split("\n")) {
    if (!line.trim() || line.startsWith("#")) continue;
    const colon = line.indexOf(": ");
    const [family, name, ...conditions] = line.slice(0, colon).split(" ");
    const key = `${family} ${name}`;
    const holds = conditions.map((condition) => condition.split("="));
    read.set(key, [...(read.get(key) ?? []), { holds, text: line.slice(colon + 2) }]);
  }
  return read;
}

const SPACE = /\+/g;
const plain = (value) => (typeof value === "string" ? value : typeof value === "bigint" ? String(value) : value === null || value === undefined ? "" : json(value) ?? "");
const met = (value, wanted) => (value === null || value === undefined ? wanted === "null" : plain(value) === wanted);
const empty = (value) => value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);
const own = (members, member) => (Object.hasOwn(members, member) ? members[member] : undefined);

/** The members by which a value says what it is. */
const NAMES = ["type", "is", "kind", "fact", "of"];
const named = (value) => own(value, NAMES.find((name) => own(value, name) !== undefined) ?? "is");

/** Texts from a session as they are shown in a sentence: every character visible, long ones shortened in the middle. */
const fit = (text) => shorten(text, 120, 8);

/**
 * The text of this family for a value, which its member `type` or `is` names, or for the members of `name`; null where the
 * language has none.
 */
export function say(family, value, name = named(value), fitted = fit) {
  const chosen = texts.get(`${family} ${name}`)?.find(({ holds }) => holds.every(([member, wanted]) => met(own(value, member), wanted)));
  if (!chosen) return null;
  let text = chosen.text;
  // From the inside out: what remains of inner brackets is there.
  while (OPTIONAL.test(text)) {
    text = text.replace(OPTIONAL, (_, part) => ([...part.matchAll(GAP)].every(([, member, manner]) => told(own(value, member), manner, fitted)) ? part : ""));
  }
  return text.replace(GAP, (_, member, manner = "") => show(own(value, member), manner, fitted));
}

/** Whether there is something to fill a gap with: what another family has no words for is as good as nothing. */
const told = (value, manner, fitted) => !empty(value) && !(manner?.startsWith("in ") && show(value, manner, fitted) === "");

const OPTIONAL = /\[([^[\]]*)\]/;
const GAP = /\{([^}|]+)(?:\|([^}]*))?\}/g;

/** The words that join lists. */
const BETWEEN = { and: "and", word: "and", either: "or" };

function show(value, manner, fitted) {
  const [how, one, many] = manner.split(" ");
  if (how === "or" && empty(value)) return word(one);
  if (Array.isArray(value) && how !== "count") return value.map((item) => show(item, manner, fitted)).join(BETWEEN[how] ? ` ${word(BETWEEN[how])} ` : ", ");
  switch (how) {
    case "key": return visible(plain(value)).slice(0, 4);
    case "octets": return String(Math.floor((plain(value).length * 3) / 4));
    case "seconds": return String(Number(value) / 1000);
    case "date": return date(value);
    case "word": return word(plain(value));
    case "in": return value !== null && typeof value === "object" ? say(one, value, many ?? named(value), fitted) ?? "" : term(one, plain(value));
    case "count": {
      const number = Array.isArray(value) ? value.length : plain(value);
      return `${number} ${(String(number) === "1" ? one : many).replace(SPACE, " ")}`;
    }
    default: return value !== null && typeof value === "object"
      ? say("value", value, undefined, fitted) ?? fitted(plain(own(value, "field") ?? value))
      : fitted(plain(value));
  }
}

/** What the language has for a term in this family; the term itself where it has nothing. */
export const term = (family, name) => say(family, {}, name) ?? fit(name);

/** The language's word for a term; the term itself where it has none. */
export const word = (name) => term("word", name);

/** The terms that the language explains, by their names, in the order of its file. */
export const glossary = () => [...texts.keys()].filter((key) => key.startsWith("glossary ")).map((key) => [key.slice(9), tell(key)]);

/** What a group of modes or attacks is called. */
export const groupName = (group) => say("group", {}, group) ?? fit(group.replaceAll("-", " "));

/** The time of unix seconds. */
function date(seconds) {
  const at = new Date(Number(seconds) * 1000);
  return Number.isNaN(at.getTime()) ? fit(plain(seconds)) : at.toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC");
}

/** The text `family name` with its gaps filled, nothing in it shortened; the key itself where the language has none. */
export function tell(key, members = {}) {
  const [family, name] = key.split(" ");
  return say(family, members, name, visible) ?? key;
}

/** Stands for a node while a text is filled; in what comes from a session it is left out. */
const MARK = "\ue000";

/** The same as a list, in which the `nodes` stand in the gaps of their names. */
export function phrase(key, nodes, members = {}) {
  const names = Object.keys(nodes);
  const plainly = Object.entries(members).map(([name, value]) => [name, typeof value === "string" ? value.replaceAll(MARK, "") : value]);
  const marked = Object.fromEntries([...plainly, ...names.map((name, i) => [name, nodes[name] === null ? null : `${MARK}${i}${MARK}`])]);
  return tell(key, marked).split(MARK).map((part, i) => (i % 2 ? nodes[names[part]] : part));
}

/** What a check wanted or found, whole. */
export const seen = (value) => (value !== null && typeof value === "object" ? say("value", value, undefined, visible) ?? "" : visible(value));

/** The sentence of a verdict: in the page's own language where the verdict says why it is so, and as the lab has it otherwise. */
export function sentence(verdict) {
  const grounds = verdict.grounds ?? null;
  const told = grounds?.is === "stopped" ? { ...grounds, ...differing(grounds) } : grounds;
  const words = told && say("verdict", told);
  if (!words) return verdict.because;
  return verdict.session ? tell("campaign sentence", { number: verdict.session, told: words }) : words;
}

/** The same where the badge of the verdict stands beside it, which says its first word. */
export function headline(verdict) {
  const [first, ...rest] = sentence(verdict).split(": ");
  return rest.length && first.toLowerCase().startsWith(term("kind", verdict.kind)) ? capital(rest.join(": ")) : sentence(verdict);
}

/** What came of a session beside its badge, or why nothing is told of it: it is sealed, or, in these words, it runs. */
export const outcome = ({ verdict, status }, running = tell("session runs")) => (verdict ? headline(verdict) : status === "sealed" ? tell("class sealed") : running);

/** What was wanted and what was found, said: long values by their beginnings, or by where they differ if they begin alike. */
export function differing({ expected, observed }) {
  const both = [seen(expected), seen(observed)];
  const short = both.map(abbreviate);
  const [wanted, found] = apart(...(short[0] === short[1] ? both : short), 128);
  return { expected: { ...expected, is: "said", said: wanted }, observed: { ...observed, is: "said", said: found } };
}

/** The title of a mode or attack as a scenario names it, `id` or `id:variant`; `registered` where the language lacks a part. */
export function titleOf(selection, registered) {
  const [id] = selection.split(":");
  const parts = [say("mode", {}, id) ?? say("attack", {}, id), id === selection ? "" : say("variant", {}, selection)];
  return parts.includes(null) ? registered : parts.filter(Boolean).join(": ");
}
