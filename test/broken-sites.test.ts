/** Each broken site differs from `_right.yaml` in one place; the line that bears `# <--` is where the report must point, with the text behind it. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const folder = join(import.meta.dirname, 'broken-sites');
const program = join(import.meta.dirname, '..', 'main.ts');
const files = readdirSync(folder).filter((file) => !file.startsWith('_'));

async function check(file: string): Promise<{ code: number; text: string }> {
  try {
    const { stdout } = await run(process.execPath, [program, 'check', '--site', join(folder, file)]);
    return { code: 0, text: stdout };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, text: stderr };
  }
}

describe('plantroom check', () => {
  it('has at least 30 kinds of mistakes to find', () => expect(files.length).toBeGreaterThanOrEqual(30));

  it('finds nothing wrong in the right site', async () => {
    const { code, text } = await check('_right.yaml');
    expect(text).toContain('no mistakes');
    expect(code).toBe(0);
  });

  it.concurrent.each(files)(
    'says where %s is wrong and what is allowed, with exit code 2',
    async (file) => {
      const lines = readFileSync(join(folder, file), 'utf8').split('\n');
      const line = lines.findIndex((text) => text.includes('# <--'));
      const allowed = lines[line]?.split('# <--')[1]?.trim() ?? '';
      const { code, text } = await check(file);
      expect(code, text).toBe(2);
      const report = text.split('\n').find((one) => one.includes(`${file}:${line + 1}:`));
      expect(report, `no report for line ${line + 1} in:\n${text}`).toBeDefined();
      expect(report).toContain(allowed);
      // Fifty processes beside whatever else the machine does.
    },
    180_000,
  );
});
