/** The registers of the plant, opened together. */
import type { Appliance, Asset, Certificate, Contract, Deadline, Part, Plan } from '../shared/plant.ts';
import type { Database } from './database.ts';
import { loadDeadlines } from './deadlines.ts';
import { openPartStock, type PartStock } from './parts.ts';
import { openAppliances, openAssets, openCertificates, openContracts, openParts, openPlans, type Register } from './registers.ts';
import { openRounds, type Rounds } from './rounds.ts';

export interface Plant {
  assets: Register<Asset>;
  certificates: Register<Certificate>;
  contracts: Register<Contract>;
  parts: Register<Part>;
  stock: PartStock;
  appliances: Register<Appliance>;
  plans: Register<Plan>;
  rounds: Rounds;
  deadlines: ReadonlyMap<string, Deadline>;
}

export const openPlant = (db: Database): Plant => ({
  assets: openAssets(db),
  certificates: openCertificates(db),
  contracts: openContracts(db),
  parts: openParts(db),
  stock: openPartStock(db),
  appliances: openAppliances(db),
  plans: openPlans(db),
  rounds: openRounds(db),
  deadlines: loadDeadlines(),
});
