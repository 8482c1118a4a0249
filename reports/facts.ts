/** What reports are made from. Whoever makes a report hands it in; every fact says where it comes from and whether it is whole. */
import type { TicketFigures } from '../desk/index.ts';
import type { CostLine, FigureSeries, IssuedBill, ProjectResult, Question } from '../energy/index.ts';
import type { Priority } from '../shared/alarm.ts';
import type { AssetKind } from '../shared/plant-words.ts';
import type { Text } from '../shared/text.ts';

export interface Range {
  from: number;
  to: number;
}

/** What one medium used, in one unit. */
export interface Used {
  medium: 'electricity' | 'water' | 'heat' | 'gas';
  unit: string;
  /** null: no two readings. */
  value: number | null;
  /** Known from here on; later than the begin of the range: only a part of it. */
  from: number | null;
  /** Counted up to here: of a range that is not over, earlier than its end. */
  to: number | null;
  yuan: number | null;
  source: string;
  costSource?: string | undefined;
}

export interface DepartmentUse {
  id: string;
  name: Text;
  beds: number | null;
  areaM2: number | null;
  kwh: number | null;
  source: string;
}

export interface Outages {
  /** null: nobody watched the mains. */
  count: number | null;
  minutes: number | null;
  generatorHours: number | null;
  generatorKwh: number | null;
  watchedFrom: number | null;
  source: string;
}

export interface BookCounts {
  id: string;
  title: Text;
  written: number;
  missed: number;
  late: number;
}

/** What was taken of medical oxygen, and how far its stock went down. */
export interface OxygenUse {
  /** null: no readings of the flow. */
  usedM3: number | null;
  from: number | null;
  source: string;
  lowestPct: number | null;
  levelFrom: number | null;
  levelSource: string;
  fillings: number;
  /** null: no filling with its amount. */
  filledT: number | null;
  fillingSource: string;
}

/** Special equipment and what of it is certified. `valid`, `overdue` (no longer valid) and `nextDue` are of today; `made` is of the range. */
export interface Equipment {
  kinds: { kind: AssetKind; states: Record<'in-use' | 'stopped' | 'scrapped', number> }[];
  /** Devices that are read and stand in no register. */
  unregistered: { id: string; name: Text }[];
  certificates: {
    rule: string;
    title: Text;
    made: number;
    valid: number;
    overdue: number;
    nextDue: string | null;
    /** Things in use that the rule is about and that have none. */
    lacking: number;
  }[];
  contracts: { running: number; yuanAYear: number };
}

/** What a month cost by one medium, and who it went to. */
export interface MediumCosts {
  medium: string;
  lines: CostLine[];
  receivers: { id: string; name: Text; quantity: number; cost: number }[];
  unallocated: { quantity: number; cost: number };
  /** Of the main meters, and of the bill. */
  quantity: number;
  total: number;
  /** Meters by their names. */
  missing: Text[];
  negative: { meter: Text; quantity: number }[];
  notes: Text[];
  /** Whether there is a price at all; without one no amount is yuan. */
  priced: boolean;
}

export interface ReportFacts {
  hospital: Text;
  timezone: string;
  now: number;
  /** People on the technical staff, from the site file. */
  staff: number;
  beds: number | null;
  tickets(range: Range): { rows: TicketFigures[]; total: TicketFigures };
  /** `watched`: whether the rules judged in all of the range, in a part of it, or not yet; without them no alarm is not none. */
  alarms(range: Range): {
    total: number;
    lifeSafety: number;
    byPriority: Record<Priority, number>;
    watched: 'whole' | 'part' | 'none';
  };
  used(range: Range): Promise<Used[]>;
  departments(range: Range): Promise<DepartmentUse[]>;
  tenants(range: Range): Promise<DepartmentUse[]>;
  /** Of the month in which the range begins. */
  costs(range: Range): Promise<MediumCosts[]>;
  bills(): IssuedBill[];
  projects(): Promise<{ result: ProjectResult; questions: Question[]; counterfactualUnit: string }[]>;
  outages(range: Range): Promise<Outages>;
  books(range: Range): BookCounts[];
  /** Begin of the month that the moment lies in, by the clocks of the site. */
  monthBegin(t: number): number;
  /** A monthly register over the months of the range; `whole`: without a month that the range ends in, as that of a year that is running. */
  register(name: string, range: Range, whole?: boolean): FigureSeries;
  /** Share of the time within the limits, in per cent; null: not measured. */
  wastewater(range: Range): Promise<{
    dischargedM3: number | null;
    chlorineOkPct: number | null;
    phOkPct: number | null;
    source: string;
    chlorineSource: string;
    phSource: string;
  }>;
  oxygen(range: Range): Promise<OxygenUse>;
  equipment(range: Range): Equipment;
}
