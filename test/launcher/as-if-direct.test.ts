import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { requirePart } from "../support/parts.ts";
import { FORGED, TRAPS } from "../support/traps.ts";
import { buildTestKit, type TestKit } from "../support/test-kit.ts";

const possible = requirePart("musl-gcc");
let kit: TestKit;
beforeAll(async () => {
  if (possible) kit = await buildTestKit();
});
afterAll(() => kit?.remove());

/** What `show` prints when it is run in `states`, through `prefix` or directly. */
function birth(
  states: readonly string[],
  prefix: readonly string[],
  environment?: Record<string, string>,
): string {
  const words = [
    kit.strange,
    ...states,
    "--",
    ...prefix,
    kit.show,
    "one",
    "",
    "two words",
    "ümlaut",
    "--",
    "-c",
  ];
  const { exitCode, stdout } = Bun.spawnSync(words, { env: environment ?? process.env, stdin: "ignore" });
  expect(exitCode).toBe(0);
  return stdout.toString().replaceAll(/pipe:\[\d+\]|socket:\[\d+\]/g, "(pipe)");
}

describe.skipIf(!possible)("the application is born as if it had been started directly", () => {
  const cases: readonly (readonly string[])[] = [
    [],
    ["bytes"],
    ["no-environment"],
    ["no-stdio"],
    ["more-fds"],
    ["ignore"],
    ["block"],
    ["limits"],
    ["lost"],
    ["bytes", "no-stdio", "more-fds", "ignore", "block", "limits", "lost"],
  ];
  test.each(cases.map((states) => [states.join(" ") || "as we are", states] as const))("%s", (_, states) => {
    const direct = birth(states, []);
    expect(direct).toContain("argument");
    expect(birth(states, [kit.launcher, "--"])).toBe(direct);
  });

  test("with every variable that would change Bun, zx, consola or the loader", () => {
    const all = { ...TRAPS, ...FORGED };
    expect(birth([], [kit.launcher, "--"], all)).toBe(birth([], [], all));
  });
});
