/** The simulators: one hospital behind real Modbus TCP ports and real MQTT payloads. */
import { join } from 'node:path';
import { Counter, Gauge } from 'prom-client';
import { builtInProfiles, loadProfiles } from '../gateway/profiles.ts';
import { loadCatalog } from '../shared/catalog.ts';
import { Fault, reasonOf } from '../shared/errors.ts';
import { connectMqtt, type StartRole } from '../shared/role.ts';
import { type Bus, isModbusDevice, type MqttDevice, simulatedEndpoint } from '../shared/site.ts';
import { startControl } from './control.ts';
import { rtuFraming, tcpFraming } from './framing.ts';
import { createHospital, type Hospital } from './hospital.ts';
import { meterMemory } from './meter-memory.ts';
import { startPublisher } from './publisher.ts';
import type { Scenario } from './scenario.ts';
import { startBusServer } from './server.ts';

/** Plant time between two looks at the clock. */
const tickMs = 1_000;
/** Steps that one tick may catch up, about a tenth of a second of work; the rest follows in the next ticks. */
const stepsPerTick = 4_000;

export const scenarioFolder = join(import.meta.dirname, 'scenarios');

export const startSimulators: StartRole = async ({ site, dataDir, mqtt, clock, log, metrics }) => {
  const { config, folder } = site;
  if (!config.site.simulated) throw new Fault('usage/command', `${site.file}: site.simulated is not true, nothing to simulate`);
  await using undo = new AsyncDisposableStack();
  const profiles = loadProfiles([builtInProfiles, ...config.profiles.map((name) => join(folder, name))]);
  const scenarios = await loadCatalog<Scenario>(scenarioFolder);
  const memory = meterMemory(dataDir, log);
  const hospital = createHospital(config, profiles, { start: clock.now(), scenarios, meters: memory.read() });
  undo.defer(memory.keep(hospital));
  const requests = new Counter({
    name: 'plantroom_simulator_requests_total',
    help: 'Modbus requests to simulated buses by outcome',
    labelNames: ['bus', 'outcome'],
    registers: [metrics],
  });
  const published = new Counter({
    name: 'plantroom_simulator_published_total',
    help: 'JSON messages of simulated devices by outcome',
    labelNames: ['outcome'],
    registers: [metrics],
  });
  new Gauge({
    name: 'plantroom_simulator_behind_seconds',
    help: 'Plant time that the simulated hospital lags behind the clock',
    registers: [metrics],
    collect() {
      this.set(Math.max(0, (clock.now() - hospital.now) / 1_000));
    },
  });
  const host = process.env.PLANTROOM_SIM_LISTEN || '127.0.0.1';
  for (const bus of simulatedBuses(config.gateways.flatMap((gateway) => gateway.buses))) {
    const { port } = simulatedEndpoint(bus);
    const server = await startBusServer({ bus, host, port, hospital, profiles, clock, log, requests, framing: framings[bus.type] }).catch(
      (cause: unknown) => {
        throw new Fault('transport/closed', `simulated bus ${bus.id}: cannot listen on ${host}:${port} (${reasonOf(cause)})`, { cause });
      },
    );
    undo.use(server);
  }
  const client = connectMqtt(mqtt, log);
  undo.defer(async () => client.endAsync(true));
  startControl({ site: config.site.id, hospital, client, log });
  const devices = hospital.devices.filter((device): device is MqttDevice => !isModbusDevice(device));
  undo.use(startPublisher({ devices, hospital, client, clock, published }));
  undo.defer(keepUp(hospital, clock));
  log.info({ devices: hospital.devices.length, faults: hospital.faults().length }, 'the simulated hospital is running');
  return undo.move();
};

const framings = { 'modbus-tcp': tcpFraming, 'modbus-rtu-tcp': rtuFraming } as const;
type SimulatedBus = Extract<Bus, { type: keyof typeof framings }>;

function simulatedBuses(buses: readonly Bus[]): SimulatedBus[] {
  return buses.filter((bus): bus is SimulatedBus => bus.type in framings && 'simulated' in bus && bus.simulated);
}

/** Moves the plant on with the clock; returns the undo. */
function keepUp(hospital: Hospital, clock: { now(): number; after(ms: number, work: () => void): () => void }): () => void {
  let stop = () => {};
  const tick = () => {
    stop = clock.after(tickMs, tick);
    hospital.advanceTo(clock.now(), stepsPerTick);
  };
  tick();
  return () => stop();
}
