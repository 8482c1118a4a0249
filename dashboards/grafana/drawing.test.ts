import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { describe, expect, it } from 'vitest';
import { languages } from '../../shared/text.ts';
import { demoSite } from '../../test/board-site.ts';
import { drawingFaults, rules as drawingRules } from '../../test/grafana-drawing.ts';
import { loadBoards } from '../board/boards.ts';
import { buildDashboard } from './build.ts';
import { screenStep } from './influxql.ts';

const { config, devices, rules } = demoSite();
const boards = await loadBoards();
const build = (id: string, language: 'zh' | 'en'): Dashboard => {
  const built = buildDashboard(boards.get(id)!, { site: config, devices, rules, language, consoleUrl: 'http://127.0.0.1:8080' });
  return JSON.parse(JSON.stringify(built)) as Dashboard;
};

describe('as Grafana draws it', () => {
  it.each([...boards.keys()].flatMap((id) => languages.map((language) => [id, language] as const)))(
    '%s %s has no fault',
    (id, language) => {
      expect(drawingFaults(build(id, language), language)).toEqual([]);
    },
  );

  /** Each spoils a right board as it was once wrong. */
  const spoils: Record<keyof typeof drawingRules, [board: string, title: string, spoil: (panel: Panel, whole: Dashboard) => void]> = {
    'the interval is never escaped': ['oxygen', 'Flow of the zones', (panel) => change(panel, (query) => query.replace(screenStep, '$__interval'))],
    'a period of its own leaves the title alone and is said in words': ['oxygen', 'Liquid oxygen', (panel) => delete panel.hideTimeOverride],
    'a title fits its panel': ['oxygen', 'Liquid oxygen', (panel) => Object.assign(panel, { title: 'Lowest pressure of all zones of the hospital' })],
    'what is not known is never a number': ['energy', 'Electricity per month, 13 months', (panel) => change(panel, (query) => query.replace(/fill\(none\)( tz\(.*\))$/, 'fill(null)$1'))],
    'columns are called in the language of the board': ['energy', 'Water per month, 13 months', (panel) => void panel.transformations?.pop()],
    'rows and lines are called by names and not by ids': ['energy', 'Electricity by department and month', (panel) => panel.fieldConfig!.overrides.splice(0)],
    'bars begin at zero': ['energy', 'Electricity by building', (panel) => delete panel.fieldConfig!.defaults.min],
    'bars of several lines do not hide each other': ['energy', 'Electricity per day', (panel) => Object.assign(panel.fieldConfig!.defaults.custom as object, { stacking: { mode: 'none' } })],
    'a count has no unit': ['data-quality', 'Readings received per hour (one point of each kind)', (panel) => Object.assign(panel.fieldConfig!.defaults, { unit: 'suffix: kW' })],
    'digits are said': ['wastewater', 'Dosing flow', (panel) => delete panel.fieldConfig!.defaults.decimals],
    'no tile shows a bare code': ['heating', 'Boiler lockout code', (panel) => delete panel.fieldConfig!.defaults.mappings],
    'limits are tinted zones and named lines inside the axis': ['oxygen', 'Zone pressure of nominal, lowest', (panel) => Object.assign(panel.fieldConfig!.defaults.custom as object, { thresholdsStyle: { mode: 'dashed' } })],
    'marks stand on curves and bands, and only what is urgent by itself': ['oxygen', 'Liquid oxygen', (_panel, whole) => delete whole.annotations!.list![0]!.filter],
    'labels of bands and gauges are read whole': ['alarms', 'Alarm contacts', (panel) => Object.assign(panel.fieldConfig!.defaults.custom as object, { axisWidth: 40 })],
    'every panel shows something': ['oxygen', 'Flow of the zones', (panel) => void panel.targets!.splice(0)],
  }; // biome-ignore format: a table
  const change = (panel: Panel, how: (query: string) => string) => {
    for (const target of panel.targets as unknown as { query: string }[]) target.query = how(target.query);
  };

  it.each(Object.keys(drawingRules))('the rule itself can fail: %s', (name) => {
    const [board, title, spoil] = spoils[name]!;
    const whole = build(board, 'en');
    const panel = (whole.panels as Panel[]).find((one) => one.title === title);
    expect(panel, `${board} has no panel "${title}"`).toBeDefined();
    spoil(panel!, whole);
    expect(drawingFaults(whole, 'en').filter((fault) => fault.startsWith(name))).not.toEqual([]);
  });
});
