/**
 * Who learns most from 100 labels? A classifier on the labels alone, M2, and the Optimized-ELBO, with the same nets,
 * seed, batches and steps, or another model by `--model`. `npm start` runs it on digits that it draws itself;
 * `npm start -- --help` lists the rest.
 */
import { splitDataset } from 'ssvae';
import { type BackendName, selectBackend } from 'ssvae/node';
import { loadData } from './data';
import { type Outcome, runMethod, settingsOfMethod } from './experiment';
import { entropyForces, recipeOf } from './methods';
import { tableLines, writeSummary } from './summary';
import { withSettings } from './terminal';

await withSettings('npm start', async (settings, signal) => {
  const { name, description, execute } = await selectBackend({ backend: settings.backend });
  const backend = name as BackendName;
  if (settings.runs) {
    console.log(
      JSON.stringify(settings.methods.map((method) => settingsOfMethod(method, settings, backend))),
    );
    return;
  }
  console.log(`backend: ${name} (${description})`);

  const { train, test } = await loadData({ ...settings, signal });
  const recipe = recipeOf(settings);
  const split = splitDataset(train, {
    labeled: settings.labels,
    validation: recipe.validation,
    seed: settings.seed,
  });
  console.log(
    `${settings.dataset}: ${split.labeled.length} labelled, ${split.unlabeled.length} unlabelled, ${split.validation.length} validation, ${test.count} test examples`,
  );
  if (settings.methods.includes('optimized-elbo')) console.log(`Optimized-ELBO: ${entropyForces(recipe)}`);

  const outcomes: Outcome[] = [];
  try {
    for (const method of settings.methods)
      outcomes.push(await runMethod(method, { settings, train, test, backend, execute, signal }));
    console.log(`\n${tableLines(outcomes).join('\n')}\n`);
    const { page } = await writeSummary(outcomes, test, settings);
    console.log(`report: ${page}`);
  } finally {
    for (const { model } of outcomes) model.dispose();
  }
});
