/**
 * One connection for all windows of a browser that are looked at: a browser has only six for each lab. Whichever asked first holds it
 * and passes on what it hears; when that one goes, the next has its turn. A browser lets its windows arrange that only where it trusts
 * the address, as it does 127.0.0.1: elsewhere each window has a connection of its own.
 */

const NAME = "interlock-stream";

/** Joins. `hold` begins to listen and returns what ends that, `hear` takes what the holder passes on, `stands` tells how it stands. */
export function join({ hold, hear, stands }) {
  if (!navigator.locks || !globalThis.BroadcastChannel) return { holds: () => true, pass() {}, leave: hold() };
  const channel = new BroadcastChannel(NAME);
  const waiting = new AbortController();
  let [end, release] = [null, null];
  channel.onmessage = ({ data }) => {
    if (end === null) data.asks || hear(data);
    else if (data.asks) channel.postMessage(stands());
  };
  const turn = () => new Promise((over) => ([end, release] = [hold(), over]));
  // Whoever leaves before its turn is told so by a failure.
  navigator.locks.request(NAME, { signal: waiting.signal }, turn).catch(() => null);
  channel.postMessage({ asks: true });
  return {
    holds: () => end !== null,
    pass: (message) => end !== null && channel.postMessage(message),
    leave() {
      waiting.abort();
      channel.close();
      end?.();
      release?.();
    },
  };
}
