import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { makePod, type Pod } from "../support/pod.ts";

let pod: Pod;
beforeEach(async () => {
  pod = await makePod();
});
afterEach(() => pod.remove());

const WORK = "touch started; while ! [ -f go ]; do sleep 0.02; done; echo made >out/new";
const status = (...flags: string[]) => pod.run("datamon-sidecar", ["status", ...flags]);

async function output(...flags: string[]): Promise<string> {
  const container = status(...flags);
  expect(await container.exit()).toBe(0);
  return container.output;
}

test("the table shows who takes part, in which phase, what is waited for, and bundle ids", async () => {
  const [files, app] = [pod.files(), pod.app(WORK)];
  await pod.until(() => pod.has("started") && pod.status("app").phase === "running");
  const during = (await output()).split("\n");
  expect(during[0]).toBe("run run-1");
  expect(during[1]).toMatch(/^PARTICIPANT +PHASE +SINCE +LAST SIGN +SAYS$/);
  expect(during[2]).toMatch(/^app +running +\S+ m?s +\S+ m?s +the application runs$/);
  expect(during[3]).toMatch(
    /^files +ready .*waiting for the application to end.*fetched in: golden-repo \w{27} \(golden\)$/,
  );
  pod.write("", "go");
  await Promise.all([files.exit(), app.exit()]);
  const after = await output();
  expect(after).toMatch(/^app +done .*application exit code 0$/m);
  expect(after).toMatch(/^files +done .*uploaded out: golden-repo \w{27} \(result\)$/m);
});

test("the table shows a failure with its phase, cause and exit code", async () => {
  const [files, app] = [pod.files(["--source", "in.label=goldn"]), pod.app("true")];
  await Promise.all([files.exit(), app.exit()]);
  expect(await output()).toMatch(/^files +failed .*failed while preparing: .*"goldn".* \(exit code 78\)$/m);
});

test("--json prints one object with the statuses as they are in the files", async () => {
  await Promise.all([pod.files().exit(), pod.app("true").exit()]);
  const text = await output("--json");
  expect(text.trimEnd().split("\n")).toHaveLength(1);
  expect(JSON.parse(text)).toMatchObject({
    run: "run-1",
    statuses: [pod.status("app"), pod.status("files")],
    markers: { files: ["ready", "upload", "uploaded"] },
  });
});

test("--watch prints at every change until the run is over", async () => {
  const [files, app] = [pod.files(), pod.app(WORK)];
  await pod.until(() => pod.has("started"));
  const watching = status("--watch", "--json");
  await pod.until(() => watching.processes().length > 1);
  pod.write("", "go");
  await Promise.all([files.exit(), app.exit()]);
  expect(await watching.exit()).toBe(0);
  const seen = watching.output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { statuses: { phase: string }[] });
  expect(seen.at(-1)?.statuses.map(({ phase }) => phase)).toEqual(["done", "done"]);
});

test("old participants are known by their markers alone", async () => {
  mkdirSync(pod.path("coord"));
  pod.write("", "coord/mountdone");
  pod.write("", "coord/db/dbstarted");
  const table = await output();
  expect(table).toStartWith("run (none begun)\n");
  expect(table).toMatch(/^files +\(old\) +markers: ready$/m);
  expect(table).toMatch(/^postgres-db +\(old\) +markers: ready$/m);
});

test("a directory that is not there is said to be so", async () => {
  const container = status();
  expect(await container.exit()).toBe(71);
  expect(container.text()).toContain(
    `cannot read the coordination directory ${pod.path("coord")}: it is not there`,
  );
});

test("without a directory it says how to name one", async () => {
  const container = pod.run("datamon-sidecar", ["status"], { SIDECAR_COORD_POINT: undefined });
  expect(await container.exit()).toBe(64);
  expect(container.text()).toContain("add --coord-point, or set SIDECAR_COORD_POINT");
});
