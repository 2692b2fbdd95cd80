// The page: it shows what the worker posts, and stays responsive while the worker trains.
// Copy this folder's files into an empty folder, and the .wasm files of @tensorflow/tfjs-backend-wasm/dist into its public/wasm.
// Then run npx vite, or npx vite build.
const status = document.querySelector('#status') as HTMLElement;
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
worker.onmessage = ({ data }: MessageEvent<string>) => {
  status.textContent = data;
};
