import { parseFilesArguments } from "../../config/files.ts";
import { roleCommand } from "../role-command.ts";
import { serve } from "../serve.ts";

export default roleCommand(
  "files",
  "Serves bundles as folders and uploads folders as bundles",
  async (inputs) => {
    const { settings, warnings } = parseFilesArguments(inputs);
    return await serve(settings, { files: settings }, warnings);
  },
);
