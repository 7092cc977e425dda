import { beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { dependencies } from "../../package.json";
import { billOfMaterials } from "../../scripts/build/bill-of-materials.ts";
import { isTarget } from "../../scripts/build/targets.ts";
import { compressedBytes } from "../../scripts/bench/kit.ts";
import { compiledKit } from "../support/kit.ts";
import { requirePart } from "../support/parts.ts";

const root = join(import.meta.dir, "../..");
const possible = requirePart("musl-gcc");

interface Bill {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly timestamp: string; readonly component: { readonly purl: string } };
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly licenses: readonly object[];
    readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  }[];
}

let kit: string;
beforeAll(async () => {
  if (possible) kit = await compiledKit();
}, 60_000);

async function text(): Promise<string> {
  const target = process.arch;
  if (!isTarget(target)) throw new Error(`cannot test on ${target}`);
  return await billOfMaterials(root, { target, kit, commit: "c0ffee", time: new Date(0) });
}

test.skipIf(!possible)(
  "the bill of materials lists every package with version, licence and hash",
  async () => {
    const { components } = JSON.parse(await text()) as Bill;
    for (const [name, version] of Object.entries(dependencies)) {
      const listed = components.find((component) => component.name === name);
      expect(listed).toMatchObject({ version, hashes: [{ alg: "SHA-512" }] });
      expect(listed?.hashes?.[0]?.content).toMatch(/^[0-9a-f]{128}$/);
    }
    for (const { licenses } of components) expect(JSON.stringify(licenses)).not.toContain("NOASSERTION");
  },
);

test.skipIf(!possible)(
  "the bill of materials lists what the program runs on, as it is in the kit",
  async () => {
    const bill = JSON.parse(await text()) as Bill;
    const versions = Object.fromEntries(bill.components.map(({ name, version }) => [name, version]));
    const library = Bun.spawnSync([join(kit, "lib/ld.so"), join(kit, "lib/libc.so.6")]).stdout.toString();
    expect(versions["bun"]).toBe(Bun.version);
    expect(library).toContain(versions["glibc"] ?? "no glibc is listed");
    expect(versions["musl"]).toMatch(/^1\.\d+\.\d+$/);
    expect(bill).toMatchObject({ bomFormat: "CycloneDX", specVersion: "1.6" });
    expect(bill.metadata.component.purl).toContain("c0ffee");
  },
);

test.skipIf(!possible)("the same commit has the same bill of materials", async () => {
  expect(await text()).toBe(await text());
});

// The budget is 46 MB at level 19, which takes a minute; at level 10 the same kit is 9 % larger.
test.skipIf(!(possible && requirePart("zstd")))("the kit keeps within the budget of its image", async () => {
  expect(await compressedBytes(kit, 10)).toBeLessThan(50e6);
});
