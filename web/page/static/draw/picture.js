/** A drawing of the lab's as a picture for slides. */

/** Pixels of a PNG for each of the drawing: a projector's are many. */
const SCALE = 2;

/** The address of an SVG file with this text. */
export const address = (text) => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;

/** The same as dots: an address of a PNG, in the time that it takes. */
export async function dots(text) {
  const image = new Image();
  image.src = address(text);
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width * SCALE, image.height * SCALE];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}
