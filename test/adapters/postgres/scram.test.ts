import { expect, test } from "bun:test";
import { scramVerifier } from "../../../src/adapters/postgres/scram.ts";

test("the verifier is the one of the example in RFC 7677", () => {
  // User "user", password "pencil": the RFC gives the salt and what follows from StoredKey and ServerKey.
  const verifier = scramVerifier("pencil", Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64"));
  expect(verifier).toBe(
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
  );
});

test("two verifiers of one password differ by their salt", () => {
  expect(scramVerifier("pencil")).not.toBe(scramVerifier("pencil"));
});
