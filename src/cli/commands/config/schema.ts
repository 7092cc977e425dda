import { defineCommand } from "citty";
import { settingsJsonSchema } from "../../../config/describe/json-schema.ts";
import { print } from "../../print.ts";

export default defineCommand({
  meta: {
    name: "schema",
    description:
      "Prints the JSON Schema of the settings file, for editors. Example: datamon-sidecar config schema > sidecar.schema.json",
  },
  args: {},
  run() {
    print(JSON.stringify(settingsJsonSchema(), null, 2));
  },
});
