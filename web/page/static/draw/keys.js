/** Keys and who holds them. */

import { html, Shape, tell, visible, word } from "./markup.js";
import { createContext, useContext } from "../vendor/preact.js";
import { PATTERNS, keysOf, label, looks } from "../model/token.js";

const Keyring = createContext(new Map());

/** Gives the tokens within it the looks of these keys, which are all that are to be told apart. */
export const Keys = ({ of, children }) => html`<${Keyring.Provider} value=${looks(of)}>${children}<//>`;

const useLook = (fingerprint) => useContext(Keyring).get(fingerprint) ?? looks([fingerprint]).get(fingerprint);

/** A session's key as a small token, at `x`, `y` (its centre) within another drawing, or by itself. */
export const Token = ({ fingerprint, scale = 1, x, y }) => {
  const { hue, pattern, label } = useLook(fingerprint);
  const [width, height] = [TOKEN.width * scale, TOKEN.height * scale];
  return html`
    <svg class="token" viewBox="0 0 84 28" width=${width} height=${height} role="img" aria-label=${tell("token key", { key: label })}
      x=${x === undefined ? undefined : x - width / 2} y=${y === undefined ? undefined : y - height / 2}
      style=${{ "--hue": String(hue) }} data-key=${label}>
      <rect class="token-body" x="1" y="1" width="82" height="26" rx="13" />
      <rect class="token-swatch" x="6" y="6" width="16" height="16" rx="2" />
      <path class="token-pattern" d=${PATTERNS[pattern]} transform="translate(6 6)" />
      <text x="28" y="20">${visible(label)}</text>
    </svg>`;
};

/** A public key, as certificates carry them: nobody's secret, so it has no colour of its own. */
export const PublicKey = ({ fingerprint }) => html`<code class="public-key" data-key=${label(fingerprint)}>${visible(label(fingerprint))}</code>`;

/** A token's size at scale 1. */
export const TOKEN = { width: 84, height: 28 };

/** Kinds of verdict that nothing but somebody in the middle can have brought about, though it holds no key. */
const DISTURBED = ["stopped", "disrupted", "misbound", "altered", "downgraded"];

/**
 * Who holds which key, in one picture: the line between two that share a key has the key's colour, and it passes the
 * attacker by where the attacker does not hold it. Its shape is filled where it sat `between` the two and did more than to listen.
 */
export const Hands = ({ session, between = DISTURBED.includes(session.verdict?.kind) }) => {
  const { client, server, attacker = [] } = session.fingerprints ?? {};
  const verdict = session.verdict;
  const all = keysOf(session.fingerprints);
  const looked = looks(all);
  const leg = (fingerprint, party) => {
    const stopped = verdict?.kind === "stopped" && verdict.party === party;
    const held = fingerprint && attacker.includes(fingerprint);
    const hue = fingerprint ? { "--hue": String(looked.get(fingerprint).hue) } : {};
    return html`<span class=${`leg ${party} ${fingerprint ? (held ? "held" : "private") : "keyless"}`} style=${hue}>
      ${stopped ? html`<span class="stop" title=${tell("token stopped")}>✕</span>` : null}</span>`;
  };
  const idle = attacker.length === 0 && !between;
  return html`<${Keys} of=${all}>
    <div class="hands" role="img" aria-label=${inWords(client, attacker, server)}>
      <${Shape} actor="client" size=${32} />${leg(client, "client")}
      <${Shape} actor="attacker" size=${32} idle=${idle} />${leg(server, "server")}
      <${Shape} actor="server" size=${32} />
      <span class="hand client"><em>${word("client")}</em><${Held} keys=${client ? [client] : []} /></span>
      <span class="hand attacker"><em>${word("attacker")}</em><${Held} keys=${attacker} /></span>
      <span class="hand server"><em>${word("server")}</em><${Held} keys=${server ? [server] : []} /></span>
    </div><//>`;
};

const SHOWN = 4;

/** The keys in a hand, or the word for none. */
export const Held = ({ keys: list }) => list.length
  ? html`<span class="tokens">${list.slice(0, SHOWN).map((key) => html`<${Token} key=${key} fingerprint=${key} />`)}
      ${list.length > SHOWN ? html`<small>${tell("diagram more", { count: list.length - SHOWN })}</small>` : null}</span>`
  : html`<small>${tell("diagram no-key")}</small>`;

function inWords(client, attacker, server) {
  const hand = (keys) => keys.filter(Boolean).slice(0, SHOWN).map((key) => tell("token key", { key: label(key) })).join(", ") || tell("diagram no-key");
  return tell("token hands", { client: hand([client]), attacker: hand(attacker), server: hand([server]) });
}
