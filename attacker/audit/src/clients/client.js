// The canary, asked for over TLS with Node's own https module, in its default settings; with --crl against revocation lists.
const { readFileSync } = require("node:fs");
const https = require("node:https");

const { INTERLOCK_CA, INTERLOCK_CRL, INTERLOCK_HOST, INTERLOCK_PORT, INTERLOCK_CANARY } = process.env;
const options = { ca: readFileSync(INTERLOCK_CA) };
if (process.argv.includes("--crl")) {
  options.crl = readFileSync(INTERLOCK_CRL, "utf8").match(/-----BEGIN[^]+?-----END X509 CRL-----/g);
}
https.get(`https://${INTERLOCK_HOST}:${INTERLOCK_PORT}/${INTERLOCK_CANARY}`, options, (answer) => {
  answer.pipe(process.stdout);
});
