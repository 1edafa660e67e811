/** Colours of the style sheets, and what is computed from them. */

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);

/** The custom properties of the form `--name: light-dark(#…, #…)`: for each name `{rgb, hue}` in the light and the dark theme. */
export const themes = (css) => Object.fromEntries(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, ...both]) => [name, both.map((hex) => {
    const rgb = channels(hex);
    return { rgb, hue: hue(rgb) };
  })]));

/** Hue in degrees of OKLCH (B. Ottosson, "A perceptual color space for image processing", 2020). */
function hue(rgb) {
  const [r, g, b] = rgb.map(linear);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const across = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const up = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return (Math.atan2(up, across) * 180 / Math.PI + 360) % 360;
}

/** WCAG 2.2, relative luminance and contrast ratio. */
const luminance = (rgb) => rgb.map(linear).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);

export function contrast(a, b) {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

/** `over` laid on `under`, `part` opaque. */
export const mixed = (under, over, part) => under.map((c, i) => c * (1 - part) + over[i] * part);
