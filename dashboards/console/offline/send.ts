/** One step to the server, with the key by which it knows it again and, when it was made a while ago, the time at which it was done. */
import { ApiError } from '../data/api.ts';
import type { Waiting } from './store.ts';

/** What is sent within so long is of now. */
const nowMs = 5_000;
const patienceMs = 12_000;
/** A photo over the radio net of a basement. */
const filePatienceMs = 90_000;

/** @throws ApiError (status 0: the server cannot be reached) */
export async function sendWaiting({ key, path, body, file, doneAt, madeAt, late }: Waiting): Promise<unknown> {
  const headers: Record<string, string> = { 'idempotency-key': key };
  if (late || Date.now() - madeAt > nowMs) headers['done-at'] = String(Math.round(doneAt));
  let content: BodyInit | undefined;
  if (file) {
    const form = new FormData();
    form.append('file', file.blob, file.name);
    content = form;
  } else if (body) {
    headers['content-type'] = 'application/json';
    content = JSON.stringify(body);
  }
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, {
      method: 'POST',
      credentials: 'same-origin',
      headers,
      ...(content === undefined ? {} : { body: content }),
      signal: AbortSignal.timeout(file ? filePatienceMs : patienceMs),
    });
    text = await response.text();
  } catch {
    throw new ApiError(0, {});
  }
  let json: unknown;
  try {
    json = text ? JSON.parse(text) : undefined;
  } catch {
    json = undefined;
  }
  if (!response.ok) throw new ApiError(response.status, (json as object | undefined) ?? {});
  return json;
}

/** 128 random bits; crypto.randomUUID is there on https only. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
