/**
 * What a role has found wrong with the platform itself: its store, its disk, its files. Carried by the role's heartbeat (shared/role.ts), shown by
 * `/healthz`, judged by the rules of the system pack. A trouble lasts until the role takes it back.
 */
import type { Clock } from './clock.ts';
import type { Text } from './text.ts';

interface TroubleKind {
  /** True: while it lasts readings are not stored, and `/healthz` is not 200. */
  stops: boolean;
  title: Text;
  todo: Text;
}

export const troubleKinds = {
  'store-unreachable': {
    stops: true,
    title: { zh: '数据库连不上', en: 'The store cannot be reached' },
    todo: {
      zh: '检查数据库服务和网络；读数暂存在网关，恢复后自动补传',
      en: 'Check the database and the network; the gateways keep the readings and send them afterwards',
    },
  },
  'store-refused': {
    stops: true,
    title: { zh: '数据库拒绝我们的账号', en: 'The store refuses our credentials' },
    todo: {
      zh: '检查 PLANTROOM_STORE_URL 里的账号、密码或令牌及其权限；读数暂存在网关',
      en: 'Check user, password or token in PLANTROOM_STORE_URL and what it may do; the gateways keep the readings',
    },
  },
  'store-missing': {
    stops: true,
    title: { zh: '数据库里没有配置的库（bucket）', en: 'The database or bucket does not exist' },
    todo: {
      zh: '创建该库（bucket），或更正 PLANTROOM_STORE_URL；读数暂存在网关',
      en: 'Create it, or correct PLANTROOM_STORE_URL; the gateways keep the readings',
    },
  },
  'store-wrong': {
    stops: true,
    title: { zh: '数据库地址上的应答不是数据库的', en: 'What answers at the address of the store is not the store' },
    todo: {
      zh: '检查地址、端口和中间的代理；未按数据库约定确认的写入一律不算成功',
      en: 'Check address, port and any proxy between; only the answer that the database documents counts as written',
    },
  },
  'store-full': {
    stops: true,
    title: { zh: '数据库磁盘已满', en: 'The disk of the store is full' },
    todo: { zh: '腾出磁盘空间或扩容；读数暂存在网关', en: 'Make room or enlarge the disk; the gateways keep the readings' },
  },
  'store-damaged': {
    stops: false,
    title: { zh: '读数库文件损坏，已移开并启用新库', en: 'The file of readings was damaged; it was set aside and an empty one started' },
    todo: {
      zh: '按提示用备份或 sqlite3 .recover 找回旧数据，再把移开的文件删除或转存',
      en: 'Bring the old data back from a backup or with sqlite3 .recover, then move the file away',
    },
  },
  'store-roll-ups': {
    stops: false,
    title: { zh: '小时/日汇总未能生成', en: 'Hourly and daily roll-ups are not made' },
    todo: {
      zh: '查看采集日志；原始读数不受影响，但超过保留期后历史将缺失',
      en: 'See the log of ingest; readings are not concerned, but history will be missing once they are too old to be kept',
    },
  },
  'readings-refused': {
    stops: true,
    title: { zh: '消息服务器不让入库程序收读数', en: 'The broker does not deliver readings to ingest' },
    todo: { zh: '检查消息服务器的访问权限', en: 'Check the access rights on the broker' },
  },
  'dead-letters': {
    stops: false,
    title: { zh: '有读数永远无法入库', en: 'Readings are set aside for good' },
    todo: { zh: '在“传输”页看原因和原文', en: 'See reason and text on the page of transfers' },
  },
  'outbox-growing': {
    stops: true,
    title: { zh: '网关发件箱越积越多', en: 'The outbox of a gateway grows' },
    todo: { zh: '检查消息服务器、入库程序和数据库；恢复后自动补传', en: 'Check broker, ingest and store; what waits is sent afterwards' },
  },
  'outbox-unwritable': {
    stops: false,
    title: { zh: '网关发件箱写不进磁盘', en: 'The outbox of a gateway cannot be written' },
    todo: {
      zh: '检查网关磁盘；此时断电会丢失未入库的读数',
      en: 'Check the disk of the gateway; a power cut now loses what is not stored yet',
    },
  },
  'outbox-dropped': {
    stops: false,
    title: { zh: '网关丢弃了未入库的读数', en: 'A gateway has given up readings that were not stored' },
    todo: {
      zh: '恢复数据库和消息服务器；必要时加大 outbox.max_mb',
      en: 'Restore store and broker; enlarge outbox.max_mb where outages are long',
    },
  },
  'gateway-twice': {
    stops: false,
    title: { zh: '两个程序用同一个网关编号', en: 'Two programs run as one gateway' },
    todo: {
      zh: '停掉其中一个，或在站点文件里给它自己的网关编号；否则两边轮流被踢下线，读数时断时续',
      en: 'Stop one of them, or give it a gateway id of its own in the site file; until then each throws the other off the broker',
    },
  },
  'role-down': {
    stops: false,
    title: { zh: '平台的一个程序停了', en: 'A part of the platform is down' },
    todo: {
      zh: '它会自动重启；反复停止时查看其日志和磁盘。在此之前以现场报警装置为准',
      en: 'It is started again by itself; when it stops again and again, see its log and the disk. Until then rely on the local panels',
    },
  },
  'role-hung': {
    stops: false,
    title: { zh: '平台的一个程序没有响应', en: 'A part of the platform does not answer' },
    todo: {
      zh: '监护程序会结束并重启它；反复出现时检查机器负载和磁盘',
      en: 'The supervisor ends it and starts it again; when it comes back, check load and disk of the machine',
    },
  },
  'broker-unreachable': {
    stops: true,
    title: { zh: '消息服务器连不上', en: 'The broker cannot be reached' },
    todo: {
      zh: '检查消息服务器和网络；期间新的读数到不了平台，以现场报警装置为准，读数暂存在网关',
      en: 'Check the broker and the network; meanwhile no reading is judged: rely on the local panels. The gateways keep the readings',
    },
  },
  'backup-old': {
    stops: false,
    title: { zh: '备份过期', en: 'The backup is old' },
    todo: {
      zh: '检查备份任务和备份盘；用备份副本做一次 integrity_check',
      en: 'Check the backup job and its disk, and try the copy with integrity_check',
    },
  },
  'certificate-ends': {
    stops: false,
    title: { zh: '证书即将到期', en: 'A certificate is about to end' },
    todo: { zh: '更换证书；到期后手机和网关将连不上', en: 'Renew it; phones and gateways cannot connect after its end' },
  },
  'operations-unwritable': {
    stops: false,
    title: { zh: '告警与工单库写不进磁盘', en: 'The database of alarms and tickets cannot be written' },
    todo: {
      zh: '马上检查磁盘；告警照常判断和通知，但此时断电会丢失其记录',
      en: 'Check the disk now; alarms are judged and people are told, but a power cut now loses the record of it',
    },
  },
  'operations-damaged': {
    stops: false,
    title: {
      zh: '告警与工单库文件损坏，已移开并启用新库',
      en: 'The database of alarms and tickets was damaged; it was set aside and an empty one started',
    },
    todo: {
      zh: '用备份恢复，或用 sqlite3 .recover 找回，再把移开的文件转存',
      en: 'Restore a backup or recover it with sqlite3 .recover, then move the file away',
    },
  },
  'disk-filling': {
    stops: false,
    title: { zh: '磁盘快满了', en: 'The disk is filling up' },
    todo: { zh: '清理磁盘、缩短保留期或扩容', en: 'Clean up, shorten the retention, or enlarge the disk' },
  },
  'disk-full': {
    stops: false,
    title: { zh: '磁盘已满', en: 'The disk is full' },
    todo: { zh: '马上腾出空间；告警照常判断和通知', en: 'Make room now; alarms go on being judged and told' },
  },
} as const satisfies Record<string, TroubleKind>;

export type TroubleCode = keyof typeof troubleKinds;
export const isTroubleCode = (code: string): code is TroubleCode => Object.hasOwn(troubleKinds, code);

export interface Trouble {
  code: TroubleCode;
  /** Which of several: the id of a gateway, a file; empty where there is only one. */
  place: string;
  /** Plant time, UTC ms. */
  since: number;
  /** In English, for the log and for those who mend it; without secrets. */
  detail: string;
}

const longestDetail = 400;

export class Troubles {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #all = new Map<string, Trouble>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Tells it, or what is known of it now; since when stays. */
  set(code: TroubleCode, detail: string, place = ''): void {
    const known = this.#all.get(`${code} ${place}`);
    this.#all.set(`${code} ${place}`, { code, place, since: known?.since ?? this.#clock.now(), detail: detail.slice(0, longestDetail) });
  }

  clear(code: TroubleCode, place = ''): void {
    this.#all.delete(`${code} ${place}`);
  }

  /** `detail` undefined takes it back. */
  be(code: TroubleCode, detail: string | undefined, place = ''): void {
    if (detail === undefined) this.clear(code, place);
    else this.set(code, detail, place);
  }

  list(): Trouble[] {
    return [...this.#all.values()];
  }
}
