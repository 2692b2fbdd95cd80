/**
 * Installs into runs/others what the tests of other platforms run: Deno, Bun and Next.js, about 550 MB.
 * `npx tsx scripts/setup-others.ts`. Without them these tests are skipped, and say so.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';

const folder = 'runs/others';
const packages = ['deno@2.9.6', 'bun@1.4.5', 'next@16.4.6', 'react@19.3.1', 'react-dom@19.3.1'];

mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/package.json`, '{ "private": true }\n');
const args = ['install', '--prefix', folder, '--no-save', ...packages];
const { status, error } = spawnSync('npm', args, { stdio: 'inherit' });
if (status !== 0) throw new Error(`setup-others: npm ${args.join(' ')}: ${error?.message ?? status}`);
