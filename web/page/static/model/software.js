/** Audits of real software: what a connection showed, as messages between the program and the attacker. */

/** How far a connection can come, in order. */
const DEPTHS = ["nothing", "connected", "client-hello", "handshake", "bytes", "canary", "answer", "kept"];

/**
 * What a program was seen to do and was shown in one connection, in order: `{says, from, open}`, `from` "program" or "attacker",
 * `open` where the attacker could read it. `role` is the program's. Only what the audit saw is told: what is not, ended before.
 */
export function messages({ depth, plain, end }, role) {
  const reached = (name) => DEPTHS.indexOf(depth) >= DEPTHS.indexOf(name);
  const [caller, called] = role === "client" ? ["program", "attacker"] : ["attacker", "program"];
  const all = [
    reached("connected") && { says: "connects", from: caller, open: true },
    !plain && reached("client-hello") && { says: "client-hello", from: caller, open: true },
    !plain && reached("client-hello") && { says: role === "client" ? "shown" : "asked", from: called, open: true },
    !plain && reached("client-hello") && role === "server" && { says: "shown", from: caller, open: true },
    !plain && reached("handshake") && { says: "done", from: "program", open: true },
    depth === "bytes" && { says: "bytes", from: "program", open: true },
    reached("canary") && { says: "canary", from: "program", open: true },
    reached("answer") && { says: depth, from: "program", open: true },
    reached("connected") && !["open", "closed"].includes(end.is) && { says: "ends", from: "program", open: end.is === "alert", end },
    reached("connected") && end.is === "closed" && !reached("canary") && { says: "ends", from: "program", open: false, end },
  ];
  return all.filter(Boolean);
}

/** The kind of verdict in whose dress a grade is shown: calm where the program held, loud where it was cut open. */
export const DRESS = {
  refused: "stopped", "refused-anyway": "disrupted", "not-applicable": "disrupted", "not-looked-at": "unread", accepted: "impersonated", "fell-back": "downgraded", error: "inconclusive",
};

/** Grades from the one that must not be overlooked. */
const LOUDEST = ["accepted", "fell-back", "missing", "error", "inconclusive", "wrong-reason", "refuses-honest-peers-too", "not-looked-at", "refused-anyway", "passed", "refused", "not-applicable"];

/** Of several grades the one that must not be overlooked. */
export const worst = (grades) => [...grades].sort((a, b) => LOUDEST.indexOf(a) - LOUDEST.indexOf(b))[0] ?? null;

/** The kind of verdict in whose dress the grade of a victim of a student's own is shown. */
export const OWN_DRESS = { passed: "stopped", "wrong-reason": "disrupted", "refuses-honest-peers-too": "disrupted", missing: "split", inconclusive: "inconclusive" };
