/** Line icons, drawn here so that nothing is fetched and nothing large is shipped. All decorative: the text beside them says it. */
import type { System } from '../../../shared/system.ts';

const paths: Record<
  | System
  | 'alarm'
  | 'ticket'
  | 'device'
  | 'overview'
  | 'boards'
  | 'fault'
  | 'user'
  | 'sun'
  | 'language'
  | 'sound'
  | 'mute'
  | 'more'
  | 'rule'
  | 'wall'
  | 'audit'
  | 'tool'
  | 'send'
  | 'dots'
  | 'site',
  string
> = {
  electricity: 'M13 2 4 14h7l-1 8 9-12h-7z',
  boiler: 'M6 3h12v18H6zM9 21v-4h6v4M12 6c2 2 3 3.500 3 5a3 3 0 0 1-6 0c0-1.500 1-2 3-5z',
  heating: 'M4 6v12M8 6v12M12 6v12M16 6v12M20 6v12M2 8h20M2 16h20',
  hotwater: 'M12 3c4 5 6 8 6 11a6 6 0 0 1-12 0c0-3 2-6 6-11zM9 15a3 3 0 0 0 3 3',
  water: 'M12 3c4 5 6 8 6 11a6 6 0 0 1-12 0c0-3 2-6 6-11z',
  drain: 'M3 6h18M5 6v4a7 7 0 0 0 14 0V6M12 17v4M8 10h8',
  oxygen: 'M8 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM15 14c0-1 .8-1.800 2-1.800s2 .8 2 1.800c0 2-4 2.500-4 5h4',
  wastewater: 'M3 8c3-3 6 3 9 0s6 3 9 0M3 13c3-3 6 3 9 0s6 3 9 0M3 18c3-3 6 3 9 0s6 3 9 0',
  generator: 'M3 8h14v10H3zM17 11h4v4h-4M6 18v2M14 18v2M11 9.500 8 13.500h4l-2 3.500M6 8V5h4v3',
  environment: 'M10 4a2 2 0 0 1 4 0v9a4 4 0 1 1-4 0zM12 10v7',
  cooling: 'M12 3v18M4 7.500l16 9M20 7.500l-16 9M9 4.500l3 3 3-3M9 19.500l3-3 3 3',
  lift: 'M5 3h14v18H5zM12 3v18M8 10l1.500-2L11 10M13 14l1.500 2 1.500-2',
  fire: 'M12 3c1 4 5 5 5 10a5 5 0 0 1-10 0c0-2 1-3.500 2-4.500 0 1.500.5 2.500 1.500 3C11 9 11 6 12 3z',
  alarm: 'M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 21h4',
  ticket: 'M5 3h14v18l-3.500-2-3.500 2-3.500-2L5 21zM9 8h6M9 12h6',
  device: 'M4 4h16v16H4zM8 15V9M12 15v-3M16 15V7',
  overview: 'M3 3h8v8H3zM13 3h8v5h-8zM13 10h8v11h-8zM3 13h8v8H3z',
  boards: 'M3 20h18M4 16l5-6 4 4 7-9M16 5h4v4',
  fault: 'M12 3 2 20h20zM12 9v5M12 17v.5',
  user: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21c0-4 4-6 8-6s8 2 8 6',
  sun: 'M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM12 1v3M12 20v3M1 12h3M20 12h3M4 4l2 2M18 18l2 2M4 20l2-2M18 6l2-2',
  language: 'M3 5h10M8 3v2M11 5c-1 4-4 7-8 9M5 8c1 3 4 5 7 6M13 21l4-10 4 10M14.500 17.500h5',
  sound: 'M4 9v6h4l5 4V5L8 9zM16 9a4 4 0 0 1 0 6M18.500 6.500a8 8 0 0 1 0 11',
  mute: 'M4 9v6h4l5 4V5L8 9zM17 9l5 6M22 9l-5 6',
  more: 'M4 7h16M4 12h16M4 17h16',
  rule: 'M4 6h10M18 6h2M4 12h2M10 12h10M4 18h8M16 18h4M16 4v4M8 10v4M14 16v4',
  wall: 'M2 4h20v13H2zM8 21h8M12 17v4',
  tool: 'M14 7a4 4 0 0 1 5-4l-3 3 2 2 3-3a4 4 0 0 1-5 5l-9 9-3-3z',
  send: 'M3 11 21 3l-7 18-3-7zM11 14l4-4',
  dots: 'M5 11h2v2H5zM11 11h2v2h-2zM17 11h2v2h-2z',
  site: 'M9 3h6v5H9zM3 16h6v5H3zM15 16h6v5h-6zM12 8v4M6 16v-4h12v4',
  audit: 'M6 3h9l4 4v14H6zM14 3v5h5M9 12h7M9 16h7',
};
export type IconName = keyof typeof paths;

export function Icon({ name, size = 22 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
