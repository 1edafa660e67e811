/** Kinds of verdict, as the lab lists them: `{kind, letter, class, meaning}`. */

let kinds = new Map();

/** Takes the lab's list for the one that holds from now on. */
export const know = (list) => (kinds = new Map(list.map((one) => [one.kind, one])));

/** All kinds, in the lab's order. */
export const all = () => [...kinds.values()];

/** The class of a kind of verdict: "defended", "broken", "neutral" or "error"; undefined of one that the lab does not have. */
export const classOf = (kind) => kinds.get(kind)?.class;

/** Whether a kind of verdict is a defence. */
export const isDefence = (kind) => classOf(kind) === "defended";

/** The letter that stands for a kind. */
export const letter = (kind) => kinds.get(kind)?.letter ?? "…";

/** What to call and how to paint a session: its verdict's kind, inconclusive where the lab's list has no such kind, or running. */
export function standing(session) {
  const kind = session?.verdict?.kind;
  if (kind) return kinds.has(kind) ? kind : "inconclusive";
  return session?.status === "sealed" ? "sealed" : "running";
}
