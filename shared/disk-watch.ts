/** How much room the disk of a folder has left, and when it will be full at the pace of late. Pure but for the look itself. */
import { statfsSync } from 'node:fs';

export interface Room {
  freeBytes: number;
  totalBytes: number;
}

export function roomOf(folder: string): Room | undefined {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    return undefined;
  }
}

const mb = 1_048_576;
/** Room that readings leave to alarms, tickets and sign-ins: 64 MB, on a small disk a twentieth of it. */
export const spareBytes = ({ totalBytes }: Pick<Room, 'totalBytes'>): number => Math.min(64 * mb, totalBytes / 20);

/** Below this a disk is nearly full whatever the pace: 5 %, but no more than 5 GB. */
const lowBytes = ({ totalBytes }: Room): number => Math.min(5 * 1_024 * mb, totalBytes / 20);
const dayMs = 86_400_000;
/** A disk that will be full within so long is told of: time to order a larger one. */
const warnMs = 14 * dayMs;
/** A pace is believed once it was watched for so long. */
const leastWatchMs = 6 * 3_600_000;
const keptMs = 3 * dayMs;
const everyMs = 10 * 60_000;

export interface DiskState {
  state: 'fine' | 'filling' | 'full';
  detail: string;
}

/** Looks, remembers how it was, and forecasts by the pace of the last days. */
export class DiskForecast {
  readonly #seen: { t: number; free: number }[] = [];

  /** `now`: real time, monotonic ms. */
  look(room: Room, now: number): DiskState {
    const last = this.#seen.at(-1);
    if (!last || now - last.t >= everyMs) this.#seen.push({ t: now, free: room.freeBytes });
    while ((this.#seen[0]?.t ?? now) < now - keptMs) this.#seen.shift();
    const said = `${sizeOf(room.freeBytes)} of ${sizeOf(room.totalBytes)} free`;
    if (room.freeBytes < spareBytes(room)) return { state: 'full', detail: said };
    const leftMs = this.#leftMs(room, now);
    if (leftMs < warnMs) {
      const hours = leftMs / 3_600_000;
      return {
        state: 'filling',
        detail: `${said}; at the pace of late full in about ${hours < 48 ? `${Math.max(1, Math.round(hours))} h` : `${Math.round(hours / 24)} days`}`,
      };
    }
    return { state: room.freeBytes < lowBytes(room) ? 'filling' : 'fine', detail: said };
  }

  /** Slope by the middle of all pairs of looks (Theil and Sen): one large file that came or went says nothing about the pace. */
  #leftMs({ freeBytes }: Room, now: number): number {
    const first = this.#seen[0];
    if (!first || now - first.t < leastWatchMs) return Number.POSITIVE_INFINITY;
    const step = Math.max(1, Math.floor(this.#seen.length / 60));
    const some = this.#seen.filter((_, index) => index % step === 0);
    const slopes: number[] = [];
    for (let i = 0; i < some.length; i++) {
      for (let k = i + 1; k < some.length; k++) {
        const [a, b] = [some[i], some[k]] as [{ t: number; free: number }, { t: number; free: number }];
        slopes.push((a.free - b.free) / (b.t - a.t));
      }
    }
    slopes.sort((a, b) => a - b);
    const pace = slopes[slopes.length >> 1] ?? 0;
    return pace > 0 ? freeBytes / pace : Number.POSITIVE_INFINITY;
  }
}

function sizeOf(bytes: number): string {
  return bytes >= 1_024 * mb ? `${(bytes / 1_024 / mb).toFixed(1)} GB` : `${Math.round(bytes / mb)} MB`;
}
