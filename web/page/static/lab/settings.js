/** Light or dark, and the size for a projector: kept in this browser. */

import { useReducer } from "../vendor/preact.js";

const root = document.documentElement;

function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function keep(name, value) {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    // A browser that keeps nothing still shows everything.
  }
}

function apply(name, value) {
  if (value) root.dataset[name] = value;
  else delete root.dataset[name];
}

for (const name of ["theme", "size"]) apply(name, kept(name));

/** The theme in force, whoever chose it. */
export const theme = () => root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

export const projector = () => root.dataset.size === "projector";

/** The two switches, and a new picture when one is thrown. */
export function useSettings() {
  const [, redraw] = useReducer((n) => n + 1, 0);
  const set = (name, value) => {
    keep(name, value);
    apply(name, value);
    redraw();
    dispatchEvent(new Event("resize"));
  };
  return {
    switchTheme: () => set("theme", theme() === "dark" ? "light" : "dark"),
    switchSize: () => set("size", projector() ? null : "projector"),
  };
}
