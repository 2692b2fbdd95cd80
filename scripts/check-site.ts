/**
 * Builds the documentation's site and checks what its builder does not: `tsx scripts/check-site.ts`.
 *
 * VitePress fails where a link of a page leads nowhere. Here each anchor must exist too, each picture, and the code of each snippet
 * that has a button.
 */
import { execSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const dist = 'docs/.vitepress/dist';

execSync('npm run --silent site:build', { stdio: ['ignore', 'ignore', 'inherit'] });

const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
const pages = files.filter(
  (name) => name.endsWith('.html') && !name.startsWith('demo/') && name !== '404.html',
);
const htmlOf = new Map(pages.map((name) => [name, readFileSync(join(dist, name), 'utf8')]));
const idsOf = new Map(
  [...htmlOf].map(([name, html]) => [name, new Set(html.match(/(?<= id=")[^"]+/g))] as const),
);

/** What an address of a page does not lead to, if anything. */
function missing(page: string, address: string): string | undefined {
  if (/^[a-z]+:/.test(address)) return undefined;
  const [path = '', anchor = ''] = address.split('#');
  const below = path === '' ? page : posix.join(path.startsWith('/') ? '' : posix.dirname(page), path);
  const target = `${below.replace(/^\//, '')}${below.endsWith('/') ? 'index.html' : ''}`;
  if (!existsSync(join(dist, target))) return `${address}: there is no ${target}`;
  const ids = idsOf.get(target);
  if (anchor === '' || ids === undefined || ids.has(decodeURIComponent(anchor))) return undefined;
  return `${address}: ${target} has no such anchor`;
}

/** What is wrong with a page. */
const faultsOf = (page: string, html: string): readonly string[] => {
  const addresses = html.matchAll(/<(?:a|img)\b[^>]*?\s(?:href|src)="([^"]*)"/g);
  const names = html.matchAll(/<run-snippet name="(\w+)"/g);
  return [
    ...Array.from(addresses, ([, address = '']) => missing(page, address)),
    ...Array.from(names, ([, name]) =>
      files.some((file) => file.startsWith(`demo/assets/${name}-`))
        ? undefined
        : `no code of snippet ${name}`,
    ),
  ].flatMap((fault) => (fault === undefined ? [] : [`${page}: ${fault}`]));
};

const faults = new Set([...htmlOf].flatMap(([page, html]) => faultsOf(page, html)));
if (faults.size > 0) {
  console.error([...faults].join('\n'));
  process.exitCode = 1;
}
