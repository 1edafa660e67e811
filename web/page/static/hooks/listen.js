/** What components listen and wait for. They listen from the moment that they are drawn: nothing is missed until the screen is painted. */

import { useLayoutEffect, useReducer, useRef } from "../vendor/preact.js";

/** Draws a component anew. */
export const useRedraw = () => useReducer((n) => n + 1, 0)[1];

/** What ends a timer, for an effect to return. */
export const ending = (timer) => () => clearTimeout(timer);

/** While a component is shown, calls `deed` with each event of these types. */
export function useEvent(types, deed, options) {
  const latest = useRef(deed);
  latest.current = deed;
  useLayoutEffect(() => {
    const hear = (event) => latest.current(event);
    types.forEach((type) => addEventListener(type, hear, options));
    return () => types.forEach((type) => removeEventListener(type, hear, options));
  }, []);
}

/** While a component is shown, it stands among the `listeners` as `deed`. */
export const useListener = (listeners, deed) => useLayoutEffect(() => {
  listeners.add(deed);
  return () => listeners.delete(deed);
}, []);
