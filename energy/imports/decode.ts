/** Bytes of a CSV file to text: UTF-8, UTF-16 with its mark, or GB18030. A file in two encodings at once is refused, with its rows. */
import iconv from 'iconv-lite';
import type { ImportMistakes } from './mistake.ts';

export type Encoding = 'utf-8' | 'utf-16' | 'gb18030';

export function decodeText(bytes: Buffer, mistakes: ImportMistakes): { text: string; encoding: Encoding } | undefined {
  if (bytes.length >= 2 && ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)))
    return { text: iconv.decode(bytes, 'utf-16'), encoding: 'utf-16' };
  const whole = utf8(bytes);
  if (whole !== undefined) return { text: whole, encoding: 'utf-8' };
  const lines = linesOf(bytes);
  // Chinese characters take three bytes in UTF-8; two bytes of GB18030 that happen to be UTF-8 too never make one.
  const inUtf8 = lines.flatMap((line, index) => (/[⺀-鿿＀-￯]/u.test(utf8(line) ?? '') ? [index + 1] : []));
  const others = lines.flatMap((line, index) => (utf8(line) === undefined ? [index + 1] : []));
  const [firstUtf8] = inUtf8;
  if (firstUtf8 !== undefined) {
    for (const row of others.slice(0, 20))
      mistakes.add(row, null, '', `编码混杂：第 ${firstUtf8} 行是 UTF-8，本行不是；请用同一种编码另存`, `mixed encodings: row ${firstUtf8} is UTF-8 and this one is not; save the file in one encoding`); // biome-ignore format: one
    return undefined;
  }
  const text = iconv.decode(bytes, 'gb18030');
  if (!text.includes('�') && !others.some((row) => hasControls(iconv.decode(lines[row - 1] as Buffer, 'gb18030'))))
    return { text, encoding: 'gb18030' };
  for (const row of others.slice(0, 20))
    mistakes.add(row, null, '', '既不是 UTF-8 也不是 GB18030，文件可能已损坏', 'neither UTF-8 nor GB18030; the file may be damaged');
  return undefined;
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what no table holds
const hasControls = (text: string) => /[\u0000-\u0008\u000e-\u001f\u0080-\u009f\ue000-\uf8ff]/.test(text);

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, at));
    start = at + 1;
  }
  lines.push(bytes.subarray(start));
  return lines;
}
