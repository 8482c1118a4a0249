import { Gauge, type Registry } from 'prom-client';
import type { PollerCounts } from '../poller.ts';
import type { LinkCounts } from './link.ts';

export interface BusSource {
  link: Readonly<LinkCounts>;
  poller(): PollerCounts;
}

/** Per registry: the buses that are running. Counted where it happens, put into the registry only when somebody looks. */
const registries = new WeakMap<Registry, Map<string, BusSource>>();

/** Shows a bus at /metrics until the undo is called. */
export function showBus(registry: Registry, bus: string, source: BusSource): () => void {
  const sources = registries.get(registry) ?? makeGauges(registry);
  sources.set(bus, source);
  return () => void (sources.get(bus) === source && sources.delete(bus));
}

function makeGauges(registry: Registry): Map<string, BusSource> {
  const sources = new Map<string, BusSource>();
  registries.set(registry, sources);
  const gauge = (name: string, help: string, value: (link: Readonly<LinkCounts>, poller: PollerCounts) => number) =>
    new Gauge({
      name: `plantroom_modbus_${name}`,
      help,
      labelNames: ['bus'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [bus, { link, poller }] of sources) this.labels(bus).set(value(link, poller()));
      },
    });
  gauge('requests', 'Requests since start', (_link, poller) => poller.requests);
  gauge('polls', 'Rounds begun since start', (_link, poller) => poller.polls);
  gauge('polls_missed', 'Rounds in which a device did not answer', (_link, poller) => poller.missedPolls);
  gauge('polls_skipped', 'Ticks that went by while the bus was busy', (_link, poller) => poller.skippedPolls);
  gauge('registers_aside', 'Registers that devices refuse, set aside for a day', (_link, poller) => poller.asideRegisters);
  gauge('timeouts', 'Requests without an answer', (link) => link.timeouts);
  gauge('answers_late', 'Answers that came after their timeout, dropped', (link) => link.late);
  gauge('answers_garbled', 'Answers that were cut, disturbed or did not fit, dropped', (link) => link.garbled);
  gauge('answers_foreign', 'Bytes or answers of nobody we asked, dropped', (link) => link.foreign);
  gauge('reconnects', 'Connections lost since start', (link) => link.reconnects);
  return sources;
}
