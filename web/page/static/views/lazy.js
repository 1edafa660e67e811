/** What is loaded when it is first shown, with its texts. */

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { text, useLoad } from "../lab/api.js";
import { texts } from "../lab/settings.js";
import { speakToo, tell } from "../model/words.js";
import { Failed, Loading } from "./states.js";

let parts = null;
let loading = null;

const load = () => (loading ??= Promise.all([import("./later.js"), text(texts("more/"))]).then(([modules, words]) => {
  speakToo(words);
  parts = modules;
  document.documentElement.dataset.whole = "";
}).catch((error) => {
  // It is asked for again by whoever needs it next.
  loading = null;
  throw error;
}));

/** Loads it as soon as somebody does something here: a page that is cut off later can still show all that it knows. */
for (const deed of ["pointermove", "pointerdown", "keydown", "wheel"]) {
  globalThis.addEventListener?.(deed, () => load().catch(() => null), { once: true, passive: true });
}

/** A component of `later.js`, by its name, with these properties. */
export const Lazy = ({ part, ...rest }) => {
  const { error } = useLoad(load, []);
  if (parts) return html`<${parts[part]} ...${rest} />`;
  // A lab of another edition has other files.
  return error ? html`<${Failed} what="page" error=${{ status: 0, message: tell("page outdated") }} />` : html`<${Loading} what="page" />`;
};

/** Pixels below the screen where something is near it. */
const NEAR = 300;

/** The same, once its place comes near the screen. */
export const LazyNear = (properties) => {
  const place = useRef(null);
  const [near, come] = useState(false);
  useEffect(() => {
    const seen = new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && come(true), { rootMargin: `0px 0px ${NEAR}px` });
    seen.observe(place.current);
    return () => seen.disconnect();
  }, []);
  return near ? html`<${Lazy} ...${properties} />` : html`<section class="panel" ref=${place} data-later=${properties.part}><${Loading} what="page" /></section>`;
};
