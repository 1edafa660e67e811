/** A mode with numbers that fit on paper, as rows of the sequence diagram. */

/** The numbers of a message as they stand on its arrow. */
const written = (numbers) => numbers.map(({ name, value }) => `${name} = ${value}`);

const row = (from, kind, numbers, action, changed = []) => ({
  what: "frame", from, name: written(numbers).join(", ") || kind, numbers: written(numbers), action, changed, before: "", after: "", open: true, sealed: false,
  keys: null, flight: null, step: null, read: null, wrote: null, took: null,
});

/** A flight is what one side sends in a row. */
const numbered = (rows) => rows.map((one, index) => ({
  ...one, index, ns: [index], flight: 1 + rows.slice(1, index + 1).filter(({ from }, i) => from !== rows[i].from).length,
}));

/** An exchange that nobody disturbs. */
export const undisturbed = ({ messages }) => numbered(messages.map(({ from, kind, numbers }) => row(from, kind, numbers, "direct")));

/** The two exchanges of somebody in the middle as one: each message as it came, and with what it went on. After other numbers all is made anew. */
export const between = ([client, server]) => {
  let anew = false;
  return numbered(client.messages.map(({ from, kind, numbers }, i) => {
    const [came, went] = from === "client" ? [numbers, server.messages[i].numbers] : [server.messages[i].numbers, numbers];
    const changed = came.flatMap(({ name, value }, at) => (value === went[at].value ? [] : [{ field: name, old: String(value), new: String(went[at].value) }]));
    anew ||= changed.length > 0;
    return row(from, kind, came, anew ? "alter" : "forward", changed);
  }));
};
