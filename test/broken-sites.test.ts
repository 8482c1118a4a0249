/** Each broken site differs from `_right.yaml` in one place; the line that bears `# <--` is where the report must point, with the text behind it. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { checkAll } from '../commands/check.ts';
import { exitCodeOf, reasonOf } from '../shared/errors.ts';

const run = promisify(execFile);
const folder = join(import.meta.dirname, 'broken-sites');
const program = join(import.meta.dirname, '..', 'main.ts');
const files = readdirSync(folder).filter((file) => !file.startsWith('_'));

/** As the command does, in this process: fifty of their own take minutes on a busy machine. */
async function check(file: string): Promise<{ code: number; text: string }> {
  try {
    await checkAll(join(folder, file));
    return { code: 0, text: '' };
  } catch (error) {
    return { code: exitCodeOf(error), text: reasonOf(error) };
  }
}

describe('plantroom check', () => {
  it('has at least 30 kinds of mistakes to find', () => expect(files.length).toBeGreaterThanOrEqual(30));

  it('finds nothing wrong in the right site', async () => {
    const { stdout } = await run(process.execPath, [program, 'check', '--site', join(folder, '_right.yaml')]);
    expect(stdout).toContain('no mistakes');
  }, 240_000);

  it('ends with code 2 and says it on the other channel', async () => {
    const ended = run(process.execPath, [program, 'check', '--site', join(folder, files[0] as string)]);
    await expect(ended).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(files[0] as string) });
  }, 240_000);

  it.each(files)(
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
    },
    240_000,
  );
});
