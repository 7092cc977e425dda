import type { AnyCommand } from "../../run-command.ts";

const subCommands: NonNullable<AnyCommand["subCommands"]> = {
  create: () => import("./create.ts").then(({ default: command }) => command),
  list: () => import("./list.ts").then(({ default: command }) => command),
};

const command: AnyCommand = {
  meta: { name: "repo", description: "Makes and lists repositories" },
  subCommands,
};

export default command;
