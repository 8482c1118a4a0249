/** What somebody meant who wrote a name that we do not know. */

/** The one that is closest, where it is close enough to be meant. */
export function nearestName(found: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(found.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(found.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

const mostListed = 12;
const fewListed = 5;

/**
 * `; did you mean "x"?`, or those that share a word with it, or all where they are few; never hundreds. `all` says where all are listed.
 * Begins with "; " so that it can follow what was found.
 */
export function whatIsKnown(found: string, known: readonly string[], all = ''): string {
  const best = nearestName(found, known);
  if (best !== undefined) return `; did you mean "${best}"?`;
  const words = found
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 2);
  const alike = known.filter((name) => words.some((word) => name.toLowerCase().includes(word)));
  const more = all === '' ? '' : `; ${all}`;
  if (alike.length > 0 && alike.length < known.length) {
    const left = alike.length - fewListed;
    return `; did you mean one of ${alike.slice(0, fewListed).join(', ')}${left > 0 ? ` and ${left} more` : ''}?${more}`;
  }
  if (known.length <= mostListed) return `; known: ${known.join(', ') || 'none'}`;
  return `; known are ${known.length}, such as ${known.slice(0, fewListed).join(', ')}${more}`;
}

const mostAllowed = 24;

/** What is allowed in place of a name: the one that was meant, and all of them only where a person reads that many. */
export function allowedNames(found: string, known: readonly string[]): string {
  const best = nearestName(found, known);
  const few = known.length <= mostAllowed;
  if (best !== undefined) return `did you mean "${best}"? one of ${few ? known.join(', ') : known.length}`;
  return few ? known.join(', ') : `one of ${known.length}, such as ${known.slice(0, fewListed).join(', ')}`;
}

function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const least = Math.min((previous[j] as number) + 1, (current[j - 1] as number) + 1, substitution);
      // Two letters in the wrong order are one slip.
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? Number.POSITIVE_INFINITY) + 1 : least;
      current.push(Math.min(least, swapped));
    }
    [before, previous] = [previous, current];
  }
  return previous[b.length] as number;
}
