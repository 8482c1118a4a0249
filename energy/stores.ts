/** What of energy lies in the operations database, opened at once. */
import type { Database } from '../desk/index.ts';
import type { Clock } from '../shared/clock.ts';
import { type Corrections, openCorrections } from './corrections.ts';
import { type Imports, openImports } from './imports.ts';
import { type ClosedMonths, openMonths } from './months.ts';
import { openRegisters, type Registers } from './registers.ts';
import { openSuspects, type Suspects } from './suspects.ts';
import { type ImportedWeather, openImportedWeather } from './weather.ts';

export interface EnergyStores {
  corrections: Corrections;
  months: ClosedMonths;
  registers: Registers;
  suspects: Suspects;
  weather: ImportedWeather;
  imports: Imports;
}

export function openEnergyStores(db: Database, clock: Clock): EnergyStores {
  const [corrections, registers, weather] = [openCorrections(db, clock), openRegisters(db, clock), openImportedWeather(db)];
  const imports = openImports({ db, clock, corrections, registers, weather });
  return { corrections, registers, weather, imports, months: openMonths(db, clock), suspects: openSuspects(db) };
}
