/** Searching by a few letters. */

/**
 * Those of `{name, more}` in which all words of `text` occur, the best first: those whose name begins with it, then those whose
 * name contains it, then the rest; and of equally good ones the shorter name. All of them where nothing is asked.
 */
export function matches(list, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return list;
  const rank = ({ name, more = "" }) => {
    const [own, all] = [name.toLowerCase(), `${name} ${more}`.toLowerCase()];
    if (!words.every((word) => all.includes(word))) return null;
    if (own.split("/").some((part) => part.startsWith(words[0]))) return 0;
    return words.every((word) => own.includes(word)) ? 1 : 2;
  };
  return list.map((one) => ({ one, rank: rank(one) })).filter(({ rank }) => rank !== null)
    .sort((a, b) => a.rank - b.rank || a.one.name.length - b.one.name.length).map(({ one }) => one);
}

/** What a filter line asks of the sessions, as `mode:dh verdict:split seed:63 words`: the members that it names, and free words. */
export function filter(line) {
  const asked = { words: [] };
  for (const word of line.split(/\s+/).filter(Boolean)) {
    const [, name, value] = /^(mode|attack|verdict|status|seed|is):(.*)$/.exec(word) ?? [];
    if (name && value) asked[name] = value;
    else if (!name) asked.words.push(word.toLowerCase());
  }
  return asked;
}

/** The members of a filter that the lab itself can select by, as a query. */
export const query = (asked) => ["mode", "attack", "verdict", "status"].filter((name) => asked[name]).map((name) => `&${name}=${encodeURIComponent(asked[name])}`).join("");

/** Whether a session meets a filter, with the star and the name that it is marked with. */
export function meets(session, asked, { star = false, name = "" } = {}) {
  const bare = (text) => String(text ?? "").split(/[:,]/)[0];
  const same = (own, wanted) => own === wanted || bare(own) === wanted;
  if (asked.mode && !same(session.mode, asked.mode)) return false;
  if (asked.attack && !same(session.attack, asked.attack)) return false;
  if (asked.verdict && session.verdict?.kind !== asked.verdict) return false;
  if (asked.status && session.status !== asked.status) return false;
  if (asked.seed && String(session.seed) !== asked.seed) return false;
  if (asked.is && !(asked.is === "starred" && star)) return false;
  return asked.words.every((word) => `${session.scenario} ${name}`.toLowerCase().includes(word));
}
