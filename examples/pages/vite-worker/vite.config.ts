import { defineConfig } from 'vite';

// The one option that a worker needs: every backend is a chunk, and Vite's default format of workers has no chunks.
export default defineConfig({ worker: { format: 'es' } });
