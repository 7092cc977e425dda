import type { Settings } from "./schema/setting.ts";

/** The values of the settings in one table, those not set left out. */
export function pick(
  values: Readonly<Record<string, unknown>>,
  tables: readonly Settings[],
): Readonly<Record<string, unknown>> {
  const keys = tables.flatMap((table) => Object.keys(table));
  return Object.fromEntries(keys.flatMap((key) => (values[key] === undefined ? [] : [[key, values[key]]])));
}
