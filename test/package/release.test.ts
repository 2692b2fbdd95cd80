import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = join(process.cwd(), 'scripts/release.ts');
const loader = join(process.cwd(), 'node_modules/tsx/dist/loader.mjs');
let folder = '';

const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');

/** Runs the script in the package that is made up below. */
const release = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', loader, script, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr: stderr.trim() };
};

const MANIFEST = {
  name: 'made-up',
  version: '0.1.0',
  repository: { url: 'git+https://example.org/made-up.git' },
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ssvae-release-test-'));
  mkdirSync(join(folder, 'src/core'), { recursive: true });
  write('package.json', JSON.stringify(MANIFEST, null, 2));
  write('src/core/version.ts', "export const version = '0.1.0';\n");
  write('CITATION.cff', 'version: 0.1.0\ndate-released: 2000-01-01\n');
  write('CHANGELOG.md', '# Changelog\n\n## Unreleased\n\n### Added\n\n- All of it.\n');
  write('.gitignore', '*.tgz\nnode_modules/\n');
  git('init', '--quiet');
  git('config', 'user.name', 'tester');
  git('config', 'user.email', 'tester@localhost');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'All of it');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a release is a commit with its version everywhere, a tarball and a tag', () => {
  const { status, stdout } = release('0.2.0');
  expect(status).toBe(0);
  expect(stdout).toContain('made-up-0.2.0.tgz');
  expect(JSON.parse(read('package.json')).version).toBe('0.2.0');
  expect(read('src/core/version.ts')).toBe("export const version = '0.2.0';\n");
  expect(read('CITATION.cff')).toMatch(/^version: 0\.2\.0\ndate-released: 20\d\d-\d\d-\d\d\n$/);
  expect(read('CHANGELOG.md')).toMatch(
    /^# Changelog\n\n## Unreleased\n\n## 0\.2\.0 – 20\d\d-\d\d-\d\d\n\n### Added\n\n- All of it\.\n$/,
  );
  expect(git('tag', '--points-at', 'HEAD')).toBe('v0.2.0');
  expect(git('status', '--porcelain')).toBe('');
  expect(release('0.2.1').stderr).toMatch(/CHANGELOG\.md says nothing under "## Unreleased"/);
});

test('a rehearsal leaves everything as it was', () => {
  const head = git('rev-parse', 'HEAD');
  const { status, stdout } = release('--dry-run');
  expect(stdout).toBe('would release 0.1.0: a commit, the tag v0.1.0, and made-up-0.1.0.tgz\n');
  expect(status).toBe(0);
  expect([git('rev-parse', 'HEAD'), git('tag'), git('status', '--porcelain', '--ignored')]).toEqual([
    head,
    '',
    '',
  ]);
  git('tag', 'v0.1.0');
  expect(release('--dry-run').stdout).toMatch(/^would release 0\.1\.1:/);
});

type Spoilt = readonly [what: string, args: readonly string[], spoil: () => void, message: string];

const spoilt: readonly Spoilt[] = [
  [
    'a checkout with changes',
    ['0.2.0'],
    () => write('new', ''),
    'the checkout has changes, needed none:\n?? new',
  ],
  ['a version that has a tag', ['0.2.0'], () => git('tag', 'v0.2.0'), 'version is 0.2.0, which has a tag'],
  [
    'a version with a v',
    ['v0.2.0'],
    () => undefined,
    'version is "v0.2.0", needed one of Semantic Versioning',
  ],
  ['no version', [], () => undefined, 'version is missing, needed one'],
  ['two versions', ['0.2.0', '0.3.0'], () => undefined, 'arguments are 0.2.0 0.3.0, needed one version'],
  [
    'a changelog without an entry',
    ['0.2.0'],
    () => {
      write('CHANGELOG.md', '# Changelog\n\n## Unreleased\n\n## 0.1.0\n\n- All of it.\n');
      git('commit', '--quiet', '--all', '--message', 'No entry');
    },
    'CHANGELOG.md says nothing under "## Unreleased", needed what changes',
  ],
  [
    'a package without a repository',
    ['0.2.0'],
    () => {
      write('package.json', JSON.stringify({ ...MANIFEST, repository: undefined }));
      git('commit', '--quiet', '--all', '--message', 'No repository');
    },
    'package.json has no repository.url',
  ],
];

test.each(spoilt)('%s is refused, also by a rehearsal, and nothing is changed', (_, args, spoil, message) => {
  spoil();
  const before = [git('rev-parse', 'HEAD'), git('status', '--porcelain'), git('tag')];
  const rehearsals = args.length === 0 ? [] : [['--dry-run']];
  for (const more of [[], ...rehearsals]) {
    const { status, stderr } = release(...args, ...more);
    expect(stderr).toContain(`release: ${message}`);
    expect(status).toBe(1);
  }
  expect([git('rev-parse', 'HEAD'), git('status', '--porcelain'), git('tag')]).toEqual(before);
});
