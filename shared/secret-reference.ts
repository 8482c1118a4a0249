import { z } from 'zod';

/** A secret by reference; the text itself never stands in a site file. */
export const secretReference = z
  .strictObject({ env: z.string().min(1).optional(), file: z.string().min(1).optional() })
  .refine((from) => (from.env === undefined) !== (from.file === undefined), 'exactly one of env and file')
  .meta({ description: 'Where the secret is: an environment variable or a file' });
