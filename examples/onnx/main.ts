// A page that classifies what you draw, by ONNX Runtime alone: neither ssvae nor TensorFlow.js is in it.
// Copy this folder's files into an empty folder, run npx tsx export.ts there, and then npx vite.
import * as ort from 'onnxruntime-web/wasm';

const SIZE = 28;
const canvas = document.querySelector('canvas') as HTMLCanvasElement;
const status = document.querySelector('#status') as HTMLElement;
const bars = document.querySelector('#bars') as HTMLElement;
const pen = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;

ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create('classifier.onnx');

/** Gray values in [0, 1] of the drawing, as the model saw them in training. */
const pixels = (): Float32Array => {
  const small = new OffscreenCanvas(SIZE, SIZE).getContext('2d') as OffscreenCanvasRenderingContext2D;
  small.drawImage(canvas, 0, 0, SIZE, SIZE);
  const { data } = small.getImageData(0, 0, SIZE, SIZE);
  return Float32Array.from({ length: SIZE * SIZE }, (_, i) => (data[4 * i] as number) / 255);
};

const classify = async () => {
  const x = new ort.Tensor('float32', pixels(), [1, SIZE, SIZE, 1]);
  const { probabilities } = await session.run({ x });
  const found = Array.from(probabilities?.data as Float32Array);
  const digit = found.indexOf(Math.max(...found));
  status.textContent = `It is a ${digit}: ${(100 * (found[digit] as number)).toFixed(0)} %`;
  bars.textContent = found.map((p, k) => `${k} ${'█'.repeat(Math.round(40 * p))}`).join('\n');
};

const clear = () => {
  pen.fillStyle = 'black';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  status.textContent = 'Draw a digit.';
};
canvas.addEventListener('pointermove', ({ buttons, offsetX, offsetY, movementX, movementY }) => {
  if (buttons === 0) return;
  Object.assign(pen, { strokeStyle: 'white', lineWidth: 22, lineCap: 'round' });
  pen.beginPath();
  pen.moveTo(offsetX - movementX, offsetY - movementY);
  pen.lineTo(offsetX, offsetY);
  pen.stroke();
});
canvas.addEventListener('pointerup', classify);
document.querySelector('button')?.addEventListener('click', clear);
clear();
document.title = 'ready';
