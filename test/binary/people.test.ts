import { afterEach, beforeEach, expect, test } from "bun:test";
import { makePod, type Pod } from "../support/pod.ts";

let pod: Pod;
beforeEach(async () => {
  pod = await makePod();
});
afterEach(() => pod.remove());

async function ran(...words: string[]): Promise<{ code: number; output: string; errors: string }> {
  const container = pod.run("datamon-sidecar", words, { SIDECAR_COORD_POINT: undefined });
  return { code: await container.exit(), output: container.output, errors: container.text() };
}

test("version says which, and with --json where it comes from", async () => {
  expect((await ran("version")).output).toMatch(/^datamon-sidecar \d+\.\d+\.\d+\n$/);
  expect((await ran("--version")).output).toMatch(/^datamon-sidecar \d/);
  const { output } = await ran("version", "--json");
  expect(JSON.parse(output)).toMatchObject({
    version: expect.any(String),
    commit: expect.any(String),
    bun: expect.any(String),
    target: expect.stringContaining("linux"),
  });
});

test("every command has help, found by walking down from the first", async () => {
  const walked: string[] = [];
  const walk = async (path: readonly string[]): Promise<void> => {
    const { code, output } = await ran(...path, "--help");
    expect(code).toBe(0);
    expect(output).toContain(`Usage: datamon-sidecar${path.map((word) => ` ${word}`).join("")}`);
    walked.push(path.join(" "));
    const [, listed = ""] = output.split("\nCommands:\n");
    const names = [...listed.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name!);
    await Promise.all(names.map((name) => walk([...path, name])));
  };
  await walk([]);
  expect(walked).toContain("config show");
  expect(walked.length).toBeGreaterThan(10);
});

/** Example command lines of a help text: those that begin with our name. */
function examples(help: string): string[] {
  return [...help.matchAll(/^ {2}(datamon-sidecar .*)$/gm)].map(([, line]) => line!);
}

for (const role of ["app", "files", "postgres"]) {
  test(`the examples in the help of ${role} are command lines that it understands`, async () => {
    pod.write("coordPoint: /coord\nsources:\n- {name: in, path: /in, repo: r, label: l}\n", "sidecar.yaml");
    const { output } = await ran(role, "--help");
    const lines = examples(output);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      const words = line.replace("/config/sidecar.yaml", pod.path("sidecar.yaml")).split(" ").slice(2);
      const judged = await ran("config", "validate", "--role", role, ...words);
      if (!line.includes("--config") || role === "files") expect(judged).toMatchObject({ code: 0 });
    }
  });
}

const MISTAKES: readonly [string[], number, RegExp][] = [
  [["statsu"], 64, /"statsu".*did you mean status\?/],
  [["status", "--jsn"], 64, /"--jsn".*did you mean --json\?/],
  [["config", "shwo"], 64, /"shwo".*did you mean show\?/],
  [[], 64, /choose one of app, files/],
];

for (const [words, code, said] of MISTAKES) {
  test(`"datamon-sidecar ${words.join(" ")}" is refused in one line that says what to do`, async () => {
    const refused = await ran(...words);
    expect(refused.code).toBe(code);
    expect(refused.errors).toMatch(said);
    expect(refused.errors.split("\n")).toHaveLength(1);
    expect(refused.output).toBe("");
  });
}

test("all mistakes of a command line are told at once, with suggestions", async () => {
  const { code, errors } = await ran("app", "--coord-pont", "/x", "--upload", "perhaps", "--", "true");
  expect([64, 78]).toContain(code);
  expect(errors).toContain("did you mean --coord-point?");
  expect(errors).toContain("perhaps");
  expect(errors).toContain("waitFor");
});

/** Runs a command on a terminal of its own. */
function onTerminal(words: readonly string[], env: Readonly<Record<string, string>>) {
  return pod.start(["script", "-qec", words.map((word) => `'${word}'`).join(" "), "/dev/null"], env);
}

test("on a terminal the log is for people: one line an event, no JSON", async () => {
  const program = pod.program("datamon-sidecar");
  const env = { SIDECAR_COORD_POINT: pod.path("coord"), SIDECAR_RUN_ID: "run-1", TERM: "xterm" };
  const files = pod.files();
  const app = onTerminal([program, "app", "--wait-for", "files", "--", "echo", "to the terminal"], env);
  expect([await app.exit(), await files.exit()]).toEqual([0, 0]);
  const plain = Bun.stripANSI(app.output);
  expect(plain).toMatch(/\d\d:\d\d:\d\d\.\d+ INFO +app: waiting run=/);
  expect(plain).toContain("to the terminal");
  expect(plain).toMatch(/INFO +app: done/);
  expect(plain).not.toContain('{"time"');
});

test("--log-format pretty and --log-level hold where there is no terminal", async () => {
  const files = pod.files(["--log-format", "pretty"]);
  const app = pod.app("true", ["--log-level", "warn"]);
  expect([await app.exit(), await files.exit()]).toEqual([0, 0]);
  expect(app.log).toEqual([]);
  expect(files.text()).toMatch(/INFO +files: ready/);
  expect(files.text()).not.toContain("\u001b");
});
