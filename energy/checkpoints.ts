/** Where a counter can go on from: its state at moments of the last days, so that what came late costs hours of readings and not weeks. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';

export interface Checkpoint {
  /** Readings up to here had been seen, also by a decision that looks ahead. */
  seenTo: number;
  /** Readings from here on are pushed again. */
  resumeFrom: number;
  state: Uint8Array;
}

const dayMs = 86_400_000;

/** The newest few, and one a day of those before. */
export class Checkpoints {
  readonly #most: number;
  #all: Checkpoint[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  add(one: Checkpoint): void {
    const last = this.#all.at(-2);
    // The one before the newest goes when it is of the same day as the one before it.
    if (last && Math.floor(last.seenTo / dayMs) === Math.floor((this.#all.at(-1) as Checkpoint).seenTo / dayMs)) this.#all.pop();
    this.#all.push(one);
    if (this.#all.length > this.#most) this.#all.shift();
  }

  /** The newest that knew nothing from `t` on; those after it are dropped. */
  before(t: number): Checkpoint | undefined {
    this.#all = this.#all.filter(({ seenTo }) => seenTo <= t);
    return this.#all.at(-1);
  }
}

/** The newest state of each counter on disk, so that a restart of the role goes on as if there had been none. */
export interface SavedStates {
  load(device: string): SavedState | undefined;
  save(device: string, saved: SavedState): void;
}
export interface SavedState {
  checkpoint: Checkpoint;
  /** Corrections that it knew: id and whether they held. */
  marks: Map<number, boolean>;
  /** What the counter was known to be: rating, digits, zone. Another one begins anew. */
  options: string;
}

export function openSavedStates(folder: string): SavedStates {
  const fileOf = (device: string) => join(folder, `${device}.state`);
  return {
    load(device) {
      try {
        return deserialize(readFileSync(fileOf(device))) as SavedState;
      } catch {
        // None yet, torn, or of another version of the engine: the counter begins some days back.
        return undefined;
      }
    },
    save(device, saved) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const part = `${fileOf(device)}.part`;
      writeFileSync(part, serialize(saved), { mode: 0o600 });
      renameSync(part, fileOf(device));
    },
  };
}
