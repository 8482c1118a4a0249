/**
 * Decides what goes over the wire and when. Two lanes: live messages at once, backlog in what ingest has room for. Nothing here trusts the
 * broker's PUBACK: a message is done when ingest says "committed", else it is sent again.
 *
 * While nothing is committed for `commitTimeoutMs` the sender is stalled: ingest or its store is away. Then of what waits one message a `probeMs` goes
 * out to find out when it is back, all others stay on disk; the first "committed" opens the lanes again. What is live goes out all the same, once:
 * rules and screens listen too, and an alarm must not wait for a database. It is not counted as under way; it comes again from disk.
 */
import type { CommittedPayload } from '../../shared/topic.ts';
import type { Message } from './message.ts';

export interface SenderLimits {
  /** Live messages sent and not yet committed. Above it, live messages are told and wait on disk as backlog. */
  liveWindow: number;
  /** Bytes of payload sent and not yet committed, both lanes. */
  windowBytes: number;
  /** Backlog messages sent and not yet committed: adapts between the two so that a commit takes less than `targetMs`. */
  backlogMin: number;
  backlogMax: number;
  targetMs: number;
  /** Least time after which an uncommitted message is sent again; four times the usual commit time where that is longer. */
  commitTimeoutMs: number;
  probeMs: number;
  /**
   * Messages of so long go out in one write. What a message costs gateway, broker and all who listen is mostly the wake-up: 200 messages one by one cost
   * twice as much CPU as together. No rule waits less than seconds, no eye sees the delay.
   */
  gatherMs: number;
  gatherMessages: number;
}

export const senderLimits: SenderLimits = {
  liveWindow: 8_192,
  windowBytes: 16 << 20,
  backlogMin: 128,
  backlogMax: 2_048,
  targetMs: 1_000,
  commitTimeoutMs: 3_000,
  probeMs: 1_000,
  gatherMs: 80,
  gatherMessages: 256,
};

export interface SenderDeps {
  after(ms: number, work: () => void): () => void;
  /** Wire time, monotonic ms. */
  now(): number;
  /** Gives a batch to the link, which must be connected. */
  send(batch: readonly Message[]): void;
  /** The next messages from disk, or none. */
  load(): readonly Message[];
  done(message: Message): void;
  /** A loaded message that is in memory already (the file was reopened): its row goes, the other one stays. */
  duplicate(message: Message): void;
  stalled(yes: boolean): void;
}

export class Sender {
  readonly #deps: SenderDeps;
  readonly #limits: SenderLimits;
  /** Messages in memory that were sent at least once or were loaded from disk: boot, then seq. */
  readonly #known = new Map<string, Map<number, Message>>();
  #due: Message[] = [];
  #dueHead = 0;
  /** In the order of sending; entries whose message was sent again or is done are skipped. */
  #log: { message: Message; sentAt: number }[] = [];
  #logHead = 0;
  #batch: Message[] = [];
  #cancelFlush: (() => void) | undefined;
  #connected = false;
  #stalled = false;
  #liveSent = 0;
  #backlogSent = 0;
  #bytesSent = 0;
  #backlogWindow: number;
  #lastCut = 0;
  #progressAt = 0;
  #probeAt = 0;
  #usualCommitMs = 0;
  resent = 0;

  constructor(deps: SenderDeps, limits: Partial<SenderLimits> = {}) {
    this.#deps = deps;
    this.#limits = { ...senderLimits, ...limits };
    this.#backlogWindow = this.#limits.backlogMin;
  }

  get inFlight(): number {
    return this.#liveSent + this.#backlogSent;
  }

  get inMemory(): number {
    let count = 0;
    for (const messages of this.#known.values()) count += messages.size;
    return count;
  }

  get isStalled(): boolean {
    return this.#stalled;
  }

  /** True while there is something that time alone may set going. */
  get waiting(): boolean {
    return this.inFlight > 0 || this.#dueHead < this.#due.length;
  }

  /** A live message: sent at once; where there is no room to wait for its "committed" it is also left `unsent` for the disk. */
  offer(message: Message): void {
    const { liveWindow, windowBytes } = this.#limits;
    if (!this.#connected) return;
    message.live = !this.#stalled && this.#liveSent < liveWindow && this.#bytesSent < windowBytes;
    if (message.live) this.#send(message);
    else this.#write(message);
  }

  connected(): void {
    this.#connected = true;
    this.#setStalled(false);
    this.#progressAt = this.#deps.now();
    this.pump();
  }

  /** The "committed" of what is under way may be lost with the connection: all of it is due again. */
  disconnected(): void {
    this.#connected = false;
    this.#batch = [];
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    this.#sentToDue();
  }

  committed(payload: CommittedPayload): void {
    const messages = this.#known.get(payload.boot);
    if (!messages) return;
    const now = this.#deps.now();
    let slowest = -1;
    for (const [from, to] of payload.seqs) {
      // A range may name more than we hold, even absurdly more: the work is bounded by what we hold.
      const seqs = to - from < messages.size ? rangeOf(from, to) : messages.keys();
      for (const seq of seqs) {
        if (seq < from || seq > to) continue;
        const message = messages.get(seq);
        if (!message) continue;
        if (message.state === 'sent') slowest = Math.max(slowest, now - message.sentAt);
        this.#done(message, messages);
      }
    }
    if (messages.size === 0) this.#known.delete(payload.boot);
    // A word on what we only told says that the store is back, too.
    if (slowest < 0 && !this.#stalled) return;
    this.#progressAt = now;
    if (slowest >= 0) {
      this.#usualCommitMs += (slowest - this.#usualCommitMs) / 8;
      this.#adapt(slowest, now);
    }
    this.#setStalled(false);
    this.pump();
  }

  /** To be called a few times a second while `waiting`. */
  tick(): void {
    if (!this.#connected) return;
    const now = this.#deps.now();
    const timeout = Math.max(this.#limits.commitTimeoutMs, 4 * this.#usualCommitMs);
    if (!this.#stalled && this.inFlight > 0 && now - this.#progressAt > timeout) {
      this.#sentToDue();
      this.#setStalled(true);
    }
    this.#expire(now - timeout);
    if (!this.#stalled) this.pump();
    else if (now >= this.#probeAt) this.#probe(now);
  }

  #probe(now: number): void {
    this.#probeAt = now + this.#limits.probeMs;
    const probe = this.#nextBacklog();
    if (probe) this.#send(probe);
    else if (this.inFlight === 0) this.#setStalled(false);
  }

  /** Sends backlog into what is left of the window. */
  pump(): void {
    while (this.#connected && !this.#stalled && this.#backlogSent < this.#backlogWindow && this.#bytesSent < this.#limits.windowBytes) {
      const message = this.#nextBacklog();
      if (!message) return;
      this.#send(message);
    }
  }

  knows(message: Message): boolean {
    return this.#known.get(message.boot)?.has(message.seq) ?? false;
  }

  #nextBacklog(): Message | undefined {
    for (;;) {
      while (this.#dueHead < this.#due.length) {
        const message = this.#due[this.#dueHead++] as Message;
        if (message.state === 'due') return message;
      }
      this.#due = [];
      this.#dueHead = 0;
      const loaded = this.#deps.load();
      if (loaded.length === 0) return undefined;
      for (const message of loaded) {
        if (this.knows(message)) {
          message.state = 'done';
          this.#deps.duplicate(message);
          continue;
        }
        message.state = 'due';
        this.#know(message);
        this.#due.push(message);
      }
    }
  }

  #know(message: Message): void {
    let messages = this.#known.get(message.boot);
    if (!messages) {
      messages = new Map();
      this.#known.set(message.boot, messages);
    }
    messages.set(message.seq, message);
  }

  #send(message: Message): void {
    const now = this.#deps.now();
    if (this.inFlight === 0) this.#progressAt = now;
    if (message.live) {
      this.#liveSent++;
      this.#know(message);
    } else {
      this.#backlogSent++;
      if (message.sentAt >= 0) this.resent++;
    }
    this.#bytesSent += message.payload.length;
    message.state = 'sent';
    message.sentAt = now;
    this.#log.push({ message, sentAt: now });
    this.#write(message);
  }

  #write(message: Message): void {
    this.#batch.push(message);
    if (this.#batch.length >= this.#limits.gatherMessages) this.#flush();
    else this.#cancelFlush ??= this.#deps.after(this.#limits.gatherMs, () => this.#flush());
  }

  #flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length > 0 && this.#connected) this.#deps.send(batch);
  }

  #leaveFlight(message: Message): void {
    if (message.state !== 'sent') return;
    this.#bytesSent -= message.payload.length;
    if (message.live) this.#liveSent--;
    else this.#backlogSent--;
  }

  #toDue(message: Message): void {
    this.#leaveFlight(message);
    message.live = false;
    message.state = 'due';
    this.#due.push(message);
  }

  #done(message: Message, messages: Map<number, Message>): void {
    this.#leaveFlight(message);
    message.state = 'done';
    messages.delete(message.seq);
    this.#deps.done(message);
  }

  #sentToDue(): void {
    const ahead = this.#due.slice(this.#dueHead);
    this.#due = [];
    this.#dueHead = 0;
    for (const entry of this.#log.slice(this.#logHead)) {
      if (entry.message.state === 'sent' && entry.message.sentAt === entry.sentAt) this.#toDue(entry.message);
    }
    this.#due.push(...ahead);
    this.#log = [];
    this.#logHead = 0;
  }

  #expire(sentBefore: number): void {
    for (; this.#logHead < this.#log.length; this.#logHead++) {
      const entry = this.#log[this.#logHead] as { message: Message; sentAt: number };
      const current = entry.message.state === 'sent' && entry.message.sentAt === entry.sentAt;
      if (current && entry.sentAt >= sentBefore) break;
      if (current) this.#toDue(entry.message);
    }
    // What is done must go at once: messages that are held on to for seconds end up where only a costly collection finds them.
    if (this.#logHead > 0) this.#log = this.#log.slice(this.#logHead);
    this.#logHead = 0;
  }

  /** Additive increase, halving when commits get slow: backlog takes what ingest has to spare and no more. */
  #adapt(commitMs: number, now: number): void {
    const { backlogMin, backlogMax, targetMs } = this.#limits;
    if (commitMs < targetMs) {
      this.#backlogWindow = Math.min(backlogMax, this.#backlogWindow + 64);
    } else if (now - this.#lastCut > targetMs) {
      this.#lastCut = now;
      this.#backlogWindow = Math.max(backlogMin, this.#backlogWindow >> 1);
    }
  }

  #setStalled(yes: boolean): void {
    if (this.#stalled === yes) return;
    this.#stalled = yes;
    this.#deps.stalled(yes);
  }
}

function* rangeOf(from: number, to: number): Generator<number> {
  for (let seq = from; seq <= to; seq++) yield seq;
}
