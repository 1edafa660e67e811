/** What events tell, and the steps of a recipe, in the page's own language. */

import { shorten } from "./text.js";
import { differing, say } from "./words.js";

/** What a step of a recipe says, of a registry or of an event: in the page's own language, where that has it. */
export const step = ({ recipe = null, number, text }) => (recipe === null ? null : say("recipe", { number }, recipe)) ?? text;

/** What an event tells, with its teller; nothing, where it tells only of the lab's own working. */
export const narrate = (event) => {
  const told = event.type === "check" ? { ...event, ...differing(event) } : event.type === "step" ? { ...event, text: step(event) } : event;
  return say("event", told) ?? say("working", told) ?? shorten(String(event.type), 120, 8);
};
