import type { AnyCommand } from "../../run-command.ts";

const subCommands: NonNullable<AnyCommand["subCommands"]> = {
  parse: () => import("./parse.ts").then(({ default: command }) => command),
};

const command: AnyCommand = {
  meta: { name: "param", description: "Speaks the dialect of sidecar_param" },
  subCommands,
};

export default command;
