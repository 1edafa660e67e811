import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { contrast, mixed, themes } from "./colours.js";

const css = ["base", "verdict"].map((name) => readFileSync(new URL(`../static/style/${name}.css`, import.meta.url), "utf8")).join("\n");
const colours = Object.fromEntries(Object.entries(themes(css)).map(([name, both]) => [name, both.map(({ rgb }) => rgb)]));

for (const [theme, name] of ["light", "dark"].entries()) {
  test(`every letter is readable in the ${name} theme`, () => {
    for (const ink of ["ink", "quiet", "link", "client-ink", "attacker-ink", "server-ink", "good", "bad"]) {
      for (const ground of ["page", "panel", "sunk"]) {
        const ratio = contrast(colours[ink][theme], colours[ground][theme]);
        assert.ok(ratio >= 4.5, `${ink} on ${ground}: ${ratio.toFixed(2)}`);
      }
    }
  });

  test(`a verdict's letter is readable on its colour and on its pattern in the ${name} theme`, () => {
    assert.ok(css.includes("--fill: light-dark(rgb(255 255 255 / 0.2), rgb(0 0 0 / 0.2))"));
    const fill = [[1, 1, 1], [0, 0, 0]][theme];
    for (const kind of ["split", "read", "impersonated", "misbound", "altered", "downgraded"]) {
      for (const ground of [colours[kind][theme], mixed(colours[kind][theme], fill, 0.2)]) {
        const ratio = contrast(colours["loud-ink"][theme], ground);
        assert.ok(ratio >= 4.5, `${kind}: ${ratio.toFixed(2)}`);
      }
    }
    // Half filled: the letter stands on both grounds, and so does the border that makes it look unfinished.
    for (const ground of ["neutral", "panel", "page", "sunk"]) {
      const ratio = contrast(colours["neutral-ink"][theme], colours[ground][theme]);
      assert.ok(ratio >= 4.5, `unread on ${ground}: ${ratio.toFixed(2)}`);
    }
    for (const kind of ["calm", "stopped", "neutral"]) {
      const ratio = contrast(colours[`${kind}-ink`][theme], colours[kind][theme]);
      assert.ok(ratio >= 4.5, `${kind}: ${ratio.toFixed(2)}`);
    }
  });

  test(`the cast's shapes stand out in the ${name} theme: by their edge, whose colour is that of their letters`, () => {
    assert.match(css, /\.cast \{[^}]*stroke: var\(--edge, currentColor\)/);
    for (const actor of ["client", "attacker", "server"]) {
      assert.ok(css.includes(`.cast.${actor} { color: var(--${actor}); --edge: var(--${actor}-ink); }`), actor);
      for (const ground of ["page", "panel"]) {
        const ratio = contrast(colours[`${actor}-ink`][theme], colours[ground][theme]);
        assert.ok(ratio >= 4.5, `${actor} on ${ground}: ${ratio.toFixed(2)}`);
      }
    }
  });
}
