/**
 * What is not on the first screen, in a file of its own that is loaded when somebody goes there: the other pages, and what stands
 * below the board.
 */

import { html, tell } from "../draw/markup.js";
import { lab } from "../lab/lab.js";
import { LISTS } from "../lab/route.js";
import { AttackPage, CheckPage, ModePage } from "./catalogue.js";
import { ChallengesPage } from "./challenges.js";
import { ClassPage, PresentPage } from "./class.js";
import { Comparison } from "./compare.js";
import { HistoryPage } from "./history.js";
import { IndexPage } from "./index.js";
import { Misconceptions } from "./misconceptions.js";
import { Palette } from "./palette.js";
import { PrimesPage } from "./primes.js";
import { RunForm } from "./run.js";
import { SessionPage } from "./session.js";
import { ProgramPage, SoftwarePage } from "./software.js";
import { Failed } from "./states.js";

export { Palette };

export const Page = ({ page, id, query }) => {
  if (LISTS.includes(page) && id === null) return html`<${IndexPage} key=${page} list=${page} />`;
  switch (page) {
    case "sessions": return id === null ? html`<${HistoryPage} />` : html`<${SessionPage} key=${id} id=${id} part=${Number(query.get("part")) || null} />`;
    case "compare": return html`<${Comparison} left=${query.get("left")} right=${query.get("right")} />`;
    case "modes": return html`<${ModePage} key=${id} id=${id} />`;
    case "attacks": return html`<${AttackPage} key=${id} id=${id} />`;
    case "checks": return html`<${CheckPage} key=${id} id=${id} />`;
    case "class": return html`<${ClassPage} />`;
    case "present": return lab.role === "viewer" ? html`<${ClassPage} />` : html`<${PresentPage} />`;
    case "challenges": return html`<${ChallengesPage} />`;
    case "software": return id === null ? html`<${SoftwarePage} />` : html`<${ProgramPage} key=${id} id=${id} attack=${query.get("attack")} />`;
    case "cracking": return html`<${PrimesPage} />`;
    default: return html`<${Failed} what="page" error=${{ status: 404, message: id }} />`;
  }
};

/** What stands below the board: the form, for which `cells` are those of the matrix, and what is often said and is not so. */
export const Below = ({ cells }) => html`
  <section class="panel">
    <h2>${tell("home run")}</h2>
    <${RunForm} cells=${cells} />
  </section>
  <${Misconceptions} />`;
