import { expect, test } from "bun:test";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };

test("the scripts install the Bun that the types are for", async () => {
  const script = await Bun.file(join(import.meta.dir, "../../scripts/environment")).text();
  const pinned = /^BUN_VERSION=(\S+)/m.exec(script)?.[1];
  expect(pinned).toBe(packageJson.devDependencies["bun-types"]);
  expect(Bun.version).toBe(packageJson.devDependencies["bun-types"]);
});
