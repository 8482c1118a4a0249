/** What the gateway read last of a device, word by word as it came over the wire, beside what became of it. Asked for only while it is open. */
import { Box, Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { RawField, RawPayload, RawRegister } from '../../../shared/raw.ts';
import { ApiError, api, type DeviceInfo } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { cellText, functionOf } from './words.ts';

const everyMs = 2_000;

type Shown = { raw: RawPayload | null } | { trouble: string };

export function RawRegisters({ device }: { device: DeviceInfo }) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  return (
    <section className="panel raw-panel">
      <div className="chart-head">
        <h3>{t('raw.title')}</h3>
        <Button size="compact-md" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t(open ? 'raw.hide' : 'raw.show')}
        </Button>
      </div>
      <p className="calm small">{t('raw.hint')}</p>
      {open && <Live device={device} />}
    </section>
  );
}

function Live({ device }: { device: DeviceInfo }) {
  const { t, clock } = useWords();
  const [shown, show] = useState<Shown>();
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        // A page in a tab that nobody sees asks for nothing; the gateway's watch runs out.
        if (!document.hidden) show(await api.deviceRaw(device.id, abort.signal));
      } catch (error) {
        if (abort.signal.aborted) return;
        const full = error instanceof ApiError && error.status === 429;
        show({ trouble: t(full ? 'raw.full' : 'raw.failed') });
      }
      timer = setTimeout(ask, everyMs);
    };
    void ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [device.id, t]);
  if (!shown) return <p className="calm">{t('app.loading')}</p>;
  if ('trouble' in shown) return <p role="alert">{shown.trouble}</p>;
  if (!shown.raw) return <p role="alert">{t('raw.silent')}</p>;
  const { raw } = shown;
  const title = t('raw.title');
  return (
    <>
      <p className="calm small" data-raw-at={raw.t}>
        {raw.type === 'modbus' && `${t('raw.unit', { unit: raw.unit })} · `}
        {t('raw.at', { time: clock(raw.t) })}
      </p>
      <Box className="scroll raw-scroll" role="region" aria-label={title} tabIndex={0}>
        {raw.type === 'modbus' ? <Registers registers={raw.registers} /> : <Fields fields={raw.fields} />}
      </Box>
    </>
  );
}

function Registers({ registers }: { registers: readonly RawRegister[] }) {
  const { t } = useWords();
  return (
    <table className="raw-table">
      <thead>
        <tr>
          <th>{t('raw.point')}</th>
          <th>{t('raw.register')}</th>
          <th>{t('raw.words')}</th>
          <th>{t('raw.type')}</th>
          <th>{t('raw.value')}</th>
          <th>{t('raw.read')}</th>
        </tr>
      </thead>
      <tbody>
        {registers.map((one, at) => (
          <tr key={at} data-register={one.name} className={one.polled ? '' : 'off'}>
            <th scope="row">
              <Name id={one.quantity ?? one.name} />
            </th>
            <td>
              {one.cells.map(({ table, address }) => (
                <div key={`${table}${address}`}>
                  {functionOf(table)} · {address} <small>0x{address.toString(16).toUpperCase().padStart(4, '0')}</small>
                </div>
              ))}
              {one.number !== one.cells[0]?.address && <small>{t('raw.manual', { number: one.number })}</small>}
            </td>
            <td className="words">
              {one.cells.map((cell) => (
                <div key={`${cell.table}${cell.address}`}>{cellText(cell)}</div>
              ))}
            </td>
            <td>
              {one.type} <small>{one.order}</small>
            </td>
            <td>
              <Value of={one} />
            </td>
            <td>{one.polled ? <Time t={one.t} /> : t('raw.notPolled')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Fields({ fields }: { fields: readonly RawField[] }) {
  const { t } = useWords();
  return (
    <table className="raw-table">
      <thead>
        <tr>
          <th>{t('raw.point')}</th>
          <th>{t('raw.topic')}</th>
          <th>{t('raw.path')}</th>
          <th>{t('raw.found')}</th>
          <th>{t('raw.value')}</th>
          <th>{t('raw.read')}</th>
        </tr>
      </thead>
      <tbody>
        {fields.map((one) => (
          <tr key={`${one.quantity}${one.topic}`} data-register={one.quantity}>
            <th scope="row">
              <Name id={one.quantity} />
            </th>
            <td className="words">{one.topic}</td>
            <td className="words">{one.path}</td>
            <td className="words">{one.found ?? '—'}</td>
            <td>
              <Value of={one} />
            </td>
            <td>
              <Time t={one.t} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Name({ id }: { id: string }) {
  const { text } = useWords();
  const { plant } = useConsole();
  const label = text(plant.site.quantities[id]?.label);
  return (
    <>
      {label || id}
      {label && <small className="id">{id}</small>}
    </>
  );
}

function Value({ of: { quantity, value, bad } }: { of: RawRegister | RawField }) {
  const { t, text, number } = useWords();
  const { plant } = useConsole();
  const info = quantity === null ? undefined : plant.site.quantities[quantity];
  if (bad) return <b className="bad">{t('device.bad', { reason: t(`reason.${bad}`) })}</b>;
  if (value === null) return <>—</>;
  const state = text(info?.states?.[String(value)]);
  return (
    <span className="value">
      {state ? `${number(value, 0)} · ${state}` : number(value, Number.isInteger(value) ? 0 : 3)} <small>{info?.unit}</small>
    </span>
  );
}

function Time({ t: at }: { t: number | null }) {
  const { t, clock } = useWords();
  return at === null ? <span className="calm">{t('raw.notYet')}</span> : <time>{clock(at)}</time>;
}
