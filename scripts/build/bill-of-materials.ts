import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { sysrootFor } from "./sysroot.ts";
import { type Target, TARGETS } from "./targets.ts";

interface Component {
  readonly type: "application" | "library" | "framework";
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly licenses: readonly (
    | { readonly license: { readonly id: string } }
    | { readonly expression: string }
  )[];
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly description?: string;
}

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** What is in a kit, as CycloneDX 1.6; `time` is the commit's, so that the same commit gives the same text. */
export async function billOfMaterials(
  root: string,
  { target, kit, commit, time }: { target: Target; kit: string; commit: string; time: Date },
): Promise<string> {
  const own = await packageAt(root);
  const npm = await npmComponents(root, own);
  const components = [...(await runtimeComponents(root, target, kit)), ...npm];
  const subject = `pkg:generic/${own.name}@${own.version}?arch=${target}&vcs_revision=${commit}`;
  const bill = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      timestamp: time.toISOString(),
      component: {
        type: "application",
        "bom-ref": subject,
        name: own.name,
        version: own.version,
        purl: subject,
        licenses: [licence(own.license)],
      },
    },
    components,
    dependencies: [{ ref: subject, dependsOn: components.map((component) => component["bom-ref"]) }],
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

/** What the kit holds beside npm packages; the versions are read in the files themselves. */
async function runtimeComponents(root: string, target: Target, kit: string): Promise<Component[]> {
  const sysroot = await sysrootFor(root, target);
  const { machine, debian } = TARGETS[target];
  const glibc = await versionIn(join(kit, "lib/libc.so.6"), /GNU C Library \(Debian GLIBC ([^)]+)\)/);
  const musl = await versionIn(join(sysroot, `usr/lib/${machine}-linux-musl/libc.a`), /\0(1\.\d+\.\d+)\0/);
  const component = (
    name: string,
    version: string,
    purl: string,
    id: string,
    description: string,
  ): Component => ({
    type: name === "bun" ? "framework" : "library",
    "bom-ref": purl,
    name,
    version,
    purl,
    licenses: [licence(id)],
    description,
  });
  const bun = `pkg:npm/%40oven/bun-linux-${target === "arm64" ? "aarch64" : target}@${Bun.version}`;
  return [
    component("bun", Bun.version, bun, "MIT AND LGPL-2.0-only", "Runs the program; contains JavaScriptCore"),
    component(
      "glibc",
      glibc,
      `pkg:deb/debian/libc6@${glibc}?arch=${debian}`,
      "LGPL-2.1-or-later",
      "In lib, unchanged",
    ),
    component("musl", musl, `pkg:generic/musl@${musl}`, "MIT", "Linked into the launcher"),
  ];
}

/** The packages that the program may import, with those that they may import. */
async function npmComponents(root: string, own: Package): Promise<Component[]> {
  // Bun's lock file is JSON with trailing commas, which YAML allows.
  const lock = parse(await readFile(join(root, "bun.lock"), "utf8")) as {
    readonly packages: Readonly<Record<string, readonly unknown[]>>; // name, registry, details, hash
  };
  const found = new Map<string, Component>();
  const visit = async (name: string): Promise<void> => {
    if (found.has(name)) return;
    const { version, license, dependencies = {} } = await packageAt(join(root, "node_modules", name));
    const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
    const integrity = lock.packages[name]?.at(-1);
    if (typeof integrity !== "string" || !integrity.startsWith("sha512-"))
      throw new Error(`cannot list ${name}: bun.lock has no hash of it`);
    const content = Buffer.from(integrity.slice("sha512-".length), "base64").toString("hex");
    found.set(name, {
      type: "library",
      "bom-ref": purl,
      name,
      version,
      purl,
      licenses: [licence(license)],
      hashes: [{ alg: "SHA-512", content }],
    });
    for (const dependency of Object.keys(dependencies)) await visit(dependency);
  };
  for (const name of Object.keys(own.dependencies ?? {})) await visit(name);
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function packageAt(folder: string): Promise<Package> {
  return (await Bun.file(join(folder, "package.json")).json()) as Package;
}

async function versionIn(path: string, pattern: RegExp): Promise<string> {
  const version = pattern.exec(await readFile(path, "latin1"))?.[1];
  if (version === undefined) throw new Error(`cannot find a version in ${path}`);
  return version;
}

function licence(text = "NOASSERTION"): Component["licenses"][number] {
  return text.includes(" ") ? { expression: text } : { license: { id: text } };
}
