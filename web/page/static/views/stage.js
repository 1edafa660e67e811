/**
 * The stage: a session row by row on one screen, for the last row of the room. Lanes with names, beliefs, keys and words, the
 * current row large, what the attacker knows by now, and after the last row the verdict.
 */

import { ACTORS, Badge, html, Name, outcome, phrase, Prose, say, shorten, tell, useEffect, useMemo, useState, visible } from "../draw/markup.js";
import { Scene } from "../draw/diagram.js";
import { Hands, Held, Keys } from "../draw/keys.js";
import { words } from "../draw/layout.js";
import { ending, useEvent, useRedraw } from "../hooks/listen.js";
import { to, useKeys } from "../lab/route.js";
import { VICTIMS, fold, fingerprints, installed, peerOf } from "../model/fold.js";
import { notebook, replay, truth } from "../model/replay.js";
import { capital, secretive } from "../model/text.js";
import { keysOf } from "../model/token.js";
import { step } from "../model/narrate.js";

/** Milliseconds that a row stands while it plays by itself. */
const PACES = { normal: 1800, slow: 4500 };

/** Entries of the notebook that there is room for. */
const NOTED = 3;

const AT = /^#row=(\d{1,6})$/;

/** The row that the address names, from 0; null where it names none. */
export function useRow() {
  useEvent(["hashchange"], useRedraw());
  const row = AT.exec(location.hash)?.[1];
  return row === undefined ? null : Math.max(0, Number(row) - 1);
}

/** Goes to a row, counted from 0 as everywhere but in the address; from the stage back to the page with null. */
export function toRow(row) {
  const here = location.pathname + location.search + (row === null ? "" : `#row=${row + 1}`);
  const there = AT.test(location.hash) ? "replaceState" : "pushState";
  history[there](null, "", here);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

/**
 * `follow` says that it is steered from elsewhere: it has no controls then, and as a `preview` not the whole screen. While somebody
 * decides in the attacker's place, `hand` is where, `held` says what waits, and the stage goes along with the rows.
 */
export const Stage = ({ session, events, rows, row, follow = null, hand = null, held = null }) => {
  const known = useMemo(() => replay(events, rows), [events, rows]);
  const at = Math.min(row, hand ? rows.length - 1 : rows.length);
  const over = at === rows.length;
  const so = known(at);
  const story = fold(so);
  const [pace, setPace] = useState(null);
  const go = (next) => toRow(Math.max(0, Math.min(rows.length, next)));

  useEffect(() => {
    if (follow === "preview") return undefined;
    document.documentElement.dataset.stage = "on";
    dispatchEvent(new Event("resize"));
    return () => {
      delete document.documentElement.dataset.stage;
      dispatchEvent(new Event("resize"));
    };
  }, []);
  useEffect(() => {
    if (pace === null) return undefined;
    if (over) return void setPace(null);
    return ending(setTimeout(() => go(at + 1), PACES[pace]));
  }, [pace, at, over]);
  useEffect(() => void (hand && go(rows.length - 1)), [rows.length]);
  const play = (how) => {
    if (pace === how) return setPace(null);
    if (over) go(0);
    setPace(how);
  };
  const [next, back, leave] = [() => go(at + 1), () => go(at - 1), () => toRow(null)];
  useKeys(() => (follow ? {} : {
    ArrowRight: next, ArrowDown: next, PageDown: next, ArrowLeft: back, ArrowUp: back, PageUp: back,
    Home: () => go(0), End: () => go(rows.length), " ": () => play("normal"), s: () => play("slow"), Escape: leave, f: leave,
  }));

  const wire = !story.attacker.interferes && !story.attacker.holds.length && !story.attacker.recovered.length;
  const whole = fold(events);
  return html`<${Keys} of=${keysOf(fingerprints(whole), installed(whole))}>
    <article class=${`stage ${over ? session.verdict?.class ?? "" : ""}`} data-stage data-row=${at + 1} data-rows=${rows.length} data-session=${session.session}>
      <header class="line">
        ${over ? html`<${Badge} session=${session} big />` : html`<span class="badge big"><span>${tell("stage row", { row: at + 1, rows: rows.length })}</span></span>`}
        <code class="scenario">${visible(session.scenario)}</code>
        ${follow ? html`<a class="controls" href=${to.matrix()}>${tell("stage close")}</a>` : html`<${Controls} at=${at} rows=${rows.length} pace=${pace} play=${play} go=${go} />`}
      </header>
      <h1 tabindex="-1" data-said aria-live="polite"><${Prose} of=${over ? outcome(session) : (at === rows.length - 1 && held) || said(rows[at], session)} limit=${260} /></h1>
      <div class="plates">${ACTORS.map((actor) => html`
        <section key=${actor} class=${`plate ${actor}`} data-party=${actor}>
          <h2><${Name} actor=${actor} />${story[actor].established?.own ? html`<strong><${Prose} of=${story[actor].established.own} limit=${40} /></strong>` : null}
            <span class="hold"><${Held} keys=${actor === "attacker" ? fingerprints(story).attacker : [story[actor].established?.fingerprint].filter(Boolean)} /></span></h2>
          ${actor === "attacker" ? html`<${Spoils} attacker=${story.attacker} wire=${wire} over=${over} later=${session.verdict?.kind === "unread"} />` : html`<${Plate} story=${story} role=${actor} calm=${over && session.verdict?.class === "defended"} />`}
        </section>`)}</div>
      ${over ? html`<div class="scene over"><${Hands} session=${session} between=${story.attacker.interferes} /><p class="means"><${Prose} of=${session.verdict ? tell(`meaning ${session.verdict.kind}`) : ""} /></p></div>`
        : html`<div class="scene"><${Scene} row=${rows[at]} /></div>`}
      ${over ? null : hand ?? html`<${Notebook} events=${so} />`}
    </article><//>`;
};

/** What happens in a row, in a sentence that can be read aloud: what stands in the frames is drawn. */
function said(row, session) {
  const grounds = session.verdict?.grounds;
  if (row.what === "stop" && grounds?.is === "stopped" && grounds.party === row.party && grounds.check === row.check) return outcome(session);
  const fields = row.changed?.map(({ field }) => field) ?? [];
  return say("scene", { ...row, fields, opened: row.sealed && row.open, seal: row.sealed && !row.open ? "encrypted" : "readable", read: row.read ? spoken(row.read.text) : null }, row.what) ?? capital(words(row));
}

const Controls = ({ at, rows, pace, play, go }) => {
  const goes = (name, sign, row) => html`<button key=${name} type="button" data-action=${name} onClick=${() => go(row)} disabled=${row === at || row < 0 || row > rows} aria-label=${tell(`stage ${name}`)} title=${tell(`stage ${name}`)}>${sign}</button>`;
  const plays = (name, how) => html`<button key=${name} type="button" class=${name === "play" ? "primary" : ""} data-action=${name} aria-pressed=${String(pace === how)} onClick=${() => play(how)}>${tell(pace === how ? "stage pause" : `stage ${name}`)}</button>`;
  return html`<div class="controls" role="group" aria-label=${tell("stage controls")}>
    ${goes("first", "|◀", 0)}${goes("back", "◀", at - 1)}${plays("play", "normal")}${plays("slow", "slow")}${goes("next", "▶", at + 1)}${goes("last", "▶|", rows)}
    <button type="button" data-action="close-stage" onClick=${() => toRow(null)}>${tell("stage close")}</button></div>`;
};

/** What a victim holds and believes, beside what is so, and its words. */
const Plate = ({ story, role, calm }) => {
  const { aborted, sent, received } = story[role];
  const peer = story[peerOf(role)];
  const so = truth(story, role);
  const wrote = sent.find(({ text }) => text);
  const took = received.find(({ text }) => text);
  const right = !took || took.digest === peer.sent[took.index]?.digest;
  return html`
    ${aborted ? html`<p class=${`belief ${calm ? "" : "wrong"}`} data-belief="gave-up">${tell("stage gave-up", { check: aborted.check ?? null })}</p>` : null}
    ${so ? html`<p class=${`belief ${so.right === null ? "" : so.right ? "right" : "wrong"}`} data-belief=${so.belief ?? ""} data-truth=${so.truth ?? ""}>
      ${so.right === null ? "" : so.right ? "✓ " : "✕ "}${phrase(so.belief === null ? "stage believes-nobody" : "stage believes", { peer: html`<strong><${Prose} of=${so.belief ?? ""} limit=${40} /></strong>` })}
      ${so.truth && so.right !== true ? html`<br />${tell("stage in-truth", { truth: so.truth, called: so.called })}` : null}</p>` : null}
    ${wrote ? html`<p class="speech" data-wrote=${role}>${phrase("belief wrote", { text: html`<q><${Prose} of=${spoken(wrote.text)} /></q>` })}</p>` : null}
    ${took ? html`<p class=${`speech ${right ? "" : "wrong"}`} data-took=${role} data-right=${String(right)}>${phrase("belief took", { text: html`<q><${Prose} of=${spoken(took.text)} /></q>` })}</p>` : null}`;
};

/** A message without its canary, as short as a plate is wide. */
const spoken = (text) => shorten(secretive(text).words.trim(), 40, 4);

/** What the attacker read; after the last row also that it read nothing. */
const Spoils = ({ attacker, wire, over, later }) => html`
    ${wire && attacker.present ? html`<p class="belief quiet">${tell("diagram relays")}</p>` : null}
    ${over && later ? html`<p class="belief" data-recording>${tell("stage recording")}</p>` : null}
    ${over && attacker.interferes && !later && !attacker.recovered.length ? html`<p class="belief" data-between>${tell("stage between")}</p>` : null}
    ${VICTIMS.map((role) => attacker.recovered.find(({ sender }) => sender === role)).filter(Boolean).map((read) => html`<p key=${read.n} class="speech wrong" data-read=${read.sender}>${phrase("belief loot", { text: html`<q><${Prose} of=${spoken(read.text)} /></q>` }, { sender: read.sender, live: read.live })}</p>`)}`;

/** A note with its text as it is told: a step in the page's own language, a message without its canary. */
const noted = (note) => ({ ...note, ...(note.what === "read" && { text: spoken(note.text) }), ...(note.what === "step" && { text: step(note) }) });

/** What the attacker does and knows by now, the newest last. */
const Notebook = ({ events }) => {
  const notes = notebook(events);
  return html`
    <section class="notebook" aria-labelledby="notebook">
      <h2 id="notebook">${tell("stage notebook")}</h2>
      ${notes.length ? html`<ul>${notes.slice(-NOTED).map((note) => html`<li key=${note.n} data-note=${note.what}><${Prose} of=${tell(`note ${note.what}`, noted(note))} limit=${150} /></li>`)}</ul>`
        : html`<p class="quiet">${tell("note nothing")}</p>`}
    </section>`;
};
