/** Frames: `kind: u8 | length: u24 big-endian | body`, the body JSON in handshakes and binary in sealed records. */

/** The bytes of base64url text without padding, or null where it is none. */
export function bytesOf(base64url) {
  if (typeof base64url !== "string" || !/^[A-Za-z0-9_-]*$/.test(base64url)) return null;
  try {
    return Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  } catch {
    return null;
  }
}

/** Lower-case hexadecimal. */
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * A frame taken apart: its number of bytes, and `fields` where the body is a JSON object, else the body in `hex`.
 * `fault` is the value whose text `frame` says why it is no frame. Frames that were made for an attack may be anything: nothing here throws.
 */
export function decode(base64url) {
  const bytes = bytesOf(base64url);
  if (!bytes) return { fault: { is: "no-base64url" }, length: 0, fields: null, hex: "" };
  if (bytes.length < 4) return { fault: { is: "short" }, length: bytes.length, fields: null, hex: hex(bytes) };
  const body = bytes.subarray(4);
  const told = (bytes[1] << 16) | (bytes[2] << 8) | bytes[3];
  const fault = told === body.length ? null : { is: "length", told, octets: body.length };
  const fields = json(body);
  return { kind: bytes[0], length: bytes.length, fault, fields, hex: fields ? null : hex(body) };
}

function json(body) {
  if (body[0] !== 0x7b) return null;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return null;
  }
}

/** A frame's fields by their names; what is sealed has one, its `bytes` as base64url. */
export function fieldsOf(base64url) {
  const { fields, length } = decode(base64url);
  if (fields || !length) return fields ?? {};
  const body = Array.from(bytesOf(base64url).subarray(4), (byte) => String.fromCharCode(byte)).join("");
  return { bytes: btoa(body).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") };
}

/** The frame is sealed: its body is not readable as it stands. */
export const sealed = (base64url) => decode(base64url).fields === null;
