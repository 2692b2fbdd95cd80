/** What the site does with Markdown that GitHub does by itself, or cannot do. */
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { snippetName } from '../../scripts/pages';

const titleOf = (page: string): string =>
  /^title: (.+)$/m.exec(readFileSync(page, 'utf8'))?.[1]?.replaceAll('"', '') ?? page;

/** Links out of `docs` lead to the files in the repository; a link that is called by its page's path gets the page's title. */
export function links(md: MarkdownRenderer, repository: string): void {
  const render = md.renderer.rules.link_open;
  md.renderer.rules.link_open = (tokens, index, options, env, self) => {
    const token = tokens[index];
    const href = token?.attrGet('href') ?? '';
    const path = posix.join('docs', posix.dirname(env.relativePath ?? ''), href);
    if (href.startsWith('.') && !path.startsWith('docs/')) token?.attrSet('href', `${repository}/${path}`);
    const label = tokens[index + 1];
    if (label?.type === 'text' && /^docs\/[\w/-]+\.md$/.test(label.content))
      label.content = titleOf(label.content);
    return render?.(tokens, index, options, env, self) ?? self.renderToken(tokens, index, options);
  };
}

/** A fence of ```math is a formula, as on GitHub, and one of ```ts run has a button that runs it in the page. */
export function formulasAndButtons(md: MarkdownRenderer): void {
  const render = md.renderer.rules.fence;
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const { info = '', content = '' } = tokens[index] ?? {};
    if (info === 'math') return md.render(`$$\n${content}$$`, {});
    const block = render?.(tokens, index, options, env, self) ?? '';
    return info === 'ts run' ? `${block}<run-snippet name="${snippetName(content)}"></run-snippet>` : block;
  };
}

/** Formulas of doc-comments, which are indented by two spaces, keep their lines. */
export function formulasOfComments(md: MarkdownRenderer): void {
  md.core.ruler.before('normalize', 'formulas', (state) => {
    if (!state.env.relativePath?.startsWith('api/')) return;
    state.src = state.src.replace(
      /(?<=\n\n)(?: {2}(?![\s*-]).*\n)(?: {2}.*\n)*(?=\n)/g,
      (lines) => `\`\`\`\n${lines.replace(/^ {2}/gm, '')}\`\`\`\n`,
    );
  });
}
