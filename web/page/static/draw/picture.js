/** A drawing of the page as a picture for slides: how it looks stands in it, and nothing outside of it is referred to. */

/** What may stand in a picture: nothing that acts or leads anywhere. A link is what it shows. */
const PARTS = new Map([["a", "g"], ...["svg", "g", "path", "rect", "circle", "text", "tspan"].map((name) => [name, name])]);
const PLACES = ["x", "y", "width", "height", "viewBox", "rx", "r", "cx", "cy", "d", "transform", "text-anchor"];
const COLOURS = ["fill", "stroke"];
/** What is passed on to what is within. */
const LOOKS = ["fill-opacity", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "paint-order", "font-family", "font-size", "font-weight"];
/** What XML 1.0 has no place for, whoever wrote it. */
const NO_TEXT = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const SVG = "http://www.w3.org/2000/svg";
/** Pixels of a PNG for each of the drawing: a projector's are many. */
const SCALE = 2;

/** A drawing as the text of an SVG file, as it looks now, with what it shows as its title. */
export function picture(drawing, title) {
  const colour = rgb();
  const copied = copy(drawing, colour);
  const ground = make("rect", { width: "100%", height: "100%", fill: colour(getComputedStyle(drawing.closest(".panel")).backgroundColor) });
  const named = make("title", {});
  named.append(title.replace(NO_TEXT, "\ufffd"));
  copied.setAttribute("role", "img");
  copied.prepend(named, ground);
  return new XMLSerializer().serializeToString(copied);
}

/** The same as dots: an address of a PNG, in the time that it takes. */
export async function dots(drawing, title) {
  const image = new Image();
  image.src = address(picture(drawing, title));
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width * SCALE, image.height * SCALE];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}

/** The address of an SVG file with this text. */
export const address = (text) => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;

function make(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** A part as it looks, where it looks otherwise than what is `around` it. */
function copy(node, colour, around = {}) {
  const style = getComputedStyle(node);
  const look = Object.fromEntries([
    ...COLOURS.map((name) => [name, colour(style.getPropertyValue(name))]),
    ...LOOKS.map((name) => [name, style.getPropertyValue(name)]),
  ]);
  const made = make(PARTS.get(node.localName), Object.fromEntries(Object.entries(look).filter(([name, value]) => around[name] !== value)));
  if (style.opacity !== "1") made.setAttribute("opacity", style.opacity);
  for (const name of PLACES) if (node.hasAttribute(name)) made.setAttribute(name, node.getAttribute(name));
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) made.append(child.data.replace(NO_TEXT, "\ufffd"));
    else if (PARTS.has(child.localName) && !child.classList.contains("hit")) made.append(copy(child, colour, look));
  }
  return made;
}

/** Colours as every program knows them: browsers tell some in colour spaces of their own. */
function rgb() {
  const canvas = document.createElement("canvas");
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  return (colour) => {
    if (colour === "none") return colour;
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = brush.getImageData(0, 0, 1, 1).data;
    return alpha ? `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}` : "none";
  };
}
