/** Random numbers from a seed (mulberry32), the same on every machine. */
export interface Random {
  /** 0 up to below 1. */
  (): number;
  below(limit: number): number;
  bytes(length: number): Uint8Array;
  chance(share: number): boolean;
}

export function random(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
  return Object.assign(next, {
    below: (limit: number) => Math.floor(next() * limit),
    bytes: (length: number) => Uint8Array.from({ length }, () => Math.floor(next() * 256)),
    chance: (share: number) => next() < share,
  });
}
