import { Gauge, type Registry } from 'prom-client';
import type { PollerCounts } from '../poller.ts';
import type { LinkCounts } from './link.ts';

export interface BusSource {
  link: Readonly<LinkCounts>;
  poller: Readonly<PollerCounts>;
}

interface Shown {
  source: BusSource;
  /** By gauge: what it says of this bus now. Of hundreds of buses hardly a value changes between two looks. */
  values: number[];
}

interface Buses {
  gauges: Gauge<'bus'>[];
  shown: Map<string, Shown>;
}

/** Per registry: the buses that are running. Counted where it happens, put into the registry only when somebody looks. */
const registries = new WeakMap<Registry, Buses>();

/** Shows a bus at /metrics until the undo is called. */
export function showBus(registry: Registry, bus: string, source: BusSource): () => void {
  const buses = registries.get(registry) ?? makeGauges(registry);
  const own: Shown = { source, values: [] };
  buses.shown.set(bus, own);
  return () => {
    if (buses.shown.get(bus) !== own) return;
    buses.shown.delete(bus);
    for (const gauge of buses.gauges) gauge.remove(bus);
  };
}

function makeGauges(registry: Registry): Buses {
  const buses: Buses = { gauges: [], shown: new Map() };
  registries.set(registry, buses);
  const gauge = (name: string, help: string, value: (link: Readonly<LinkCounts>, poller: Readonly<PollerCounts>) => number) => {
    const index = buses.gauges.length;
    buses.gauges.push(
      new Gauge({
        name: `plantroom_modbus_${name}`,
        help,
        labelNames: ['bus'],
        registers: [registry],
        collect() {
          for (const [bus, { source, values }] of buses.shown) {
            const now = value(source.link, source.poller);
            if (values[index] !== now) this.set({ bus }, now);
            values[index] = now;
          }
        },
      }),
    );
  };
  gauge('requests', 'Requests since start', (_link, poller) => poller.requests);
  gauge('polls', 'Rounds begun since start', (_link, poller) => poller.polls);
  gauge('polls_missed', 'Rounds in which a device did not answer', (_link, poller) => poller.missedPolls);
  gauge('polls_skipped', 'Ticks that went by while the bus was busy', (_link, poller) => poller.skippedPolls);
  gauge(
    'registers_aside',
    'Registers that devices refuse, set aside and tried again after growing pauses',
    (_link, poller) => poller.asideRegisters,
  );
  gauge('timeouts', 'Requests without an answer', (link) => link.timeouts);
  gauge('answers_late', 'Answers that came after their timeout, dropped', (link) => link.late);
  gauge('answers_garbled', 'Answers that were cut, disturbed or did not fit, dropped', (link) => link.garbled);
  gauge('answers_foreign', 'Bytes or answers of nobody we asked, dropped', (link) => link.foreign);
  gauge('reconnects', 'Connections lost since start', (link) => link.reconnects);
  return buses;
}
