import { parseFilesArguments } from "../../config/files.ts";
import { roleCommand } from "../role-command.ts";
import { filesService, serve } from "../serve.ts";

export default roleCommand(
  "files",
  "Serves bundles as folders and uploads folders as bundles",
  async (inputs) => {
    const { settings, warnings } = parseFilesArguments(inputs);
    const linger = settings.sleepInsteadOfExit ? Infinity : 0;
    return await serve(settings, [filesService(settings)], warnings, linger);
  },
);
