/** A profile's samples are its proof: words and values as the source prints them, checked against our decoder. */
import { decodeDevice, type WordSource } from './decode.ts';
import { type Profile, tables } from './device.ts';

/** Words of a sample by table and wire address. Input values of a remote I/O are checked as the module shows them. */
export function sampleWords(profile: Profile, sample: Profile['samples'][number]): WordSource {
  const known = new Map<string, number>();
  for (const table of tables) {
    for (const [address, words] of Object.entries(sample.words[table] ?? {})) {
      for (const [at, word] of words.entries()) known.set(`${table} ${Number(address) - profile.base + at}`, word);
    }
  }
  return (table, address) => known.get(`${table} ${address}`);
}

/** Two parts in a million: manuals print floats with six digits, and not always rounded. */
const close = (found: number, wanted: number) => Math.abs(found - wanted) <= 2e-6 * Math.max(1, Math.abs(wanted));

export interface SampleMistake {
  /** Index in `samples`. */
  sample: number;
  name: string;
  found: string;
  wanted: string;
}

/** What the samples of this profile say otherwise than our decoder; empty when all agree. */
export function sampleCheck(profile: Profile): SampleMistake[] {
  const mistakes: SampleMistake[] = [];
  for (const [index, sample] of profile.samples.entries()) {
    const decoded = decodeDevice(profile, {}, sampleWords(profile, sample));
    for (const [name, wanted] of Object.entries(sample.values)) {
      const mistake = (found: string) => mistakes.push({ sample: index, name, found, wanted: String(wanted) });
      if (!(name in decoded.raw)) {
        mistake(
          profile.points.some((point) => [point.quantity, point.input, point.text].includes(name as never))
            ? 'words missing'
            : 'no such point',
        );
        continue;
      }
      const found = decoded.v[name as never] ?? decoded.inputs[name] ?? decoded.texts[name];
      if (wanted === null) {
        if (found !== undefined) mistake(String(found));
      } else if (typeof wanted === 'string' || typeof found === 'string') {
        if (String(found) !== String(wanted)) mistake(String(found));
      } else if (found === undefined) {
        mistake(`bad: ${decoded.bad[name as never] ?? 'no value'}`);
      } else if (!close(found, wanted)) {
        mistake(String(found));
      }
    }
  }
  return mistakes;
}
