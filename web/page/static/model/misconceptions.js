/** What beginners' material says of key exchange and encryption, and the scenario that shows otherwise. Claim and answer are the
 * language's (`misconception`, `misconception-answer`), by this name. */
export const MISCONCEPTIONS = [
  { name: "rsa-encrypts-everything", scenario: "ecdh-cert/eavesdrop" },
  { name: "one-key-pair-for-both", scenario: "ecdh/relay" },
  { name: "encrypted-means-alone", scenario: "ecdh/substitute" },
  { name: "certificate-means-partner", scenario: "ecdh-cert/rogue-ca" },
];

/** The one that a scenario shows to be one; null where it is about none. */
export const refutedBy = (scenario) => MISCONCEPTIONS.find((one) => one.scenario === scenario) ?? null;
