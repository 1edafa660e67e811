/**
 * What the lab says to people. A language is one file of texts, the same for the terminal and for the page; how it is read
 * stands at the top of it. What is told is a value as the routes give it: its members choose the text and fill its gaps.
 */

import { apart, json, shorten, visible } from "./text.js";

/** Texts by family and name, each with its conditions. */
let texts = new Map();

/** Takes a file of texts for the language from now on. */
export function speak(file) {
  texts = new Map();
  for (const line of file.split("\n")) {
    if (!line.trim() || line.startsWith("#")) continue;
    const colon = line.indexOf(": ");
    const [family, name, ...conditions] = line.slice(0, colon).split(" ");
    const key = `${family} ${name}`;
    const holds = conditions.map((condition) => condition.split("="));
    texts.set(key, [...(texts.get(key) ?? []), { holds, text: line.slice(colon + 2) }]);
  }
}

const plain = (value) => (typeof value === "string" ? value : value === null || value === undefined ? "" : json(value) ?? "");
const empty = (value) => value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);
const own = (members, member) => (Object.hasOwn(members, member) ? members[member] : undefined);

/** Texts from a session as they are shown in a sentence: every character visible, long ones shortened in the middle. */
const fit = (text) => shorten(text, 120, 8);

/**
 * The text of this family for a value, which its member `type` or `is` names, or for the members of `name`; null where the
 * language has none.
 */
export function say(family, value, name = own(value, "type") ?? own(value, "is"), fitted = fit) {
  const chosen = texts.get(`${family} ${name}`)?.find(({ holds }) => holds.every(([member, wanted]) => plain(own(value, member)) === wanted));
  if (!chosen) return null;
  let text = chosen.text;
  // From the inside out: what remains of inner brackets is there.
  while (OPTIONAL.test(text)) {
    text = text.replace(OPTIONAL, (_, part) => ([...part.matchAll(GAP)].every(([, member]) => !empty(own(value, member))) ? part : ""));
  }
  return text.replace(GAP, (_, member, manner = "") => show(own(value, member), manner, fitted));
}

const OPTIONAL = /\[([^[\]]*)\]/;
const GAP = /\{([^}|]+)(?:\|([^}]*))?\}/g;

function show(value, manner, fitted) {
  const [how, one, many] = manner.split(" ");
  if (Array.isArray(value) && how !== "count") return value.map((item) => show(item, manner, fitted)).join(how === "and" ? ` ${word("and")} ` : ", ");
  switch (how) {
    case "key": return visible(plain(value)).slice(0, 4);
    case "octets": return String(Math.floor((plain(value).length * 3) / 4));
    case "seconds": return String(Number(value) / 1000);
    case "word": return word(plain(value));
    case "count": {
      const number = Array.isArray(value) ? value.length : plain(value);
      return `${number} ${String(number) === "1" ? one : many}`;
    }
    default: return value !== null && typeof value === "object"
      ? say("value", value, undefined, fitted) ?? fitted(plain(own(value, "field") ?? value))
      : fitted(plain(value));
  }
}

/** The language's word for a term; the term itself where it has none. */
export const word = (term) => say("word", {}, term) ?? fit(term);

/** What a check wanted or found, whole. */
export const seen = (value) => (value !== null && typeof value === "object" ? say("value", value, undefined, visible) ?? "" : visible(value));

/** What an event tells, with its teller; nothing, where it tells only of the lab's own working. */
export const narrate = (event) => {
  const told = event.type === "check" ? { ...event, ...differing(event) } : event;
  return say("event", told) ?? say("working", told) ?? fit(plain(event.type));
};

/** What was wanted and what was found, shortened where they differ. */
function differing({ expected, observed }) {
  const [wanted, found] = apart(expected, observed, 128);
  return { expected: wanted, observed: found };
}
