/** Manholes, sumps, leak ropes: water where it should be, and where it should not. */
import { clamp, type Moment, type Part, type PartContext, withRole } from '../part.ts';
import { streamOf } from '../random.ts';

interface Manhole {
  id: string;
  building: string;
  /** Part of the depth, 0 to 1 is the cover. */
  level: number;
  overflowM3: number;
}
interface Sump {
  id: string;
  building: string;
  level: number;
  on: boolean;
  failed: boolean;
  starts: number;
  hours: number;
  seepM3h: number;
}
interface Rope {
  id: string;
  building: string;
  /** Litres on the floor under the rope. */
  litres: number;
}

/** Shaft and the pipe behind it, m³ from invert to cover. */
const manholeM3 = 2.6;
/** What the pipe carries when it is full and clean, m³/h: Manning, DN 200 at 1 %. */
const fullPipeM3h = 74;
const sumpM3 = 1.8;
const sumpPumpM3h = 15;
/** Part of a spill that finds the rope. */
const ropePart = 0.02;

export function createDrains({ devices, seed, shared }: PartContext): Part {
  const manholes = withRole(devices, 'manhole').map(
    (device): Manhole => ({ id: device.id, building: device.building ?? '', level: 0.15, overflowM3: 0 }),
  );
  const sumps = withRole(devices, 'sump').map((device): Sump => {
    const stream = streamOf(seed, `sump ${device.id}`);
    return {
      id: device.id,
      building: device.building ?? '',
      level: 0.2 + 0.2 * stream.uniform(),
      on: false,
      failed: false,
      starts: 3_100,
      hours: 410,
      seepM3h: 0.12 + 0.1 * stream.uniform(),
    };
  });
  const ropes = withRole(devices, 'leak-sensor').map((device): Rope => ({ id: device.id, building: device.building ?? '', litres: 0 }));
  return {
    id: 'drains',
    step(moment) {
      let all = 0;
      for (const flow of Object.values(shared.drainM3h)) all += flow;
      for (const manhole of manholes)
        stepManhole(manhole, moment, manhole.building === 'wwtp' ? all : (shared.drainM3h[manhole.building] ?? 0.3));
      for (const sump of sumps) stepSump(sump, moment);
      for (const rope of ropes) stepRope(rope, moment);
    },
    values(device) {
      const manhole = manholes.find((one) => one.id === device);
      if (manhole) return { level_pct: manhole.level * 100 };
      const sump = sumps.find((one) => one.id === device);
      if (sump) {
        return {
          level_pct: sump.level * 100,
          pump_running: sump.on ? 1 : 0,
          pump_fault: sump.failed ? 1 : 0,
          starts_count: sump.starts,
          run_hours_h: sump.hours,
        };
      }
      const rope = ropes.find((one) => one.id === device);
      if (rope) return { leak_detected: rope.litres > 0.5 ? 1 : 0 };
      return devices.some((one) => one.id === device && one.role === 'fire-panel') ? { fire_alarm: 0 } : undefined;
    },
    facts() {
      const facts: Record<string, number> = {};
      for (const manhole of manholes) facts[`${manhole.id}.overflow_m3`] = manhole.overflowM3;
      for (const sump of sumps) facts[`${sump.id}.level_part`] = sump.level;
      return facts;
    },
    repair() {
      for (const manhole of manholes) manhole.overflowM3 = 0;
      for (const rope of ropes) rope.litres = 0;
    },
  };

  /** Inflow against what the level drives through the pipe; a blockage takes away the section. */
  function stepManhole(manhole: Manhole, { dtS, knobs }: Moment, inflowM3h: number): void {
    const blocked = knobs.read(manhole.id).blocked ?? 0;
    const depth = clamp(manhole.level - 0.08, 0, 1);
    const outM3h = fullPipeM3h * (1 - blocked) * Math.min(1, depth / 0.45) ** 1.6;
    manhole.level += ((inflowM3h - outM3h) / manholeM3 / 3_600) * dtS;
    if (manhole.level > 1) {
      manhole.overflowM3 += (manhole.level - 1) * manholeM3;
      manhole.level = 1;
    }
    manhole.level = Math.max(0.05, manhole.level);
  }

  function stepSump(sump: Sump, { dtS, knobs }: Moment): void {
    const wrong = knobs.read(sump.id);
    sump.failed = !!wrong.pumpFailed;
    const spill = (shared.spillM3h[sump.building] ?? 0) * 0.3 + (wrong.burstM3h ?? 0);
    const able = !sump.failed && shared.mainsOn;
    if (able && !sump.on && sump.level > 0.5) {
      sump.on = true;
      sump.starts++;
    }
    if (!able || sump.level < 0.15) sump.on = false;
    if (sump.on) sump.hours += dtS / 3_600;
    sump.level = clamp(sump.level + ((sump.seepM3h + spill - (sump.on ? sumpPumpM3h : 0)) / sumpM3 / 3_600) * dtS, 0, 1.2);
  }

  function stepRope(rope: Rope, { dtS, knobs }: Moment): void {
    const ownRoom = rope.id === `leak-${rope.building}` || rope.id === 'leak-or';
    const spill = ownRoom ? Math.max(0, (shared.spillM3h[rope.building] ?? 0) - 1) : 0;
    const wet = knobs.read(rope.id).wet ? 4 : 0;
    // wiped up or dried within the hour once nothing runs any more
    rope.litres = clamp(rope.litres + ((spill * 1_000 * ropePart + wet * 30) / 3_600) * dtS - rope.litres * (dtS / 1_800), 0, 50);
  }
}
