/** Events by hand: a session's facts in the order of their numbers. */

const KINDS = { "client-hello": 1, "server-hello": 2, record: 23 };

/** A frame of the named kind in base64url: an object's JSON, or bytes. */
export function frame(kind, body) {
  const bytes = body instanceof Uint8Array ? body : new TextEncoder().encode(JSON.stringify(body));
  const header = [KINDS[kind], bytes.length >> 16, (bytes.length >> 8) & 255, bytes.length & 255];
  return Buffer.from([...header, ...bytes]).toString("base64url");
}

/** Numbers `[source, type, fact]` from 1. */
export const session = (...facts) =>
  facts.map(([source, type, fact = {}], i) => ({ v: 1, session: "s", n: i + 1, source, at: 0, type, ...fact }));

export const sent = (source, kind, bytes, flight = 1) => [source, "frame", { way: "sent", flight, kind, bytes }];
export const received = (source, kind, bytes, flight = 1) => [source, "frame", { way: "received", flight, kind, bytes }];
export const relayed = (from, action, kind, before, after, changed) =>
  ["attacker", "relayed", { from, action, flight: 1, kind, ...(before && { before }), ...(after && { after }), ...(changed && { changed }) }];
