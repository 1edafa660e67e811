/** What the explorer found, as rows of the sequence diagram. */

const PEER = { client: "server", server: "client" };

/** One row for each message: forwarded as it came, altered, made up, or, where nobody is given it, dropped. */
export function rowsOf(trace) {
  const rows = [];
  const waiting = { client: [], server: [] };
  trace.forEach(({ party, role, does, message, fields }, n) => {
    if (does === "sends") {
      const row = draw({ n, from: role, message, party, action: "drop" });
      row.said = new Map(fields.map(({ field, value }) => [field, value]));
      rows.push(row);
      waiting[role].push(row);
      return;
    }
    const from = PEER[role];
    const at = waiting[from].findIndex((row) => row.name === message);
    const [sent] = at < 0 ? [] : waiting[from].splice(at, 1);
    if (sent) rows.splice(rows.indexOf(sent), 1);
    const made = fields.filter((field) => field.made !== "forwarded");
    const row = draw({ n, from, message, party, action: !sent ? "inject" : made.length ? "alter" : "forward" });
    row.changed = made.map(({ field, from: how, value }) => ({ field, old: sent?.said.get(field) ?? "", new: how || value }));
    rows.push(row);
  });
  return rows.map((row, index) => ({ ...row, index }));
}

const draw = ({ n, from, message, party, action }) => ({
  what: "frame", ns: [n], from, name: message, party, action, changed: [], open: message !== "record" || action !== "forward",
  sealed: message === "record", before: action === "inject" ? null : "", after: action === "drop" ? null : "",
  keys: null, flight: null, step: null, read: null, wrote: null, took: null,
});
