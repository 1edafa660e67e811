import assert from "node:assert/strict";
import { test } from "node:test";
import { board, loudest } from "../static/model/board.js";
import { know } from "../static/model/verdict.js";

const column = (group) => (attack) => ({ group, attack });
const forgeries = Array.from({ length: 11 }, (_, i) => `forge-${i}`);
const matrix = {
  columns: [...["relay", "eavesdrop"].map(column("control")), ...forgeries.map(column("certificates"))],
  rows: ["dh", "psk:ephemeral", "psk:mixed", "ecdh-cert"].map((mode) => ({ mode })),
};

test("a large group is one column and a mode one row, until they are unfolded", () => {
  const shown = board(matrix, new Set());
  assert.deepEqual(shown.columns.map(({ attack, members }) => attack ?? members.length), ["relay", "eavesdrop", 11]);
  assert.deepEqual(shown.rows.map(({ mode, more }) => [mode, more]), [["dh", 0], ["psk:ephemeral", 1], ["ecdh-cert", 0]]);
  const whole = board(matrix, new Set(["group certificates", "mode psk"]));
  assert.deepEqual(whole.columns, matrix.columns);
  assert.deepEqual(whole.rows.map(({ mode }) => mode), ["dh", "psk:ephemeral", "psk:mixed", "ecdh-cert"]);
  assert.deepEqual(whole.rows.filter(({ less }) => less).map(({ mode }) => mode), ["psk:ephemeral"]);
});

test("a break among many defences is what is shown", () => {
  know([["private", "defended"], ["stopped", "defended"], ["split", "broken"], ["disrupted", "neutral"], ["inconclusive", "error"]].map(([kind, of]) => ({ kind, class: of })));
  assert.equal(loudest(["stopped", "split", "private"]), "split");
  assert.equal(loudest(["stopped", "inconclusive", "disrupted"]), "inconclusive");
  assert.equal(loudest(["stopped", "running"]), "stopped");
  assert.equal(loudest([]), null);
});
