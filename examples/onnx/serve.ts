// A server of predictions by ONNX Runtime alone: npx tsx serve.ts [FILE] loads public/classifier.onnx, which export.ts writes.
// Rows of numbers as JSON in, such as curl -d '[[0, 0.5, …]]' http://localhost:8080; a class and probabilities for each row out.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as ort from 'onnxruntime-web';

const [path = 'public/classifier.onnx'] = process.argv.slice(2);
ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(await readFile(path));
const [input] = session.inputMetadata;
if (input?.isTensor !== true) throw new Error(`${path} takes no tensor, needed a classifier of exportOnnx`);
const shape = input.shape.slice(1) as number[]; // the first axis is the batch
const size = shape.reduce((product, axis) => product * axis, 1);

const isRow = (row: unknown): row is number[] =>
  Array.isArray(row) && row.length === size && row.every((value) => Number.isFinite(value));

const answer = async (body: string) => {
  const rows: unknown = JSON.parse(body);
  if (!Array.isArray(rows) || rows.length === 0 || !rows.every(isRow))
    throw new RangeError(`expected rows of ${size} numbers`);
  const x = new ort.Tensor('float32', Float32Array.from(rows.flat()), [rows.length, ...shape]);
  const { probabilities } = await session.run({ [input.name]: x });
  const all = Array.from(probabilities?.data as Float32Array);
  const classes = all.length / rows.length;
  return rows.map((_, i) => {
    const ofRow = all.slice(i * classes, (i + 1) * classes);
    return { class: ofRow.indexOf(Math.max(...ofRow)), probabilities: ofRow };
  });
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
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close());
