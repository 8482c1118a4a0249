import { join } from 'node:path';
import { loadCatalog } from '../shared/catalog.ts';
import { type ChannelConfig, channelBaseSchema } from '../shared/site.ts';
import type { ChannelType } from './channel.ts';

/** All types of `channels/` by id. Loaded once, when this module is. */
export const channelTypes: ReadonlyMap<string, ChannelType> = await loadCatalog<ChannelType>(join(import.meta.dirname, 'channels'));

/** What of a channel in the site file belongs to its type. */
export function ownOptions(config: ChannelConfig): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !(key in channelBaseSchema.shape)));
}
