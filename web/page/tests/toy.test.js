import assert from "node:assert/strict";
import { test } from "node:test";
import { between, undisturbed } from "../static/model/toy.js";

const message = (from, kind, ...numbers) => ({ from, kind, numbers: numbers.map(([name, value]) => ({ name, value })) });

test("the numbers of a message stand on its arrow, and what has none has its name", () => {
  const rows = undisturbed({ messages: [message("client", "client-hello"), message("server", "server-hello", ["n", 33], ["e", 3])] });
  assert.deepEqual(rows.map(({ from, name, action, flight }) => [from, name, action, flight]), [["client", "client-hello", "direct", 1], ["server", "n = 33, e = 3", "direct", 2]]);
});

test("whoever sits in the middle sends other numbers on, in either direction", () => {
  const client = { messages: [message("client", "client-hello", ["client_share", 8]), message("server", "server-hello", ["server_share", 4]), message("client", "finished")] };
  const server = { messages: [message("client", "client-hello", ["client_share", 10]), message("server", "server-hello", ["server_share", 19]), message("client", "finished")] };
  const rows = between([client, server]);
  assert.deepEqual(rows.map(({ name, action, changed }) => [name, action, changed]), [
    ["client_share = 8", "alter", [{ field: "client_share", old: "8", new: "10" }]],
    ["server_share = 19", "alter", [{ field: "server_share", old: "19", new: "4" }]],
    ["finished", "alter", []],
  ]);
});
