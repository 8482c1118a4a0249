import blueprint from '../notify/channels/_blueprint.ts';
import { channelTypes } from '../notify/channels.ts';

/** The copy of the blueprint that a site would write reaches persons over HTTP. It is no channel by itself; until this is disposed of it is. */
export function blueprintAsChannel(): Disposable {
  const types = channelTypes as Map<string, typeof blueprint>;
  types.set(blueprint.id, blueprint);
  return { [Symbol.dispose]: () => void types.delete(blueprint.id) };
}
