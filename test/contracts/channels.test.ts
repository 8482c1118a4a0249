/** Every notification channel carries its proof. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import blueprint from '../../notify/channels/_blueprint.ts';
import { channelTypes } from '../../notify/channels.ts';
import { channelBaseSchema } from '../../shared/site.ts';

describe('every notification channel', () => {
  it('there are mail, webhook and robot', () =>
    expect([...channelTypes.keys()]).toEqual(expect.arrayContaining(['smtp', 'webhook', 'wecom'])));

  // Screens are told over the stream: the console answers each point of the suite.
  it.each([...channelTypes.keys(), 'console'])('%s runs the contract suite against a real server', (id) => {
    expect(existsSync(join(import.meta.dirname, `channel.${id}.test.ts`))).toBe(true);
  });

  it.each([...channelTypes.values(), blueprint].map((type) => [type.id, type] as const))(
    '%s has both languages and no setting that all channels have',
    (_, type) => {
      expect(type.title.zh).toMatch(/\p{Script=Han}|[A-Z]/u);
      expect(type.title.en).not.toBe('');
      const own = Object.keys((type.options as unknown as { shape: object }).shape);
      expect(own.filter((key) => key in channelBaseSchema.shape)).toEqual([]);
      expect(type.perMinute).toBeGreaterThanOrEqual(4);
    },
  );
});
