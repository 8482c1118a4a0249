/**
 * Readings at QoS 0 go through the embedded broker as the bytes that they came as, many at once: to forward one is to write it again. All else, and
 * readings for somebody who does not keep up, goes the ordinary way through aedes, which waits for the slow and in the end lets go of them.
 */
import type { Socket } from 'node:net';
import type { Aedes, AedesPublishPacket, Client } from 'aedes';
import { type PublishPacket, PublishSplitter } from '../shared/publish-splitter.ts';
import { covers } from './access.ts';

export interface ReadingsLaneDeps {
  aedes: Aedes;
  /** Signed in as a gateway, and may say this. */
  mayPublish(client: Client, topic: string): boolean;
  isGateway(client: Client): boolean;
  /** Payloads above it are left to the broker, which refuses them. */
  maxPayloadBytes: number;
  /** So many were passed on. */
  passed(messages: number): void;
}

const readingsTopic = /^plantroom(?:\/[a-z0-9-]+){3}\/readings$/;
const mostTopics = 10_000;

type Targets = readonly Client[];
/** What aedes keeps and its types do not tell of. */
interface Inside {
  clients: Record<string, Client & { subscriptions: Record<string, unknown> }>;
}
interface Kept {
  _keepaliveTimer?: NodeJS.Timeout | null;
}

export class ReadingsLane {
  readonly #deps: ReadingsLaneDeps;
  readonly #targets = new Map<string, Targets>();
  /** The same object for the same targets, so that runs of messages can be told by it. */
  readonly #sets = new Map<string, Targets>();
  /** Readings of a connection that are on the ordinary way: what comes after them must not overtake them. */
  readonly #ordinary = new WeakMap<Client, number>();

  constructor(deps: ReadingsLaneDeps) {
    this.#deps = deps;
    const { aedes } = deps;
    const forget = () => {
      this.#targets.clear();
      this.#sets.clear();
    };
    for (const event of ['client', 'clientDisconnect', 'subscribe', 'unsubscribe'] as const) aedes.on(event as 'client', forget);
    aedes.on('publish', (packet: AedesPublishPacket, client: Client | null) => {
      const under = client ? this.#ordinary.get(client) : undefined;
      if (under && packet.qos === 0 && readingsTopic.test(packet.topic)) this.#ordinary.set(client as Client, under - 1);
    });
  }

  /** Readings that come in here are passed on before the broker sees them; `client` is called once something was read. */
  watch(socket: Socket, client: () => Client): void {
    const run = { targets: [] as Targets, bytes: Buffer.alloc(0) as Buffer, start: 0, end: 0 };
    let passed = 0;
    const flush = () => {
      if (run.end > run.start) for (const { conn } of run.targets) (conn as Socket).write(run.bytes.subarray(run.start, run.end));
      run.start = run.end = 0;
    };
    const take = ({ topic, bytes, start, payload, end }: PublishPacket): boolean => {
      const from = client();
      if (!readingsTopic.test(topic)) return false;
      const targets = this.#targetsOf(topic);
      const waiting = this.#ordinary.get(from) ?? 0;
      if (
        waiting > 0 ||
        end - payload > this.#deps.maxPayloadBytes ||
        !this.#deps.mayPublish(from, topic) ||
        targets.some(({ conn }) => (conn as Socket).writableNeedDrain)
      ) {
        this.#ordinary.set(from, waiting + 1);
        return false;
      }
      if (run.targets !== targets || run.bytes !== bytes || run.end !== start) {
        flush();
        [run.targets, run.bytes, run.start] = [targets, bytes, start];
      }
      run.end = end;
      passed++;
      return true;
    };
    const splitter = new PublishSplitter(take, () => this.#deps.isGateway(client()));
    const read = socket.read.bind(socket);
    socket.read = (size?: number): Buffer | null => {
      const chunk = read(size) as Buffer | null;
      // Node itself reads nothing now and then; aedes always reads all there is.
      if (chunk === null || typeof size === 'number') return chunk;
      const left = splitter.split(chunk);
      flush();
      if (passed > 0) {
        this.#deps.passed(passed);
        passed = 0;
        (client() as Client & Kept)._keepaliveTimer?.refresh();
      }
      return left.length === 0 ? null : left.length === 1 ? (left[0] as Buffer) : Buffer.concat(left);
    };
  }

  #targetsOf(topic: string): Targets {
    const known = this.#targets.get(topic);
    if (known) return known;
    const found: Client[] = [];
    for (const client of Object.values((this.#deps.aedes as unknown as Inside).clients)) {
      if (Object.keys(client.subscriptions).some((filter) => covers(filter, topic))) found.push(client);
    }
    const key = found.map(({ id }) => id).join(' ');
    const targets = this.#sets.get(key) ?? found;
    this.#sets.set(key, targets);
    if (this.#targets.size < mostTopics) this.#targets.set(topic, targets);
    return targets;
  }
}
