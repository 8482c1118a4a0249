/** Boards to Grafana dashboards: provisioned JSON with fixed uids, the same bytes whenever site, rules and boards are the same. */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { TextMode, PanelBuilder as TextPanel } from '@grafana/grafana-foundation-sdk/text';
import type { Language, Text } from '../../shared/text.ts';
import { type Board, isReadings, lifeSafetyNotice, type Panel } from '../board/board.ts';
import { layout, type Place } from '../board/layout.ts';
import { alarmPanel } from './alarm-panels.ts';
import { annotationsOf } from './annotations.ts';
import type { GrafanaInput } from './input.ts';
import { readingsPanel } from './readings-panel.ts';
import { words } from './style.ts';
import { variablesOf } from './variables.ts';

const ranges = {
  day: { time: { from: 'now-24h', to: 'now' }, refresh: '30s' },
  week: { time: { from: 'now-7d', to: 'now' }, refresh: '1m' },
  month: { time: { from: 'now/M', to: 'now' }, refresh: '15m' },
} as const;

export const boardUid = (board: Board, language: Language): string => `plantroom-${board.id}-${language}`;

export function buildDashboard(board: Board, input: GrafanaInput): dashboard.Dashboard {
  const { language, site, consoleUrl } = input;
  const say = (text: Text) => text[language];
  const variables = variablesOf(board, input);
  const builder = new dashboard.DashboardBuilder(`${say(board.title)} · ${say(site.site.name)}`)
    .uid(boardUid(board, language))
    .description(`${say(board.question)}\n${say(words.audience)}: ${say(board.audience)}`)
    .tags(['plantroom', `plantroom-${language}`])
    .timezone(site.site.timezone)
    .weekStart('monday')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .refresh(ranges[board.range].refresh)
    .time(ranges[board.range].time)
    .readonly()
    .variables(variables.builders)
    .link(
      new dashboard.DashboardLinkBuilder(say(words.console))
        .type(dashboard.DashboardLinkType.Link)
        .icon('external link')
        .url(`${consoleUrl}/#/boards/${board.id}`)
        .targetBlank(true),
    )
    .link(
      new dashboard.DashboardLinkBuilder(say(words.boards))
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags([`plantroom-${language}`])
        .asDropdown(true)
        .keepTime(true),
    );

  let id = 1;
  const noticeRows = board.lifeSafety ? 2 : 0;
  if (board.lifeSafety) {
    builder.withPanel(
      textPanel('', say(lifeSafetyNotice))
        .id(id++)
        .gridPos(gridPos({ x: 0, y: 0, width: 24, height: noticeRows })),
    );
  }
  const shown = board.panels.flatMap((panel) => {
    const built = onePanel(panel, input, variables.names);
    return built ? [{ panel, built }] : [];
  });
  const places = layout(shown.map(({ panel }) => panel), noticeRows); // biome-ignore format: short
  const ids = new Map<Panel, number>();
  for (const [index, { panel, built }] of shown.entries()) {
    ids.set(panel, id);
    builder.withPanel(built.id(id++).gridPos(gridPos(places[index] as Place)));
  }
  builder.annotations(annotationsOf(board, input, variables.names, ids));
  return withoutNewer(builder.build());
}

/** Defaults that the SDK writes and the Grafana of docker-compose.yml does not know; newer ones would move links and marks into a menu because of them. */
const newer = ['placement', 'auto', 'auto_min', 'auto_count'];

function withoutNewer(built: dashboard.Dashboard): dashboard.Dashboard {
  const { links = [], templating, annotations, panels = [] } = built;
  const ofPanels = panels.flatMap((panel) =>
    'fieldConfig' in panel ? [...(panel.links ?? []), ...((panel.fieldConfig?.defaults.links ?? []) as object[])] : [],
  );
  for (const part of [...links, ...ofPanels, ...(templating?.list ?? []), ...(annotations?.list ?? [])])
    for (const name of newer) delete (part as Record<string, unknown>)[name];
  return built;
}

/** Undefined for what only the console can show: tickets and the health of the programs are not in InfluxDB, and a panel that says so says nothing. */
function onePanel(panel: Panel, input: GrafanaInput, variables: ReturnType<typeof variablesOf>['names']) {
  const { language } = input;
  if (isReadings(panel)) return readingsPanel(panel, input, variables);
  if (panel.kind === 'note') return textPanel(panel.title[language], panel.text[language]);
  return alarmPanel(panel, input, variables);
}

const textPanel = (title: string, markdown: string) => new TextPanel().title(title).mode(TextMode.Markdown).content(markdown);
const gridPos = ({ x, y, width, height }: Place): dashboard.GridPos => ({ x, y, w: width, h: height });

/** As a file: the same text for the same dashboard. */
export const dashboardText = (built: dashboard.Dashboard): string => `${JSON.stringify(built, null, 2)}\n`;
