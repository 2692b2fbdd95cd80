/** The pages that people read, and the TypeScript blocks in them. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/** A block of a page. */
export interface Block {
  /** page and line of its fence */
  readonly name: string;
  readonly code: string;
  /** whether it begins with its imports, and so needs nothing before it */
  readonly complete: boolean;
  /** why it is compiled and not run, from a comment `<!-- not run: … -->` before its fence */
  readonly notRun: string | undefined;
  /** whether its fence says `ts run`: the site gives it a button that runs it in the page */
  readonly inPage: boolean;
}

const FENCE = /(?:<!-- not run: (.*?) -->\n)?```ts( run)?\n(.*?)```/gs;

/** The blocks of a page, in order. */
export const blocksOf = (page: string): readonly Block[] => {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(FENCE)].map(({ index, 1: notRun, 2: run, 3: code = '' }) => ({
    name: `${page}:${text.slice(0, index).split('\n').length}`,
    code,
    complete: code.startsWith('import '),
    notRun,
    inPage: run !== undefined,
  }));
};

/** A name for the code of a block that runs in a page. */
export const snippetName = (code: string): string =>
  createHash('sha256').update(code).digest('hex').slice(0, 12);

/** The pages of a folder and those below it, without those that are built. */
export const docsPages = (folder = 'docs'): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !/^(?:api|\.vitepress)\b/.test(name))
    .map((name) => `${folder}/${name}`)
    .sort();

/** The anchor of a heading, as GitHub makes it. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/ /g, '-');
