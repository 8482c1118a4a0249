/** One number of a rule: a slider that keeps to sensible values, and a field for any other. */
import { Button } from '@mantine/core';
import { en, type TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import type { RuleParameter, Slider } from './parameters.ts';
import { limitWords } from './wording.ts';

export function ParameterRow({
  kind,
  parameter,
  inForce,
  value,
  slider,
  unit,
  means,
  turn,
  hold,
  release,
}: {
  /** Of the rule. */
  kind: string;
  parameter: RuleParameter;
  inForce: number | string;
  value: number | string;
  slider: Slider;
  unit: string;
  /** What a relative limit comes to here; empty for others. */
  means: string;
  turn: (value: number | string) => void;
  hold: () => void;
  release: () => void;
}) {
  const { t, text } = useWords();
  const name = t(
    (Object.hasOwn(en, `param.${kind}.${parameter.name}`) ? `param.${kind}.${parameter.name}` : `param.${parameter.name}`) as TextKey,
  );
  const shown = `${limitWords(value, { t, text })}${unit ? ` ${unit}` : ''}${means ? ` = ${means}` : ''}`;
  return (
    <div className={`parameter${value === inForce ? '' : ' turned'}`} data-parameter={parameter.name}>
      <label htmlFor={`parameter-${parameter.name}`}>{name}</label>
      <input
        id={`parameter-${parameter.name}`}
        type="range"
        min={slider.min}
        max={slider.max}
        step={slider.step}
        value={slider.at(value)}
        aria-valuetext={shown}
        onChange={(event) => turn(slider.written(Number(event.currentTarget.value)))}
        onPointerDown={hold}
        onPointerUp={release}
        onPointerCancel={release}
      />
      <output htmlFor={`parameter-${parameter.name}`}>
        <b>{shown}</b>
        {value !== inForce && (
          <span className="calm">
            {' '}
            {t('try.inForce', { value: limitWords(inForce, { t, text }) })}
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              aria-label={`${t('try.back')}: ${name}`}
              onClick={() => {
                turn(inForce);
                release();
              }}
            >
              {t('try.back')}
            </Button>
          </span>
        )}
      </output>
    </div>
  );
}
