import { expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { KnownError } from "../../src/core/errors.ts";
import { FOREIGN_READERS } from "../support/foreign-readers.ts";

const LARGE = join(import.meta.dir, "../fixtures/foreign/large.ts");
/** Many times what it takes; a reader that takes the square of a text's length takes hours, or ten gigabytes. */
const KILLED_AFTER_MS = 240_000;
const MOST_BYTES = 2e9;

const HASH = "0123456789abcdef".repeat(8);
const ID = "3MNWx7BCg6QXlDDpAuYtLTfJRQu";
const TOKENS = [
  `a 0 -1 1e9 99999999999999999999 true ../../etc/passwd / .. \\ ${ID} ${HASH}`.split(" "),
  "name id leafSize count version size hash BundleEntries run participant mount fuse".split(" "),
  "coordPoint sources bundles globalOpts database destinations __proto__ constructor".split(" "),
  ["Database cluster state", "Bytes per WAL segment", "Uploaded bundle id", "config create", "bundle mount"],
].flat();
const SIGNS = [
  ": |:|\n|\n  |\n- |- |[|]|{|}|,|\"|'|&a |*a|!!binary | |\t|\0|\r\n|#|---|--|=|;".split("|"),
  ["|", "\u{202e}", "\ud800", "💾", "\u{1b}[2J", "\u{85}"],
].flat();
const token = fc.constantFrom(...TOKENS);
const sign = fc.constantFrom(...SIGNS);
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 100 }),
  fc.json(),
  fc.array(fc.oneof(token, sign), { maxLength: 24 }).map((parts) => parts.join("")),
);

test.each(Object.entries(FOREIGN_READERS))("%s: any text is read, or refused with a reason", (_, read) => {
  fc.assert(
    fc.property(text, (given) => {
      try {
        read(given);
      } catch (error) {
        if (!(error instanceof KnownError)) throw error;
        expect(error.kind).not.toBe("bug");
        expect(error.message.length).toBeLessThan(20_000);
      }
    }),
    { numRuns: 500 },
  );
});

test("large texts of every kind are read in little time and memory", async () => {
  const child = Bun.spawn([process.execPath, LARGE], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
    timeout: KILLED_AFTER_MS,
    killSignal: "SIGKILL",
  });
  const output = await child.stdout.text();
  await child.exited;
  expect(output.trimEnd().split("\n").at(-1)).toBe("all read");
  expect(child.resourceUsage()?.maxRSS).toBeLessThan(MOST_BYTES);
}, 300_000);
