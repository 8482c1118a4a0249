/**
 * The platform's alarms about itself: what its roles find wrong (their troubles), roles that are down or hang, a broker that is away, an old backup.
 * Each becomes an alarm with a ticket, told like any other. Raised after it has lasted, cleared when the role that told it is there and takes it back:
 * a role that is gone says nothing of now.
 */
import type { AlarmDefinition, EngineDesk } from '../desk/index.ts';
import { type Priority, platformRulePrefix } from '../shared/alarm.ts';
import type { Clock } from '../shared/clock.ts';
import type { RoleHealth } from '../shared/role-health.ts';
import { type TroubleCode, type Troubles, troubleKinds } from '../shared/trouble.ts';

/** A restart, an upgrade or a failover is no alarm. */
const patience: Partial<Record<TroubleCode, number>> = {
  'role-down': 60_000,
  'role-hung': 20_000,
  'broker-unreachable': 60_000,
  'store-unreachable': 60_000,
  'outbox-growing': 60_000,
  'readings-refused': 30_000,
};
const usualPatienceMs = 10_000;
/** So long it must be gone: what comes and goes is one alarm. */
const goneMs = 30_000;

const urgent = new Set<TroubleCode>([
  'disk-full',
  'operations-damaged',
  'operations-unwritable',
  'broker-unreachable',
  'outbox-dropped',
  'role-down',
  'role-hung',
]);
const minor = new Set<TroubleCode>(['dead-letters', 'store-roll-ups', 'backup-old', 'certificate-ends']);
export const priorityOf = (code: TroubleCode): Priority =>
  minor.has(code) ? 'medium' : urgent.has(code) || troubleKinds[code].stops ? 'high' : 'medium';

interface Found {
  code: TroubleCode;
  place: string;
  detail: string;
  /** The role that told it; undefined: we see it ourselves. */
  role: string | undefined;
}

interface Standing {
  found: Found;
  since: number;
  /** When it was last there, wire time. */
  seen: number;
  raised: boolean;
}

export interface PlatformWatchOptions {
  health: RoleHealth;
  /** What this role finds itself: heard also while the broker is away. */
  own: Troubles;
  connected(): boolean;
  desk: EngineDesk;
  clock: Clock;
  /** Real time: a plant that runs fast is no reason to be impatient with a database. */
  wire: Clock;
}

export const platformRule = (code: TroubleCode) => `${platformRulePrefix}${code.toUpperCase()}`;
export const platformAlarmId = (code: TroubleCode, place: string) => `sys-platform-${code}${place === '' ? '' : `.${idOf(place)}`}`;
const idOf = (place: string) =>
  place.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(-48) || 'x'; // biome-ignore format: short

/** Call `look` every second or so. */
export function openPlatformWatch(options: PlatformWatchOptions): { look(): boolean } {
  const { health, own, desk, clock, wire } = options;
  const standing = new Map<string, Standing>();
  const begun = wire.monotonic();
  // Over a restart an alarm stands until somebody who knows says that it is over.
  for (const alarm of desk.alarms({ state: 'all', limit: Number.MAX_SAFE_INTEGER })) {
    if (!alarm.active || !alarm.rule.startsWith(platformRulePrefix)) continue;
    const code = alarm.rule.slice(platformRulePrefix.length).toLowerCase();
    if (!(code in troubleKinds)) desk.clear(alarm.id, { at: clock.now(), value: null });
    else
      standing.set(alarm.id, {
        found: { code: code as TroubleCode, place: alarm.device, detail: '', role: 'unknown' },
        since: begun,
        seen: begun,
        raised: true,
      });
  }

  const find = (): Found[] => {
    const found: Found[] = own.list().map(({ code, place, detail }) => ({ code, place, detail, role: undefined }));
    if (!options.connected())
      return [...found, { code: 'broker-unreachable', place: '', detail: 'no connection to the broker', role: undefined }];
    const { roles, troubles } = health.check();
    for (const [role, state] of Object.entries(roles)) {
      if (state === 'down' || state === 'not heard of') found.push({ code: 'role-down', place: role, detail: state, role: undefined });
      if (state === 'silent') found.push({ code: 'role-hung', place: role, detail: 'no heartbeat', role: undefined });
    }
    for (const { code, place, detail, role } of troubles) found.push({ code, place, detail, role });
    return found;
  };
  /** Whether the one who told it could say so now. */
  const canTell = ({ role, code }: Found): boolean => {
    if (code === 'broker-unreachable') return true;
    if (!options.connected()) return false;
    const { roles } = health.check();
    if (role === 'unknown') return Object.values(roles).every((state) => state === 'up');
    return role === undefined || roles[role.split('/')[0] as string] === 'up';
  };

  return {
    /** True when an alarm moved. */
    look() {
      const now = wire.monotonic();
      let moved = false;
      for (const found of find()) {
        const id = platformAlarmId(found.code, found.place);
        const known = standing.get(id) ?? { found, since: now, seen: now, raised: false };
        known.found = found;
        known.seen = now;
        standing.set(id, known);
        if (known.raised || now - known.since < (patience[found.code] ?? usualPatienceMs)) continue;
        known.raised = true;
        desk.raise(definitionOf(id, found), { at: clock.now(), value: null, limit: null });
        moved = true;
      }
      for (const [id, { found, seen, raised }] of standing) {
        if (seen === now) continue;
        if (!raised) standing.delete(id);
        else if (now - seen >= goneMs && canTell(found)) {
          standing.delete(id);
          desk.clear(id, { at: clock.now(), value: null });
          moved = true;
        }
      }
      return moved;
    },
  };
}

function definitionOf(id: string, { code, place, detail }: Found): AlarmDefinition {
  const { title, todo } = troubleKinds[code];
  const at = place === '' ? { zh: '', en: '' } : { zh: `（${place}）`, en: ` (${place})` };
  return {
    id,
    rule: platformRule(code),
    device: place === '' ? 'platform' : place,
    quantity: null,
    system: 'environment',
    priority: priorityOf(code),
    trade: 'general',
    lifeSafety: false,
    latching: false,
    unit: '',
    title: { zh: `${title.zh}${at.zh}`, en: `${title.en}${at.en}` },
    message: {
      zh: `${title.zh}${at.zh}${detail === '' ? '' : `。程序报告原文：${detail}`}`,
      en: `${title.en}${at.en}${detail === '' ? '' : `: ${detail}`}`,
    },
    check: todo,
    location: { zh: `监测平台${at.zh}`, en: `Monitoring platform${at.en}` },
    building: null,
    department: null,
    source: 'proposal',
    ticket: true,
    causeKey: id,
  };
}
