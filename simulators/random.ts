/** Randomness with a seed. Streams are for what evolves; `noiseAt` gives the noise of one sensor at one moment without keeping any state. */

/** A 32-bit seed from a number and a text (FNV-1a). */
export function seedOf(seed: number, text: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return mix(hash);
}

/** Scrambles 32 bits (the finaliser of MurmurHash3). */
function mix(bits: number): number {
  let x = bits | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

const scale = 1 / 4294967296;

export interface Stream {
  /** 0 up to, not including, 1. */
  uniform(): number;
  /** Mean 0, deviation 1, never beyond ±3: the sum of four uniforms. Plants do not jump by six sigma. */
  normal(): number;
}

/** A stream of its own for each thing that is random, so that adding one device changes no other. */
export function streamOf(seed: number, text: string): Stream {
  let state = seedOf(seed, text);
  const uniform = () => {
    state = (state + 0x9e3779b9) | 0;
    return mix(state) * scale;
  };
  return { uniform, normal: () => (uniform() + uniform() + uniform() + uniform() - 2) * 1.7320508 };
}

/** Noise of deviation 1 that depends on nothing but seed and step, whoever asks and how often. */
export function noiseAt(seed: number, step: number): number {
  const a = mix(seed ^ Math.imul(step, 0x9e3779b1));
  const b = mix(a + 0x7f4a7c15);
  return ((a + b) * scale - 1) * 2.4494897;
}

/** First-order noise: `value` wanders around 0 with deviation 1 and time constant `tauS`. */
export function wander(value: number, dtS: number, tauS: number, stream: Stream): number {
  const keep = dtS < tauS * 0.05 ? 1 - dtS / tauS : Math.exp(-dtS / tauS);
  return value * keep + stream.normal() * Math.sqrt(1 - keep * keep);
}
