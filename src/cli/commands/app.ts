import { parseAppArguments } from "../../config/app.ts";
import { roleCommand } from "../role-command.ts";
import { wrap } from "../wrap.ts";

export default roleCommand(
  "app",
  "Wraps an application: waits for its sidecars, runs it, has its output uploaded",
  async (inputs) => await wrap(parseAppArguments(inputs)),
);
