/** What every drawing and every view is written in: markup with state, what the language says, and values fit to be shown. */

import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { shorten, visible } from "../model/text.js";
import { headline, outcome, phrase, say, sentence, tell, term, word } from "../model/words.js";
import { Copy, Prose, Value } from "./value.js";
import { ACTORS, Name, Shape } from "./cast.js";
import { Badge, Mark } from "./verdict.js";

export { html, useEffect, useLayoutEffect, useMemo, useRef, useState };
export { shorten, visible };
export { headline, outcome, phrase, say, sentence, tell, term, word };
export { ACTORS, Badge, Copy, Mark, Name, Prose, Shape, Value };
