/** What may come in as a file: known by its content, never by its name, small enough, and an image that can be drawn. */
import { Fault } from '../shared/errors.ts';

export const mostUploadBytes = 10 * 1024 * 1024;
/** A phone takes 12 to 50 million; a bomb of some kB claims billions. */
const mostPixels = 60_000_000;
const longestEdge = 2_560;
const images = ['image/jpeg', 'image/png', 'image/webp'] as const;

export interface Upload {
  name: string;
  type: string;
  content: Buffer;
  width: number | null;
  height: number | null;
}

const refuse = (field: string, message: string, status = 400) =>
  new Fault('api/invalid', `${field}: ${message}`, { detail: { status, errors: [{ field, message }] } });

/** The bytes of a part; what is too large and what broke off on the way are told apart. @throws Fault api/invalid */
export async function bytesOf(part: { toBuffer(): Promise<Buffer> }): Promise<Buffer> {
  try {
    return await part.toBuffer();
  } catch (error) {
    if ((error as { code?: string }).code === 'FST_REQ_FILE_TOO_LARGE') throw refuse('file', 'at most 10 MB', 413);
    throw refuse('file', 'it broke off on the way; send it again');
  }
}

/** @throws Fault api/invalid that says what is wrong with it */
export async function checkUpload(name: string, content: Buffer): Promise<Upload> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they have no place in a name
  if (name === '' || name.length > 200 || /[\\/\u0000-\u001f]/.test(name) || name === '.' || name === '..')
    throw refuse('file', 'its name must be a plain file name, without a path');
  if (content.length > mostUploadBytes) throw refuse('file', 'at most 10 MB', 413);
  const { fileTypeFromBuffer } = await import('file-type');
  const found = await fileTypeFromBuffer(content);
  if (found?.mime === 'application/pdf') return { name, type: found.mime, content, width: null, height: null };
  if (!images.some((type) => type === found?.mime))
    throw refuse(
      'file',
      `its content is ${found?.mime ?? 'of no kind that we know'}; allowed are JPEG, PNG and WebP pictures, and PDF`,
      415,
    );
  try {
    const { default: sharp } = await import('sharp');
    const picture = sharp(content, { limitInputPixels: mostPixels, failOn: 'error', sequentialRead: true, pages: 1 });
    // Upright and no larger than a screen; without what a phone writes into its pictures, such as where it was.
    const { data, info } = await picture
      .rotate()
      .resize({ width: longestEdge, height: longestEdge, fit: 'inside', withoutEnlargement: true })
      .toBuffer({ resolveWithObject: true });
    return { name, type: `image/${info.format}`, content: data, width: info.width, height: info.height };
  } catch (error) {
    const large = error instanceof Error && /pixel limit/i.test(error.message);
    throw refuse(
      'file',
      large ? `a picture has at most ${mostPixels / 1e6} million pixels` : 'the picture is damaged and cannot be drawn',
      large ? 413 : 400,
    );
  }
}
