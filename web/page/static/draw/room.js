/** How much room a drawing has: its letters keep their size on every screen. It is measured before the drawing is painted. */

import { useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { useEvent } from "../hooks/listen.js";

/** A reference for the element that bounds the drawing, its width of at least `minimum` pixels, and its letters' size over 16. */
export function useWidth(minimum) {
  const box = useRef(null);
  const [room, set] = useState({ width: Math.max(minimum, 800), unit: 1 });
  const measure = () => {
    const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    const width = Math.max(minimum, box.current?.clientWidth ?? 0);
    set((old) => (old.width === width && old.unit === unit ? old : { width, unit }));
  };
  useLayoutEffect(() => {
    const observer = new ResizeObserver(measure);
    observer.observe(box.current);
    measure();
    return () => observer.disconnect();
  }, [minimum]);
  useEvent(["resize"], measure);
  return [box, room];
}

/** Rows that are there beyond the window, and those of a list that is always there whole. */
const SPARE = 20;
const WHOLE = 150;

/** A reference for the list, and what of it is there: rows `from` … `until`, with so many pixels of room `above` and `below`. */
export function useWindow(count) {
  const list = useRef(null);
  const [{ from, until, row }, set] = useState({ from: 0, until: WHOLE, row: 72 });
  const look = () => {
    const own = list.current?.querySelector(":scope > li")?.offsetHeight;
    if (!own) return;
    const above = -list.current.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(above / own) - SPARE);
    const last = Math.ceil((above + innerHeight) / own) + SPARE;
    set((old) => (old.from === first && old.until === last && old.row === own ? old : { from: first, until: last, row: own }));
  };
  useLayoutEffect(look, [count]);
  useEvent(["scroll", "resize"], look, { passive: true });
  if (count <= WHOLE) return [list, { from: 0, until: count, above: 0, below: 0 }];
  const last = Math.min(count, until);
  const first = Math.min(from, last);
  return [list, { from: first, until: last, above: first * row, below: (count - last) * row }];
}
