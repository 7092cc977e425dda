import { parsePostgresArguments } from "../../config/postgres.ts";
import { roleCommand } from "../role-command.ts";
import { serve } from "../serve.ts";

export default roleCommand(
  "postgres",
  "Serves Postgres databases that are archived as bundles",
  async (inputs) => {
    const { settings, warnings } = parsePostgresArguments(inputs);
    return await serve(settings, { postgres: settings }, warnings);
  },
);
