/** What the energy pages ask. */
import type { Change, Compared, Factors, FlowLink, FlowNode, TargetState } from '../../../energy/index.ts';
import type { Text } from '../../../shared/text.ts';
import type { MonthCost, MonthRow } from '../../energy/management.ts';
import { call } from './api.ts';

export type Medium = Change['medium'];
export interface Span {
  month: string;
  from: number;
  to: number;
  running: boolean;
}
export type TargetInfo = TargetState & { id: string; name: Text; medium: string; unit: string; year: number };
export interface EnergyOverview extends Span {
  simulated: { from: number; to: number } | null;
  cost: MonthCost;
  media: { medium: Medium; unit: string; compared: Compared }[];
  changes: Change[];
  projects: boolean;
  proposals: boolean;
}
export interface EnergyMonths {
  unit: string;
  meters: string[];
  areaM2: number | null;
  simulated: { from: number; to: number } | null;
  rows: MonthRow[];
}
export interface EnergyBreakdown extends Span {
  unit: string;
  rows: (MonthRow & { id: string; areaM2: number | null })[];
}
export interface EnergyFlows extends Span {
  unit: string;
  nodes: FlowNode[];
  links: FlowLink[];
  total: number;
  unmetered: number;
  negative: { device: string; value: number }[];
  missing: string[];
}
export interface Band {
  saved: number;
  low: number;
  high: number;
}
export interface ProjectInfo {
  id: string;
  name: Text;
  measure: Text | null;
  purpose: 'saving' | 'capacity';
  option: string;
  method: string;
  medium: string;
  unit: string;
  meters: string[];
  baseline: { from: number; to: number; value: number; coverage: number };
  reporting: { from: number; to: number; value: number; coverage: number };
  result: {
    saved: number;
    low: number;
    high: number;
    confidence: number;
    claimed: boolean;
    counterfactual: number;
    observed: number;
    reasons: { id: string; blocks: boolean; text: Text }[];
  } | null;
  why: Text | null;
  yuan: Band | null;
  investedYuan: number | null;
  paybackYears: number | null;
}
export interface ProposalInfo {
  kind: string;
  where: string | null;
  title: Text;
  yuan: number;
  error: number;
  formula: Text;
}
export interface Readiness {
  history: 'writing' | 'done' | 'none';
  months: { ready: number; of: number };
}
export interface ConsumptionRows {
  unit: string;
  rows: { from: number; to: number; value: number | null; estimated: number; unknown: number; coverage: number }[];
}

const query = (values: Record<string, string | number | undefined>) =>
  new URLSearchParams(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))).toString();

export const energyApi = {
  overview: (month?: string) => call<EnergyOverview>('GET', `/api/energy/overview?${query({ month })}`),
  months: (medium: Medium, scope: string, id?: string) => call<EnergyMonths>('GET', `/api/energy/months?${query({ medium, scope, id })}`),
  breakdown: (medium: Medium, scope: string, month?: string) =>
    call<EnergyBreakdown>('GET', `/api/energy/breakdown?${query({ medium, scope, month })}`),
  flows: (medium: Medium, month?: string) => call<EnergyFlows>('GET', `/api/energy/flows?${query({ medium, month })}`),
  targets: (year?: number) => call<TargetInfo[]>('GET', `/api/energy/targets?${query({ year })}`),
  factors: () => call<Factors>('GET', '/api/energy/factors'),
  readiness: () => call<Readiness>('GET', '/api/energy/readiness'),
  projects: () => call<ProjectInfo[]>('GET', '/api/energy/projects'),
  proposals: () => call<ProposalInfo[] | { proposals: ProposalInfo[] }>('GET', '/api/energy/proposals'),
  hours: (medium: Medium, scope: string, id: string | undefined, from: number, to: number) =>
    call<ConsumptionRows>('GET', `/api/energy/consumption?${query({ medium, scope, id, from, to, every: '1h' })}`),
};
