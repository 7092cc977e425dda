import { expect, test } from "bun:test";
import { DATAMON_FLAGS, OWN_FLAGS, REFUSED_FLAGS } from "../../src/config/schema/datamon-flags.ts";
import type { DatamonCommand } from "../../src/config/schema/datamon-flags.ts";
import { downloadArgv, MANAGED_FLAGS, mountArgv, uploadArgv } from "../../src/core/datamon-argv.ts";

const EVERY = "config context loglevel metrics metrics-url upgrade format skip-auth".split(" ");

/** The flags each command has (datamon v2.6.9), those of every command aside. */
const FLAGS: Record<DatamonCommand, readonly string[]> = {
  mount:
    "repo mount bundle label destination stream cache-size prefetch verify-hash concurrency-factor daemonize".split(
      " ",
    ),
  upload:
    "repo path message label files skip-on-error retry verify-hash verify-blob-hash concurrency-factor".split(
      " ",
    ),
  download: "repo destination bundle label name-filter force-dest verify-hash concurrency-factor".split(" "),
};

const NEWEST = { repo: "r", ref: { type: "latest" } } as const;
const ARGV: Record<DatamonCommand, (flags: readonly string[]) => string[]> = {
  mount: (flags) => mountArgv(NEWEST, "/m", flags),
  upload: (flags) => uploadArgv({ repo: "r", path: "/p", message: "m" }, flags),
  download: (flags) => downloadArgv(NEWEST, "/d", flags),
};

const COMMANDS = Object.keys(FLAGS) as DatamonCommand[];

test.each(COMMANDS)("each flag of bundle %s can be set, or is ours to decide, never both", (command) => {
  const settable = DATAMON_FLAGS.filter(({ commands }) => commands.includes(command));
  const known = [...EVERY, ...FLAGS[command]];
  for (const { name } of settable) expect(known).toContain(name);
  for (const name of known) {
    const given = `--${name}=1`;
    if (settable.some((flag) => flag.name === name)) expect(ARGV[command]([given])).toContain(given);
    else expect(() => ARGV[command]([given])).toThrow(`decides on --${name} itself`);
  }
});

test("what is ours to decide is passed over in old specs, has a setting of its own, or is refused with a way out", () => {
  const settings = ["repo", "bundle", "label", "mount", "path", "message"];
  for (const flag of MANAGED_FLAGS) {
    const name = flag.slice(2);
    expect([...settings, ...OWN_FLAGS, ...Object.keys(REFUSED_FLAGS)]).toContain(name);
    expect(DATAMON_FLAGS.map((known) => known.name)).not.toContain(name);
  }
  for (const name of OWN_FLAGS) expect([...MANAGED_FLAGS]).toContain(`--${name}`);
});
