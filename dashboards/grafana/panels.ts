/** Panels of our vocabulary as panels of Grafana, through the builders of its Foundation SDK. */
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

export type GrafanaPanel = TimeSeries | Stat | Gauge | StateTimeline | BarGauge | Table | heatmap.PanelBuilder;

/** Does the panel show values over time, or one value for the range? */
export function shapeOf(panel: ReadingsPanel): Shape {
  if (isMonthly(panel)) return 'trend';
  switch (panel.kind) {
    case 'time-series':
    case 'state-timeline':
    case 'heat-map':
      return 'trend';
    case 'stat':
      return panel.trend ? 'trend' : 'once';
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
  if (panel.kind === 'stat' && panel.trend) return '30m';
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

/** The bare panel of a kind with the options that belong to it. */
export function openPanel(panel: ReadingsPanel, style: FieldStyle): GrafanaPanel {
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
            limited ? common.GraphThresholdsStyleMode.Dashed : common.GraphThresholdsStyleMode.Off,
          ),
        );
    case 'bar':
      if (panel.bars === 'over-time') {
        return new TimeSeries()
          .legend(legend([]))
          .tooltip(allLines())
          .drawStyle(common.GraphDrawStyle.Bars)
          .fillOpacity(70)
          .barAlignment(common.BarAlignment.After)
          .lineWidth(0);
      }
      return new BarGauge()
        .orientation(common.VizOrientation.Horizontal)
        .displayMode(common.BarGaugeDisplayMode.Basic)
        .showUnfilled(true)
        .reduceOptions(lastValue());
    case 'stat':
      return new Stat()
        .graphMode(panel.trend ? common.BigValueGraphMode.Area : common.BigValueGraphMode.None)
        .colorMode(limited ? common.BigValueColorMode.Value : common.BigValueColorMode.None)
        .reduceOptions(lastValue());
    case 'status-tile':
      return new Stat()
        .graphMode(common.BigValueGraphMode.None)
        .colorMode(common.BigValueColorMode.Background)
        .textMode(common.BigValueTextMode.ValueAndName)
        .reduceOptions(lastValue());
    case 'gauge':
      return new Gauge().showThresholdMarkers(true).showThresholdLabels(false).reduceOptions(lastValue());
    case 'state-timeline':
      return new StateTimeline()
        .mergeValues(true)
        .showValue(common.VisibilityMode.Auto)
        .rowHeight(0.8)
        .fillOpacity(80)
        .legend(legend([]).showLegend(false));
    case 'table':
      return new Table().cellHeight(common.TableCellHeight.Sm).filterable(true);
    case 'heat-map':
      return new heatmap.PanelBuilder()
        .calculate(false)
        .color(new heatmap.HeatmapColorOptionsBuilder().mode(heatmap.HeatmapColorMode.Scheme).scheme('YlOrRd').steps(32))
        .cellGap(1)
        .cellValues(heatmapUnit(style.unit, panel.digits))
        .showLegend();
  }
}

function heatmapUnit(unit: string | undefined, digits: number | undefined): heatmap.CellValuesBuilder {
  const cells = new heatmap.CellValuesBuilder();
  if (unit !== undefined) cells.unit(unit);
  return digits === undefined ? cells : cells.decimals(digits);
}

/** Units, limits, words, names: the same for all kinds. */
export function applyStyle(builder: GrafanaPanel, panel: ReadingsPanel, style: FieldStyle): void {
  if (style.unit !== undefined) builder.unit(style.unit);
  if (panel.digits !== undefined) builder.decimals(panel.digits);
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
