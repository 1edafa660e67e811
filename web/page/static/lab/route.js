/** Addresses of the page: real paths, so that every session, mode, attack and check can be linked to. */

import { useEvent, useRedraw } from "../hooks/listen.js";

let alone = false;

/** A report in a file has no lab behind it: from now on nothing is linked. */
export const standAlone = () => (alone = true);

const path = (...parts) => (alone ? undefined : `/${parts.map(encodeURIComponent).join("/")}`);

export const to = {
  matrix: () => "/",
  session: (id) => path("sessions", id),
  part: (id, number) => (alone ? undefined : `${path("sessions", id)}?part=${encodeURIComponent(number)}`),
  compare: (left, right) => `/compare?left=${encodeURIComponent(left)}&right=${encodeURIComponent(right)}`,
  mode: (id) => path("modes", id),
  attack: (id) => path("attacks", id),
  check: (id) => path("checks", id),
  sessions: () => path("sessions"),
  cracking: () => path("cracking"),
  list: (name) => path(name),
  place: (name, role) => (name === "matrix" ? "/" : path(name === "class" && role !== "viewer" ? "present" : name)),
  software: (id, attack = null) => `${path("software", id)}${attack === null ? "" : `?attack=${encodeURIComponent(attack)}`}`,
};

/** The lists of what there is, in the order of their links. */
export const LISTS = ["modes", "attacks", "checks", "terms"];

/** Where one can go from everywhere, in the order of the links. */
export const PLACES = ["matrix", "sessions", "cracking", "software", "modes", "challenges", "class"];

/** The place that a page belongs to. */
export const placeOf = (page) => (LISTS.includes(page) ? "modes" : page === "present" ? "class" : page);

const PAGES = new Set(["", "sessions", ...LISTS, "compare", "cracking", "class", "present", "challenges", "software"]);

/** The page's name, the id in its path, and its query. */
export function route({ pathname, search }) {
  const [page, id, ...more] = pathname.split("/").slice(1);
  const query = new URLSearchParams(search);
  if (!PAGES.has(page) || more.length) return { page: "unknown", id: pathname, query };
  try {
    return { page: page || "matrix", id: id ? decodeURIComponent(id) : null, query };
  } catch {
    return { page: "unknown", id: pathname, query };
  }
}

/** Whether a key that was pressed is meant for a field, a dialog or the browser, and not for the page. */
export const isTyping = (event) => Boolean(event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, select, textarea, dialog"));

/** While a component is shown, does what `does` has for a key, by its name in events. */
export function useKeys(does) {
  useEvent(["keydown"], (event) => {
    // A button that has the focus is pressed by the space bar itself.
    const deed = isTyping(event) || (event.key === " " && event.target.closest?.("button")) ? null : does()[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  });
}

/** Goes to another page without leaving the document. */
export function navigate(href) {
  history.pushState(null, "", href);
  dispatchEvent(new PopStateEvent("popstate"));
  scrollTo(0, 0);
}

/** The current route, and a new picture whenever it changes. Takes over clicks on the page's own links. */
export function useRoute() {
  useEvent(["popstate"], useRedraw());
  useEvent(["click"], (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const url = new URL(link.getAttribute("href"), location.href);
    const own = url.origin === location.origin && PAGES.has(url.pathname.split("/")[1]) && !link.target;
    if (!own || (url.hash && url.pathname === location.pathname)) return;
    event.preventDefault();
    navigate(url.pathname + url.search + url.hash);
  });
  return route(location);
}
