/** What a county hospital has repaired in two years: trades, seasons, how long it takes. Deterministic by seed. */
import type { Priority } from '../../shared/alarm.ts';
import type { SiteConfig } from '../../shared/site.ts';
import type { System, Trade } from '../../shared/system.ts';
import type { Text } from '../../shared/text.ts';
import { freshLife, type Ticket, type TicketWork } from '../../shared/ticket.ts';
import { wallOf } from '../../shared/zone.ts';
import { streamOf } from '../../simulators/random.ts';

interface Kind {
  title: Text;
  done: Text;
  system: System;
  trade: Trade;
  /** So often against the others; by month of the year where it has a season. */
  weight: number;
  months?: readonly number[];
  minutes: number;
  part?: [name: string, unit: string, costYuan: number];
  priority?: Priority;
}

const kind = (system: System, trade: Trade, weight: number, minutes: number, zh: string, en: string, doneZh: string, doneEn: string, more: Partial<Kind> = {}): Kind => ({ system, trade, weight, minutes, title: { zh, en }, done: { zh: doneZh, en: doneEn }, ...more }); // biome-ignore format: one
const summer = [5, 6, 7, 8];
const winter = [0, 1, 2, 10, 11];
/** Months count from 0. */
const kinds: readonly Kind[] = [
  kind('electricity', 'electrical', 16, 25, '病房灯管不亮', 'Ward light out', '更换灯管，恢复照明', 'lamp replaced', { part: ['LED灯管 16W', '支', 18] }),
  kind('electricity', 'electrical', 10, 30, '插座无电', 'Socket dead', '更换插座面板，紧固接线', 'socket replaced, wires tightened', { part: ['五孔插座', '个', 12] }),
  kind('electricity', 'electrical', 5, 40, '空气开关跳闸', 'Breaker tripped', '排除私接电暖器，合闸', 'heater removed, switched on again', { months: winter, priority: 'high' }),
  kind('electricity', 'electrical', 4, 55, '呼叫系统无声', 'Nurse call silent', '更换呼叫手柄', 'call handset replaced', { part: ['呼叫手柄', '个', 85] }),
  kind('water', 'plumbing', 14, 35, '水龙头关不严', 'Tap drips', '更换陶瓷阀芯', 'valve core replaced', { part: ['陶瓷阀芯', '个', 15] }),
  kind('drain', 'plumbing', 13, 40, '卫生间下水堵塞', 'Toilet blocked', '机械疏通，清出异物', 'cleared by machine', { priority: 'high' }),
  kind('water', 'plumbing', 5, 70, '吊顶内管道渗水', 'Pipe seeps above the ceiling', '更换管件并试压', 'fitting replaced and pressed', { part: ['PPR直接 25', '个', 6], priority: 'high' }),
  kind('hotwater', 'plumbing', 6, 45, '淋浴无热水', 'No hot water in the shower', '清洗恒温阀滤网', 'mixing valve filter cleaned', { months: winter }),
  kind('heating', 'boiler', 7, 50, '病房暖气不热', 'Radiator cold', '放气，调平衡阀', 'bled and balanced', { months: winter }),
  kind('boiler', 'boiler', 1, 120, '锅炉点火失败', 'Boiler does not light', '清洁火焰探测电极', 'flame electrode cleaned', { months: winter, priority: 'high' }),
  kind('oxygen', 'medical-gas', 3, 35, '氧气终端漏气', 'Oxygen outlet leaks', '更换终端密封圈，检漏合格', 'seal replaced, tight', { part: ['终端密封圈', '个', 9], priority: 'high' }),
  kind('wastewater', 'wastewater', 1, 80, '加药泵不出药', 'Dosing pump does not dose', '排气并更换单向阀', 'vented, check valve replaced', { part: ['加药泵单向阀', '个', 120], priority: 'high' }),
  kind('cooling', 'electrical', 9, 60, '空调不制冷', 'Air conditioning does not cool', '清洗滤网，补充冷媒', 'filter cleaned, refrigerant topped up', { months: summer, part: ['R410A 冷媒', 'kg', 60] }),
  kind('lift', 'general', 3, 75, '电梯门关不上', 'Lift door does not close', '维保单位调整门机', 'door drive adjusted by the contractor', { priority: 'high' }),
  kind('environment', 'general', 12, 35, '门锁损坏', 'Door lock broken', '更换锁芯', 'lock core replaced', { part: ['锁芯', '个', 28] }),
  kind('environment', 'general', 9, 40, '病床摇把失灵', 'Bed crank stuck', '更换摇把螺杆', 'crank spindle replaced', { part: ['摇把螺杆', '个', 35] }),
  kind('environment', 'general', 5, 50, '窗户合页脱落', 'Window hinge loose', '更换合页并加固', 'hinge replaced', { part: ['合页', '副', 10] }),
  kind('fire', 'general', 2, 45, '应急灯不亮', 'Emergency light out', '更换蓄电池', 'battery replaced', { part: ['应急灯电池', '块', 38] }),
]; // biome-ignore format: a table

function byWeight(from: readonly Kind[], at: number): Kind {
  let left = at;
  for (const one of from) {
    left -= one.weight;
    if (left < 0) return one;
  }
  return from[0] as Kind;
}

const minute = 60_000;
const dayMs = 86_400_000;
/** In the first year and in the second. */
const perDay = [2.7, 3.05] as const;

/** All are closed or cancelled; reported between seven and ten in the evening. */
export function* simulatedRepairs(site: SiteConfig, range: { from: number; to: number }, seed: number): Generator<Omit<Ticket, 'id'>> {
  const stream = streamOf(seed, 'repairs');
  const { departments, people, on_call: onCall } = site;
  if (departments.length === 0 || people.length === 0) return;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(stream.uniform() * list.length)] as T;
  const ofTrade = (trade: Trade) => onCall.find((one) => one.trade === trade)?.people ?? people.map(({ id }) => id);
  // Nothing of the last days: what is open now is the desk's own.
  const end = range.to - 4 * dayMs;
  for (let day = range.from; day < end; day += dayMs) {
    const wall = new Date(wallOf(site.site.timezone, day + dayMs / 2));
    const month = wall.getUTCMonth();
    const weekend = wall.getUTCDay() % 6 === 0;
    const mean = (day < range.to - 365 * dayMs ? perDay[0] : perDay[1]) * (weekend ? 0.55 : 1.18);
    const able = kinds.filter(({ months }) => !months || months.includes(month));
    const weights = able.reduce((sum, { weight }) => sum + weight, 0);
    for (let left = mean; left > 0; left--) {
      if (left < 1 && stream.uniform() > left) break;
      const what = byWeight(able, stream.uniform() * weights);
      const place = pick(departments);
      const openedAt = Math.round(day + (7 + 15 * stream.uniform() ** 1.3) * 60 * minute);
      yield repairOf(what, place, openedAt, pick(ofTrade(what.trade)));
    }
  }

  function repairOf(what: Kind, place: SiteConfig['departments'][number], openedAt: number, who: string): Omit<Ticket, 'id'> {
    const urgent = what.priority === 'high' ? 0.5 : 1;
    const assignedAt = openedAt + Math.round((1 + 14 * stream.uniform()) * minute * urgent);
    const arrivedAt = assignedAt + Math.round((4 + 28 * stream.uniform()) * minute * urgent);
    const waits = stream.uniform() < 0.06;
    const minutes = Math.round(what.minutes * (0.5 + stream.uniform()));
    const resolvedAt = arrivedAt + minutes * minute + (waits ? Math.round((18 + 40 * stream.uniform()) * 60 * minute) : 0);
    const verifiedAt = resolvedAt + Math.round((3 + 50 * stream.uniform()) * minute);
    const cancelled = stream.uniform() < 0.015;
    const reopened = stream.uniform() < 0.035 ? 1 : 0;
    const stars = stream.uniform() < 0.6 ? (stream.uniform() < 0.8 ? 5 : stream.uniform() < 0.7 ? 4 : 3) : null;
    const { zh, en } = what.title;
    const location = { zh: place.name.zh, en: place.name.en };
    const parts: TicketWork['parts'] = what.part ? [{ name: what.part[0], unit: what.part[1], quantity: 1, costYuan: what.part[2] }] : [];
    const work: TicketWork[] = [{ by: who, at: resolvedAt, minutes, parts, costYuan: what.trade === 'general' && what.system === 'lift' ? 180 : 0, note: null }]; // biome-ignore format: one
    const base = {
      title: { zh: `${place.name.zh}：${zh}`, en: `${place.name.en}: ${en}` },
      description: { zh: `${zh}（模拟历史）`, en: `${en} (simulated history)` },
      system: what.system,
      trade: what.trade,
      priority: what.priority ?? 'medium',
      device: null,
      building: place.building ?? null,
      department: place.id,
      location,
      alarm: null,
      alarms: [],
      alarmActive: false,
      values: null,
      openedAt,
      openedBy: 'simulated-history',
      assignee: who,
      assignedAt,
      override: null,
      waitingReason: null,
    } as const;
    if (cancelled)
      return { ...base, alarms: [], state: 'cancelled', startedAt: null, resolvedAt: null, resolvedBy: null, resolution: null, verifiedAt: null, verifiedBy: null, life: { ...freshLife, closedAt: assignedAt + 10 * minute, closedBy: who }, version: 3 }; // biome-ignore format: one
    return {
      ...base,
      alarms: [],
      state: 'closed',
      startedAt: arrivedAt,
      resolvedAt,
      resolvedBy: who,
      resolution: site.site.language === 'en' ? what.done.en : what.done.zh,
      verifiedAt,
      verifiedBy: 'simulated-history',
      life: {
        ...freshLife,
        arrivedAt,
        arrivedBy: who,
        signature: {
          name: site.site.language === 'en' ? 'Ward nurse' : '护士站',
          by: 'simulated-history',
          at: verifiedAt,
          file: null,
          stars,
          phoneOf: null,
        },
        work,
        closedAt: verifiedAt + 60 * minute,
        closedBy: 'simulated-history',
        reopened,
      },
      version: 7,
    };
  }
}
