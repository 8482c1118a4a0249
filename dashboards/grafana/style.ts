/** House style: units of shared/quantity.ts, colours by priority, words of both languages. One place, so that all boards look alike. */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import type { RuleInForce } from '../../desk/index.ts';
import { type Priority, priorities } from '../../shared/alarm.ts';
import { isCode, quantity } from '../../shared/quantity.ts';
import type { Language } from '../../shared/text.ts';
import type { BoardValue } from '../board/board.ts';
import { factsOf } from '../board/devices.ts';
import { type DrawnLimit, priorityOfState } from '../board/limits.ts';
import { shownUnit } from '../board/units.ts';

export const colours: Record<Priority | 'fine' | 'neutral' | 'off' | 'clear', string> = {
  critical: 'dark-red',
  high: 'orange',
  medium: 'yellow',
  low: 'light-yellow',
  fine: 'green',
  neutral: 'blue',
  off: 'text',
  clear: 'transparent',
};

const grafanaUnits: Record<string, string> = { '%': 'percent', '°C': 'celsius', '': 'none' };
/** Units stand as quantity.ts writes them and are never rescaled: 1250 kW stays 1250 kW. */
export const unitOf = (unit: string, language: Language): string => grafanaUnits[unit] ?? `suffix: ${shownUnit(unit, language)}`;

const worst = (a: Priority, b: Priority): Priority => (priorities.indexOf(a) <= priorities.indexOf(b) ? a : b);

/** Colours from low to high: beyond a limit the colour of its priority, the worst one where several overlap. */
export function thresholdSteps(limits: readonly DrawnLimit[], fine: string = colours.fine): dashboard.Threshold[] {
  const edges = [...new Set(limits.map(({ value }) => value))].sort((a, b) => a - b);
  const colourAt = (value: number) => {
    const broken = limits.filter((limit) => (limit.side === 'above' ? value >= limit.value : value < limit.value));
    return broken.length === 0 ? fine : colours[broken.map(({ priority }) => priority).reduce(worst)];
  };
  const steps: dashboard.Threshold[] = [{ value: null, color: colourAt(Number.NEGATIVE_INFINITY) }];
  for (const edge of edges) {
    const color = colourAt(edge);
    if (steps.at(-1)?.color !== color) steps.push({ value: edge, color });
  }
  return steps;
}

/** Words for the numbers of a state, in red where a rule alarms on it. Undefined for what is no state. */
export function mappingsOf(value: BoardValue, rules: readonly RuleInForce[], language: Language): dashboard.ValueMapping[] | undefined {
  const { states } = factsOf(value);
  if (!states) return undefined;
  const others: dashboard.ValueMapping[] =
    typeof value === 'string' && isCode(value)
      ? [
          {
            type: dashboard.MappingType.RangeToText,
            options: { from: 1, to: quantity(value).range[1], result: { color: colours.high, index: 90 } },
          },
        ]
      : [];
  const options = Object.fromEntries(
    Object.entries(states).map(([state, text], index) => {
      const priority = priorityOfState(rules, value, Number(state));
      const bad = priority ? colours[priority] : undefined;
      const offline = typeof value === 'object' && 'status' in value && state === '0';
      return [state, { text: text[language], color: bad ?? (offline ? colours.high : state === '0' ? colours.off : colours.fine), index }];
    }),
  );
  return [{ type: dashboard.MappingType.ValueToText, options }, ...others];
}

export const words = {
  device: { zh: '设备', en: 'Device' },
  building: { zh: '楼宇', en: 'Building' },
  department: { zh: '科室', en: 'Department' },
  since: { zh: '时间', en: 'Time' },
  month: { zh: '月份', en: 'Month' },
  estimated: { zh: '其中估算', en: 'Of it estimated' },
  limit: { zh: '限值', en: 'Limit' },
  lostAt: { zh: '失电时间', en: 'Lost at' },
  backAt: { zh: '恢复时间', en: 'Back at' },
  stillOut: { zh: '仍未恢复', en: 'still out' },
  limits: { zh: '限值', en: 'Limits' },
  source: { zh: '依据', en: 'Source' },
  below: { zh: '低于', en: 'below' },
  above: { zh: '高于', en: 'above' },
  audience: { zh: '使用人', en: 'For' },
  console: { zh: '打开控制台', en: 'Open the console' },
  boards: { zh: '其他看板', en: 'Other boards' },
  history: { zh: '在控制台查看该设备', en: 'This device in the console' },
  alarms: { zh: '告警', en: 'Alarms' },
  alarm: { zh: '告警', en: 'Alarm' },
  priority: { zh: '级别', en: 'Priority' },
  times: { zh: '次数', en: 'Times' },
  alarmDesk: {
    zh: '只含已通知人员的告警，不含被抑制或搁置的。确认、搁置和处理请在控制台进行。',
    en: 'Alarms that called somebody, without those suppressed or shelved. Acknowledge, shelve and handle them in the console.',
  },
  unknown: { zh: '无数据（未知）', en: 'No data (unknown)' },
  notice: { zh: '重要提示', en: 'Important' },
} as const;
