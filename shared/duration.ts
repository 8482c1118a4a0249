import { z } from 'zod';

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const form = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** "5s", "15m", "1h", "250ms", "2d" to milliseconds; undefined when it is not of that form. */
export function parseDuration(text: string): number | undefined {
  const match = form.exec(text);
  if (!match) return undefined;
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
}

/** The shortest exact form: 90000 is "90s", 3600000 is "1h". */
export function formatDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (ms >= unitMs[unit] && ms % unitMs[unit] === 0) return `${ms / unitMs[unit]}${unit}`;
  }
  return `${ms}ms`;
}

/** A duration in a YAML file: a string with a unit, never a bare number. Parsed to milliseconds. */
export const durationSchema = z
  .string()
  .regex(form, 'a duration with its unit, such as 5s, 15m, 1h')
  .transform((text) => parseDuration(text) as number)
  .meta({ description: 'Duration with unit: 250ms, 5s, 15m, 1h, 2d', examples: ['5s', '15m', '1h'] });
