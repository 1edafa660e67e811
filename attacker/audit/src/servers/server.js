// Gives the canary to whoever shows a certificate that Node believes; --crl FILE: and that is on none of these lists.
const fs = require("node:fs");
const https = require("node:https");

const at = process.env;
const lists = process.argv.indexOf("--crl");
const options = {
  ca: fs.readFileSync(at.INTERLOCK_CA),
  cert: fs.readFileSync(at.INTERLOCK_CERT),
  key: fs.readFileSync(at.INTERLOCK_KEY),
  requestCert: true,
  rejectUnauthorized: true,
};
if (lists > 0) options.crl = fs.readFileSync(process.argv[lists + 1], "utf8").match(/-----BEGIN[^]*?-----END[^-]*-----/g);
const server = https.createServer(options, (_, response) => response.end(at.INTERLOCK_CANARY));
server.on("tlsClientError", (error) => console.error(String(error)));
server.listen(Number(at.INTERLOCK_PORT), at.INTERLOCK_ADDRESS);
