import { afterEach, beforeEach, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { makePod, type Pod } from "../support/pod.ts";

let pod: Pod;
beforeEach(async () => {
  pod = await makePod();
});
afterEach(() => pod.remove());

const NO_VARIABLES = { SIDECAR_COORD_POINT: undefined };

const MISTAKES: readonly [string, string[], number[], RegExp][] = [
  ["wrap_application.sh", ["-b", "fuse", "true"], [1], /coordination point not set/],
  ["wrap_application.sh", ["-c", "c", "true"], [1], /-b fuse or -b postgres/],
  ["wrap_application.sh", ["-c", "c", "-b", "smoke", "true"], [1], /smoke/],
  ["wrap_application.sh", ["-c", "c", "-b", "postgres", "true"], [1], /-d/],
  ["wrap_datamon.sh", ["-c", "c"], [64], /no datamon cmds to run/],
  ["wrap_datamon.sh", ["-c", "c", "-d", "bundle upload --message 'open"], [78], /quote/],
  ["wrap_datamon.sh", ["-c", "c", "-d", "repo list"], [78], /repo list/],
  ["wrap_datamon.sh", [], [78], /coordination point not set/],
];

for (const [name, args, codes, said] of MISTAKES) {
  test(`${name} ${args.join(" ")} is refused with a word about it, and touches nothing`, async () => {
    const container = pod.run(name, args, NO_VARIABLES);
    expect(codes).toContain(await container.exit());
    expect(container.text()).toMatch(said);
    expect(pod.has("c")).toBe(false);
  });
}

test("a program that is found through a link on PATH still knows by which name it was called", async () => {
  symlinkSync(pod.program("wrap_application.sh"), pod.path("wrap_application.sh"));
  const files = pod.files();
  const app = pod.start(["wrap_application.sh", "-c", pod.path("coord"), "-b", "fuse", "touch", "out/new"], {
    PATH: `${pod.folder}:${process.env["PATH"]}`,
    SIDECAR_RUN_ID: "run-1",
  });
  expect([await app.exit(), await files.exit()]).toEqual([0, 0]);
  expect(await pod.bundle()).toEqual({ new: "" });
});

test("sidecar_param prints lines that a shell takes back unchanged", async () => {
  const message = `it's "all" $HOME; \`x\` \\ * 01`;
  const yaml = JSON.stringify({
    globalOpts: { coordPoint: "/tmp/coord" },
    bundles: [{ name: "dest", destPath: "/out", destRepo: "r", destMessage: message }],
  });
  const script = `eval "$('${pod.program("sidecar_param")}' parse fuse <params)"; printf %s "$dm_fuse_bd_dest"`;
  pod.write(yaml, "params");
  const shell = pod.start(["sh", "-c", script]);
  expect(await shell.exit()).toBe(0);
  expect(shell.output).toContain(message);
});

test("sidecar_param tells its errors on standard output, with exit code 1", async () => {
  const container = pod.start(["sh", "-c", `'${pod.program("sidecar_param")}' parse fuse </dev/null`]);
  expect(await container.exit()).toBe(1);
  expect(container.output).not.toBe("");
  expect(container.text()).toBe("");
});
