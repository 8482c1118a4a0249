/** One meter in the tree: what it counted, what its children counted, the difference, and what to check when it is marked. */
import type { MeterBalance } from '../data/api.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import type { MeterRow } from './trees.ts';

type Balance = NonNullable<MeterRow['balance']>;

/** What to look for first, where something is marked. */
const checks: Record<'missing' | 'negative', Record<MeterBalance['kind'], TextKey>> = {
  missing: { electricity: 'balance.check.missing.electricity', water: 'balance.check.missing.water', heat: 'balance.check.missing.heat' },
  negative: {
    electricity: 'balance.check.negative.electricity',
    water: 'balance.check.negative.water',
    heat: 'balance.check.negative.heat',
  },
};

export function MeterLine({ row, answer }: { row: MeterRow; answer: MeterBalance }) {
  const { t, text, number } = useWords();
  const { plant } = useConsole();
  const device = plant.devices.get(row.device);
  const { balance } = row;
  return (
    <div className="meter" data-verdict={balance?.verdict}>
      <div className="meter-head">
        <a href={`#/devices/${row.device}`} tabIndex={-1}>
          {text(device?.name) || row.device}
        </a>
        <span className="calm small">{device?.circuit}</span>
        <span className="meter-values">
          <b>{row.used === null ? '—' : `${number(row.used)} ${answer.unit}`}</b>
          <span className="calm">{row.rate === null ? t('balance.rateUnknown') : `${number(row.rate)} ${answer.rateUnit}`}</span>
        </span>
      </div>
      {row.resets > 0 && <p className="small note">{t('balance.reset', { n: row.resets })}</p>}
      {row.used === null && <p className="small note">{t('balance.noReadings')}</p>}
      {balance && <BalanceLine balance={balance} answer={answer} />}
    </div>
  );
}

function BalanceLine({ balance, answer }: { balance: Balance; answer: MeterBalance }) {
  const { t, text, number, dateTime } = useWords();
  const { plant } = useConsole();
  const { difference, differencePct, children, verdict, silent } = balance;
  const marked = verdict === 'missing' || verdict === 'negative';
  const rate = balance.rate !== null && balance.childrenRate !== null ? balance.rate - balance.childrenRate : null;
  const signed = (value: number) => `${value > 0 ? '+' : ''}${number(value)}`;
  // A step of a quarter of an hour at either end is no shorter period.
  const shorter = balance.from !== null && balance.from - answer.from > 2 * 3_600_000;
  return (
    <>
      <p className="balance-line">
        <span className={`verdict ${verdict}`}>{t(`balance.verdict.${verdict}`)}</span>
        {children !== null && difference !== null && (
          <>
            <span>{t('balance.children', { value: `${number(children)} ${answer.unit}` })}</span>
            <b>
              {t('balance.difference', { value: `${signed(difference)} ${answer.unit}` })}
              {differencePct !== null && ` (${differencePct > 0 ? '+' : ''}${number(differencePct, 1)} %)`}
            </b>
          </>
        )}
        {rate !== null && <span className="calm">{t('balance.now', { value: `${signed(rate)} ${answer.rateUnit}` })}</span>}
        {shorter && balance.from !== null && <span className="calm">{t('balance.since', { time: dateTime(balance.from) })}</span>}
      </p>
      {marked && (
        <p className="small note">
          {t('balance.beyond', { pct: verdict === 'missing' ? balance.limit.gapPct : answer.negativePct })}{' '}
          {t(checks[verdict][answer.kind])}
        </p>
      )}
      {silent.length > 0 && (
        <p className="small note">
          {t('balance.silent', { names: silent.map((id) => text(plant.devices.get(id)?.name) || id).join(', ') })}
        </p>
      )}
    </>
  );
}
