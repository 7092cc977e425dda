import { expect, test } from "bun:test";
import {
  bundleGetArgv,
  downloadArgv,
  flagValue,
  labelGetArgv,
  labelSetArgv,
  MANAGED_FLAGS,
  mountArgv,
  uploadArgv,
} from "../../src/core/datamon-argv.ts";

const ID = "3MNWx7BCg6QXlDDpAuYtLTfJRQu";

const of = (ref: Parameters<typeof downloadArgv>[0]["ref"]): string =>
  downloadArgv({ repo: "r", ref }, "/d", []).join(" ");

test("a download names one bundle, by id, by label or as the newest", () => {
  expect(of({ type: "id", id: ID })).toBe(
    `bundle download --repo r --bundle ${ID} --destination /d --concurrency-factor=20`,
  );
  expect(of({ type: "label", label: "l" })).toContain(" --label l ");
  expect(of({ type: "latest" })).not.toMatch(/--label|--bundle/);
});

test("a message is one argument, whatever it contains", () => {
  const message = `--label x "y" 'z' $(id)\n`;
  const argv = uploadArgv({ repo: "r", path: "/p q", message, label: "l" }, []);
  expect(argv[argv.indexOf("--message") + 1]).toBe(message);
  expect(argv[argv.indexOf("--path") + 1]).toBe("/p q");
});

test("an upload checks what it stored, and carries no label when none is asked for", () => {
  const argv = uploadArgv({ repo: "r", path: "/p", message: "m" }, []);
  expect(argv).toContain("--verify-blob-hash");
  expect(argv).not.toContain("--label");
});

test("a mount streams in the foreground", () => {
  const argv = mountArgv({ repo: "r", ref: { type: "label", label: "l" } }, "/m", []);
  expect(argv.slice(0, 3)).toEqual(["bundle", "mount", "--stream"]);
  expect(argv).not.toContain("--daemonize");
});

test("flags of the settings stand after the defaults, so they win", () => {
  const argv = downloadArgv({ repo: "r", ref: { type: "latest" } }, "/d", ["--concurrency-factor=50"]);
  expect(argv.slice(-2)).toEqual(["--concurrency-factor=20", "--concurrency-factor=50"]);
});

test("label commands get the flags every command takes, and not --skip-auth", () => {
  const flags = ["--context=dev", "--skip-auth", "--cache-size=1MB", "--loglevel=debug"];
  expect(labelGetArgv("r", "l", flags).slice(6)).toEqual(["--context=dev", "--loglevel=debug"]);
  expect(labelSetArgv("r", "l", ID, flags).slice(8)).toEqual(["--context=dev", "--loglevel=debug"]);
  expect(bundleGetArgv("r", ID, flags)).toContain("--skip-auth");
  expect(bundleGetArgv("r", ID, flags)).not.toContain("--cache-size=1MB");
});

test.each([...MANAGED_FLAGS])("the extra flag %s is refused", (flag) => {
  const ref = { type: "latest" } as const;
  expect(() => downloadArgv({ repo: "r", ref }, "/d", [`${flag}=x`])).toThrow(flag);
  expect(() => mountArgv({ repo: "r", ref }, "/m", [flag])).toThrow(flag);
  expect(() => uploadArgv({ repo: "r", path: "/p", message: "m" }, [flag])).toThrow(flag);
});

test("--destination is the download's own, and a mount's cache folder", () => {
  const ref = { type: "latest" } as const;
  expect(() => downloadArgv({ repo: "r", ref }, "/d", ["--destination=/x"])).toThrow("--destination");
  expect(mountArgv({ repo: "r", ref }, "/m", ["--destination=/x"])).toContain("--destination=/x");
});

test("of a flag that is given twice the last value counts", () => {
  expect(flagValue(["--files=a", "--files=b=c", "--files-x=d"], "--files")).toBe("b=c");
  expect(flagValue(["--skip-auth"], "--files")).toBeUndefined();
});
