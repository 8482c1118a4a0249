import { join } from 'node:path';
import { loadCatalog } from '../../shared/catalog.ts';
import type { Board } from './board.ts';

/** All boards by id, in alphabetical order. @throws Fault catalog/invalid */
export const loadBoards = (): Promise<Map<string, Board>> => loadCatalog<Board>(join(import.meta.dirname, '..', 'boards'));
