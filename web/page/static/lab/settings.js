/** Light or dark, and the size for a projector: kept in this browser. */

import { useEvent, useRedraw } from "../hooks/listen.js";
import { visible } from "../model/text.js";

const root = document.documentElement;

/** What this browser keeps under a name, as text; null where it keeps nothing. */
export function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function keep(name, value) {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    // A browser that keeps nothing still shows everything.
  }
}

/** The languages of the page, by their codes: the first one where nobody chose. */
const TONGUES = { en: "english", de: "german" };

/** The code of the language: that of the address (`?lang=de`), that which was chosen here, or English. */
export const tongue = () =>
  [new URLSearchParams(location.search).get("lang"), kept("lang")].find((code) => Object.hasOwn(TONGUES, code ?? "")) ?? "en";

/** A text of a lesson or of a task, in the page's language where it has one. */
export const spoken = (text) => visible(text === null || typeof text === "string" ? text ?? "" : text[tongue()] ?? text.en ?? Object.values(text)[0] ?? "");

/** The file of its texts for the first screen, or of the others (`more/`), beside the page's script. */
export const texts = (which = "") => new URL(`words/${which}${TONGUES[tongue()]}.txt`, document.querySelector("script[src]").src).href;

/** Speaks the other language from now on, in this browser. */
export function switchTongue() {
  keep("lang", tongue() === "en" ? "de" : null);
  const here = new URL(location.href);
  here.searchParams.delete("lang");
  if (here.href === location.href) location.reload();
  else location.replace(here);
}

/** Since when (unix milliseconds) the board (`fresh`) or the tasks (`tasks`) count in this browser; 0 where everything counts. */
export const since = (what) => Number(kept(what)) || 0;
export const keepSince = (what, at) => keep(what, at ? String(at) : null);

function apply(name, value) {
  if (value) root.dataset[name] = value;
  else delete root.dataset[name];
}

const SWITCHES = ["theme", "size"];
for (const name of SWITCHES) apply(name, kept(name));

/** The theme in force, whoever chose it. */
export const theme = () => root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

export const projector = () => root.dataset.size === "projector";

/** The two switches, and a new picture when one is thrown, in whichever window of this browser. */
export function useSettings() {
  const redraw = useRedraw();
  const show = (name, value) => {
    apply(name, value);
    redraw();
    dispatchEvent(new Event("resize"));
  };
  const set = (name, value) => {
    keep(name, value);
    show(name, value);
  };
  useEvent(["storage"], ({ key, newValue }) => SWITCHES.includes(key) && show(key, newValue));
  return {
    switchTheme: () => set("theme", theme() === "dark" ? "light" : "dark"),
    switchSize: () => set("size", projector() ? null : "projector"),
  };
}
