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

  row({ budget, application, wrapper, file, places }: World): number[] {
    const row = [
      this.#budgets.id(budget),
      this.#applications.id(application),
      this.#processes.id(wrapper),
      this.#files.id(file),
    ];
    for (const { process, file: said, markers, ledger } of places) {
      row.push(
        this.#processes.id(process),
        this.#files.id(said),
        this.#markers.id(markers),
        this.#ledgers.id(ledger),
      );
    }
    return row;
  }

  isSame(a: World, b: World): boolean {
    const row = this.row(b);
    return this.row(a).every((number, i) => number === row[i]);
  }

  world(row: readonly number[]): World {
    const at = (index: number): number => row[index] ?? 0;
    const places: Place[] = [];
    for (let i = 4; i < row.length; i += 4) {
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
