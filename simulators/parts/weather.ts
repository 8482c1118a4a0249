/** Outdoor air of a county town in the north of China: season, day, fronts that pass. */
import { lag, type Part, type PartContext, withRole } from '../part.ts';
import { streamOf, wander } from '../random.ts';

export function createWeather({ devices, seed, calendar, shared }: PartContext): Part {
  const stations = new Set(withRole(devices, 'outdoor').map((device) => device.id));
  const stream = streamOf(seed, 'weather');
  // the run starts somewhere between two fronts
  let front = stream.normal() * 0.7;
  let moist = stream.normal() * 0.7;
  let since = 0;
  let cold = 0;
  const meanC = (dayOfYear: number) => 13.2 - 14.6 * Math.cos(((dayOfYear - 17) / 365.25) * 2 * Math.PI);
  const update = (hour: number, dayOfYear: number) => {
    shared.outdoorC = meanC(dayOfYear) + 5 * Math.cos(((hour - 15) / 24) * 2 * Math.PI) * (0.9 - 0.1 * moist) + 2.4 * front + cold;
    const dryness = 4 * Math.cos(((hour - 15) / 24) * 2 * Math.PI);
    shared.outdoorHumidityPct = Math.min(97, Math.max(15, 55 + 14 * moist - 3 * dryness));
  };
  update(calendar.hour, calendar.dayOfYear);
  return {
    id: 'weather',
    step({ dtS, calendar: now, knobs }) {
      let coldK = 0;
      for (const station of stations) coldK -= knobs.read(station).coldK ?? 0;
      // cold air comes in within hours, not at once
      cold = lag(cold, coldK, dtS, 3_600);
      since += dtS;
      if (since < 60) return;
      front = wander(front, since, 40 * 3_600, stream);
      moist = wander(moist, since, 30 * 3_600, stream);
      since = 0;
      update(now.hour, now.dayOfYear);
    },
    values: (device) => (stations.has(device) ? { outdoor_temp_c: shared.outdoorC, humidity_pct: shared.outdoorHumidityPct } : undefined),
    facts: () => ({ outdoor_c: shared.outdoorC }),
    repair: () => undefined,
  };
}
