// A server of predictions: npx tsx examples/serve.ts loads runs/moons.safetensors, or trains and saves a small model first.
// curl -d '[[0, 1], [1, -0.5]]' http://localhost:8080 answers with a class and probabilities for each row.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as ssvae from 'ssvae';
import { file, selectBackend } from 'ssvae/node';

const storage = file('runs/moons.safetensors');

const trained = async () => {
  const seed = 1;
  const dataset = ssvae.twoMoons({ count: 1000, seed });
  const split = ssvae.splitDataset(dataset, { labeled: 100, seed });
  const batches = ssvae.createBatches({ dataset, split, batchSize: { labeled: 50, unlabeled: 100 }, seed });
  const nets = { preset: 'mlp', widths: [32], activation: 'relu' } as const;
  const likelihood = ssvae.gaussianObservation({ sigma: 0.1 });
  const classNames = ['upper moon', 'lower moon'];
  const model = ssvae.createM2({ data: dataset, classNames, latent: 1, nets, likelihood, seed });
  const optimizer = ssvae.createAdam({ learningRate: 1e-2 });
  await ssvae.train(model, { objective: ssvae.semiSupervised(), batches, epochs: 10, optimizer, seed });
  await ssvae.saveModel(model, storage);
  return model;
};

await selectBackend();
const known = (await storage.read?.()) !== undefined;
const model = known ? await ssvae.loadModel(storage, { kind: 'm2' }) : await trained();
const [size = 0] = model.inputShape;

const isRow = (row: unknown): row is number[] =>
  Array.isArray(row) && row.length === size && row.every((value) => Number.isFinite(value));

const answer = async (body: string) => {
  const rows: unknown = JSON.parse(body);
  if (!Array.isArray(rows) || !rows.every(isRow))
    throw new RangeError(`expected rows of ${size} numbers, such as [[0, 1]]`);
  const { classNames, probabilities } = await ssvae.predict(model, rows.flat());
  const ofRow = (i: number) => Array.from(probabilities.subarray(i * model.classes, (i + 1) * model.classes));
  return classNames.map((name, i) => ({ class: name, probabilities: ofRow(i) }));
};

const server = createServer(async (request, response) => {
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const answers = await answer(Buffer.concat(chunks).toString());
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers));
  } catch (error) {
    const wrong = error instanceof SyntaxError || error instanceof RangeError;
    response
      .writeHead(wrong ? 400 : 500, { 'content-type': 'text/plain' })
      .end(wrong ? error.message : 'error');
  }
});
server.listen(Number(process.env.PORT ?? 8080), () =>
  console.log(`listening on http://localhost:${(server.address() as AddressInfo).port}`),
);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close(() => model.dispose()));
