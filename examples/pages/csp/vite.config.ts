import { defineConfig } from 'vite';

// 'wasm-unsafe-eval' allows WebAssembly and no eval. Your own server sends the same header.
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

export default defineConfig({
  preview: { headers: { 'Content-Security-Policy': policy } },
});
