import type { AnyCommand } from "../../run-command.ts";

const subCommands: NonNullable<AnyCommand["subCommands"]> = {
  set: () => import("./set.ts").then(({ default: command }) => command),
  get: () => import("./get.ts").then(({ default: command }) => command),
  list: () => import("./list.ts").then(({ default: command }) => command),
};

const command: AnyCommand = {
  meta: { name: "label", description: "Points names at bundles" },
  subCommands,
};

export default command;
