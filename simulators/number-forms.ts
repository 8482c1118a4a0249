/** Numbers in forms that are neither two-complement nor IEEE 754, as words with the most significant first. */
import type { ValueType } from '../gateway/device.ts';

type Words = (raw: number) => number[];

const groups = (magnitude: number, base: number, words: number): number[] =>
  Array.from({ length: words }, (_, at) => Math.floor(magnitude / base ** (words - 1 - at)) % base);
const packed = (digits: number): number => Number.parseInt(String(digits), 16);

/** Undefined: an ordinary form. What does not fit stays at the end of the range. */
export function wordsOfForm(type: ValueType, words: number): Words | undefined {
  const within = (raw: number, most: number) => Math.min(most, Math.abs(Math.round(raw)));
  if (type.startsWith('sign-magnitude')) {
    return (raw) => {
      const [first = 0, ...rest] = groups(within(raw, 2 ** (words * 16 - 1) - 1), 65_536, words);
      return [raw < 0 ? first | 0x8000 : first, ...rest];
    };
  }
  if (type.startsWith('signed-bcd')) {
    return (raw) => {
      const most = 10 ** (words * 4 - (raw < 0 ? 1 : 0)) - 1;
      const [first = 0, ...rest] = groups(within(raw, most), 10_000, words).map(packed);
      return [raw < 0 ? first | 0xf000 : first, ...rest];
    };
  }
  if (type.startsWith('signed-mod10000')) {
    return (raw) => groups(within(raw, 10_000 ** words - 1), 10_000, words).map((group) => (raw < 0 ? -group : group) & 0xffff);
  }
  if (type === 'decimal32' || type === 'udecimal32') {
    const most = type === 'decimal32' ? 2 ** 23 - 1 : 2 ** 24 - 1;
    return (raw) => {
      let exponent = -3;
      while (Math.abs(raw) / 10 ** exponent > most && exponent < 18) exponent++;
      const mantissa = Math.round(raw / 10 ** exponent) & 0xffffff;
      return [((exponent & 255) << 8) | (mantissa >>> 16), mantissa & 0xffff];
    };
  }
  return undefined;
}
