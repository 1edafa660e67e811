/** Scenarios: mode, attack and switched checks in one line of text, as `dh-weak:short,bits=64/crack+group-size`. */

const WORD = /^[a-z0-9-]+$/;

const word = (text) => (WORD.test(text ?? "") ? text : fail(text));

function fail(text) {
  throw new SyntaxError(`a word must be made of a-z, 0-9 and '-', got "${String(text).slice(0, 64)}"`);
}

function selection(text) {
  const [name, ...rest] = text.split(",");
  const [id, variant, more] = name.split(":");
  if (more !== undefined) fail(name);
  const parameters = {};
  for (const part of rest) {
    const [key, value] = part.split("=");
    if (!/^[0-9]+$/.test(value ?? "")) throw new SyntaxError(`a parameter must be NAME=NUMBER, got "${part}"`);
    parameters[word(key)] = value;
  }
  return { id: word(id), variant: variant === undefined ? null : word(variant), parameters };
}

/** The text of a mode or an attack with its variant and parameters. */
export const selected = ({ id, variant, parameters = {} }) =>
  id + (variant ? `:${variant}` : "") + Object.keys(parameters).sort().map((name) => `,${name}=${parameters[name]}`).join("");

/** The parts of a scenario's text; throws a `SyntaxError` that names the fault. */
export function parse(text) {
  const slash = text.indexOf("/");
  if (slash < 0) throw new SyntaxError("expected MODE/ATTACK, as in ecdh-cert/substitute");
  const [attack, ...switches] = text.slice(slash + 1).split(/(?=[~+])/);
  const checks = (sign) => switches.filter((s) => s[0] === sign).map((s) => word(s.slice(1))).sort();
  return { mode: selection(text.slice(0, slash)), attack: selection(attack), without: checks("~"), with: checks("+") };
}

/** The text of a scenario's parts, switches in alphabetical order. */
export function format(scenario) {
  const off = [...scenario.without].sort().map((check) => `~${check}`);
  const on = [...scenario.with].sort().map((check) => `+${check}`);
  return `${selected(scenario.mode)}/${selected(scenario.attack)}${off.join("")}${on.join("")}`;
}

/** The same scenario with `check` switched off: the counterfactual of a session that it stopped. */
export function lacking(text, check) {
  const scenario = parse(text);
  scenario.with = scenario.with.filter((on) => on !== check);
  if (!scenario.without.includes(check)) scenario.without.push(check);
  return format(scenario);
}

/** The same scenario with `check` as the mode has it, neither switched off nor on. */
export function restored(text, check) {
  const scenario = parse(text);
  scenario.without = scenario.without.filter((off) => off !== check);
  return format(scenario);
}

/** The mode as the rows of the matrix name it: id and variant. */
export const modeOf = (text) => text.split("/")[0].split(",")[0];

/** The attack as the columns of the matrix name it: id and variant. */
export const attackOf = (text) => (text.split("/")[1] ?? "").split(/[~+]/)[0];

/** The id of a mode or an attack, without its variant. */
export const bare = (selection) => selection.split(":")[0];

/** A mode with the flights and checks of this variant, or of its first one, where those are other ones. */
export const asPlayed = (mode, variant) => ({
  ...mode,
  ...(mode.variants?.find(({ id }) => id === variant) ?? mode.variants?.[0])?.table,
});
