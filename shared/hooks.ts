/** Other programs that hear of every change, as the site file names them. */
import { z } from 'zod';
import { secretReference } from './secret-reference.ts';
import { idSchema } from './topic.ts';

export const hookUrl = z.url({ protocol: /^https?$/ }).refine((url) => {
  if (!URL.canParse(url)) return false;
  const { username, password, searchParams } = new URL(url);
  return !username && !password && ![...searchParams.keys()].some((name) => /token|password|secret|key/i.test(name));
}, 'an address without user, password or key; receivers know us by the signature');
export const hookKinds = ['alarm', 'ticket', 'change'] as const;

export const hooksSchema = z
  .array(
    z.strictObject({
      id: idSchema,
      url: hookUrl.meta({ description: 'Where each change is posted' }),
      secret: secretReference.meta({
        description: 'Key of the signature, base64 with prefix whsec_ or any text of at least 16 characters',
      }),
      of: z
        .array(z.enum(hookKinds))
        .min(1)
        .default(['alarm', 'ticket', 'change'])
        .meta({ description: 'Moves of alarms, moves of tickets, what people changed (rosters, books, registers, users, ...)' }),
    }),
  )
  .default([])
  .meta({ description: 'Signed webhooks on every change, for other programs' });
