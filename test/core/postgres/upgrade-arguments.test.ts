import { expect, test } from "bun:test";
import {
  pgUpgradeArguments,
  spaceNeeded,
  withoutFirstRole,
} from "../../../src/core/postgres/upgrade-arguments.ts";

const upgrade = {
  oldBinDir: "/13",
  newBinDir: "/15",
  oldFolder: "/old",
  newFolder: "/new",
  link: false,
  checkOnly: false,
  socketFolder: "/s",
  accessFile: "/s/it's hba",
  jobs: 2,
};

test("pg_upgrade copies unless it is told to link, and changes nothing when it only checks", () => {
  expect(pgUpgradeArguments(upgrade)).not.toContain("--link");
  expect(pgUpgradeArguments(upgrade)).not.toContain("--check");
  expect(pgUpgradeArguments({ ...upgrade, link: true, checkOnly: true })).toEqual(
    expect.arrayContaining(["--link", "--check"]),
  );
});

test("a path in options that go through a shell is one word to it", async () => {
  const option = pgUpgradeArguments(upgrade).find((arg) => arg.startsWith("--old-options="));
  const words = option?.slice("--old-options=".length) ?? "";
  const shell = Bun.spawn(["sh", "-c", `printf '%s\\n' ${words}`], { stdout: "pipe" });
  expect((await shell.stdout.text()).split("\n")).toEqual(["-c", "hba_file=/s/it's hba", ""]);
});

test("the role every cluster begins with is not created twice, and nothing else is left out", () => {
  const globals =
    "CREATE ROLE alice;\nCREATE ROLE postgres;\nALTER ROLE postgres WITH SUPERUSER;\nCREATE ROLE postgres2;\n";
  expect(withoutFirstRole(globals)).toBe(
    "CREATE ROLE alice;\nALTER ROLE postgres WITH SUPERUSER;\nCREATE ROLE postgres2;\n",
  );
});

test("links need the least room, a dump the most", () => {
  const gigabyte = 1024 ** 3;
  expect(spaceNeeded(gigabyte, "link")).toBeLessThan(spaceNeeded(gigabyte, "copy"));
  expect(spaceNeeded(gigabyte, "copy")).toBeLessThan(spaceNeeded(gigabyte, "dump"));
});
