/**
 * Keeps a journal usable: reopens it after i/o errors, makes room when it is full, sets a damaged file aside, starts a new one and brings
 * over from the old one what can still be read.
 */
import { existsSync } from 'node:fs';
import type { Clock } from '../../shared/clock.ts';
import { Fault, reasonOf } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import { Journal, type JournalContent, JournalError, type JournalTrouble, quarantine, type Row } from './journal.ts';
import type { Message } from './message.ts';

export interface DiskDeps {
  file: string;
  maxBytes: number;
  reopenMs: number;
  wire: Clock;
  plant: Clock;
  log: Log;
  /** Rows known so far are gone or will come back under a new cursor: what is in memory must be written again. */
  forgotten(replaced: boolean): void;
  /** A journal was opened: this is in it. */
  opened(content: JournalContent): void;
  /** Rows were given up to make room. */
  madeRoom(rows: readonly { id: number; count: number }[]): void;
}

/** A share of the rows is given up at once, so that a full outbox does not make room for every single message. */
const roomShare = 64;
const roomAttempts = 8;

export class Disk implements Disposable {
  readonly #deps: DiskDeps;
  #journal: Journal | undefined;
  #trouble: JournalTrouble | undefined;
  #reopenAt = 0;
  #old: { journal: Journal; at: number; failures: number } | undefined;

  constructor(deps: DiskDeps) {
    this.#deps = deps;
  }

  /** @throws Fault role/failed when another process owns the file; any other trouble is dealt with later */
  start(): void {
    this.#attempt(() => this.#open());
    if (this.#trouble === 'busy') throw new Fault('role/failed', `${this.#deps.file} is in use by another gateway process`);
  }

  get usable(): boolean {
    return this.#journal !== undefined && this.#trouble === undefined;
  }

  get salvaging(): boolean {
    return this.#old !== undefined;
  }

  /** Row ids, or undefined: nothing was written, the messages stay with the caller. */
  write(batches: readonly (readonly Message[])[], remove: readonly number[]): number[] | undefined {
    if (!this.#journal && !this.#reopen()) return undefined;
    for (let attempt = 0; attempt < roomAttempts; attempt++) {
      const ids = this.#attempt(() => this.#journal?.write(batches, remove), true);
      if (ids) return ids;
      if (this.#trouble !== 'full' || !this.#makeRoom()) return undefined;
    }
    return undefined;
  }

  after(id: number, now: number): Row | undefined {
    return this.#attempt(() => this.#journal?.after(id, now));
  }

  oldest(limit: number): { id: number; t: number; count: number }[] {
    return this.#attempt(() => this.#journal?.oldest(limit)) ?? [];
  }

  usedBytes(): number {
    return this.#attempt(() => this.#journal?.usedBytes()) ?? 0;
  }

  /** A few rows of the file set aside; empty once all that can be read was given. */
  salvage(): Message[] {
    const old = this.#old;
    if (!old) return [];
    const messages: Message[] = [];
    for (let rows = 0; rows < 16; rows++) {
      try {
        const row = old.journal.after(old.at, this.#deps.wire.monotonic());
        if (!row || old.failures > 1_000) {
          this.#endSalvage();
          break;
        }
        old.at = row.id;
        messages.push(...(row.messages ?? []));
      } catch {
        // The page of this row is damaged; rows behind it may not be.
        old.failures++;
        old.at++;
      }
    }
    return messages;
  }

  [Symbol.dispose](): void {
    this.#endSalvage();
    this.#journal?.[Symbol.dispose]();
    this.#journal = undefined;
  }

  #open(): void {
    const { file, maxBytes } = this.#deps;
    this.#journal = new Journal(file, maxBytes);
    this.#deps.opened(this.#journal.content());
  }

  #reopen(): boolean {
    const now = this.#deps.wire.monotonic();
    if (now < this.#reopenAt) return false;
    this.#reopenAt = now + this.#deps.reopenMs;
    this.#attempt(() => this.#open());
    return this.#journal !== undefined;
  }

  /** Runs one piece of work with the journal; trouble is noted, logged when it changes, and undefined is returned. */
  #attempt<T>(work: () => T, writes = false): T | undefined {
    try {
      const result = work();
      // On a full disk reading goes on; only a write that went in says that there is room again.
      if (this.#trouble !== undefined && this.#journal && (writes || this.#trouble !== 'disk')) {
        this.#trouble = undefined;
        this.#deps.log.info('the outbox is written again');
      }
      return result;
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      const changed = this.#trouble !== error.trouble;
      this.#trouble = error.trouble;
      if (error.trouble === 'corrupt') this.#replace(error);
      else if (error.trouble === 'disk') {
        if (changed) this.#deps.log.error('the disk is full; readings wait in memory, nothing in the outbox is given up');
      } else if (error.trouble !== 'full') {
        if (changed) this.#deps.log.error({ reason: reasonOf(error) }, 'the outbox cannot be used; readings wait in memory only');
        this.#close(false);
      } else if (changed) this.#deps.log.error('the outbox is full; the oldest readings are given up');
      return undefined;
    }
  }

  #close(replaced: boolean): void {
    if (!this.#journal) return;
    this.#journal[Symbol.dispose]();
    this.#journal = undefined;
    this.#reopenAt = this.#deps.wire.monotonic() + this.#deps.reopenMs;
    this.#deps.forgotten(replaced);
  }

  #replace(error: JournalError): void {
    const { file, log, wire, plant } = this.#deps;
    this.#close(true);
    const aside = quarantine(file, Math.max(0, plant.now()).toString(36));
    log.error({ reason: reasonOf(error), aside }, 'the outbox file is damaged; it was set aside and a new one started');
    this.#endSalvage();
    try {
      if (existsSync(aside)) this.#old = { journal: new Journal(aside, this.#deps.maxBytes), at: 0, failures: 0 };
    } catch {
      log.warn({ aside }, 'nothing in the damaged outbox file can be read');
    }
    this.#reopenAt = wire.monotonic();
    try {
      this.#open();
      this.#trouble = undefined;
    } catch (cause) {
      log.error({ reason: reasonOf(cause) }, 'the outbox cannot be used; readings wait in memory only');
    }
  }

  #endSalvage(): void {
    this.#old?.journal[Symbol.dispose]();
    this.#old = undefined;
  }

  /** Gives up the oldest rows; false when there are none. */
  #makeRoom(): boolean {
    const journal = this.#journal;
    if (!journal) return false;
    const rows = this.#attempt(() => {
      journal.checkpoint();
      const { rows: total } = journal.content();
      const oldest = journal.oldest(Math.ceil(total / roomShare));
      journal.write(
        [],
        oldest.map((row) => row.id),
      );
      return oldest;
    });
    if (!rows || rows.length === 0) return false;
    this.#deps.madeRoom(rows);
    return true;
  }
}
