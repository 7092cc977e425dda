import { type Measures, metricsText, type Transfer } from "../../core/metrics.ts";
import { judgeAlive, judgeReady, type Sign, together, type Verdict } from "../../core/probes.ts";
import type { Status } from "../../core/status.ts";
import type { Clock, Coordination, Report } from "../../ports.ts";

export interface Answer {
  readonly ok: boolean;
  readonly type: string;
  readonly text: string;
}

export interface BoardOptions {
  /** Everybody who lives in this process. */
  readonly participants: readonly string[];
  /** Milliseconds without a sign of life after which a participant does not live. */
  readonly silenceTimeout: number;
  readonly clock: Pick<Clock, "now">;
  readonly program: Pick<Measures, "version" | "commit">;
}

/** What the participants of this process last said of themselves, and the answers to probes that follow from it. */
export class Board {
  readonly #options: BoardOptions;
  readonly #said = new Map<string, { readonly status: Status; readonly at: number }>();
  readonly #transfers = new Map<string, Transfer>();

  constructor(options: BoardOptions) {
    this.#options = options;
  }

  /** The same coordination, of which every published status is noted. */
  noting(coordination: Coordination): Coordination {
    const note = (status: Status): void =>
      void this.#said.set(status.participant, { status, at: this.#options.clock.now() });
    return {
      run: coordination.run,
      previous: coordination.previous,
      look: () => coordination.look(),
      emit: (peer, marker, bundles) => coordination.emit(peer, marker, bundles),
      withdraw: (peer, marker) => coordination.withdraw(peer, marker),
      watch: (changed) => coordination.watch(changed),
      publish: (status) => {
        coordination.publish(status);
        note(status);
      },
    };
  }

  /** The same report, of which the progress is noted. */
  measuring(participant: string, label: string, report: Report): Report {
    return (progress) => {
      const { files, bytes } = progress;
      this.#transfers.set(`${participant}/${label}`, { participant, label, files, bytes });
      report(progress);
    };
  }

  /** The answer for a path; undefined for one that is none of ours. */
  answer(path: string): Answer | undefined {
    const signs = this.#signs();
    switch (path) {
      case "/startup":
        return words(together(signs.map(begun)));
      case "/readiness":
        return words(together(signs.map(judgeReady)));
      case "/liveness":
        return words(together(signs.map((sign) => judgeAlive(sign, this.#options.silenceTimeout))));
      case "/metrics":
        return { ok: true, type: "text/plain; version=0.0.4; charset=utf-8", text: this.#metrics() };
      default:
        return undefined;
    }
  }

  #signs(): Sign[] {
    const now = this.#options.clock.now();
    return this.#options.participants.map((participant) => {
      const said = this.#said.get(participant);
      return { participant, status: said?.status, quiet: said === undefined ? 0 : now - said.at };
    });
  }

  #metrics(): string {
    const { user, system } = process.cpuUsage();
    return metricsText({
      ...this.#options.program,
      statuses: [...this.#said.values()].map(({ status }) => status),
      transfers: [...this.#transfers.values()],
      process: {
        startSeconds: performance.timeOrigin / 1000,
        cpuSeconds: (user + system) / 1_000_000,
        residentBytes: process.memoryUsage.rss(),
      },
    });
  }
}

function begun({ participant, status }: Sign): Verdict {
  return { ok: status !== undefined, words: `${participant} has ${status === undefined ? "not " : ""}begun` };
}

function words({ ok, words: text }: Verdict): Answer {
  return { ok, type: "text/plain; charset=utf-8", text: `${text}\n` };
}
