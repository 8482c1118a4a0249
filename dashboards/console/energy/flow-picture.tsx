/** Where a medium goes in the month: from the main meter to buildings to users, with what no meter counted. Figures are in the table below it. */
import { sankey, sankeyLinkHorizontal } from 'd3-sankey';
import type { EnergyFlows } from '../data/energy-pages-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { amount, type MediumId, mediumLabels, nameOfPlace } from './words.ts';

const width = 1_000;
/** Between the labels of two nodes, whatever flows through them. */
const labelPx = 19;
/** Thinner flows of one building are one. */
const leastShare = 0.006;

interface Node {
  id: string;
  label: string;
  rest: boolean;
}
interface Link {
  source: string;
  target: string;
  value: number;
  rest: boolean;
}

export function FlowPicture({ flows, medium }: { flows: EnergyFlows; medium: MediumId }) {
  const words = useWords();
  const { t, text } = words;
  const { plant } = useConsole();
  const nameOf = (kind: string, of: string | null): string => {
    if (kind === 'source') return t(mediumLabels[medium]);
    if (kind === 'unmetered') return t('energy.flow.unmetered');
    if (kind === 'common') return t('energy.flow.common');
    if (of === null) return t('energy.flow.nowhere');
    return nameOfPlace(plant, text, kind as 'building' | 'department' | 'tenant', of);
  };
  const { nodes, links } = thinned(flows, nameOf, t('energy.flow.others'));
  if (links.length === 0) return null;
  // A line of text for each of the column that has most.
  const users = nodes.filter(({ id }) => !links.some(({ source }) => source === id)).length;
  const height = Math.max(220, users * 32);
  const drawn = sankey<Node, Link>()
    .nodeId((node) => node.id)
    .nodeWidth(12)
    .nodePadding(labelPx)
    .extent([[2, 8], [width - 2, height - 8]])({ nodes: nodes.map((one) => ({ ...one })), links: links.map((one) => ({ ...one })) }); // biome-ignore format: a box
  const path = sankeyLinkHorizontal<Node, Link>();
  return (
    <>
      <FlowList nodes={nodes} links={links} unit={flows.unit} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide picture is scrolled by keyboard */}
      <section className="energy-scroll energy-flow-wide" tabIndex={0} aria-label={t('energy.flows')}>
        <svg
          className="energy-bars energy-flow"
          viewBox={`0 0 ${width} ${height}`}
          style={{ minWidth: 720 }}
          role="img"
          aria-label={t('energy.flows')}
        >
          {drawn.links.map((link) => (
            <path
              key={`${(link.source as Node).id} ${(link.target as Node).id}`}
              className={`flow${link.rest ? ' rest' : ''}`}
              d={path(link) ?? ''}
              strokeWidth={Math.max(1, link.width ?? 1)}
            >
              <title>{`${(link.source as Node).label} → ${(link.target as Node).label}: ${amount(words, link.value, flows.unit)}`}</title>
            </path>
          ))}
          {drawn.nodes.map((node) => {
            const [x0, x1, y0, y1] = [node.x0 ?? 0, node.x1 ?? 0, node.y0 ?? 0, node.y1 ?? 0];
            const right = x0 > width * 0.6;
            return (
              <g key={node.id}>
                <rect className={node.rest ? 'rest' : undefined} x={x0} y={y0} width={x1 - x0} height={Math.max(1, y1 - y0)} />
                <text x={right ? x0 - 6 : x1 + 6} y={(y0 + y1) / 2} dy="0.35em" textAnchor={right ? 'end' : 'start'}>
                  {`${node.label} ${amount(words, node.value ?? 0, flows.unit)}`}
                </text>
              </g>
            );
          })}
        </svg>
      </section>
    </>
  );
}

/** On a phone, where the picture would be a third of itself: places with what they feed, the largest first. */
function FlowList({ nodes, links, unit }: { nodes: readonly Node[]; links: readonly Link[]; unit: string }) {
  const words = useWords();
  const total = links.filter(({ source }) => source.startsWith('source:')).reduce((sum, { value }) => sum + value, 0);
  const labels = new Map(nodes.map(({ id, label }) => [id, label]));
  const from = (id: string) => links.filter(({ source }) => source === id).toSorted((a, b) => b.value - a.value);
  const line = ({ target, value, rest }: Link) => (
    <>
      <span>{labels.get(target)}</span>
      <b>{`${amount(words, value, unit)} · ${words.number(total ? (100 * value) / total : 0, 1)}\u00a0%`}</b>
      <i className={rest ? 'rest' : undefined} style={{ width: `${total ? (100 * value) / total : 0}%` }} />
    </>
  );
  return (
    <ul className="energy-flow-list">
      {nodes
        .filter(({ id }) => id.startsWith('source:'))
        .flatMap(({ id }) => from(id))
        .map((link) => (
          <li key={`${link.source} ${link.target}`}>
            <div>{line(link)}</div>
            <ul>
              {from(link.target).map((below) => (
                <li key={below.target}>
                  <div>{line(below)}</div>
                </li>
              ))}
            </ul>
          </li>
        ))}
    </ul>
  );
}

function thinned(
  flows: EnergyFlows,
  nameOf: (kind: string, of: string | null) => string,
  others: string,
): { nodes: Node[]; links: Link[] } {
  const nodes = new Map<string, Node>(
    flows.nodes.map(({ id, kind, of }) => [id, { id, label: nameOf(kind, of), rest: kind === 'unmetered' || kind === 'common' }]),
  );
  const links = new Map<string, Link>();
  for (const { from, to, value } of flows.links) {
    const thin = !from.startsWith('source:') && value < leastShare * flows.total;
    const target = thin ? `others:${from}` : to;
    if (thin) nodes.set(target, { id: target, label: others, rest: false });
    const key = `${from} ${target}`;
    const known = links.get(key);
    links.set(key, { source: from, target, value: (known?.value ?? 0) + value, rest: nodes.get(target)?.rest ?? false });
  }
  const used = new Set([...links.values()].flatMap(({ source, target }) => [source, target]));
  return { nodes: [...nodes.values()].filter(({ id }) => used.has(id)), links: [...links.values()] };
}
