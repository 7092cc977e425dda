import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmod, cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requirePart } from "../support/parts.ts";
import { buildTestKit, type TestKit } from "../support/test-kit.ts";
import { TRAPS } from "../support/traps.ts";

const possible = requirePart("musl-gcc") && requirePart("root");
let kit: TestKit;
/** The root folder of an image that holds nothing but one static program. */
let image: string;
beforeAll(async () => {
  if (!possible) return;
  kit = await buildTestKit();
  image = await mkdtemp(join(tmpdir(), "image-"));
  await chmod(image, 0o755);
  await mkdir(join(image, "proc"));
  await cp(kit.show, join(image, "show"));
});
afterAll(async () => {
  await kit?.remove();
  if (image !== undefined) await rm(image, { recursive: true, force: true });
});

interface Run {
  /** Where the kit lies in the image. */
  readonly at: string;
  readonly command: readonly string[];
  readonly user?: number;
  readonly readOnly?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Copies the kit into the image as an initContainer does, and runs `command` in it as PID 1. */
async function runInImage({ at, command, user = 0, readOnly = false, environment = {} }: Run) {
  const place = join(image, at);
  await mkdir(place, { recursive: true });
  const copy = Bun.spawnSync(["sh", "-c", 'cp -a "$0"/* "$1"', kit.folder, place]);
  expect(copy.stderr.toString()).toBe("");
  const steps = [
    'mount --bind "$0" "$0"',
    'mount -t proc proc "$0/proc"',
    readOnly ? 'mount -o remount,bind,ro "$0"' : ":",
    `exec chroot --userspec=${user}:${user} "$@"`,
  ];
  const inside = ["unshare", "--mount", "--pid", "--fork", "sh", "-c", steps.join(" && "), image, image];
  // Set in the image: the tools on the way there would obey some of the variables.
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const words = [...inside, join(at, "strange"), ...variables, "--", ...command];
  const ended = Bun.spawnSync(words, { env: { PATH: process.env["PATH"] }, stdin: "ignore" });
  await rm(place, { recursive: true });
  return { code: ended.exitCode, out: ended.stdout.toString(), err: ended.stderr.toString() };
}

const hex = (text: string): string => Buffer.from(text).toString("hex");

describe.skipIf(!possible)("in an image that holds nothing but /proc and the application", () => {
  const places: readonly [string, Omit<Run, "command" | "at"> & { readonly at?: string }][] = [
    ["as root", {}],
    ["as nobody, on a read-only root", { user: 65534, readOnly: true }],
    ["by a path with spaces", { at: "/mounted else where/scripts", user: 65534 }],
    ["with traps for Bun and the loader", { environment: TRAPS }],
  ];
  test.each(places)("the kit runs it %s", async (_, run) => {
    const at = run.at ?? "/scripts";
    const { code, out, err } = await runInImage({
      ...run,
      at,
      command: [`${at}/wrap_application.sh`, "--", "/show", "x"],
    });
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(out).toContain(`argument ${hex("/show")}\nargument ${hex("x")}\n`);
    for (const [name, value] of Object.entries(run.environment ?? {})) {
      expect(out).toContain(`variable ${hex(`${name}=${value}`)}\n`);
    }
  });

  test("a script without #! is refused, because there is no shell to run it", async () => {
    await Bun.write(join(image, "script"), "echo hello\n");
    await chmod(join(image, "script"), 0o755);
    expect(
      await runInImage({ at: "/scripts", command: ["/scripts/wrap_application.sh", "--", "/script"] }),
    ).toEqual({
      code: 126,
      out: "",
      err: 'cannot start the application: "/script" cannot be executed: it has no #! line, and the shell /bin/sh: No such file or directory\n',
    });
  });

  test("the brain takes nothing from the image", async () => {
    const { code, out } = await runInImage({ at: "/kit", command: ["/kit/sidecar_param", "--report"] });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ name: "/kit/sidecar_param", cwd: "/" });
  });
});
