/** A signature drawn by finger or mouse, as a PNG of black on white. */
import { Button } from '@mantine/core';
import { type PointerEvent, useRef, useState } from 'react';
import { useWords } from '../i18n/i18n.tsx';

const width = 600;
const height = 200;

export function SignaturePad({ label, onChange }: { label: string; onChange: (dataUrl: string | undefined) => void }) {
  const { t } = useWords();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drawn, setDrawn] = useState(false);
  const point = (event: PointerEvent<HTMLCanvasElement>): [number, number] => {
    const box = event.currentTarget.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height];
  };
  const pen = () => canvas.current?.getContext('2d');
  const blank = () => {
    const context = pen();
    if (!context) return;
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
  };
  return (
    <div>
      <canvas
        ref={canvas}
        className="sign-pad"
        width={width}
        height={height}
        role="img"
        aria-label={label}
        onPointerDown={(event) => {
          const context = pen();
          if (!context) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          if (!drawn) blank();
          Object.assign(context, { lineWidth: 4, lineCap: 'round', lineJoin: 'round', strokeStyle: '#000' });
          context.beginPath();
          context.moveTo(...point(event));
        }}
        onPointerMove={(event) => {
          if (event.buttons === 0) return;
          pen()?.lineTo(...point(event));
          pen()?.stroke();
        }}
        onPointerUp={() => {
          setDrawn(true);
          onChange(canvas.current?.toDataURL('image/png'));
        }}
      />
      {drawn && (
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => {
            blank();
            setDrawn(false);
            onChange(undefined);
          }}
        >
          {t('doctor.signAgain')}
        </Button>
      )}
    </div>
  );
}
