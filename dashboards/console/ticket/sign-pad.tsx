/** Where a finger signs; what was drawn is a PNG of black on white. */
import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useWords } from '../i18n/i18n.tsx';

const height = 170;

export function SignPad({ onDrawn, drawn }: { onDrawn: (picture: string | undefined) => void; drawn: boolean }) {
  const { t } = useWords();
  const canvas = useRef<HTMLCanvasElement>(null);
  const pen = useRef<CanvasRenderingContext2D | null>(null);
  const down = useRef(false);
  const clear = () => {
    const pad = canvas.current;
    if (!pad) return;
    // The points of the screen, so that the line is not blurred; twice is enough on paper.
    const scale = Math.min(2, window.devicePixelRatio || 1);
    pad.width = Math.round(pad.clientWidth * scale);
    pad.height = Math.round(height * scale);
    const context = pad.getContext('2d');
    if (!context) return;
    context.fillStyle = '#fff';
    context.fillRect(0, 0, pad.width, pad.height);
    context.scale(scale, scale);
    context.lineWidth = 3;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.strokeStyle = '#000';
    pen.current = context;
  };
  useEffect(clear, []);
  return (
    <div className="sign-pad">
      <canvas
        ref={canvas}
        style={{ height }}
        aria-label={t('sign.here')}
        role="img"
        onPointerDown={(event) => {
          down.current = true;
          event.currentTarget.setPointerCapture(event.pointerId);
          pen.current?.beginPath();
          pen.current?.moveTo(event.nativeEvent.offsetX, event.nativeEvent.offsetY);
        }}
        onPointerMove={(event) => {
          if (!down.current) return;
          pen.current?.lineTo(event.nativeEvent.offsetX, event.nativeEvent.offsetY);
          pen.current?.stroke();
        }}
        onPointerUp={(event) => {
          if (!down.current) return;
          down.current = false;
          onDrawn(event.currentTarget.toDataURL('image/png'));
        }}
      />
      {drawn ? (
        <Button
          className="sign-again"
          size="compact-md"
          variant="default"
          onClick={() => {
            clear();
            onDrawn(undefined);
          }}
        >
          {t('sign.again')}
        </Button>
      ) : (
        <span className="sign-hint" aria-hidden="true">
          {t('sign.here')}
        </span>
      )}
    </div>
  );
}
