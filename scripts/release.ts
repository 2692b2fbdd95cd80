/**
 * Makes a release: `npm run release -- VERSION [--dry-run]`.
 *
 * Writes the version where it stands, closes the changelog's entry, commits, packs, and tags last, so that a tag has its
 * tarball. Nothing is pushed or published. `--dry-run` does all of it in a clone that is thrown away; without a version it
 * takes the next one.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

class Refusal extends Error {}

const refuse = (what: string): never => {
  throw new Refusal(`release: ${what}`);
};

interface Manifest {
  readonly version: string;
  readonly repository?: { readonly url?: string };
}

const dryRun = process.argv.includes('--dry-run');
const asked = process.argv.slice(2).filter((arg) => arg !== '--dry-run');

/** The work, in a checkout. */
const releaseIn = (root: string) => {
  const run = (command: string, ...args: readonly string[]): string =>
    execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const replace = (path: string, from: RegExp, to: string): void => {
    const text = read(path);
    if (!from.test(text)) refuse(`${path} has no ${from}`);
    writeFileSync(join(root, path), text.replace(from, to));
  };
  const manifest = (): Manifest => JSON.parse(read('package.json'));
  const isTagged = (version: string): boolean => run('git', 'tag', '--list', `v${version}`) !== '';

  /** The version that is asked for, or else the next one: that of package.json until it is tagged. */
  const chosen = (): string => {
    const { version: current } = manifest();
    if (asked.length > 1) refuse(`arguments are ${asked.join(' ')}, needed one version`);
    const [major, minor, patch] = current.split('.').map(Number);
    const next = isTagged(current) ? `${major}.${minor}.${Number(patch) + 1}` : current;
    const version = asked[0] ?? (dryRun ? next : refuse('version is missing, needed one, e.g. 0.2.0'));
    if (!/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[0-9a-z.]+)?$/.test(version))
      refuse(`version is "${version}", needed one of Semantic Versioning without a v, e.g. 0.2.0`);
    if (isTagged(version)) refuse(`version is ${version}, which has a tag, needed a new one`);
    return version;
  };

  return {
    /** Refuses what no release can be made of; gives the version. */
    check(): string {
      const changes = run('git', 'status', '--porcelain');
      if (changes !== '') refuse(`the checkout has changes, needed none:\n${changes}`);
      const version = chosen();
      const sections = read('CHANGELOG.md').split(/^## /m);
      const [, ...entry] = sections.find((text) => text.startsWith('Unreleased\n'))?.split('\n') ?? [];
      if (entry.join('').trim() === '')
        refuse('CHANGELOG.md says nothing under "## Unreleased", needed what changes');
      if (!manifest().repository?.url) refuse('package.json has no repository.url, which provenance needs');
      return version;
    },

    /** Makes the commit, the tarball and the tag; gives the path of the tarball. */
    make(version: string): string {
      const today = new Date().toISOString().slice(0, 10);
      run('npm', 'version', version, '--no-git-tag-version', '--allow-same-version');
      replace('src/core/version.ts', /'[^']*'/, `'${version}'`);
      replace('CITATION.cff', /^version: .*$/m, `version: ${version}`);
      replace('CITATION.cff', /^date-released: .*$/m, `date-released: ${today}`);
      replace('CHANGELOG.md', /^## Unreleased\n/m, `## Unreleased\n\n## ${version} – ${today}\n`);
      run('git', 'commit', '--quiet', '--all', '--message', `Version ${version}`);
      const tarball = join(root, run('npm', 'pack', '--silent').split('\n').at(-1) ?? '');
      run('git', 'tag', '--annotate', `v${version}`, '--message', `Version ${version}`);
      return tarball;
    },
  };
};

/** All of it in a clone beside nothing, with the packages of this checkout. */
const rehearse = (version: string): void => {
  const folder = mkdtempSync(join(tmpdir(), 'ssvae-release-'));
  try {
    execFileSync('git', ['clone', '--quiet', process.cwd(), folder]);
    // A machine that only rehearses need not know who releases.
    for (const [name, value] of Object.entries({ name: 'release', email: 'release@localhost' }))
      execFileSync('git', ['config', `user.${name}`, value], { cwd: folder });
    if (existsSync('node_modules'))
      symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
    const tarball = releaseIn(folder).make(version);
    console.log(`would release ${version}: a commit, the tag v${version}, and ${tarball.split('/').at(-1)}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

try {
  const release = releaseIn(process.cwd());
  const version = release.check();
  if (dryRun) rehearse(version);
  else
    console.log(
      `released ${version} into ${release.make(version)}\nto publish it: git push --follow-tags, then npm publish where the tag is built (CONTRIBUTING.md)`,
    );
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
