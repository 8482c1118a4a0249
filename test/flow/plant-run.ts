/** The simulated hospital, the rules engine and the desk in one process, without sockets: plant days in seconds. */
import { join } from 'node:path';
import type { EngineDesk } from '../../desk/desk.ts';
import { openEngineDesk } from '../../desk/open.ts';
import { builtInProfiles, loadProfiles } from '../../gateway/profiles.ts';
import { openConditionHandler } from '../../rules/condition-handler.ts';
import { type Condition, openEngine } from '../../rules/engine.ts';
import { openRuleBook } from '../../rules/pack.ts';
import { loadCatalog } from '../../shared/catalog.ts';
import type { Clock } from '../../shared/clock.ts';
import { loadSite } from '../../shared/site-file.ts';
import { createHospital, type Hospital } from '../../simulators/hospital.ts';
import type { Scenario } from '../../simulators/scenario.ts';

const root = join(import.meta.dirname, '../..');
export const demoSite = loadSite(join(root, 'sites/demo.yaml'));
const profiles = loadProfiles([builtInProfiles, ...demoSite.config.profiles.map((folder) => join(demoSite.folder, folder))]);
/** What rules remember is opened by each engine. */
const book = openRuleBook(demoSite.config);
export const scenarios = await loadCatalog<Scenario>(join(root, 'simulators/scenarios'));

export interface Seen {
  at: number;
  rule: string;
  device: string;
  priority: string;
  active: boolean;
}

export interface PlantRun extends Disposable {
  hospital: Hospital;
  desk: EngineDesk;
  /** Conditions in the order in which the engine handed them out, hidden ones included. */
  seen: Seen[];
  /** Moves plant and rules on. */
  run(ms: number, until?: () => boolean): void;
}

export type Recorder = (device: string, t: number, values: Record<string, number>, bad: object) => void;

/** `only`: just these devices are read, for long runs. */
export function openPlantRun(options: {
  start: number;
  seed?: number;
  stepS?: number;
  only?: readonly string[];
  record?: Recorder;
  /** A desk that others look at too, with a clock of its own; theirs to close. */
  desk?: EngineDesk;
}): PlantRun {
  const { start, stepS = 1, only, record } = options;
  const hospital = createHospital(demoSite.config, profiles, {
    start,
    stepS,
    scenarios,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  let now = hospital.now;
  const clock = { now: () => now } as Clock;
  const desk = options.desk ?? openEngineDesk({ file: ':memory:', clock });
  const conditionHandler = openConditionHandler(book, desk, clock);
  const pending: Condition[] = [];
  const engine = openEngine(book.instances, (condition) => void pending.push(condition), conditionHandler.active);
  const seen: Seen[] = [];
  const stepMs = stepS * 1_000;
  const read = hospital.devices.filter((device) => only === undefined || only.includes(device.id));
  const polls = read.map((device, index) => {
    const everyMs = Math.max(stepMs, Math.ceil(device.poll / stepMs) * stepMs);
    return { id: device.id, everyMs, offset: (index * stepMs) % everyMs };
  });
  engine.start(now);
  for (const gateway of demoSite.config.gateways) engine.status(gateway.id, now, true);
  return {
    hospital,
    desk,
    seen,
    run(ms, until) {
      const end = now + ms;
      while (now < end) {
        now += stepMs;
        hospital.advanceTo(now);
        for (const poll of polls) {
          if ((now + poll.offset) % poll.everyMs !== 0) continue;
          const reading = hospital.readDevice(poll.id);
          if (!reading) continue;
          record?.(poll.id, now, reading.v as Record<string, number>, reading.bad);
          engine.readings(poll.id, now, reading.v as Record<string, number>, reading.bad);
        }
        engine.tick(now);
        if (pending.length === 0) continue;
        const conditions = pending.splice(0);
        conditionHandler.attend(conditions);
        for (const { instance, active, at } of conditions) {
          const { rule, device, priority } = instance.definition;
          seen.push({ at, rule, device, priority, active });
        }
        if (until?.()) return;
      }
    },
    [Symbol.dispose]: () => options.desk ?? desk[Symbol.dispose](),
  };
}
