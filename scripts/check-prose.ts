/**
 * Checks what people read: `tsx scripts/check-prose.ts`, in the root of the project.
 *
 * It looks for phrases that `PHRASES` bans (in pages, in comments and errors of `src` and `examples`, and in titles of tests),
 * for long sentences in the README, and for links, anchors, paths and linked names that do not exist.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { anchorOf, docsPages } from './pages';

/** Words to avoid, and words to use. */
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\b(?:is|are|was|were) told\b|\b(?:tells?|told) of\b/, 'use "the error says", "warns"'],
  [/\bstands? (?:in|beside|behind|where)\b/, 'use "is in", "is next to", "follows"'],
  [/\blies? (?:beside|behind)\b/, 'use "is next to", "follows"'],
  [/\bone[’']s own\b/, 'use "your own"'],
  [/\bwho(?:m|se)?ever\b/, 'use "you", or name the reader'],
  [/\b(?:to|can|could|cannot) be had\b/, 'use "available"'],
  [/\bwhat (?:comes|came|becomes|became) of\b/, 'use "the result of", "what happens to"'],
  [/\brefuse[sd]? (?:\w+ )?by (?:its |their )?names?\b/, 'use "the error names"'],
  [/\b(?:is|are|was|were) looked at\b/, 'use "is checked"'],
  [
    /(?<!\bthere )\b(?:is|are|was|were) no (?!(?:longer|more|less|better|worse|faster|slower|larger|smaller|other)\b)\w+/,
    'use "is not a"',
  ],
  [/\b(?:un|re)?(?:label|model|travel|cancel|channel)l(?:ed|ing)\b/, 'use one l, as in "labeled"'],
  [
    /\b\w*(?:normal|regular|initial|optim|serial|standard|binar|recogn|general|organ|summar|minim|maxim|vector|random|discret|penal|synchron|quant|character|visual|util|final|local|memor|author)is(?:e[drs]?|ers?|ing|ations?)\b/,
    'use -ize',
  ],
  [/\b(?:colour|behaviour|favour|neighbour|honour)\w*/, 'use -or'],
  [
    /\b(?:learnt|grey|centred?|analys(?:e[ds]?|ing)|artefacts?|catalogues?|judgement)\b/,
    'use the American spelling',
  ],
];

/** Words of a sentence in the README. */
const LONGEST_SENTENCE = 30;

const faults: string[] = [];

/** The line of a place in a text. */
const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

/** Replaces what a pattern finds by a placeholder that keeps the line breaks. */
const blank = (text: string, pattern: RegExp, placeholder = ''): string =>
  text.replace(pattern, (found) => placeholder + '\n'.repeat(found.split('\n').length - 1));

/** The prose of a page, line by line: without code, generated tables and the targets of links. */
const proseOfPage = (text: string): string =>
  [
    [/<!-- table: .*? -->.*?<!-- end -->/gs],
    [/```.*?```/gs, '¶'],
    [/<!--.*?-->/gs],
    [/`[^`]*`/g, '`'],
    [/\]\([^)\s]*\)/g, ']'],
  ].reduce((prose, [pattern, placeholder]) => blank(prose, pattern as RegExp, placeholder as string), text);

/** The comments of a source file, line by line: without code, examples and markers. */
const proseOfSource = (text: string): string => {
  let within = false;
  const lines = text.split('\n').map((line) => {
    within ||= /^\s*\/\*/.test(line);
    const comment = within ? line : (/(?:^|\s)\/\/ (.*)/.exec(line)?.[1] ?? '¶');
    if (line.includes('*/')) within = false;
    return comment.replace(/^\s*\/?\*+\/?|\*\/|@example .*/g, '');
  });
  return blank(lines.join('\n'), /`[^`]*`/g, '`');
};

/** Whether a node holds an error text: all that is thrown, and the arguments of an error. */
const isError = (node: ts.Node): boolean =>
  ts.isThrowStatement(node) || (ts.isNewExpression(node) && /Error$/.test(node.expression.getText()));

/** Whether a node is the title of a test: the first argument of `it` or `describe`, or of their variants. */
const isTitle = (node: ts.Node): boolean =>
  (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) &&
  ts.isCallExpression(node.parent) &&
  node.parent.arguments[0] === node &&
  /^(?:it|describe)\b/.test(node.parent.expression.getText());

/** The text in the strings and templates below some nodes of a source file, line by line. A value in a template is a `…`. */
const textWithin = (text: string, isWanted: (node: ts.Node) => boolean): string => {
  const lines = text.split('\n').map(() => '¶');
  const visit = (node: ts.Node, wanted: boolean): void => {
    if (
      wanted &&
      (ts.isStringLiteralLike(node) ||
        ts.isTemplateHead(node) ||
        ts.isTemplateMiddle(node) ||
        ts.isTemplateTail(node))
    )
      lines[lineAt(text, node.getStart()) - 1] += ` ${node.text.replaceAll('\n', ' ')}…`;
    ts.forEachChild(node, (child) => visit(child, wanted || isWanted(child)));
  };
  visit(ts.createSourceFile('', text, ts.ScriptTarget.Latest, true), false);
  return lines.join('\n');
};

function checkPhrases(file: string, prose: string): void {
  for (const [pattern, instead] of PHRASES) {
    const anywhere = new RegExp(pattern.source.replace(/ (?![?*+])/g, '\\s+'), 'gi');
    for (const { index, 0: found } of prose.matchAll(anywhere))
      faults.push(`${file}:${lineAt(prose, index)}: "${found.replace(/\s+/g, ' ')}": ${instead}`);
  }
}

function checkSentences(file: string, prose: string): void {
  const running = blank(prose, /^(?:\||#|!\[).*$/gm, '\n\n').replace(/^- /gm, '\n\n');
  for (const sentence of running.split(/\n\s*\n|(?<=[.!?])\s|¶/)) {
    const words = sentence.match(/[\w`’'.-]*[\w`][\w`’'.-]*/g)?.length ?? 0;
    if (words > LONGEST_SENTENCE)
      faults.push(
        `${file}: ${words} words, at most ${LONGEST_SENTENCE}: ${sentence.trim().replace(/\s+/g, ' ')}`,
      );
  }
}

/** The anchors of a page. */
const anchorsOf = (page: string): readonly string[] =>
  [...blank(readFileSync(page, 'utf8'), /```.*?```/gs).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    anchorOf(heading),
  );

/** Whether a source file declares a name, or the last part of `namespace.name`. */
const declares = (path: string, name: string): boolean =>
  new RegExp(`\\b(?:function\\*?|const|interface|type|class) ${name.split('.').at(-1)}\\b`).test(
    readFileSync(path, 'utf8'),
  );

/** What is wrong with a link of a page, if anything. */
function faultOfLink(page: string, label: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(file)) return `${target} does not exist`;
  if (anchor !== undefined && !anchorsOf(file).includes(anchor))
    return `${target}: ${file} has no such heading`;
  const name = /^`([\w.]+)`$/.exec(label)?.[1];
  if (name !== undefined && /^src\/.*\.ts$/.test(file) && !declares(file, name))
    return `${file} declares no ${name}`;
  return undefined;
}

function checkLinks(page: string, text: string): void {
  const prose = blank(text, /```.*?```/gs);
  for (const { index, 1: label = '', 2: target = '' } of prose.matchAll(/\[([^\][]*)\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const fault = faultOfLink(page, label, target);
    if (fault !== undefined) faults.push(`${page}:${lineAt(prose, index)}: ${fault}`);
  }
}

/** Paths of the project that a page or a comment names must exist; `docs/api` is built, and NAME is the reader's. */
function checkPaths(file: string, text: string): void {
  const paths =
    /(?<!\]\()(?<![\w./-])(?:src|test|docs|bench|scripts|examples|assembly)\/(?!api\b|\S*NAME)\w[\w./-]*\.[a-z]+\b/g;
  for (const { index, 0: path } of text.matchAll(paths))
    if (!existsSync(path)) faults.push(`${file}:${lineAt(text, index)}: ${path} does not exist`);
}

/** The files of a folder with an ending, by path; none where there is no such folder. */
const filesOf = (folder: string, ending: string): readonly string[] =>
  (existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [])
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();

const root = readdirSync('.').filter((name) => name.endsWith('.md'));
for (const page of [...root, ...docsPages()]) {
  const text = readFileSync(page, 'utf8');
  checkPhrases(page, proseOfPage(text));
  if (page === 'README.md') checkSentences(page, proseOfPage(text));
  checkLinks(page, text);
  checkPaths(page, text);
}
for (const file of [...filesOf('src', '.ts'), ...filesOf('examples', '.ts')]) {
  const text = readFileSync(file, 'utf8');
  const prose = proseOfSource(text);
  checkPhrases(file, prose);
  checkPhrases(file, textWithin(text, isError));
  checkPaths(file, prose);
}
for (const file of filesOf('test', '.test.ts'))
  checkPhrases(file, textWithin(readFileSync(file, 'utf8'), isTitle));

if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exitCode = 1;
}
