/** What the pages of bills and retrofits ask. */
import type { IssuedBill, Question } from '../../../energy/index.ts';
import type { Text } from '../../../shared/text.ts';
import { call } from './api.ts';

export interface ShownBill extends Omit<IssuedBill, 'bill'> {
  tenant: string;
  name: Text;
  period: string;
}
export interface BillList {
  bills: ShownBill[];
  open: number;
  overdue: number;
  tenants: { id: string; name: Text; bills: 'monthly' | 'half-yearly'; dueDays: number; contact: string | null }[];
  closed: string[];
}
export interface ShownProject {
  id: string;
  name: Text;
  measure: Text | null;
  purpose: 'saving' | 'capacity';
  option: 'B' | 'C';
  method: string;
  unit: string;
  meters: string[];
  baseline: { from: number; to: number; value: number; coverage: number };
  reporting: { from: number; to: number; value: number; coverage: number };
  result: {
    counterfactual: number;
    observed: number;
    saved: number;
    low: number;
    high: number;
    claimed: boolean;
    used: 'opendsm' | 'bootstrap';
    half: { opendsm: number; bootstrap: number };
    fit: { cvrmse: number; nmbe: number; r2: number; rho: number };
    reasons: { id: string; blocks: boolean; text: Text }[];
  } | null;
  why: Text | null;
  price: number | null;
  yuan: { saved: number; low: number; high: number } | null;
  investedYuan: number | null;
  paybackYears: number | null;
  sha256: string;
}
export interface ProjectPage extends ShownProject {
  questions: Question[];
  points: { from: number; to: number; observed: number; predicted: number; temperature: number }[];
}

export const moneyApi = {
  bills: () => call<BillList>('GET', '/api/energy/bills'),
  issue: (period: string, key: string) => call<ShownBill[]>('POST', '/api/energy/bills', { period }, undefined, key),
  pay: (id: string, body: { yuan: number; paidOn: string; note?: string | undefined }, key: string) =>
    call<ShownBill>('POST', `/api/energy/bills/${id}/payments`, body, undefined, key),
  remind: (id: string) => call<ShownBill>('POST', `/api/energy/bills/${id}/remind`),
  cancel: (id: string, reason: string) => call<ShownBill>('POST', `/api/energy/bills/${id}/cancel`, { reason }),
  close: (month: string) => call<unknown>('POST', `/api/energy/months/${month}/close`),
  projects: () => call<ShownProject[]>('GET', '/api/energy/projects'),
  project: (id: string) => call<ProjectPage>('GET', `/api/energy/savings/${id}`),
};
