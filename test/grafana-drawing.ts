/**
 * What Grafana's schema lets pass and Grafana draws wrong, seen in its own front end (12.3) on a simulated day. One rule for each kind of fault, over
 * the generated JSON of a board. A rule says which panel and why; no word means that the board is drawn as meant.
 */
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { columnPx, textWidthPx } from '../dashboards/grafana/names.ts';
import { words } from '../dashboards/grafana/style.ts';
import type { Language } from '../shared/text.ts';

interface Target {
  query: string;
  alias?: string;
  resultFormat?: string;
}
interface Override {
  matcher: { id: string; options?: unknown };
  properties: { id: string; value?: unknown }[];
}
interface Seen {
  title: string;
  type: string;
  width: number;
  targets: Target[];
  panel: Panel;
  options: Record<string, unknown>;
  custom: Record<string, unknown>;
  defaults: Record<string, unknown>;
  overrides: Override[];
  transformations: { id: string; options: Record<string, unknown> }[];
}
type Rule = (board: Seen[], language: Language, whole: Dashboard) => string[];

function seen(panel: Panel): Seen {
  const { defaults = {}, overrides = [] } = panel.fieldConfig ?? {};
  const plain = JSON.parse(JSON.stringify({ defaults, overrides })) as { defaults: Record<string, unknown>; overrides: Override[] };
  return {
    title: panel.title ?? '',
    type: panel.type,
    width: panel.gridPos?.w ?? 0,
    targets: JSON.parse(JSON.stringify(panel.targets ?? [])) as Target[],
    panel,
    options: (panel.options ?? {}) as Record<string, unknown>,
    custom: (plain.defaults.custom ?? {}) as Record<string, unknown>,
    ...plain,
    transformations: (panel.transformations ?? []) as Seen['transformations'],
  };
}

const bad = (panels: Seen[], is: (one: Seen) => string | boolean | undefined): string[] =>
  panels.flatMap((one) => {
    const why = is(one);
    return why ? [`${one.title}${why === true ? '' : `: ${why}`}`] : [];
  });
const onData = (panels: Seen[]) => panels.filter(({ targets }) => targets.length > 0);
const overridden = ({ overrides }: Seen, key: string, property: string): unknown =>
  overrides.find(
    ({ matcher, properties }) =>
      (matcher.id === 'byName'
        ? matcher.options === key
        : matcher.id === 'byRegexp' && new RegExp(String(matcher.options).slice(1, -1)).test(key)) &&
      properties.some(({ id }) => id === property),
  );
const chinese = /[\u4e00-\u9fff]/;
/** Would a reader of the language take it for a word? Ids and names of columns are none. */
const isWord = (text: string, language: Language): boolean =>
  language === 'zh' ? chinese.test(text) || text === 'pH' : /^[A-Z]/.test(text) && !/_|\(sum\)/.test(text) && !chinese.test(text);
/** Bars in Grafana are a kind of line, a chart, or a gauge. */
const isBars = ({ type, custom }: Seen) =>
  type === 'bargauge' || type === 'barchart' || (type === 'timeseries' && custom.drawStyle === 'bars');
/** Of the limits that stand in the legend of a panel. */
const isLimit = ({ alias }: Target) => /^(限值|Limit)/.test(alias ?? '');
/** Names that end up on the screen, in the order of the overrides; the keys where nothing else is said. */
const labels = ({ overrides }: Seen): string[] =>
  overrides.flatMap(({ properties }) => properties.flatMap(({ id, value }) => (id === 'displayName' ? [String(value)] : [])));

export const rules: Record<string, Rule> = {
  'the interval is never escaped': (panels) =>
    bad(onData(panels), ({ targets }) => targets.some(({ query }) => /\$__interval|\$\{\w+\}/.test(query))),

  'a period of its own leaves the title alone and is said in words': (panels, language) =>
    bad(panels, ({ panel, title }) => {
      if (panel.timeFrom === undefined && panel.timeShift === undefined) return false;
      if (panel.hideTimeOverride !== true) return 'Grafana writes its own words over the title';
      const said = `${title} ${panel.description ?? ''}`;
      return (language === 'zh' ? /近|之前|前/ : /last|earlier|months|days/).test(said) ? false : 'does not say the period';
    }),

  'a title fits its panel': (panels) =>
    bad(panels, ({ title, width, panel }) => {
      const room = width * columnPx - 20 - (panel.description ? 26 : 0) - ((panel.links?.length ?? 0) > 0 ? 26 : 0);
      return textWidthPx(title) > room ? `${Math.ceil(textWidthPx(title))} px in ${room} px` : false;
    }),

  'what is not known is never a number': (panels, language) =>
    bad(onData(panels), ({ defaults, targets, transformations }) => {
      if (defaults.noValue !== words.unknown[language]) return 'does not say that nothing is known';
      const addsUp = transformations.some(({ id }) => id === 'groupBy');
      return addsUp && targets.some(({ query }) => !query.replace(/ tz\(.*$/, '').endsWith('fill(none)'))
        ? 'adds up days without readings'
        : false;
    }),

  'columns are called in the language of the board': (panels, language) =>
    bad(
      panels.filter(({ type }) => type === 'table'),
      (one) => {
        const renamed = one.transformations.flatMap(({ id, options }) =>
          id === 'organize' ? Object.entries(options.renameByName as Record<string, string>) : [],
        );
        const summed = one.transformations.some(({ id }) => id === 'groupBy');
        const matrix = one.transformations.some(({ id }) => id === 'groupingToMatrix');
        const columns = one.targets.flatMap(({ query }) => {
          const [selected = ''] = query.split(' FROM ');
          const named = [...selected.matchAll(/AS "([^"]+)"/g)].map(([, name]) => (summed ? `${name} (sum)` : name));
          const plain = selected.includes(' AS ') ? [] : [...selected.matchAll(/"([^"]+)"/g)].map(([, name]) => name);
          const keys = [...(/ GROUP BY (?!.* GROUP BY )(.*)$/.exec(query)?.[1]?.matchAll(/"([^"]+)"/g) ?? [])].map(([, name]) => name);
          // In a matrix the sums become cells and the months headers.
          return [...new Set(matrix ? keys : ['Time', ...named, ...plain, ...keys])] as string[];
        });
        return columns
          .filter((column) => {
            if (overridden(one, column, 'displayName') || overridden(one, column, 'custom.hidden')) return false;
            const name = renamed.find(([from]) => from === column)?.[1] ?? column;
            return !isWord(name, language);
          })
          .join(', ');
      },
    ),

  'rows and lines are called by names and not by ids': (panels) =>
    bad(onData(panels), (one) => {
      const rows = one.targets.some(({ query }) =>
        / GROUP BY [^)]*"(device|department|building)"$/.test(query.replace(/ fill\(\w+\)| tz\(.*\)/g, '')),
      );
      if (one.type === 'table') {
        const [, key] = /GROUP BY (?!.* GROUP BY ).*"(device|department|building)"/.exec(one.targets[0]?.query ?? '') ?? [];
        return key !== undefined && !overridden(one, key, 'mappings');
      }
      if (one.type === 'heatmap') return one.targets.some(({ alias }) => alias === undefined || alias.includes('$'));
      return rows && one.targets.some(({ alias }) => alias?.startsWith('$tag_')) && labels(one).length === 0;
    }),

  'bars begin at zero': (panels) => bad(panels.filter(isBars), ({ defaults }) => typeof defaults.min !== 'number' || defaults.min > 0),

  'bars of several lines do not hide each other': (panels) =>
    bad(panels, (one) => {
      const { custom, targets } = one;
      if (one.type !== 'timeseries' || custom.drawStyle !== 'bars' || (labels(one).length < 2 && targets.length < 2)) return false;
      const { mode } = (custom.stacking ?? {}) as { mode?: string };
      if (mode !== 'normal') return 'stand on one spot';
      return targets.every(({ query }) => /^SELECT (sum|count)\(/.test(query)) ? false : 'stacks what does not add up';
    }),

  'a count has no unit': (panels) =>
    bad(onData(panels), (one) => {
      // Of what was consumed the quarter hours are counted, to know of how many anything is known.
      const counts = one.targets.some(({ query }) => /\bcount\((?!"value"\))/.test(query));
      const units = [
        one.defaults.unit,
        ...one.overrides.flatMap(({ properties }) => properties.filter(({ id }) => id === 'unit').map(({ value }) => value)),
      ];
      return counts && units.some((unit) => unit !== undefined && unit !== 'none') ? String(units) : false;
    }),

  'digits are said': (panels) =>
    bad(
      onData(panels).filter(({ type, targets }) => type !== 'table' || targets.some(({ query }) => query.includes(' AS '))),
      (one) =>
        one.defaults.decimals === undefined && one.overrides.every(({ properties }) => properties.every(({ id }) => id !== 'decimals')),
    ),

  'no tile shows a bare code': (panels) =>
    bad(panels, ({ type, options, defaults, overrides }) => {
      const background = type === 'stat' && options.colorMode === 'background';
      return background && defaults.mappings === undefined && !JSON.stringify(overrides).includes('"mappings"');
    }),

  'limits are tinted zones and named lines inside the axis': (panels) =>
    bad(panels, ({ type, custom, targets, overrides, defaults, panel }) => {
      if (type !== 'timeseries' || !/限值|Limits/.test(panel.description ?? '')) return false;
      const { mode } = (custom.thresholdsStyle ?? {}) as { mode?: string };
      const steps = ((defaults.thresholds ?? {}) as { steps?: { color: string }[] }).steps ?? [];
      if (mode === 'area' && steps.some(({ color }) => color === 'green')) return 'tints what is in order';
      if (mode !== 'area' && mode !== 'off') return 'a threshold line has the colour of the zone above it';
      const lines = targets.filter(isLimit);
      if (lines.length === 0) return 'names no limit';
      if (custom.axisSoftMin === undefined && custom.axisSoftMax === undefined) return 'leaves limits outside the picture';
      const coloured = lines.every(({ alias }) =>
        overrides.some(({ matcher, properties }) => matcher.options === alias && properties.some(({ id }) => id === 'color')),
      );
      return coloured ? false : 'a limit without the colour of its priority';
    }),

  'marks stand on curves and bands, and only what is urgent by itself': (panels, _language, whole) =>
    (whole.annotations?.list ?? []).flatMap((one) => {
      const marked = one.filter?.exclude === false ? panels.filter(({ panel }) => one.filter?.ids.includes(panel.id ?? -1)) : panels;
      const wrong = marked.filter((each) => (each.type !== 'timeseries' && each.type !== 'state-timeline') || isBars(each));
      const lesser = ['yellow', 'light-yellow'].includes(one.iconColor ?? '') && one.enable !== false;
      return [...wrong.map(({ title }) => `${one.name} on ${title}`), ...(lesser ? [`${one.name} is on`] : [])];
    }),

  'labels of bands and gauges are read whole': (panels) =>
    bad(panels, (one) => {
      const names = labels(one);
      const long = (px: number, room: number) => names.filter((name) => textWidthPx(name, px) > room).join(', ');
      if (one.type === 'state-timeline') return long(12, Number(one.custom.axisWidth ?? 60) - 16);
      if (one.type === 'gauge' && names.length > 1) return long(13, (one.width * columnPx) / names.length);
      return false;
    }),

  'every panel shows something': (panels) =>
    bad(panels, ({ type, targets, title }) => targets.length === 0 && !(type === 'text' && title === '')),
};

/** All faults of a board, each with its rule. */
export function drawingFaults(whole: Dashboard, language: Language): string[] {
  const panels = (whole.panels ?? []).filter((panel): panel is Panel => panel.type !== 'row').map(seen);
  return Object.entries(rules).flatMap(([name, rule]) => rule(panels, language, whole).map((fault) => `${name}: ${fault}`));
}
