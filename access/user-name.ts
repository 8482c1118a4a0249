import { z } from 'zod';

/** What signs in. Lower case only, so that no two names look alike. */
export const userName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, 'a user name: lower-case letters, digits, dot, hyphen, underscore; at most 32');
