/** What a form sends is one step, however often it is pressed or tried again: the same words bear the same key until the server has taken them. */
import { newKey } from '../offline/send.ts';
import { call } from './api.ts';

/** The second press of a double one comes so soon; who means the same again takes longer. */
const pressMs = 2_000;
const keys = new Map<string, string>();

/** @throws ApiError, and then the same words sent again are the same step */
export async function postOnce<T>(path: string, body?: unknown): Promise<T> {
  const said = `${path} ${JSON.stringify(body ?? null)}`;
  const key = keys.get(said) ?? newKey();
  keys.set(said, key);
  const answer = await call<T>('POST', path, body, undefined, key);
  setTimeout(() => {
    if (keys.get(said) === key) keys.delete(said);
  }, pressMs);
  return answer;
}
