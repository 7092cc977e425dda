import type { AnyCommand } from "../../run-command.ts";

const subCommands: NonNullable<AnyCommand["subCommands"]> = {
  show: () => import("./show.ts").then(({ default: command }) => command),
  validate: () => import("./validate.ts").then(({ default: command }) => command),
  schema: () => import("./schema.ts").then(({ default: command }) => command),
};

const command: AnyCommand = {
  meta: { name: "config", description: "Shows, judges and describes settings" },
  subCommands,
};

export default command;
