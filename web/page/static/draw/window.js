/** A long list whose rows are of one height: only those near the window are there. */

import { useEffect, useRef, useState } from "../vendor/preact.js";

/** Rows that are there beyond the window, and those of a list that is always there whole. */
const SPARE = 20;
const WHOLE = 150;

/** A reference for the list, and what of it is there: rows `from` … `until`, with so many pixels of room `above` and `below`. */
export function useWindow(count) {
  const list = useRef(null);
  const [{ from, until, row }, set] = useState({ from: 0, until: WHOLE, row: 72 });
  useEffect(() => {
    const look = () => {
      const own = list.current?.querySelector(":scope > li")?.offsetHeight;
      if (!own) return;
      const above = -list.current.getBoundingClientRect().top;
      const first = Math.max(0, Math.floor(above / own) - SPARE);
      const last = Math.ceil((above + innerHeight) / own) + SPARE;
      set((old) => (old.from === first && old.until === last && old.row === own ? old : { from: first, until: last, row: own }));
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [count]);
  if (count <= WHOLE) return [list, { from: 0, until: count, above: 0, below: 0 }];
  const last = Math.min(count, until);
  const first = Math.min(from, last);
  return [list, { from: first, until: last, above: first * row, below: (count - last) * row }];
}
