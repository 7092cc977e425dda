import type { AnyCommand } from "./run-command.ts";

/** The tree of commands: one file per verb, loaded only when it is meant. */
export const root: AnyCommand = {
  meta: {
    name: "datamon-sidecar",
    description:
      "Runs an application around datamon bundles and Postgres databases: the wrapper in the application's container, the sidecars beside it, and the tools to look at both.",
  },
  subCommands: {
    app: () => import("./commands/app.ts").then(({ default: command }) => command),
    files: () => import("./commands/files.ts").then(({ default: command }) => command),
    postgres: () => import("./commands/postgres.ts").then(({ default: command }) => command),
    sidecar: () => import("./commands/sidecar.ts").then(({ default: command }) => command),
    bundle: () => import("./commands/bundle/index.ts").then(({ default: command }) => command),
    label: () => import("./commands/label/index.ts").then(({ default: command }) => command),
    repo: () => import("./commands/repo/index.ts").then(({ default: command }) => command),
    context: () => import("./commands/context/index.ts").then(({ default: command }) => command),
    config: () => import("./commands/config/index.ts").then(({ default: command }) => command),
    param: () => import("./commands/param/index.ts").then(({ default: command }) => command),
    manifest: () => import("./commands/manifest/index.ts").then(({ default: command }) => command),
    install: () => import("./commands/install.ts").then(({ default: command }) => command),
    status: () => import("./commands/status.ts").then(({ default: command }) => command),
    wait: () => import("./commands/wait.ts").then(({ default: command }) => command),
    ready: () => import("./commands/ready.ts").then(({ default: command }) => command),
    alive: () => import("./commands/alive.ts").then(({ default: command }) => command),
    version: () => import("./commands/version.ts").then(({ default: command }) => command),
  },
};
