/** The registers of the plant, opened together. */
import type { Asset, Certificate, Contract, Deadline } from '../shared/plant.ts';
import type { Database } from './database.ts';
import { loadDeadlines } from './deadlines.ts';
import { openAssets, openCertificates, openContracts, type Register } from './registers.ts';

export interface Plant {
  assets: Register<Asset>;
  certificates: Register<Certificate>;
  contracts: Register<Contract>;
  deadlines: ReadonlyMap<string, Deadline>;
}

export const openPlant = (db: Database): Plant => ({
  assets: openAssets(db),
  certificates: openCertificates(db),
  contracts: openContracts(db),
  deadlines: loadDeadlines(),
});
