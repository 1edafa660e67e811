/**
 * The registries of modes, attacks and checks in the page's own language. What a language calls an entry stands in its file by
 * the entry's id; where it says nothing, the registry's own words stand.
 */

import { step } from "./narrate.js";
import { say } from "./words.js";

/** What the language says in a family of the entry of this id. */
const own = (family, id, registered) => say(family, {}, id) ?? registered;

const variants = (of, list) => list?.map((one) => ({ ...one, title: own("variant", `${of}:${one.id}`, one.title) }));

/** The families by which languages tell what an entry of a registry has, by its id. */
const FAMILIES = {
  modes: { title: "mode", summary: "mode-summary", authenticated_by: "authentication", deployed: "deployed", renewal: "renewal" },
  attacks: { title: "attack", case: "case" },
  checks: { title: "check", threat: "threat", compares: "compares" },
};

/** What a formula of costs is called in the page's own language. */
export const formula = ({ id, title }) => own("formula", id, title);

/** A published computation in the page's own language. */
export const published = (record) => ({ ...record, note: own("published", record.bits, record.note), who: own("published-by", record.bits, record.who) });

const told = (name, entry) => ({
  ...entry,
  ...Object.fromEntries(Object.entries(FAMILIES[name]).map(([field, family]) => [field, own(family, entry.id, entry[field])])),
});

const RETOLD = {
  modes: (mode) => ({
    ...told("modes", mode),
    promises: mode.promises?.map((one) => (one.condition ? { ...one, condition: own("condition", mode.id, one.condition) } : one)),
    variants: variants(mode.id, mode.variants),
  }),
  attacks: (attack) => ({
    ...told("attacks", attack),
    summary: own("attack-summary", attack.recipe, attack.summary),
    steps: attack.steps?.map((text, i) => step({ recipe: attack.recipe, number: i + 1, text })),
    variants: variants(attack.recipe, attack.variants),
  }),
  checks: (check) => told("checks", check),
};

/** The entries of the registry of this name in the page's own language. */
export const retold = (name, list) => list.map(RETOLD[name] ?? ((entry) => entry));
