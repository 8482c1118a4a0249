import type { PathNow } from '../data/plant.ts';

/** Nobody is told of alarms: no channel works, or the notifier is down or hangs. */
export const isPathBroken = (path: PathNow | undefined): boolean => path?.state === 'broken' || path?.state === 'silent';
