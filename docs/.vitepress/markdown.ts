/** What the site does with Markdown that GitHub does by itself, or cannot do. */
import { posix } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { snippetName } from '../../scripts/pages';

/** Links out of `docs` lead to the files in the repository. */
export function linksToSources(md: MarkdownRenderer, repository: string): void {
  const render = md.renderer.rules.link_open;
  md.renderer.rules.link_open = (tokens, index, options, env, self) => {
    const token = tokens[index];
    const path = posix.join('docs', posix.dirname(env.relativePath), token?.attrGet('href') ?? '');
    if (/^\.\.?\//.test(token?.attrGet('href') ?? '') && !path.startsWith('docs/'))
      token?.attrSet('href', `${repository}/${path}`);
    return render?.(tokens, index, options, env, self) ?? self.renderToken(tokens, index, options);
  };
}

/** A fence of ```ts run has a button that runs it in the page. */
export function runButtons(md: MarkdownRenderer): void {
  const render = md.renderer.rules.fence;
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const { info = '', content = '' } = tokens[index] ?? {};
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
      (lines) => `\`\`\`text\n${lines.replace(/^ {2}/gm, '')}\`\`\`\n`,
    );
  });
}
