import assert from "node:assert/strict";
import { test } from "node:test";
import { board, cellsOf, groups, loudest, placed, starts, summary, variations } from "../static/model/board.js";
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

test("a cell keeps its own scenario, and what is switched or otherwise set stands beside it", () => {
  const session = (scenario, started) => ({ session: `${started}`, scenario, started });
  const cells = placed([session("dh/relay", 2), session("dh/relay~record-auth", 3), session("dh/relay", 1), session("dh-weak:short,bits=64/crack", 1)]);
  assert.deepEqual(cells.get("dh/relay").own.map(({ started }) => started), [2, 1]);
  assert.deepEqual(cells.get("dh/relay").others.map(({ started }) => started), [3]);
  assert.deepEqual([cells.get("dh-weak:short/crack").own.length, cells.get("dh-weak:short/crack").others.length], [0, 1]);
});

test("of the sessions beside a cell the latest of each scenario is told, whether loaded or live", () => {
  const loaded = [{ session: "a", scenario: "dh/relay~x", started: 1, kind: "split" }, { session: "b", scenario: "dh/relay~y", started: 3, kind: "read" }];
  const live = [{ session: "c", scenario: "dh/relay~x", started: 4, verdict: null }, { session: "b", scenario: "dh/relay~y", started: 3, verdict: { kind: "read" } }];
  assert.deepEqual(variations(loaded, live).map(({ session, kind }) => [session, kind]), [["c", null], ["b", "read"]]);
});

test("a cell shows the latest session of its own scenario, as it is known now, and none from before the board was emptied", () => {
  const session = (session, started, of = {}) => ({ session, scenario: "dh/relay", started, ...of });
  const matrix = { cells: [{ mode: "dh", attack: "relay", session: session("a", 5, { status: "running" }), variations: [] }] };
  const row = { mode: "dh" };
  const shown = (live, since = 0, attack = "relay") => cellsOf(matrix, live, since)(row, { attack });
  assert.equal(shown([]).session.session, "a");
  assert.equal(shown([session("b", 4)]).session.session, "a");
  assert.equal(shown([session("a", 5, { status: "done" }), session("b", 4)]).session.status, "done");
  assert.equal(shown([session("c", 6), session("b", 4)]).session.session, "c");
  assert.deepEqual([shown([], 5).session?.session, shown([], 6).session], ["a", null]);
  assert.deepEqual([shown([], 0, "crack").cell, shown([], 0, "crack").session], [undefined, null]);
});

test("a folded group tells how many of the cells that apply have run, and what stands out", () => {
  know([["private", "defended"], ["split", "broken"]].map(([kind, of]) => ({ kind, class: of })));
  const ran = (kind) => ({ cell: {}, session: { verdict: { kind } } });
  assert.deepEqual(summary([ran("private"), ran("split"), { cell: {}, session: null }, { session: null }]), { apply: 3, run: 2, kind: "split" });
  assert.deepEqual(summary([{ session: null }]), { apply: 0, run: 0, kind: null });
});

test("groups span the columns that stand side by side", () => {
  const columns = ["a", "a", "b"].map((group) => ({ group }));
  assert.deepEqual(groups(columns), [{ group: "a", span: 2 }, { group: "b", span: 1 }]);
  assert.deepEqual(columns.map((_, c) => starts(columns, c)), [false, false, true]);
});

test("what somebody did by hand, or brought in a file, takes no place on the board", () => {
  const marked = { session: "1", scenario: "dh/relay", started: 9 };
  const cells = placed([{ ...marked, by_hand: true }, { ...marked, imported: true, scenario: "dh/relay~x" }, { ...marked, session: "0", started: 1 }]);
  assert.deepEqual([cells.get("dh/relay").own.map(({ session }) => session), cells.get("dh/relay").others], [["0"], []]);
});
