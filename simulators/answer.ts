/** One Modbus request to one answer, without any socket: functions 1-4 and 43/14; everything else, writes above all, is refused. */
import type { Profile } from '../gateway/device.ts';
import { type RegisterImage, tableOfFunction } from './registers.ts';

export const exceptions = { illegalFunction: 1, illegalAddress: 2, illegalValue: 3, gatewayTarget: 11 } as const;
const mostRegisters = 125;
const mostBits = 2_000;
const readIdentification = 43;
const meiIdentification = 14;

const refuse = (functionCode: number, code: number) => Buffer.from([functionCode | 0x80, code]);

/** `images`: the devices behind the unit, filled; usually one. `pdu`: function code and data. */
export function answerPdu(pdu: Buffer, images: readonly RegisterImage[], identity: Pick<Profile, 'vendor' | 'model'>): Buffer {
  const functionCode = pdu[0] ?? 0;
  const table = tableOfFunction.get(functionCode);
  if (functionCode === readIdentification) return identification(pdu, identity);
  if (!table) return refuse(functionCode, exceptions.illegalFunction);
  if (pdu.length !== 5) return refuse(functionCode, exceptions.illegalValue);
  const address = pdu.readUInt16BE(1);
  const count = pdu.readUInt16BE(3);
  const bits = table === 'coil' || table === 'discrete';
  const most = bits ? mostBits : Math.min(mostRegisters, ...images.map((image) => image.maxRegisters));
  if (count < 1 || count > most) return refuse(functionCode, exceptions.illegalValue);
  let words: number[] | undefined;
  for (const image of images) {
    const own = image.read(table, address, count);
    // several devices of the site file may share the inputs of one module; each fills its own
    if (own) words = words ? words.map((word, at) => word | (own[at] ?? 0)) : [...own];
  }
  if (!words) return refuse(functionCode, exceptions.illegalAddress);
  return bits ? packBits(functionCode, words) : packWords(functionCode, words);
}

function packWords(functionCode: number, words: readonly number[]): Buffer {
  const out = Buffer.allocUnsafe(2 + words.length * 2);
  out[0] = functionCode;
  out[1] = words.length * 2;
  words.forEach((word, at) => void out.writeUInt16BE(word, 2 + at * 2));
  return out;
}

function packBits(functionCode: number, words: readonly number[]): Buffer {
  const bytes = Math.ceil(words.length / 8);
  const out = Buffer.alloc(2 + bytes);
  out[0] = functionCode;
  out[1] = bytes;
  words.forEach((word, at) => {
    if (word & 1) out[2 + (at >> 3)] = (out[2 + (at >> 3)] as number) | (1 << (at & 7));
  });
  return out;
}

/** Basic identification: vendor, product, revision. ASCII only, as the standard asks. */
function identification(pdu: Buffer, { vendor, model }: Pick<Profile, 'vendor' | 'model'>): Buffer {
  if (pdu[1] !== meiIdentification) return refuse(readIdentification, exceptions.illegalFunction);
  const code = pdu[2] ?? 0;
  if (code < 1 || code > 4) return refuse(readIdentification, exceptions.illegalValue);
  const ascii = (text: string) => Buffer.from(text.replace(/[^\x20-\x7e]/g, '?').slice(0, 60), 'ascii');
  const objects = [ascii(vendor), ascii(model), ascii('simulated')];
  const from = pdu[3] ?? 0;
  const chosen = code === 4 ? objects.slice(from, from + 1) : objects.slice(from < objects.length ? from : 0);
  if (chosen.length === 0) return refuse(readIdentification, exceptions.illegalAddress);
  const first = objects.length - chosen.length;
  const list = chosen.flatMap((text, at) => [Buffer.from([code === 4 ? from : first + at, text.length]), text]);
  return Buffer.concat([Buffer.from([readIdentification, meiIdentification, code, 0x81, 0, 0, chosen.length]), ...list]);
}
