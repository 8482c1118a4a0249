import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedFolder, pages } from '../scripts/make-docs.ts';

const root = join(import.meta.dirname, '..');

describe('documentation', () => {
  it.each(Object.entries(pages()))('has a current docs/generated/%s (else run: node scripts/make-docs.ts)', (file, text) => {
    expect(readFileSync(join(generatedFolder, file), 'utf8')).toBe(text);
  });

  it('links only to files that exist', () => {
    const markdown = [
      'README.md',
      ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.md'))
        .map((file) => join('docs', file)),
    ];
    const broken = markdown.flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
        .map((match) => join(file, '..', match[1] as string))
        .filter((target) => !existsSync(join(root, target)))
        .map((target) => `${file} → ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('names in the README only commands that exist', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts as Record<string, string>;
    for (const [, name] of readme.matchAll(/npm run ([\w:-]+)/g)) expect(Object.keys(scripts)).toContain(name);
  });
});
