import type { AnyCommand } from "../../run-command.ts";

const subCommands: NonNullable<AnyCommand["subCommands"]> = {
  upload: () => import("./upload.ts").then(({ default: command }) => command),
  download: () => import("./download.ts").then(({ default: command }) => command),
  list: () => import("./list.ts").then(({ default: command }) => command),
  get: () => import("./get.ts").then(({ default: command }) => command),
  verify: () => import("./verify.ts").then(({ default: command }) => command),
};

const command: AnyCommand = {
  meta: { name: "bundle", description: "Moves, lists and proves bundles of a store" },
  subCommands,
};

export default command;
