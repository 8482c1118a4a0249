/** What every page needs, handed down once. */
import { createContext, useContext } from 'react';
import type { Permission } from '../../../access/permissions.ts';
import type { SessionInfo } from '../data/api.ts';
import type { Plant, PlantLink } from '../data/plant.ts';
import type { Outbox } from '../offline/outbox.ts';

export interface Console {
  plant: Plant;
  link: PlantLink;
  session: SessionInfo;
  /** Steps on tickets on their way to the server. */
  outbox: Outbox;
  may(permission: Permission): boolean;
  /** Runs it; answers what to tell the user when it fails, and the reason alone, or undefined when it worked. */
  attempt(work: () => Promise<void>): Promise<{ words: string; reason: string } | undefined>;
  /** Runs an action and tells the user when it fails; answers whether it worked. */
  act(work: () => Promise<void>): Promise<boolean>;
}

export const ConsoleContext = createContext<Console | undefined>(undefined);

export function useConsole(): Console {
  const found = useContext(ConsoleContext);
  if (!found) throw new Error('no ConsoleContext');
  return found;
}
