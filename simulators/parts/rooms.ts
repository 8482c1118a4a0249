/** Room temperatures and humidity, chillers and lifts: what building controllers publish by themselves. */
import { clamp, lag, type Moment, type Part, type PartContext, type Values, withRole } from '../part.ts';
import { type Stream, streamOf, wander } from '../random.ts';

interface Room {
  id: string;
  building: string;
  /** Kept by its own air handling at this temperature; undefined: follows its building. */
  heldC: number | undefined;
  offsetK: number;
  tempC: number;
  humidity: number;
  noise: number;
  stream: Stream;
}

const held: Record<string, number> = { 'room-icu': 24.3, 'room-or-1': 22.6, 'room-or-2': 22.9, 'room-newborn': 24.6, 'room-data': 22.4 };
const plain = new Set(['substation', 'plant', 'wwtp', 'oxygen']);

export function createRooms({ devices, seed, calendar, shared }: PartContext): Part {
  const rooms = withRole(devices, 'room').map((device): Room => {
    const stream = streamOf(seed, `room ${device.id}`);
    const heldC = held[device.id];
    return {
      id: device.id,
      building: device.building ?? '',
      heldC,
      offsetK: stream.normal() * 0.35,
      tempC: heldC ?? (calendar.heatingSeason ? 21.5 : 25),
      humidity: 48,
      noise: 0,
      stream,
    };
  });
  const chillers = withRole(devices, 'chiller').map((device) => ({ id: device.id, on: false, supplyC: 12, returnC: 14 }));
  const lifts = withRole(devices, 'lift').map((device) => ({
    id: device.id,
    starts: 812_000,
    stream: streamOf(seed, device.id),
    fault: 0,
  }));
  return {
    id: 'rooms',
    step(moment) {
      const { dtS, knobs } = moment;
      for (const room of rooms) stepRoom(room, moment);
      for (const [index, chiller] of chillers.entries()) {
        chiller.on = shared.mainsOn && shared.outdoorC > (index === 0 ? 23 : 29) + (chiller.on ? -1 : 0);
        chiller.supplyC = lag(chiller.supplyC, chiller.on ? 7.2 : 16, dtS, chiller.on ? 400 : 7_200);
        chiller.returnC = lag(chiller.returnC, chiller.on ? 11.8 : 16.4, dtS, chiller.on ? 500 : 7_200);
      }
      const busy = moment.calendar.hour > 6 && moment.calendar.hour < 21 ? 70 : 8;
      for (const lift of lifts) {
        if (lift.stream.uniform() < (busy * dtS) / 3_600) lift.starts++;
        lift.fault = knobs.read(lift.id).pumpFailed ? 1 : 0;
      }
    },
    values(device): Values | undefined {
      const room = rooms.find((one) => one.id === device);
      if (room) return { room_temp_c: room.tempC, humidity_pct: room.humidity };
      const chiller = chillers.find((one) => one.id === device);
      if (chiller) {
        const kw = chiller.on ? clamp(30 + (shared.outdoorC - 23) * 7, 20, 110) : 0.4;
        return { chiller_running: chiller.on ? 1 : 0, supply_temp_c: chiller.supplyC, return_temp_c: chiller.returnC, active_power_kw: kw };
      }
      const lift = lifts.find((one) => one.id === device);
      return lift && { lift_fault: lift.fault, starts_count: lift.starts };
    },
    facts: () => Object.fromEntries(rooms.map((room) => [`${room.id}.temp_c`, room.tempC])),
    repair: () => undefined,
  };

  function stepRoom(room: Room, { dtS, knobs, calendar: now }: Moment): void {
    const wrong = knobs.read(room.id);
    room.noise = wander(room.noise, dtS, 1_800, room.stream);
    let goal: number;
    if (plain.has(room.building))
      goal = room.building === 'substation' ? clamp(20 + shared.outdoorC * 0.3, 12, 34) : clamp(14 + shared.outdoorC * 0.42, 9, 31);
    else if (room.heldC !== undefined) goal = shared.essentialOn ? room.heldC : (shared.zoneC[room.building] ?? room.heldC);
    // the outpatient building is warmed by its own fan coils
    else goal = shared.zoneC[room.building] ?? (now.heatingSeason ? 20.4 : clamp(shared.outdoorC + 1, 22, 26));
    if (wrong.heatingFailed) goal = goal - (goal - shared.outdoorC) * 0.6;
    if (wrong.windowOpen) goal = goal - (goal - shared.outdoorC) * Math.min(0.8, wrong.windowOpen);
    room.tempC = lag(room.tempC, goal + room.offsetK + room.noise * 0.2, dtS, wrong.windowOpen || wrong.heatingFailed ? 1_200 : 1_500);
    const wanted =
      room.heldC !== undefined ? 50 : clamp(36 + (shared.outdoorHumidityPct - 50) * 0.25 + Math.max(0, shared.outdoorC) * 0.6, 22, 68);
    room.humidity = lag(room.humidity, wanted + room.noise * 2, dtS, 3_600);
  }
}
