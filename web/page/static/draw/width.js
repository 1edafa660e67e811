/** How much room a drawing has: its letters keep their size on every screen. */

import { useEffect, useRef, useState } from "../vendor/preact.js";

/** A reference for the element that bounds the drawing, its width of at least `minimum` pixels, and its letters' size over 16. */
export function useWidth(minimum) {
  const box = useRef(null);
  const [room, set] = useState({ width: Math.max(minimum, 800), unit: 1 });
  useEffect(() => {
    const measure = () => {
      const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
      const width = Math.max(minimum, box.current?.clientWidth ?? 0);
      set((old) => (old.width === width && old.unit === unit ? old : { width, unit }));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(box.current);
    addEventListener("resize", measure);
    measure();
    return () => {
      observer.disconnect();
      removeEventListener("resize", measure);
    };
  }, [minimum]);
  return [box, room];
}
