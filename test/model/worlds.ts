import { Table } from "./tables.ts";
import type { Application, Budget, Ledger, Markers, Place, Process, StatusFile, World } from "./world.ts";

/** Numbers for worlds: a world is the row of its parts' numbers. */
export class Worlds {
  readonly #budgets = new Table<Budget>();
  readonly #applications = new Table<Application>();
  readonly #processes = new Table<Process>();
  readonly #files = new Table<StatusFile>();
  readonly #markers = new Table<Markers>();
  readonly #ledgers = new Table<Ledger>();

  key(world: World): string {
    let key = `${this.#budgets.id(world.budget)} ${this.#applications.id(world.application)} ${this.#processes.id(world.wrapper)} ${this.#files.id(world.file)}`;
    for (const { process, file, markers, ledger } of world.places) {
      key += ` ${this.#processes.id(process)} ${this.#files.id(file)} ${this.#markers.id(markers)} ${this.#ledgers.id(ledger)}`;
    }
    return key;
  }

  world(key: string): World {
    const numbers = key.split(" ").map(Number);
    const at = (index: number): number => numbers[index] ?? 0;
    const places: Place[] = [];
    for (let i = 4; i < numbers.length; i += 4) {
      places.push({
        process: this.#processes.get(at(i)),
        file: this.#files.get(at(i + 1)),
        markers: this.#markers.get(at(i + 2)),
        ledger: this.#ledgers.get(at(i + 3)),
      });
    }
    return {
      budget: this.#budgets.get(at(0)),
      application: this.#applications.get(at(1)),
      wrapper: this.#processes.get(at(2)),
      file: this.#files.get(at(3)),
      places,
    };
  }
}
