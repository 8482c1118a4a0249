/** A made-up plant for proofs and benches: meters whose registers say which answer they came with, and the site file and profile for them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type QuantityId, quantity, quantityIds } from '../../shared/quantity.ts';

/** Quantities that can hold any whole number below 100,000. */
export const wideQuantities: readonly QuantityId[] = quantityIds.filter((id) => {
  const { kind, range } = quantity(id);
  return kind !== 'state' && range[0] <= 0 && range[1] >= 100_000;
});

export interface Fleet {
  /** The truth server's port for each bus: one line has one master. */
  ports: readonly number[];
  devicesPerBus: number;
  /** Values of each device, all in one block of registers. */
  values: number;
  poll: string;
  timeout: string;
}

export const deviceId = (device: number) => `m-${device}`;
/** Unit ids are all different up to 247 devices; benches with more need no truth. */
export const unitOf = (device: number) => (device % 247) + 1;

/** The value that answer number `n` of a unit carries in its k-th quantity; the first one is n itself. */
export function truth(unit: number, n: number, k: number): number {
  return k === 0 ? n : (n * 31 + k * 7_919 + unit * 613) % 99_991;
}

/** Writes site.yaml and its profile into the folder; returns the file. */
export function writeFleet(folder: string, fleet: Fleet): string {
  const quantities = wideQuantities.slice(0, fleet.values);
  if (quantities.length < fleet.values) throw new Error(`at most ${wideQuantities.length} values`);
  const words = quantities.map((_, k) => `0, ${k + 1}`).join(', ');
  mkdirSync(join(folder, 'profiles'), { recursive: true });
  writeFileSync(
    join(folder, 'profiles', 'fleet-meter.yaml'),
    `id: fleet-meter
vendor: Plantroom
model: Fleet meter
title: { zh: 试验电表, en: Test meter }
system: electricity
kind: electricity-meter
source: "Made for this proof; not a real device"
evidence: A
points:
${quantities.map((id, k) => `  - { quantity: ${id}, address: ${2 * k}, type: uint32 }`).join('\n')}
samples:
  - from: "Big-endian 32-bit numbers one after the other"
    words: { holding: { "0": [${words}] } }
    values: { ${quantities.map((id, k) => `${id}: ${k + 1}`).join(', ')} }
`,
  );
  const buses = fleet.ports.map((port, bus) => {
    const devices = Array.from({ length: fleet.devicesPerBus }, (_, index) => {
      const device = bus * fleet.devicesPerBus + index;
      return `          - { id: ${deviceId(device)}, name: { zh: 表, en: Meter }, profile: fleet-meter, unit: ${unitOf(device)}, poll: ${fleet.poll}, slow_poll: ${fleet.poll} }`;
    });
    return `      - id: bus-${bus}
        type: modbus-tcp
        host: 127.0.0.1
        port: ${port}
        timeout: ${fleet.timeout}
        retries: 0
        devices:
${devices.join('\n')}`;
  });
  const file = join(folder, 'site.yaml');
  writeFileSync(
    file,
    `site: { id: fleet, name: { zh: 试验, en: Test } }
profiles: [profiles]
gateways:
  - id: gw
    name: { zh: 网关, en: Gateway }
    buses:
${buses.join('\n')}
`,
  );
  return file;
}
