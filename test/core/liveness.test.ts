import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { isSilent, type Liveness, UNSEEN, watch } from "../../src/core/liveness.ts";

const TIMEOUT = 30_000;

/** Looks that are `elapsed` milliseconds apart, each with the beat that was seen. */
function after(...looks: readonly (readonly [beat: string | undefined, elapsed: number])[]): Liveness {
  return looks.reduce<Liveness>(
    (liveness, [beat, elapsed]) => watch(liveness, beat, elapsed, TIMEOUT),
    UNSEEN,
  );
}

const CASES: readonly [string, Liveness, boolean][] = [
  ["nobody was ever seen", after([undefined, 100_000], [undefined, 100_000]), false],
  [
    "a beat that goes on is life",
    after(["1:1", 0], ["1:2", 9000], ["1:3", 9000], ["1:4", 9000], ["1:5", 9000]),
    false,
  ],
  [
    "a beat that stands still past the timeout is silence",
    after(["1:1", 0], ["1:1", 9999], ["1:1", 9999], ["1:1", 9999], ["1:1", 9999]),
    true,
  ],
  [
    "exactly the timeout is no silence yet",
    after(["1:1", 0], ["1:1", 10_000], ["1:1", 10_000], ["1:1", 10_000]),
    false,
  ],
  [
    "a status that is gone is a beat that stands still",
    after(["1:1", 0], ...Array.from({ length: 4 }, () => [undefined, 9000] as const)),
    true,
  ],
  [
    "one long gap of our own attention is no silence of another",
    after(["1:1", 0], ["1:1", 3_600_000]),
    false,
  ],
  [
    "a new attempt is life although its beat is lower",
    after(["1:9", 0], ["1:9", 10_000], ["1:9", 10_000], ["1:9", 9000], ["2:1", 9000]),
    false,
  ],
  [
    "a clock that goes backwards counts as nothing",
    after(["1:1", 0], ["1:1", -100_000], ["1:1", 10_000]),
    false,
  ],
];

for (const [what, liveness, silent] of CASES) {
  test(what, () => {
    expect(isSilent(liveness, TIMEOUT)).toBe(silent);
  });
}

test("a clock that goes backwards takes no silence back", () => {
  expect(watch({ beat: "1:1", quiet: 10 }, "1:1", -5, TIMEOUT).quiet).toBe(10);
});

test("a change of the beat ends any silence, and no change never does", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(fc.constantFrom(undefined, "1:1", "1:2", "2:1"), fc.integer({ min: 0, max: 60_000 })),
      ),
      (looks) => {
        const liveness = after(...looks);
        const beats = new Set(looks.map(([beat]) => beat).filter((beat) => beat !== undefined));
        if (beats.size === 0) expect(isSilent(liveness, TIMEOUT)).toBe(false);
        const fresh = watch(liveness, "new", 60_000, TIMEOUT);
        expect(fresh).toEqual({ beat: "new", quiet: 0 });
        expect(watch(fresh, "new", 1000, TIMEOUT).quiet).toBe(1000);
      },
    ),
  );
});
