import { Gauge, type Registry } from 'prom-client';
import type { ListenerCounts } from './listener.ts';

const helps: Readonly<Record<keyof ListenerCounts, readonly [name: string, help: string]>> = {
  retained: ['messages_retained', 'Messages kept by a broker that carry no time, ignored'],
  duplicate: ['messages_repeated', 'Messages that had been taken before'],
  junk: ['messages_unreadable', 'Messages that cannot be read or are too large'],
  mended: ['messages_mended', 'Messages that are not JSON as they came, yet with one meaning'],
  badFields: ['values_bad', 'Values that were bad in messages that could be read'],
};

const registries = new WeakMap<Registry, Map<string, Readonly<ListenerCounts>>>();

/** Shows at /metrics what a bus has not taken, until the undo is called. */
export function showListener(registry: Registry, bus: string, counts: Readonly<ListenerCounts>): () => void {
  let shown = registries.get(registry);
  if (!shown) {
    shown = new Map();
    registries.set(registry, shown);
    makeGauges(registry, shown);
  }
  shown.set(bus, counts);
  return () => {
    shown.delete(bus);
  };
}

function makeGauges(registry: Registry, shown: ReadonlyMap<string, Readonly<ListenerCounts>>): void {
  for (const [key, [name, help]] of Object.entries(helps) as [keyof ListenerCounts, readonly [string, string]][]) {
    new Gauge({
      name: `plantroom_mqtt_${name}`,
      help: `${help}, since start`,
      labelNames: ['bus'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [bus, counts] of shown) this.set({ bus }, counts[key]);
      },
    });
  }
}
