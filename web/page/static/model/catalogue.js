/**
 * The registries of modes, attacks and checks in the page's own language. What a language calls an entry stands in its file by
 * the entry's id; where it says nothing, the registry's own words stand.
 */

import { step } from "./narrate.js";
import { say } from "./words.js";

/** What the language says in a family of the entry of this id. */
const own = (family, id, registered) => say(family, {}, id) ?? registered;

const variants = (of, list) => list?.map((one) => ({ ...one, title: own("variant", `${of}:${one.id}`, one.title) }));

const RETOLD = {
  modes: (mode) => ({
    ...mode,
    title: own("mode", mode.id, mode.title),
    summary: own("mode-summary", mode.id, mode.summary),
    authenticated_by: own("authentication", mode.id, mode.authenticated_by),
    variants: variants(mode.id, mode.variants),
  }),
  attacks: (attack) => ({
    ...attack,
    title: own("attack", attack.id, attack.title),
    summary: own("attack-summary", attack.recipe, attack.summary),
    steps: attack.steps?.map((text, i) => step({ recipe: attack.recipe, number: i + 1, text })),
    variants: variants(attack.recipe, attack.variants),
  }),
  checks: (check) => ({
    ...check,
    title: own("check", check.id, check.title),
    threat: own("threat", check.id, check.threat),
    compares: own("compares", check.id, check.compares),
  }),
};

/** The entries of the registry of this name in the page's own language. */
export const retold = (name, list) => list.map(RETOLD[name] ?? ((entry) => entry));
