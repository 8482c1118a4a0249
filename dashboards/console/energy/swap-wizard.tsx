/** An exchanged meter, on the phone beside it: what the old one showed and the new one shows, its serial, a photo, and two people who sign. */
import { Button, FileInput, Group, Modal, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { energyApi, type MeterInfo, type PictureInfo } from '../data/energy-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { momentAt, wallText } from './moments.ts';
import { Picture } from './picture.tsx';
import { SignaturePad } from './signature-pad.tsx';

export interface SwapAsk {
  device?: string;
  t: number;
  final?: number;
  first?: number;
}
const steps = ['doctor.swap.readings', 'doctor.swap.photo', 'doctor.swap.sign'] as const;

export function SwapWizard({
  ask,
  meters,
  onClose,
  onDone,
}: {
  ask: SwapAsk | undefined;
  meters: readonly MeterInfo[];
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useWords();
  const phone = useMediaQuery('(max-width: 640px)') ?? false;
  return (
    <Modal
      opened={ask !== undefined}
      onClose={onClose}
      title={t('doctor.swap')}
      size="lg"
      fullScreen={phone}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      {ask && <Wizard ask={ask} meters={meters} onDone={onDone} />}
    </Modal>
  );
}

function Wizard({ ask, meters, onDone }: { ask: SwapAsk; meters: readonly MeterInfo[]; onDone: () => void }) {
  const { t, text, number } = useWords();
  const { plant, act, session } = useConsole();
  const zone = plant.site.timezone;
  const [step, setStep] = useState(0);
  const [device, setDevice] = useState(ask.device ?? '');
  const [at, setAt] = useState(wallText(zone, ask.t));
  const [final, setFinal] = useState(ask.final === undefined ? '' : String(ask.final));
  const [first, setFirst] = useState(ask.first === undefined ? '' : String(ask.first));
  const [serial, setSerial] = useState('');
  const [reason, setReason] = useState('');
  const [photo, setPhoto] = useState<File | null>(null);
  const [names, setNames] = useState([session.user.fullName || session.user.name, '']);
  const [signed, setSigned] = useState<(string | undefined)[]>([undefined, undefined]);
  const [picture, setPicture] = useState<PictureInfo>();
  const [busy, setBusy] = useState(false);
  const moment = momentAt(zone, at);
  const figures =
    final !== '' &&
    first !== '' &&
    Number.isFinite(Number(final)) &&
    Number.isFinite(Number(first)) &&
    Number(final) >= 0 &&
    Number(first) >= 0;
  const meter = meters.find((one) => one.device === device);
  useEffect(() => {
    if (!figures || moment === undefined || device === '') return setPicture(undefined);
    const timer = setTimeout(() => {
      energyApi
        .picture({ device, from: moment, to: moment, choice: 'swap', t: moment, final: Number(final), first: Number(first) })
        .then(setPicture, () => setPicture(undefined));
    }, 400);
    return () => clearTimeout(timer);
  }, [device, moment, final, first, figures]);
  const ready = [device !== '' && figures && moment !== undefined && serial.trim() !== '' && reason.trim() !== '', photo !== null, names.every((name) => name.trim() !== '') && names[0]?.trim() !== names[1]?.trim() && signed.every(Boolean)]; // biome-ignore format: one
  const send = async () => {
    setBusy(true);
    const kept = await act(async () => {
      const { id } = await energyApi.photo(device, photo as File, (photo as File).name || 'photo.jpg');
      const signatures = names.map((name, i) => ({ name: name.trim(), signature: signed[i] }));
      await energyApi.swap({ device, t: moment, final: Number(final), first: Number(first), serial: serial.trim(), photos: [id], signatures, reason: reason.trim() }); // biome-ignore format: one
    });
    setBusy(false);
    if (kept) onDone();
  };
  return (
    <Stack gap="sm">
      <p className="calm">
        {step + 1} / {steps.length} · {t(steps[step] as (typeof steps)[number])}
      </p>
      {step === 0 && (
        <>
          <NativeSelect
            label={t('doctor.meter')}
            value={device}
            onChange={(event) => setDevice(event.currentTarget.value)}
            data={[
              ...(device === '' ? [{ value: '', label: t('doctor.swap.which') }] : []),
              ...meters.map((one) => ({ value: one.device, label: `${text(one.name)} (${one.device})` })),
            ]}
            error={device === '' && (final !== '' || first !== '')}
            required
            data-field="device"
          />
          <TextInput
            type="datetime-local"
            label={t('doctor.when')}
            value={at}
            onChange={(event) => setAt(event.currentTarget.value)}
            data-field="at"
          />
          <TextInput
            className="entry-big"
            inputMode="decimal"
            label={meter ? `${t('doctor.swap.final')} (${meter.unit})` : t('doctor.swap.final')}
            value={final}
            onChange={(event) => setFinal(event.currentTarget.value.trim())}
            required
            data-field="final"
          />
          <TextInput
            className="entry-big"
            inputMode="decimal"
            label={meter ? `${t('doctor.swap.first')} (${meter.unit})` : t('doctor.swap.first')}
            value={first}
            onChange={(event) => setFirst(event.currentTarget.value.trim())}
            required
            data-field="first"
          />
          <TextInput
            label={t('doctor.swap.serial')}
            value={serial}
            maxLength={80}
            onChange={(event) => setSerial(event.currentTarget.value)}
            required
            data-field="serial"
          />
          <TextInput
            label={t('doctor.reason')}
            value={reason}
            maxLength={300}
            onChange={(event) => setReason(event.currentTarget.value)}
            required
            data-field="reason"
          />
          {picture?.counted === false && <p className="entry-ask small">{t('doctor.notCounted')}</p>}
          {picture && moment !== undefined && <Picture picture={picture} from={moment} to={moment} chosen />}
        </>
      )}
      {step === 1 && (
        <FileInput
          label={t('doctor.swap.photo')}
          size="md"
          accept="image/*"
          capture="environment"
          clearable
          value={photo}
          onChange={setPhoto}
          data-field="photo"
        />
      )}
      {step === 2 && (
        <>
          <p>
            {text(meter?.name)}: {number(Number(final), 2)} → {number(Number(first), 2)} {meter?.unit}, {serial}
          </p>
          {names.map((name, i) => (
            <div key={i}>
              <TextInput
                label={t('doctor.swap.signer', { n: i + 1 })}
                value={name}
                maxLength={80}
                onChange={(event) => {
                  const value = event.currentTarget.value;
                  setNames((all) => all.map((old, k) => (k === i ? value : old)));
                }}
                data-field={`signer-${i}`} /* biome-ignore format: one */
              />
              <SignaturePad
                label={t('doctor.swap.signer', { n: i + 1 })}
                onChange={(url) => setSigned((all) => all.map((old, k) => (k === i ? url : old)))}
              />
            </div>
          ))}
        </>
      )}
      <Group justify="space-between">
        <Button variant="default" disabled={step === 0} onClick={() => setStep(step - 1)}>
          {t('doctor.back')}
        </Button>
        {step < steps.length - 1 ? (
          <Button disabled={!ready[step]} onClick={() => setStep(step + 1)} data-step="next">
            {t('doctor.next')}
          </Button>
        ) : (
          <Button disabled={!ready.every(Boolean)} loading={busy} onClick={() => void send()} data-step="save">
            {t('register.save')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
