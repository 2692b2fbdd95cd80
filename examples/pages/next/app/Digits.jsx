'use client';
// Rendered on the server too, which imports the library and does not train: effects run in the browser alone.
import { useEffect, useState } from 'react';
import { createBatches, createM2, digits, evaluateClassifier, regularized, splitDataset, train } from 'ssvae';
import { selectBackend } from 'ssvae/browser';

async function run(show, signal) {
  const { description, execute } = await selectBackend({ wasmPaths: '/wasm/' });
  const seed = 1;
  const dataset = digits({ count: 1000, seed });
  const test = digits({ count: 500, seed: 2 });
  const split = splitDataset(dataset, { labeled: 100, seed });
  const batches = createBatches({ dataset, split, batchSize: { labeled: 50, unlabeled: 50 }, seed });
  const model = createM2({ data: dataset, latent: 10, nets: { preset: 'mlp', widths: [64] }, seed });

  const onEpochEnd = async (epoch) => {
    const { accuracy } = await evaluateClassifier(model, test);
    show(`${description}. Epoch ${epoch + 1}: accuracy ${(100 * accuracy).toFixed(1)} %`);
  };
  const objective = regularized({ labelHandling: 'gumbel' });
  await train(model, { objective, batches, epochs: 3, execute, seed, signal, callbacks: { onEpochEnd } });
  model.dispose();
}

export default function Digits() {
  const [text, show] = useState('Loading …');
  useEffect(() => {
    const unmounted = new AbortController();
    run(show, unmounted.signal).catch(({ message }) => show(message));
    return () => unmounted.abort();
  }, []);
  return <p id="status">{text}</p>;
}
