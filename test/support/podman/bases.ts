import { mkdtemp, rm } from "node:fs/promises";
import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { containerEngine, type Engine } from "./engine.ts";

const root = join(import.meta.dir, "../../..");

/** Stand-ins for images of registries; the number changes with what is in them. */
export const BUSYBOX = "localhost/test-busybox:3";
export const DEBIAN = "localhost/test-debian:1";
export const NODE = "localhost/test-node:1";
export const POSTGRES_13 = "localhost/test-postgres-13:1";

const MAKERS: Readonly<Record<string, (engine: Engine) => Promise<void>>> = {
  [BUSYBOX]: makeBusybox,
  [DEBIAN]: makeDebian,
  [NODE]: makeNode,
  [POSTGRES_13]: makePostgres13,
};

/** Makes the named base images, in this order, unless they are there. */
export async function makeBases(...names: readonly string[]): Promise<void> {
  const engine = await containerEngine();
  for (const name of names) {
    const { code } = await engine.attempt(["podman", "image", "exists", name]);
    if (code !== 0) await MAKERS[name]?.(engine);
  }
}

/** Debian's static busybox under all its names: as little as Alpine has, without its packages. */
async function makeBusybox(engine: Engine): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "busybox-"));
  const script = `
    cd "$0" && mkdir -p bin dev etc proc root run sys tmp usr/bin && chmod 755 . && chmod 1777 tmp && cp /bin/busybox bin/
    for name in $(busybox --list); do [ "$name" = busybox ] || ln -s busybox "bin/$name"; done
    echo root:x:0:0:root:/root:/bin/sh >etc/passwd && echo root:x:0: >etc/group && touch etc/hosts etc/hostname etc/resolv.conf
    tar -c . | podman import --quiet - "$1"`;
  await engine.run("sh", "-ec", script, folder, BUSYBOX);
  await rm(folder, { recursive: true });
}

/** With the libraries and shared files of Postgres 13, for an older server beside its own. */
async function makeDebian(engine: Engine): Promise<void> {
  await engine.run("podman", "import", "--quiet", join(root, ".cache/debian.tar"), `${DEBIAN}-only`);
  await build(engine, DEBIAN, join(root, ".cache/postgres-13"), [
    `FROM ${DEBIAN}-only`,
    "COPY usr/share/postgresql /usr/share/postgresql",
    "COPY lib /usr/lib/postgresql-13-libraries",
    "RUN echo /usr/lib/postgresql-13-libraries >/etc/ld.so.conf.d/postgresql-13.conf && ldconfig",
  ]);
}

/** As the official image of Node is: Debian with node and npm, here this machine's own. */
async function makeNode(engine: Engine): Promise<void> {
  const bundle = "/etc/ssl/certs/ca-certificates.crt";
  const npm = dirname(dirname(realpathSync(Bun.which("npm") ?? "")));
  const node = realpathSync(Bun.which("node") ?? "");
  const registry = await engine.run("npm", "config", "get", "registry");
  const lines = [
    `FROM ${DEBIAN}`,
    "COPY --from=node node /usr/local/bin/node",
    "COPY --from=npm . /usr/local/lib/node_modules/npm",
    "COPY --from=certificates ca-certificates.crt /etc/ssl/certs/",
    "RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm",
    `ENV NODE_EXTRA_CA_CERTS=${bundle} npm_config_registry=${registry}`,
  ];
  await build(engine, NODE, dirname(node), lines, [
    `node=${dirname(node)}`,
    `npm=${npm}`,
    `certificates=${dirname(bundle)}`,
  ]);
}

/** As the official image of Postgres has it: the server in /usr/local. */
async function makePostgres13(engine: Engine): Promise<void> {
  await build(engine, POSTGRES_13, join(root, ".cache/postgres-13"), [
    "FROM scratch",
    "COPY usr/lib/postgresql/13 /usr/local",
  ]);
}

/** Builds an image from the lines of a Dockerfile. */
export async function build(
  engine: Engine,
  name: string,
  context: string,
  lines: readonly string[],
  contexts: readonly string[] = [],
): Promise<void> {
  const more = contexts.flatMap((words) => ["--build-context", words]);
  const command = ["buildah", "build", "--quiet", "--file", "-", "--tag", name, ...more, context];
  const { code, err } = await engine.attempt(command, lines.join("\n"));
  if (code !== 0) throw new Error(`cannot build ${name}:\n${err}`);
}
