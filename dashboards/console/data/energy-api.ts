/** The data doctor, entries, imports and weather, as the console calls them. */
import type { Choice, ConsumptionRow, Correction, FigureSeries, FigureUnit, MonthFigure, SuspectVerdict } from '../../../energy/index.ts';
import type { Text } from '../../../shared/text.ts';
import { ApiError, call } from './api.ts';

export interface MeterInfo {
  device: string;
  name: Text;
  medium: string;
  unit: string;
  quantity: string;
  building: string | null;
  department: string | null;
  digits: number | null;
}
export interface SuspectInfo {
  device: string;
  name: Text;
  quantity: string;
  unit: string;
  medium: string;
  verdict: SuspectVerdict;
  from: number;
  to: number;
  a: number;
  b: number;
  delta: number;
  state: 'open' | 'explained' | 'settled';
  correction: Correction | null;
  closedMonths: string[];
  /** False: in a simulated past without readings; no choice changes a booked figure. */
  counted: boolean;
}
interface Bar {
  from: number;
  value: number;
  quality: string;
}
export interface PictureInfo {
  unit: string;
  readings: [t: number, v: number][];
  before: Bar[];
  after: Bar[];
  sums: { before: number; after: number };
  counted: boolean;
}
export interface ReadingAt {
  t: number;
  v: number;
  byHand: boolean;
}
export interface EntryInfo {
  device: string;
  unit: string;
  before: ReadingAt | null;
  after: ReadingAt | null;
  least: number | null;
  most: number | null;
  expected: number | null;
  counted: boolean;
}
export interface ImportInfo {
  id: number;
  kind: ImportKind;
  name: string;
  format: string;
  state: 'wrong' | 'checked' | 'taken' | 'undone';
  mistakeCount: number;
  rows: number;
  changes: number;
  madeBy: string;
  madeAt: number;
}
export interface ImportDetail extends ImportInfo {
  mistakes: { row: number | null; column: string | null; found: string; zh: string; en: string }[];
  preview: { row: number; what: string; t: number | null; month: string | null; value: number; unit: string; state: 'new' | 'same' | 'replaces'; was: number | null }[]; // biome-ignore format: one
}
export type ImportKind = 'readings' | 'bills' | 'figures' | 'weather';
export interface FigureNames {
  units: Record<string, Text>;
  names: { name: string; label: Text; unit: FigureUnit; first: string | null; last: string | null }[];
}
export type Corrected = Correction & { closedMonths: string[]; counted: boolean };
export type PictureChoice = Choice | 'enter' | 'swap';

const enc = encodeURIComponent;
const query = (values: Record<string, string | number | undefined>) =>
  new URLSearchParams(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))).toString();

/** @throws ApiError */
async function upload<T>(path: string, file: Blob, name: string): Promise<T> {
  const form = new FormData();
  form.append('file', file, name);
  const response = await fetch(path, { method: 'POST', credentials: 'same-origin', body: form });
  const json = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(response.status, json);
  return json as T;
}

export const energyApi = {
  suspects: (state: 'open' | 'all', device?: string) =>
    call<{ open: number; suspects: SuspectInfo[] }>('GET', `/api/energy/suspects?${query({ state, device })}`),
  picture: (values: {
    device: string;
    from: number;
    to: number;
    choice?: PictureChoice;
    t?: number;
    value?: number;
    final?: number;
    first?: number;
  }) => call<PictureInfo>('GET', `/api/energy/suspects/picture?${query(values)}`),
  corrections: () => call<Correction[]>('GET', '/api/energy/corrections?limit=100'),
  correct: (body: object) => call<Corrected>('POST', '/api/energy/corrections', body),
  undoCorrection: (id: number, reason: string) => call<Corrected>('POST', `/api/energy/corrections/${id}/undo`, { reason }),
  swap: (body: object) => call<Corrected>('POST', '/api/energy/swaps', body),
  photo: (device: string, file: Blob, name: string) => upload<{ id: number }>(`/api/energy/meters/${enc(device)}/files`, file, name),
  meters: () => call<MeterInfo[]>('GET', '/api/energy/meters'),
  entry: (device: string, t: number) => call<EntryInfo>('GET', `/api/energy/meters/${enc(device)}/entry?t=${t}`),
  read: (body: { device: string; t: number; value: number; reason: string; sure: boolean }) =>
    call<{ used: number | null; unit: string; closedMonths: string[] }>('POST', '/api/energy/readings', body),
  names: () => call<FigureNames>('GET', '/api/energy/figure-names'),
  figures: (name: string, from: string, to: string) => call<FigureSeries[]>('GET', `/api/energy/figures?${query({ name, from, to })}`),
  putFigure: (body: object) => call<MonthFigure>('POST', '/api/energy/figures', body),
  undoFigure: (id: number, reason: string) => call<MonthFigure>('POST', `/api/energy/figures/${id}/undo`, { reason }),
  imports: () => call<ImportInfo[]>('GET', '/api/energy/imports'),
  import: (id: number) => call<ImportDetail>('GET', `/api/energy/imports/${id}`),
  look: (kind: ImportKind, file: File) => upload<ImportDetail>(`/api/energy/imports?kind=${kind}`, file, file.name),
  take: (id: number) => call<ImportDetail>('POST', `/api/energy/imports/${id}/take`),
  undoImport: (id: number, reason: string) => call<ImportDetail>('POST', `/api/energy/imports/${id}/undo`, { reason }),
  consumption: (medium: string, from: number, to: number) =>
    call<{ unit: string; rows: ConsumptionRow[] }>('GET', `/api/energy/consumption?${query({ medium, from, to, every: '1mo' })}`),
};
