import { expect, test } from "bun:test";
import { parseAppArguments } from "../../src/config/app.ts";
import { readYaml } from "../../src/config/yaml.ts";
import { problemsOf, refusalOf } from "./refusal.ts";

const FLAGS = ["--coord-point", "/coord", "--wait-for", "files"];
const app = (argv: readonly string[], env = {}, yaml?: string) =>
  parseAppArguments({ argv, env, ...(yaml === undefined ? {} : { file: readYaml("job.yaml", yaml) }) });

test("the defaults are those of the design", () => {
  expect(app([...FLAGS, "--", "true"]).settings).toEqual({
    coordPoint: "/coord",
    pollInterval: 5000,
    beatInterval: 5000,
    silenceTimeout: 30_000,
    returnTimeout: 360_000,
    grace: 25_000,
    terminationMessagePath: "/dev/termination-log",
    logFormat: "auto",
    logLevel: "info",
    peers: [{ kind: "files" }],
    upload: "on-success",
    startTimeout: 3_600_000,
    uploadTimeout: 86_400_000,
    sleepAfter: 0,
    command: ["true"],
  });
});

test("flags count more than variables, variables more than the file", () => {
  const yaml = "grace: 1s\nlogLevel: debug\nupload: never\nwaitFor: [files]\ncoordPoint: /file\n";
  const env = { SIDECAR_GRACE: "2s", SIDECAR_LOG_LEVEL: "warn" };
  const { settings, warnings, origins } = app(["--grace", "3s", "x"], env, yaml);
  expect(settings).toMatchObject({ grace: 3000, logLevel: "warn", upload: "never", coordPoint: "/file" });
  expect(warnings).toEqual(
    [
      'grace is "3s" (--grace), which overrides "2s" (SIDECAR_GRACE)',
      'logLevel is "warn" (SIDECAR_LOG_LEVEL), which overrides "debug" (job.yaml:2)',
      'grace is "3s" (--grace), which overrides "1s" (job.yaml:1)',
    ].toSorted((one, other) => warnings.indexOf(one) - warnings.indexOf(other)),
  );
  expect(origins).toContainEqual({ key: "upload", value: "never", source: "job.yaml:3" });
  expect(origins).toContainEqual({ key: "beatInterval", value: "5s", source: "default" });
});

test.each([
  [
    [...FLAGS, "ls", "--help", "-c"],
    ["ls", "--help", "-c"],
  ],
  [
    [...FLAGS, "--", "--odd", "--coord-point"],
    ["--odd", "--coord-point"],
  ],
  [
    [...FLAGS, "--", "--", "x"],
    ["--", "x"],
  ],
  [
    [...FLAGS, "ls", "--"],
    ["ls", "--"],
  ],
  [[...FLAGS, "--", ""], [""]],
  [
    [...FLAGS, "sh", "-c", "echo 'a b'", ""],
    ["sh", "-c", "echo 'a b'", ""],
  ],
])("in %j the command is %j", (argv, command) => {
  expect(app(argv).settings.command).toEqual(command as [string, ...string[]]);
});

test("peers come from repeated flags, a list in the file, or the words of a variable", () => {
  const peers = [{ kind: "files" }, { kind: "postgres", database: "db 1" }];
  const argv = ["--coord-point", "/c"];
  expect(app([...argv, "--wait-for=files", "--wait-for", "postgres:db 1", "x"]).settings.peers).toEqual(
    peers as [],
  );
  expect(app([...argv, "x"], { SIDECAR_WAIT_FOR: "files 'postgres:db 1'" }).settings.peers).toEqual(
    peers as [],
  );
  expect(app([...argv, "x"], {}, "waitFor:\n- files\n- postgres:db 1\n- files\n").settings.peers).toEqual(
    peers as [],
  );
});

test("all mistakes are reported at once, each with key, value, source and remedy", () => {
  const error = refusalOf(() =>
    app(
      ["--cord-point", "/c", "--beat-interval", "5x", "--upload=sometimes"],
      { SIDECAR_LOG_FORMT: "json" },
      "wait: [x]\n",
    ),
  );
  expect(error.kind).toBe("configuration");
  expect(error.problems).toEqual([
    { key: "--cord-point", cause: "is not a flag", remedy: "did you mean --coord-point?", usage: true },
    {
      key: "SIDECAR_LOG_FORMT",
      cause: "is not a known variable",
      remedy: "did you mean SIDECAR_LOG_FORMAT?",
    },
    { key: "wait", source: "job.yaml:1", cause: "is not a known key", remedy: expect.any(String) },
    { key: "coordPoint", cause: "is not set", remedy: expect.stringContaining("SIDECAR_COORD_POINT") },
    {
      key: "beatInterval",
      value: "5x",
      source: "--beat-interval",
      cause: "is not a duration",
      remedy: expect.stringContaining("30s"),
    },
    { key: "waitFor", cause: "is not set", remedy: expect.stringContaining("--wait-for") },
    {
      key: "upload",
      value: "sometimes",
      source: "--upload",
      cause: "is not one of its values",
      remedy: "write one of on-success, always, never",
    },
    { key: "command", cause: "is not set", remedy: "write it after --" },
  ]);
  expect(error.message.split("\n")).toHaveLength(9);
});

test("mistakes of the command line alone are of usage", () => {
  expect(refusalOf(() => app([...FLAGS, "--uplod", "never", "--", "x"])).kind).toBe("usage");
});

test.each([
  [[], ["is not set"]],
  [
    ["--wait-for", "fuse"],
    ["no kind of sidecar", "write files or postgres:NAME"],
  ],
  [["--wait-for", "postgres:"], ["without the name of a database"]],
  [["--wait-for", "postgres:a,postgres:b"], ["a --wait-for of its own"]],
  [["--wait-for", "postgres:../x"], ['holds \\"/\\"'.replaceAll("\\", "")]],
  [["--wait-for", "postgres:.status"], ['begins with "."']],
  [["--wait-for", "postgres:mountdone"], ["name of a marker"]],
])("waiting for %j is refused", (argv, reasons) => {
  const [line = ""] = problemsOf(() => app(["--coord-point", "/c", ...argv, "--", "x"]));
  expect(line).toStartWith("waitFor");
  for (const reason of reasons) expect(line).toContain(reason);
});

test("a silence must last longer than two beats", () => {
  const lines = problemsOf(() => app([...FLAGS, "--beat-interval=10s", "--silence-timeout=19s", "x"]));
  expect(lines).toEqual([
    "silenceTimeout (--silence-timeout) is less than twice the beatInterval; raise silenceTimeout or lower beatInterval",
  ]);
});

test.each([
  ["0", 0],
  ["1.5", 1500],
  ["250ms", 250],
  ["1h30m", 5_400_000],
  ["2d", 172_800_000],
])("a start timeout of %s is %d ms", (text, milliseconds) => {
  expect(app([...FLAGS, "--start-timeout", text, "x"]).settings.startTimeout).toBe(milliseconds);
});

test.each(["", "-1", "5 s", "1e3", "s", "25d", "99999999999", "5mm", "NaN"])(
  "a grace of %j is refused",
  (text) => {
    expect(problemsOf(() => app([...FLAGS, `--grace=${text}`, "x"]))).toHaveLength(1);
  },
);

test("an empty variable counts as not set", () => {
  expect(app([...FLAGS, "x"], { SIDECAR_GRACE: "" }).settings.grace).toBe(25_000);
});
