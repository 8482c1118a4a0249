/** Sliders for the numbers of a rule: how far they go, in which steps, and how the chosen value is written in the site file. Pure. */
import { formatDuration, parseDuration } from '../../../shared/duration.ts';
import { limitParts, limitText } from '../../../shared/limit.ts';
import type { RuleInfo } from '../data/api.ts';

export type RuleParameter = RuleInfo['parameters'][number];

export interface Slider {
  min: number;
  max: number;
  step: number;
  /** Where it stands for a value as written. */
  at(value: number | string): number;
  /** The value as written, for where it stands. */
  written(at: number): number | string;
}

/** Steps of time that people think in, ms. */
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const durations = [
  0, second, 2 * second, 5 * second, 10 * second, 15 * second, 20 * second, 30 * second, 45 * second, minute, 90 * second, 2 * minute, 3 * minute,
  5 * minute, 10 * minute, 15 * minute, 20 * minute, 30 * minute, 45 * minute, hour, 90 * minute, 2 * hour, 3 * hour, 4 * hour, 6 * hour, 8 * hour, 12 * hour,
  day, 2 * day, 3 * day, 7 * day,
]; // biome-ignore format: a list

/**
 * `now`: the value in force, which always has a place on the slider. `seen`: lowest and highest value of the chart, so that a limit in the
 * unit of the quantity can be moved over all that happened.
 */
export function sliderOf(parameter: RuleParameter, now: number | string, seen: readonly [number, number] | undefined): Slider {
  if (parameter.form === 'duration') return durationSlider(String(now));
  if (typeof now === 'string') return relativeSlider(now);
  return plainSlider(parameter, now, parameter.form === 'limit' ? seen : undefined);
}

function durationSlider(now: string): Slider {
  const stops = [...new Set([...durations, parseDuration(now) ?? 0])].sort((a, b) => a - b);
  return {
    min: 0,
    max: stops.length - 1,
    step: 1,
    at: (value) => Math.max(0, stops.indexOf(parseDuration(String(value)) ?? 0)),
    written: (at) => durationText(stops[Math.round(at)] ?? 0),
  };
}

/** Of milliseconds as the site file takes it; nothing is `0s`. */
export const durationText = (ms: number): string => (ms === 0 ? '0s' : formatDuration(ms));

/** `80 % of nominal_kpa` moves the percentage, `room_min_c - 2` the distance, `rating_a` becomes a percentage. */
function relativeSlider(now: string): Slider {
  const parts = limitParts(now) ?? { attribute: now, percent: null, distance: 0 };
  if (parts.percent === null && parts.distance !== 0) {
    const { step, round } = stepping(Math.abs(parts.distance) * 2);
    const reach = Math.max(Math.abs(parts.distance) * 2, 5);
    return {
      min: -round(reach),
      max: round(reach),
      step,
      at: (value) => limitParts(String(value))?.distance ?? 0,
      written: (at) => limitText({ ...parts, distance: round(at) }),
    };
  }
  const percent = parts.percent ?? 100;
  const step = percent < 10 ? 0.1 : percent < 40 ? 0.5 : 1;
  return {
    min: step,
    max: Math.max(Math.ceil(percent * 1.6), percent > 40 ? 130 : 0),
    step,
    at: (value) => limitParts(String(value))?.percent ?? 100,
    written: (at) => limitText({ ...parts, percent: tidy(at, step) }),
  };
}

function plainSlider({ least, most, whole }: RuleParameter, now: number, seen: readonly [number, number] | undefined): Slider {
  let low = Math.min(now / 3, now * 2);
  let high = Math.max(now * 2, now / 3, now === 0 ? 1 : now);
  if (seen) {
    const room = Math.max(seen[1] - seen[0], Math.abs(now) * 0.1, 1e-6) * 0.3;
    low = Math.min(now, seen[0]) - room;
    high = Math.max(now, seen[1]) + room;
  }
  if (least !== null) low = Math.max(low, least);
  if (most !== null) high = Math.min(high, most);
  const { step, round } = whole ? { step: 1, round: Math.round } : stepping(high - low);
  return {
    min: whole ? Math.max(Math.floor(low), least ?? Number.NEGATIVE_INFINITY) : round(low),
    max: whole ? Math.max(Math.ceil(high), Math.round(now) + 3) : round(high),
    step,
    at: Number,
    written: round,
  };
}

/** About two hundred steps of 1, 2 or 5 times a power of ten. */
function stepping(span: number): { step: number; round: (value: number) => number } {
  const raw = Math.max(span, 1e-6) / 200;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((times) => times * power >= raw) ?? 10) * power;
  return { step, round: (value) => tidy(value, step) };
}

/** On the grid of the step, without the digits that binary fractions leave behind. */
function tidy(value: number, step: number): number {
  return Number((Math.round(value / step) * step).toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9))));
}
