/**
 * The gateway's outbox. Every poll becomes a message named for good by (boot, seq). It is sent at once where the way is open and it is on
 * disk soon after, unless ingest has said "committed" before; it leaves the outbox only by that word, or when the outbox is full or the
 * message too old, which is counted.
 * See docs/decisions/0003-outbox-and-commit.md.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import type { CommittedPayload } from '../shared/topic.ts';
import { Disk } from './outbox/disk.ts';
import { encodePayload, type Held, type Message } from './outbox/message.ts';
import {
  type DropReason,
  type OutboxLimits,
  type OutboxLink,
  type OutboxOptions,
  type OutboxStatus,
  outboxLimits,
} from './outbox/options.ts';
import { Sender } from './outbox/sender.ts';
import type { DeviceReadings } from './transport.ts';

export * from './outbox/options.ts';

const agedRows = 256;

export class Outbox implements AsyncDisposable {
  readonly boot: string;
  readonly #options: OutboxOptions;
  readonly #limits: OutboxLimits;
  readonly #log: Log;
  readonly #wire: Clock;
  readonly #sender: Sender;
  readonly #disk: Disk;
  /** Rows on disk whose messages are in memory too. */
  readonly #held = new Map<number, Held>();
  readonly #dropped: Record<DropReason, number> = { full: 0, age: 0, damaged: 0, memory: 0 };
  #link: OutboxLink | undefined;
  /** Not on disk yet, in order of arrival. */
  #fresh: Message[] = [];
  #freshBytes = 0;
  #remove: number[] = [];
  /** Rows up to here were loaded, or are in memory. */
  #cursor = 0;
  #mayHaveMore = false;
  #onDisk = 0;
  /** Messages of a damaged file that were not brought over yet. */
  #unaccounted = 0;
  #seq = 0;
  #committed = 0;
  #ageCheckAt: number;
  #cancelTick: (() => void) | undefined;
  #armedMs = Number.POSITIVE_INFINITY;
  #closed = false;

  /** @throws Fault role/failed when another process owns the file */
  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#limits = { ...outboxLimits, ...options.limits };
    this.#log = options.log;
    this.#wire = options.wire;
    this.boot = options.boot ?? `${Math.max(0, options.plant.now()).toString(36)}-${randomBytes(5).toString('hex')}`;
    this.#ageCheckAt = this.#wire.monotonic() + this.#limits.ageGraceMs;
    this.#sender = new Sender(
      {
        now: () => this.#wire.monotonic(),
        after: (ms, work) => this.#wire.after(ms, work),
        send: (batch) => this.#link?.send(batch),
        load: () => this.#load(),
        done: (message) => {
          this.#committed++;
          this.#leftDisk(message);
        },
        duplicate: (message) => this.#leftDisk(message),
        stalled: (yes) => {
          if (yes) this.#log.warn('nothing is committed any more; readings wait in the outbox');
          else this.#log.info('the way to the store is open');
          if (!yes) this.#offerFresh();
        },
      },
      options.sender,
    );
    this.#disk = new Disk({
      ...options,
      reopenMs: this.#limits.reopenMs,
      forgotten: (replaced) => this.#unhold(replaced),
      opened: (content) => {
        this.#cursor = 0;
        this.#onDisk = content.messages;
        this.#mayHaveMore = content.rows > 0;
        if (content.messages > 0) this.#log.info({ messages: content.messages }, 'the outbox holds readings from before');
      },
      madeRoom: (rows) => this.#giveUp(rows, 'full'),
    });
    this.#disk.start();
    this.#arm(this.#limits.tickMs);
  }

  /** Takes one poll. Never throws, never blocks for longer than a group commit. */
  add(result: DeviceReadings): void {
    const message: Message = {
      boot: this.boot,
      seq: this.#seq,
      device: result.device,
      t: result.t,
      payload: encodePayload(this.boot, this.#seq, result),
      addedAt: this.#wire.monotonic(),
      live: false,
      state: 'unsent',
      sentAt: -1,
      held: undefined,
    };
    this.#seq++;
    this.#fresh.push(message);
    this.#freshBytes += message.payload.length;
    this.#sender.offer(message);
    this.#arm(this.#limits.settleMs + this.#limits.tickMs);
  }

  connected(link: OutboxLink): void {
    this.#link = link;
    this.#sender.connected();
    this.#offerFresh();
    this.#arm(this.#limits.tickMs);
  }

  disconnected(): void {
    this.#link = undefined;
    this.#sender.disconnected();
  }

  /** Ingest has these in the store, for good. */
  committed(payload: CommittedPayload): void {
    this.#sender.committed(payload);
  }

  /** The wall clock was set: ages mean nothing for a while. */
  clockJumped(): void {
    this.#ageCheckAt = this.#wire.monotonic() + this.#limits.ageGraceMs;
  }

  status(): OutboxStatus {
    let fresh = 0;
    let oldest = this.#onDisk > 0 ? (this.#disk.oldest(1)[0]?.t ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
    for (const message of this.#fresh) {
      if (message.state === 'done') continue;
      fresh++;
      if (message.t < oldest) oldest = message.t;
    }
    const depth = fresh + this.#onDisk;
    return {
      boot: this.boot,
      depth,
      oldestAgeMs: depth > 0 && Number.isFinite(oldest) ? Math.max(0, this.#options.plant.now() - oldest) : 0,
      bytes: this.#disk.usedBytes() + this.#freshBytes,
      inFlight: this.#sender.inFlight,
      stalled: this.#sender.isStalled,
      disk: this.#disk.usable,
      dropped: { ...this.#dropped },
      committed: this.#committed,
      resent: this.#sender.resent,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelTick?.();
    this.disconnected();
    this.#flush(Number.POSITIVE_INFINITY);
    this.#disk[Symbol.dispose]();
  }

  /** What came in just before the way opened need not go over the disk. */
  #offerFresh(): void {
    for (const message of this.#fresh) if (message.state === 'unsent') this.#sender.offer(message);
  }

  #arm(inMs: number): void {
    if (this.#closed || inMs >= this.#armedMs) return;
    this.#cancelTick?.();
    this.#armedMs = inMs;
    this.#cancelTick = this.#wire.after(inMs, () => {
      this.#armedMs = Number.POSITIVE_INFINITY;
      this.#tick();
    });
  }

  #tick(): void {
    const { settleMs, tickMs, ageCheckMs } = this.#limits;
    const now = this.#wire.monotonic();
    this.#flush(now - settleMs);
    if (this.#disk.salvaging) this.#fresh.push(...this.#salvaged());
    this.#sender.tick();
    if (now >= this.#ageCheckAt) {
      this.#ageCheckAt = now + ageCheckMs;
      this.#dropAged();
    }
    const oldest = this.#fresh[0];
    if (this.#remove.length > 0 || this.#disk.salvaging || this.#sender.isStalled) this.#arm(tickMs);
    if (oldest) this.#arm(Math.max(tickMs, oldest.addedAt + settleMs + tickMs - now));
    this.#arm(this.#sender.waiting ? settleMs + tickMs : 1_000);
  }

  /** Puts what has waited since `until` or longer on disk and takes off what is committed, in one durable commit. */
  #flush(until: number): void {
    let ripe = 0;
    for (; ripe < this.#fresh.length; ripe++) {
      const { addedAt, state } = this.#fresh[ripe] as Message;
      if (addedAt > until && state !== 'done') break;
    }
    if (ripe === 0 && this.#remove.length === 0) return;
    const open: Message[] = [];
    for (const message of this.#fresh.splice(0, ripe)) {
      this.#freshBytes -= message.payload.length;
      if (message.state !== 'done') open.push(message);
    }
    const removing = this.#remove.length;
    if (open.length === 0 && removing === 0) return;
    const rows = this.#rowsOf(open);
    const ids = this.#disk.write(rows, this.#remove);
    if (!ids) {
      // In front of what `forgotten` may have put there meanwhile: order of arrival is kept well enough.
      this.#again(open);
      this.#boundMemory();
      return;
    }
    this.#remove = this.#remove.slice(removing);
    this.#onDisk += open.length;
    ids.forEach((id, at) => {
      this.#wrote(id, rows[at] as Message[]);
    });
  }

  /** Rows of messages that are under way (they stay in memory too) and rows of those that will be loaded later, never mixed. */
  #rowsOf(messages: readonly Message[]): Message[][] {
    const rows: Message[][] = [];
    for (const unsent of [true, false]) {
      const kind = messages.filter((message) => (message.state === 'unsent') === unsent);
      for (let at = 0; at < kind.length; at += this.#limits.rowMessages) rows.push(kind.slice(at, at + this.#limits.rowMessages));
    }
    return rows;
  }

  #wrote(id: number, messages: readonly Message[]): void {
    if (messages[0]?.state === 'unsent') {
      this.#mayHaveMore = true;
      return;
    }
    this.#hold(id, messages);
    if (!this.#mayHaveMore) this.#cursor = id;
  }

  #hold(id: number, messages: readonly Message[]): void {
    const held: Held = { id, messages, left: messages.length };
    for (const message of messages) message.held = held;
    this.#held.set(id, held);
  }

  /** The next row of backlog. */
  #load(): readonly Message[] {
    while (this.#mayHaveMore) {
      const row = this.#disk.after(this.#cursor, this.#wire.monotonic());
      if (!row) {
        this.#mayHaveMore = false;
        break;
      }
      this.#cursor = row.id;
      if (this.#held.has(row.id) || this.#remove.includes(row.id)) continue;
      if (row.messages) {
        this.#hold(row.id, row.messages);
        return row.messages;
      }
      this.#log.error({ messages: row.count }, 'a row of the outbox is damaged; its readings are given up');
      this.#remove.push(row.id);
      this.#onDisk -= row.count;
      this.#dropped.damaged += row.count;
    }
    return [];
  }

  #leftDisk(message: Message): void {
    const held = message.held;
    if (!held) return;
    this.#onDisk--;
    if (--held.left > 0) return;
    this.#held.delete(held.id);
    this.#remove.push(held.id);
    this.#arm(this.#limits.tickMs);
  }

  /** The file was closed or replaced: what was in it and is in memory too must be written again. */
  #unhold(replaced: boolean): void {
    const open: Message[] = [];
    const before = this.#onDisk;
    for (const held of this.#held.values()) {
      for (const message of held.messages) {
        message.held = undefined;
        if (message.state !== 'done') open.push(message);
      }
    }
    this.#held.clear();
    this.#remove = [];
    this.#onDisk = 0;
    this.#mayHaveMore = false;
    if (replaced) this.#unaccounted += Math.max(0, before - open.length);
    this.#again(open);
  }

  #again(messages: readonly Message[]): void {
    for (const message of messages) this.#freshBytes += message.payload.length;
    this.#fresh = [...messages, ...this.#fresh];
  }

  #salvaged(): Message[] {
    const messages = this.#disk.salvage().filter((message) => !this.#sender.knows(message));
    this.#unaccounted -= messages.length;
    if (!this.#disk.salvaging) {
      const lost = Math.max(0, this.#unaccounted);
      this.#log.warn({ lost }, 'what could be read of the damaged outbox file was brought over');
      this.#dropped.damaged += lost;
      this.#unaccounted = 0;
    }
    for (const message of messages) this.#freshBytes += message.payload.length;
    return messages;
  }

  #giveUp(rows: readonly { id: number; count: number }[], reason: DropReason): void {
    for (const { id, count } of rows) {
      const held = this.#held.get(id);
      if (held) {
        // Not lost yet: they are under way in memory.
        for (const message of held.messages) message.held = undefined;
        this.#onDisk -= held.left;
        this.#held.delete(id);
      } else if (!this.#remove.includes(id)) {
        this.#onDisk -= count;
        this.#dropped[reason] += count;
      }
    }
  }

  #dropAged(): void {
    const before = this.#options.plant.now() - this.#options.maxAgeMs;
    for (;;) {
      const rows = this.#disk.oldest(agedRows).filter((row) => row.t < before && !this.#held.has(row.id));
      if (rows.length === 0) return;
      const ids = rows.map((row) => row.id);
      if (!this.#disk.write([], ids)) return;
      const lost = this.#dropped.age;
      this.#giveUp(rows, 'age');
      if (this.#dropped.age > lost) this.#log.error({ messages: this.#dropped.age - lost }, 'readings older than max_age are given up');
      if (rows.length < agedRows) return;
    }
  }

  #boundMemory(): void {
    let given = 0;
    while (this.#freshBytes > this.#limits.memoryBytes) {
      const message = this.#fresh[given++] as Message;
      this.#freshBytes -= message.payload.length;
      // One that is under way stays with the sender.
      if (message.state === 'unsent') this.#dropped.memory++;
    }
    if (given > 0) this.#fresh = this.#fresh.slice(given);
  }
}
