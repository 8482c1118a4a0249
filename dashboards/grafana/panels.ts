/** Panels of our vocabulary as panels of Grafana, through the builders of its Foundation SDK. */
import { PanelBuilder as BarChart } from '@grafana/grafana-foundation-sdk/barchart';
import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as Gauge } from '@grafana/grafana-foundation-sdk/gauge';
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { isMonthly, type ReadingsPanel } from '../board/board.ts';
import type { FieldStyle } from './fields.ts';
import type { Shape } from './influxql.ts';
import { columnPx, textWidthPx } from './names.ts';

export type GrafanaPanel = TimeSeries | BarChart | Stat | Gauge | StateTimeline | BarGauge | Table | heatmap.PanelBuilder;

/** Does the panel show values over time, or one value for the range? */
export function shapeOf(panel: ReadingsPanel): Shape {
  if (isMonthly(panel)) return 'trend';
  switch (panel.kind) {
    case 'time-series':
    case 'state-timeline':
    case 'heat-map':
      return 'trend';
    case 'stat':
      // A step of the trend holds only those devices that spoke in it: the newest step of a sum or a lowest value would leave some out.
      return panel.trend && panel.series.every(({ combine }) => combine === undefined) ? 'trend' : 'once';
    case 'bar':
      return panel.bars === 'over-time' ? 'trend' : 'once';
    default:
      return 'once';
  }
}

/** "Now" must not show what a silent device said hours ago; Grafana applies this only to ranges that end now. */
export function lookBack(panel: ReadingsPanel): string | undefined {
  if (isMonthly(panel)) return '400d';
  if (panel.lookBack !== undefined) return panel.lookBack;
  if (panel.kind === 'stat' && shapeOf(panel) === 'trend') return '30m';
  const last = panel.series.every(
    ({ aggregate, values }) => aggregate === 'last' && values.every((value) => typeof value === 'string' || 'expression' in value),
  );
  return shapeOf(panel) === 'once' && last ? '15m' : undefined;
}

const lastValue = () => new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']);
const legend = (calcs: string[]) =>
  new common.VizLegendOptionsBuilder()
    .displayMode(calcs.length > 0 ? common.LegendDisplayMode.Table : common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    .showLegend(true)
    .calcs(calcs);
const allLines = () => new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending);
const byThreshold = () => new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Thresholds);

/** The one lowest or highest value with the place where it was read. */
export const showsPlace = ({ kind, series }: ReadingsPanel): boolean =>
  kind === 'stat' &&
  series.length === 1 &&
  series.every(({ combine, by, values }) => (combine === 'min' || combine === 'max') && by === undefined && values.length === 1);

/** Do the values of several lines add up to something? Then they stand on each other, else beside each other. */
export const addsUp = ({ series }: ReadingsPanel): boolean =>
  series.every(({ aggregate }) => ['increase', 'consumed', 'count'].includes(aggregate));

const labelPx = 13;
const labels = () => new common.VizTextDisplayOptionsBuilder().titleSize(labelPx);

/** The bare panel of a kind with the options that belong to it. */
export function openPanel(panel: ReadingsPanel, style: FieldStyle, labelsShown: readonly string[]): GrafanaPanel {
  const limited = style.thresholds !== undefined;
  if (isMonthly(panel)) return new Table().cellHeight(common.TableCellHeight.Sm);
  switch (panel.kind) {
    case 'time-series':
      return new TimeSeries()
        .legend(legend(['min', 'max', 'lastNotNull']))
        .tooltip(allLines())
        .lineWidth(1)
        .fillOpacity(0)
        .showPoints(common.VisibilityMode.Auto)
        .spanNulls(false)
        .thresholdsStyle(
          new common.GraphThresholdsStyleConfigBuilder().mode(
            limited ? common.GraphThresholdsStyleMode.Area : common.GraphThresholdsStyleMode.Off,
          ),
        );
    case 'bar':
      if (panel.bars === 'over-time') {
        if (labelsShown.length > 1 && !addsUp(panel)) {
          return new BarChart()
            .legend(legend([]))
            .tooltip(allLines())
            .showValue(common.VisibilityMode.Never)
            .stacking(common.StackingMode.None)
            .groupWidth(0.8)
            .fillOpacity(80)
            .lineWidth(0)
            .min(0)
            .overrideByFieldType('time', [{ id: 'unit', value: 'time:MM-DD' }]);
        }
        return new TimeSeries()
          .legend(legend([]))
          .tooltip(allLines())
          .drawStyle(common.GraphDrawStyle.Bars)
          .stacking(
            new common.StackingConfigBuilder()
              .mode(labelsShown.length > 1 ? common.StackingMode.Normal : common.StackingMode.None)
              .group('A'),
          )
          .min(0)
          .fillOpacity(70)
          .barAlignment(common.BarAlignment.After)
          .lineWidth(0);
      }
      return new BarGauge()
        .orientation(common.VizOrientation.Horizontal)
        .displayMode(common.BarGaugeDisplayMode.Basic)
        .showUnfilled(true)
        .min(0)
        .text(labels())
        .reduceOptions(lastValue());
    case 'stat':
      return new Stat()
        .graphMode(shapeOf(panel) === 'trend' ? common.BigValueGraphMode.Area : common.BigValueGraphMode.None)
        .colorMode(limited ? common.BigValueColorMode.Value : common.BigValueColorMode.None)
        .textMode(showsPlace(panel) || labelsShown.length > 1 ? common.BigValueTextMode.ValueAndName : common.BigValueTextMode.Value)
        .text(labels())
        .reduceOptions(
          showsPlace(panel) ? new common.ReduceDataOptionsBuilder().values(true).limit(1).calcs(['lastNotNull']) : lastValue(),
        );
    case 'status-tile':
      return new Stat()
        .graphMode(common.BigValueGraphMode.None)
        .colorMode(common.BigValueColorMode.Background)
        .textMode(labelsShown.length > 1 ? common.BigValueTextMode.ValueAndName : common.BigValueTextMode.Value)
        .text(labels())
        .reduceOptions(lastValue());
    case 'gauge':
      return new Gauge().showThresholdMarkers(true).showThresholdLabels(false).text(labels()).reduceOptions(lastValue());
    case 'state-timeline':
      return new StateTimeline()
        .mergeValues(true)
        .showValue(common.VisibilityMode.Auto)
        .rowHeight(0.8)
        .fillOpacity(80)
        .axisWidth(axisWidth(labelsShown, panel.size[0]))
        .legend(legend([]).showLegend(false));
    case 'table':
      return new Table().cellHeight(common.TableCellHeight.Sm).filterable(true);
    case 'heat-map':
      return new heatmap.PanelBuilder()
        .calculate(false)
        .color(new heatmap.HeatmapColorOptionsBuilder().mode(heatmap.HeatmapColorMode.Scheme).scheme('YlOrRd').steps(32))
        .cellGap(1)
        .cellValues(heatmapUnit(style.unit, style.decimals))
        .showLegend();
  }
}

/** Grafana cuts labels of bands from the left unless the axis is wide enough; it writes them at 12 px. */
function axisWidth(labelsShown: readonly string[], columns: number): number {
  const widest = Math.max(0, ...labelsShown.map((label) => textWidthPx(label, 12)));
  return Math.ceil(Math.min(widest + 20, columns * columnPx * 0.5));
}

function heatmapUnit(unit: string | undefined, digits: number | undefined): heatmap.CellValuesBuilder {
  const cells = new heatmap.CellValuesBuilder();
  if (unit !== undefined) cells.unit(unit);
  return digits === undefined ? cells : cells.decimals(digits);
}

/** Units, limits, words, names: the same for all kinds. */
export function applyStyle(builder: GrafanaPanel, panel: ReadingsPanel, style: FieldStyle): void {
  if (style.unit !== undefined) builder.unit(style.unit);
  if (style.decimals !== undefined) builder.decimals(style.decimals);
  if (panel.scale) builder.min(panel.scale[0]).max(panel.scale[1]);
  if (style.mappings) builder.mappings(style.mappings);
  const steps = style.thresholds ?? [{ value: null, color: panel.kind === 'gauge' || panel.kind === 'bar' ? 'blue' : 'text' }];
  const thresholds: cog.Builder<dashboard.ThresholdsConfig> = new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps(steps);
  if (panel.kind !== 'heat-map') builder.thresholds(thresholds);
  if (panel.kind === 'gauge' || panel.kind === 'status-tile' || (panel.kind === 'bar' && panel.bars !== 'over-time')) {
    builder.colorScheme(byThreshold());
  }
  for (const override of style.overrides) builder.withOverride(override);
}
