/**
 * Checks that no function of `src` is longer than a screen: `tsx scripts/check-functions.ts`, in the root of the project.
 *
 * The lines of a function are those from its name to its last brace, with functions, comments and empty lines in it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Lines of a function. */
const LONGEST = 80;

/** What a function is called: its own name, or that of the constant or property that it is the value of. */
const nameOf = (node: ts.SignatureDeclaration): string => {
  const { name = (node.parent as Partial<ts.NamedDeclaration>).name } = node;
  return name?.getText() ?? 'a function';
};

const faultsOf = (file: string): readonly string[] => {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const lineAt = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1;
  const faults: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) {
      const first = lineAt(node.getStart());
      const lines = lineAt(node.end) - first + 1;
      if (lines > LONGEST)
        faults.push(
          `${file}:${first}: ${nameOf(node)} has ${lines} lines, needed at most ${LONGEST}: move a part that does one thing into a function of its own`,
        );
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return faults;
};

const faults = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .sort()
  .flatMap((name) => faultsOf(join('src', name)));

if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exitCode = 1;
}
