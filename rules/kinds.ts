import { join } from 'node:path';
import { loadCatalog } from '../shared/catalog.ts';
import type { RuleKind } from './kind.ts';

/** All kinds of `kinds/` by id. Loaded once, when this module is. */
export const kinds: ReadonlyMap<string, RuleKind> = await loadCatalog<RuleKind>(join(import.meta.dirname, 'kinds'));
