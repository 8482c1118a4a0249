/** The public face of energy: what others may use. */

export { type Accountant, openAccountant } from './accountant.ts';
export {
  type Allocation,
  type AllocationInput,
  type AllocationLine,
  type AllocationMeter,
  type AllocationRule,
  allocate,
  type NotAllocated,
  type Receiver,
  type ShareKey,
  shareKeys,
} from './allocation.ts';
export { type Bill, type BillInput, type BillLine, billMonth, periodAt, type Use } from './bill.ts';
export { type BillAnswer, type BillRequest, billReadings } from './bill-command.ts';
export { type BillState, type Bills, billStates, type IssuedBill, openBills, type Payment } from './bills.ts';
export { bodyOf, type Choice, choices, type Picture, pictureOf } from './choices.ts';
export { type ConsumptionRow, consumptionOf, consumptionOfEach, edgesOf, mostRows, type Step, steps } from './consumption-of.ts';
export {
  type Correction,
  type CorrectionBody,
  type Corrections,
  correctionKinds,
  correctionSchema,
  type KnownOfCounter,
  openCorrections,
} from './corrections.ts';
export { type CostLine, type CostQuery, type CostRow, type CostScope, costScopes } from './cost.ts';
export {
  type Consumption,
  type CounterOptions,
  CounterStream,
  consumption,
  consumptionColumns,
  type Interval,
  intervalMs,
  type Quality,
  qualities,
  type RegisterReadings,
  type Segment,
  type Suspect,
  type Swap,
  totalOf,
  type Verdict,
} from './counter.ts';
export { type CounterAnswer, type CounterLine, type CountersRequest, countReadings } from './counters-command.ts';
export { type Around, doubtOf, type EntryDoubt, type Plausible, plausibleAt } from './entry-check.ts';
export { type FigureName, type FigureUnit, figureNames, figureOf, figureUnits, inUnit } from './figure-names.ts';
export { countSpan, type KeptSpan, keptAround, recountSpan } from './given-past.ts';
export { type Import, type Imports, type ImportTarget, importKinds } from './imports.ts';
export { type ItemCodes, itemAbove, itemFolder, readItems, withSums } from './items.ts';
export { type KeptFits, openKeptFits } from './kept-fits.ts';
export { basisOf, type KeptMonths, keepNothing, keptFolder, openKeptMonths } from './kept-months.ts';
export { accountName, type LaterLine, type Ledger, type LedgerSource, type MonthStatement, openLedger } from './ledger.ts';
export { type Cause, type Change, causes, changesOf } from './management/changes.ts';
export { type Compared, compare, pairsOf, pct, sumRows } from './management/compare.ts';
export { type DayTable, enoughOfDay, isMeasured, midnights, outdoorStation, readDays } from './management/days.ts';
export { type Factor, type Factors, factorOn, type Quota, readFactors } from './management/factors.ts';
export { type FlowLink, type FlowNode, type Flows, flowsOf } from './management/flows.ts';
export { daysName, daysOfMonth, keepDays } from './management/kept-days.ts';
export { type MonthUse, monthUses, type TargetState, targetReasons, targetState } from './management/targets.ts';
export { counterOptionsOf, type Medium, type Meter, media, mediumUnits, metersIn, metersOf, type Scope, scopes } from './meters.ts';
export type { BilledGroup, MeterMonth, MonthAccount } from './month-account.ts';
export { boundsOf, monthAt, monthsBetween } from './month-names.ts';
export { type ClosedMonth, type ClosedMonths, openMonths } from './months.ts';
export { type Question, questionsOf } from './project-questions.ts';
export {
  type AppliedAdjustment,
  momentOfDay,
  type ProjectResult,
  type ProjectSource,
  projectResult,
  type Quantities,
  type Span,
  spanOf,
} from './projects.ts';
export { type Proposal, type ProposalKind, proposalKinds } from './proposals.ts';
export { type ProposalsSource, proposalsOf } from './proposals-of.ts';
export {
  type FigureQuality,
  type FigureSeries,
  figureQualities,
  type MonthFigure,
  monthPattern,
  monthsOf,
  type NewFigure,
  nextMonth,
  openRegisters,
  type Registers,
} from './registers.ts';
export { type Method, methods, type SavingsInput, type SavingsResult, savings } from './savings/savings.ts';
export { daily, hourly, type Points, periods, type Range, type Slice } from './savings/series.ts';
export { defaultSeasons, type Season } from './savings/splits.ts';
export { limits as savingsLimits, type Reason } from './savings/sufficiency.ts';
export { type SavingsAnswer, type SavingsRequest, savingsLine, savingsOfFiles, savingsText } from './savings-command.ts';
export { type Prices, type SiteTariffs, tariffFolder, tariffsOfSite } from './site-tariffs.ts';
export { metersOfMedium, type SiteMeter, weightsOf, weightsOfItem } from './site-tree.ts';
export { fitOf, type SavingsUncertainty, savingsUncertainty, savingsUncertaintyNmecr } from './statistics.ts';
export { type EnergyStores, openEnergyStores } from './stores.ts';
export { asked, openSuspects, type StoredSuspect, type Suspects, type SuspectVerdict } from './suspects.ts';
export { checkTariff, lookAtTariff, readTariff, type Tariff, type TariffMistake } from './tariff.ts';
export { type OfferedTariff, type TariffsView, tariffsView, type UsedTariff, viewOf } from './tariff-view.ts';
export { monthsOfPeriod, type TenantBill, type TenantBillLine, tenantBill } from './tenant-bills.ts';
export { type MonthVersions, openMonthVersions } from './versions.ts';
export {
  dayOf,
  degreeDayBases,
  hourlyTemperature,
  type ImportedTemperature,
  type ImportedWeather,
  openImportedWeather,
  type Station,
  stationOf,
  type Weather,
  type WeatherDay,
  weatherByMonth,
  weatherOf,
  weatherSources,
} from './weather.ts';
export { monthsToKeep, workAhead } from './work-ahead.ts';
