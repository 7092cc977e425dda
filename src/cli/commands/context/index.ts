import type { AnyCommand } from "../../run-command.ts";

const subCommands: NonNullable<AnyCommand["subCommands"]> = {
  create: () => import("./create.ts").then(({ default: command }) => command),
};

const command: AnyCommand = {
  meta: { name: "context", description: "Makes the context that a new store needs" },
  subCommands,
};

export default command;
