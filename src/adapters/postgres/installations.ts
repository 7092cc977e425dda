import { access, constants, readdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Environment } from "../../core/child-environment.ts";
import { KnownError } from "../../core/errors.ts";
import { majorOf, versionOf } from "../../core/postgres/major.ts";
import type { Installation } from "../../ports/postgres.ts";
import { findOnPath, type Run } from "../processes.ts";
import { attemptTool } from "./tool.ts";

/** Without any of these nothing can be served; the rest is needed for upgrades alone. */
const NEEDED = ["postgres", "initdb", "pg_controldata"];

/** Where packages put several major versions side by side: Debian and PGDG, Red Hat, Alpine. */
const SIDE_BY_SIDE: readonly { readonly parent: string; readonly name: RegExp; readonly below: string }[] = [
  { parent: "/usr/lib/postgresql", name: /^\d+(\.\d+)?$/, below: "bin" },
  { parent: "/usr", name: /^pgsql-\d+(\.\d+)?$/, below: "bin" },
  { parent: "/usr/libexec", name: /^postgresql\d+$/, below: "" },
];

/**
 * The installed servers, oldest first, one for each major version: those in `binDirs`, or when it is empty those on
 * PATH and in the usual places.
 * Errors: `configuration` when there is none, or a named folder holds none.
 */
export async function findInstallations(
  run: Run,
  env: Environment,
  binDirs: readonly string[],
): Promise<readonly Installation[]> {
  const found = new Map<number, Installation>();
  const places = binDirs.length > 0 ? binDirs : await usualPlaces(env);
  const inspected = await Promise.all(places.map((binDir) => inspect(run, env, binDir)));
  for (const [index, installation] of inspected.entries()) {
    if (installation === undefined && binDirs.length > 0) {
      throw new KnownError(
        "configuration",
        `cannot use Postgres in binDirs "${places[index]}": ${NEEDED.join(", ")} are not all in it, or do not run`,
      );
    }
    if (installation !== undefined && !found.has(installation.major))
      found.set(installation.major, installation);
  }
  if (found.size > 0) return [...found.values()].toSorted((a, b) => a.major - b.major);
  throw new KnownError("configuration", "cannot find Postgres: no server on PATH nor in the usual places", {
    remedy: "use an image with a Postgres server, or set binDirs to the folder of its programs",
  });
}

async function usualPlaces(env: Environment): Promise<readonly string[]> {
  const onPath = findOnPath("postgres", env);
  // A link to the server alone is common; the other programs are where it points to.
  const places = onPath === undefined ? [] : [dirname(await realpath(onPath))];
  for (const { parent, name, below } of SIDE_BY_SIDE) {
    const entries = await readdir(parent).catch(() => []);
    places.push(...entries.filter((entry) => name.test(entry)).map((entry) => join(parent, entry, below)));
  }
  return places;
}

async function inspect(run: Run, env: Environment, binDir: string): Promise<Installation | undefined> {
  const complete = await Promise.all(
    NEEDED.map((name) =>
      access(join(binDir, name), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (complete.includes(false)) return undefined;
  const call = {
    program: join(binDir, "postgres"),
    args: ["--version"],
    identity: undefined,
    purpose: "ask",
  };
  const finished = await attemptTool(run, env, call).catch(() => undefined);
  const version = finished === undefined ? undefined : versionOf(finished.stdout);
  const major = version === undefined ? undefined : majorOf(version);
  return version === undefined || major === undefined ? undefined : { major, version, binDir };
}
