import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

const ITERATIONS = 4096;

/**
 * What the server stores of a password: `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey` (RFC 5803 in the notation of
 * https://www.postgresql.org/docs/15/catalog-pg-authid.html). Normalisation (SASLprep) is left out, as the server itself does
 * for text it cannot normalise; for ASCII it changes nothing.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  const storedKey = createHash("sha256").update(clientKey).digest("base64");
  const serverKey = createHmac("sha256", salted).update("Server Key").digest("base64");
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
