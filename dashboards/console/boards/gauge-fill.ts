/** How far a gauge is filled. Beyond either end of its scale it must look like neither an empty nor an ordinary one. Pure. */
export interface GaugeFill {
  /** Share of the width, 0 to 1; below the scale a stub that can be seen. */
  share: number;
  off: 'under' | 'over' | undefined;
}

const stub = 0.04;

export function gaugeFill(figure: number, min: number, max: number): GaugeFill {
  const share = max > min ? (figure - min) / (max - min) : 0;
  if (figure < min) return { share: stub, off: 'under' };
  return figure > max ? { share: 1, off: 'over' } : { share, off: undefined };
}
