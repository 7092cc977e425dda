import { gathering } from "../layers/layer.ts";
import type { Gathering, Layer } from "../layers/layer.ts";
import { POSTGRES_DATABASE } from "./postgres-names.ts";
import type { PostgresValue, PostgresValues } from "./postgres-values.ts";

const SLEEP_TIMEOUT = "600";
const YES = ["true", "yes", "on", "1"];
const NO = ["false", "no", "off", "0"];

/**
 * Variables and file of `wrap_datamon_pg.sh` in our keys. Both speak of one and the same database; its name
 * comes from the stronger of the two, else `defaultName`.
 */
export function postgresLayers(
  variables: PostgresValues,
  file: PostgresValues,
  defaultName: string,
): { readonly variables: Layer; readonly file: Layer } {
  const sources = [variables, file];
  const layers = sources.map(({ problems }) => {
    const layer = gathering();
    layer.problems.push(...problems);
    return layer;
  }) as [Gathering, Gathering];
  const everyValue = sources.flatMap(({ values }) => values);
  const name = everyValue.find(isName)?.value ?? defaultName;
  for (const [index, { values }] of sources.entries()) giveValues(layers[index]!, values, name);
  giveSleep(layers[0], everyValue);
  giveUpgrade(layers[0], everyValue);
  return { variables: layers[0], file: layers[1] };
}

function giveValues(layer: Gathering, values: readonly PostgresValue[], name: string): void {
  for (const { section, key, value, source } of values) {
    if (section === "database") {
      const ours = POSTGRES_DATABASE[key as keyof typeof POSTGRES_DATABASE];
      layer.items.push({ group: "databases", name, key: ours, value, source });
    } else if (key === "coordPoint" || key === "pollInterval") {
      layer.givens.push({ key, value, source });
    }
  }
}

/** Two old keys say together what one of ours says. */
function giveSleep(layer: Gathering, values: readonly PostgresValue[]): void {
  const asked = globalYes(layer, values, "sleepInsteadOfExit");
  if (asked === undefined) return;
  const timeout = global(values, "sleepTimeout");
  layer.givens.push({ key: "sleepAfter", value: timeout?.value ?? SLEEP_TIMEOUT, source: asked.source });
}

/** No server reads the files of another major version: a bundle of an older one can only be upgraded. */
function giveUpgrade(layer: Gathering, values: readonly PostgresValue[]): void {
  const asked = globalYes(layer, values, "ignorePGVersionMismatch");
  if (asked !== undefined) layer.givens.push({ key: "upgrade", value: "auto", source: asked.source });
}

function global(values: readonly PostgresValue[], key: string): PostgresValue | undefined {
  return values.find((value) => value.section === "globalOpts" && value.key === key);
}

/** A key of `globalOpts`, if it is true. */
function globalYes(
  layer: Gathering,
  values: readonly PostgresValue[],
  key: string,
): PostgresValue | undefined {
  const asked = global(values, key);
  if (asked === undefined || NO.includes(asked.value)) return undefined;
  if (YES.includes(asked.value)) return asked;
  layer.problems.push({ ...asked, cause: "is neither true nor false", remedy: "write true or false" });
  return undefined;
}

function isName(value: PostgresValue): boolean {
  return value.section === "database" && value.key === "name";
}
